"""Where PythonQt differs from PySide6 in single methods, and the methods every QObject gets from PythonQt itself.

Read in MeVisLab/pythonqt:src/PythonQtStdDecorators.cpp (connect, parent, children, findChild, QTimer.singleShot, tr)
and generated_cpp_515/com_trolltech_qt_gui/ (QFileDialog, QInputDialog, QDialogButtonBox overload order).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import SIGNAL, SLOT, QCoreApplication, QObject, Qt, QThread, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QInputDialog

from . import signals
from .calls import call, refuse_keywords, signatures_of, unwrap

#: Host classes that go by another name, and host classes `wrap` may meet.
PUBLIC_NAMES: dict[type, str] = {}
_known: set[type] = set()


def register(native: type, public_name: str | None = None) -> type:
    """Make a class of the host known to the wrappers."""
    _known.add(native)
    if public_name:
        PUBLIC_NAMES[native] = public_name
    return native


def is_known(native: type) -> bool:
    return native in _known


@dataclass(frozen=True)
class Special:
    """A method of the wrappers that is not simply PySide6's."""

    function: Callable[..., Any]
    static: bool = False

    def for_instance(self, owner: Any) -> Callable[..., Any]:
        return self.function if self.static else _Bound(owner, self.function)

    def for_class(self, owner: type) -> Callable[..., Any]:
        return self.function


class _Bound:
    def __init__(self, owner: Any, function: Callable[..., Any]) -> None:
        self._owner, self._function = owner, function

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        refuse_keywords(self._function.__name__, keywords)
        self._owner._hostLiving(self._function.__name__)
        try:
            return self._function(self._owner, *args)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise ValueError(f"Called {self._function.__name__} with wrong arguments: {args!r}") from error
            raise


def find(native: type, name: str) -> Special | None:
    """The special method `name` of a class, its bases included."""
    for owner in native.__mro__:
        special = _SPECIALS.get((owner, name))
        if special is not None:
            return special
    return None


def construct(native: type, args: tuple[Any, ...]) -> Any:
    """An object whose constructor PythonQt treats differently; None to go the usual way."""
    if issubclass(native, QDialogButtonBox) and len(args) in (1, 2) and isinstance(args[0], int):
        # The orientation overload comes first and takes any int: no buttons are shown.
        box = native(*[unwrap(a) for a in args[1:]])
        if args[0] == Qt.Orientation.Vertical.value:
            box.setOrientation(Qt.Orientation.Vertical)
        return box
    if issubclass(native, QImage) and args and isinstance(args[0], (bytes, bytearray)):
        raise ValueError(f"Could not find matching overload for given arguments:\n{args!r}\n of new QImage")
    if _is_host_class(native):
        if len(args) > 1:
            raise ValueError(f"Could not find matching overload for given arguments:\n{args!r}\n of {native.__name__}")
        if args and args[0] is not None and not isinstance(unwrap(args[0]), QObject):
            raise ValueError(f"Called {native.__name__}(QWidget* parent) with wrong arguments: {args!r}")
        return native(*[unwrap(a) for a in args])
    return None


def _is_host_class(native: type) -> bool:
    return any(k in _known for k in native.__mro__) and native not in PUBLIC_NAMES


# --- what PythonQt adds to every QObject -------------------------------------------------------------------------


def connect(owner: Any, *args: Any) -> bool:
    sender = owner._hostLiving("connect")
    if len(args) == 2 and isinstance(args[0], (str, bytes)):
        return signals.connect(sender, _text(args[0]), args[1])
    if len(args) == 3 and isinstance(args[0], (str, bytes)):
        receiver = unwrap(args[1])
        return bool(QObject.connect(sender, SIGNAL(_text(args[0])), receiver, SLOT(_text(args[2]))))
    raise ValueError(f"Could not find matching overload for given arguments:\n{args!r}\n of connect")


def disconnect(owner: Any, *args: Any) -> bool:
    sender = owner._hostLiving("disconnect")
    if len(args) in (1, 2) and isinstance(args[0], (str, bytes)):
        return signals.disconnect(sender, _text(args[0]), args[1] if len(args) == 2 else None)
    if len(args) == 3 and isinstance(args[0], (str, bytes)):
        return bool(QObject.disconnect(sender, SIGNAL(_text(args[0])), unwrap(args[1]), SLOT(_text(args[2]))))
    raise ValueError(f"Could not find matching overload for given arguments:\n{args!r}\n of disconnect")


