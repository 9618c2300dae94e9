"""itk-elastix in Slicer's Python: asked for at the first Apply, not before."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import ElastixRegistrationError

_PACKAGE = "itk-elastix"


class InstallationError(ElastixRegistrationError):
    """itk-elastix is not to be had. The message says why and what to do."""


def ensureRequirements(path: str | Path) -> None:
    """Ask for and install the packages of a requirements file where they are missing.

    Raises InstallationError when the user says no, or pip fails.
    """
    try:
        if hasattr(slicer, "packaging"):  # Slicer 5.11 and later
            slicer.packaging.pip_ensure(slicer.packaging.load_requirements(path), requester="ElastixRegistration")
        else:
            _installHere(path)
    except InstallationError:
        raise
    except Exception as problem:  # pip fails with whatever: no network, no space, a proxy
        refused = isinstance(problem, RuntimeError) and "declined" in str(problem)
        raise InstallationError(_refusal() if refused else _failure()) from problem


def _installHere(path: str | Path) -> None:
    """For Slicer 5.10 and older, which has no slicer.packaging."""
    try:
        importlib.metadata.version(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        question = _("Elastix Registration needs the Python package itk-elastix (some 100 MB). Install it now?")
        if not slicer.util.confirmOkCancelDisplay(question):
            raise InstallationError(_refusal()) from None
        slicer.util.pip_install(["-r", str(path)])


def _refusal() -> str:
    return _("Nothing can be registered without the Python package itk-elastix. Press Apply again to install it.")


def _failure() -> str:
    return _(
        "The Python package itk-elastix could not be installed. Check the connection to the internet (pypi.org) and"
        " press Apply again. The Python console has the details."
    )
