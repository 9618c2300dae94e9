"""Runs an unchanged Slicer scripted module outside Slicer, as strictly as Slicer would.

Made of the real parts there are: MRML and `slicer.util` of the slicer-core wheel, Qt (PySide6, offscreen), VTK. What is
missing is supplied here: `qt` and `ctk` with PythonQt's rules (pythonqt/), Slicer's own widgets
(widgets/), application, layout and module manager. Each file says where in the public sources the real thing was read.
Whatever the host does not know raises.

    host = SlicerHost.install()  # the package
    host.loadModule("ElastixRegistration/ElastixRegistration.py")
    widget = host.openModule("ElastixRegistration")

What cannot be imitated: PythonQt never lets go of Python's interpreter lock, so a Python thread stands still while Qt's
event loop idles; here it would run. `host.threads` lists the threads that were started, for a test to forbid them.
The tests of the host and of the panel need a process of their own: Qt has one application per process, and other tests
expect a `slicer` without a window.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .requirements_of_qt import missing_package, protect_constants

if TYPE_CHECKING:
    from .host import SlicerHost

_installed: SlicerHost | None = None


def install(packaging: bool = True) -> SlicerHost:
    """Put `qt`, `ctk` and Slicer's window into this process, once. `packaging`: with slicer.packaging or without.

    :raises RuntimeError: a system library or font is missing (names the Debian package), or Qt already runs here.
    """
    global _installed
    if _installed is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        problem = missing_package()
        if problem:
            raise RuntimeError(problem)
        protect_constants()
        from .host import SlicerHost

        _installed = SlicerHost(packaging)
    else:
        _installed.setPackaging(packaging)
    return _installed


def uninstall() -> None:
    """Take the host's modules out of `sys.modules` and `slicer` again."""
    global _installed
    if _installed is not None:
        _installed.close()
        _installed = None