def _text(signature: str | bytes) -> str:
    return signature.decode() if isinstance(signature, bytes) else signature


def _children_matching(parent: QObject, wanted: Any, name: str | None) -> list[QObject]:
    from .wrapping import ClassWrapper

    found = []
    for child in parent.children():
        if isinstance(wanted, ClassWrapper):
            fits = isinstance(child, wanted._hostNative)
        else:
            fits = isinstance(wanted, str) and child.inherits(wanted)
        if fits and (name is None or child.objectName() == name):
            found.append(child)
        found += _children_matching(child, wanted, name)
    return found


def findChildren(owner: Any, wanted: Any, name: str | None = None) -> tuple[Any, ...]:
    from .wrapping import wrap

    return wrap(_children_matching(owner._hostLiving("findChildren"), wanted, name))


def findChild(owner: Any, wanted: Any, name: str | None = None) -> Any:
    """Breadth first, as PythonQt: a direct child before a grandchild."""
    from .wrapping import wrap

    level = [owner._hostLiving("findChild")]
    while level:
        children = [c for parent in level for c in parent.children()]
        for child in children:
            if child in _children_matching(child.parent(), wanted, name):
                return wrap(child)
        level = children
    return None


def tr(owner: Any, text: str, ambiguity: str = "", number: int = -1) -> str:
    return QCoreApplication.translate(owner.className(), text, ambiguity, number)


#: Objects whose deletion waits for the main event loop, see `deleteLater`.
pending_deletions: list[QObject] = []


def deleteLater(owner: Any) -> None:
    """In Slicer Python always runs under the main event loop, so an object deleted later outlives a nested loop that
    starts afterwards (slicer.util.messageBox relies on that). A test runs under no loop: there the host waits."""
    native = owner._hostLiving("deleteLater")
    if QThread.currentThread().loopLevel() == 0:
        pending_deletions.append(native)
    else:
        native.deleteLater()


# --- single methods ----------------------------------------------------------------------------------------------


def singleShot(*args: Any) -> None:
    if len(args) != 2 or not callable(args[1]):
        raise ValueError(f"Called singleShot with wrong arguments: {args!r}")
    if threading.current_thread() is not threading.main_thread():
        return  # measured: it never fires
    milliseconds, function = args
    signals_target = signals._Target(function)
    QTimer.singleShot(int(milliseconds), lambda: signals_target.deliver(()))


def setOverrideCursor(*args: Any, **keywords: Any) -> None:
    """PySide6 returns a context manager that PythonQt does not know."""
    refuse_keywords("setOverrideCursor", keywords)
    function = QGuiApplication.setOverrideCursor
    call("setOverrideCursor", function, signatures_of(function), args)


def _first_of_tuple(native: type, name: str) -> Special:
    def ask(*args: Any, **keywords: Any) -> Any:
        from .wrapping import wrap

        refuse_keywords(name, keywords)
        function = getattr(native, name)
        return wrap(call(name, function, signatures_of(function), args)[0])

    ask.__name__ = name
    return Special(ask, static=True)


_SPECIALS: dict[tuple[type, str], Special] = {
    (QObject, "connect"): Special(connect),
    (QObject, "disconnect"): Special(disconnect),
    (QObject, "deleteLater"): Special(deleteLater),
    (QObject, "findChild"): Special(findChild),
    (QObject, "findChildren"): Special(findChildren),
    (QObject, "tr"): Special(tr),
    (QTimer, "singleShot"): Special(singleShot, static=True),
    (QGuiApplication, "setOverrideCursor"): Special(setOverrideCursor, static=True),
    **{
        (QFileDialog, name): _first_of_tuple(QFileDialog, name)
        for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName")
    },
    **{
        (QInputDialog, name): _first_of_tuple(QInputDialog, name)
        for name in ("getText", "getInt", "getDouble", "getItem", "getMultiLineText")
    },
}
