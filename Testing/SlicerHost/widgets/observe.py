"""VTK observers of a Qt object that end with it and keep nothing alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
import vtk
from PySide6.QtCore import QObject


class Observations:
    """Observers that call methods of one widget. The widget is held weakly, the observed objects too.

    The functions are held here: Python's collector counts VTK's reference to them as one of the observed object's
    Python shell, and would empty them together with that shell while VTK goes on calling them.
    """

    def __init__(self, owner: QObject) -> None:
        self._owner = weakref.ref(owner)
        self._entries: list[tuple[vtk.vtkWeakReference, int, Callable[..., None]]] = []
        entries = self._entries
        owner.destroyed.connect(lambda: _remove(entries))

    def add(self, observed: vtk.vtkObject, event: int, method: Callable[..., None], with_node: bool = False) -> None:
        """Call `method(widget, caller, node)`, where `method` is a plain function of the widget's class.

        `with_node`: the event's call data is a VTK object. It must be set for no other event: VTK does not check.
        """
        owner = self._owner

        def forward(caller: Any, _event: str, call_data: Any = None) -> None:
            widget = owner()
            if widget is not None and shiboken6.isValid(widget):
                method(widget, caller, call_data)

        if with_node:
            forward.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
        reference = vtk.vtkWeakReference()
        reference.Set(observed)
        self._entries.append((reference, observed.AddObserver(event, forward), forward))

    def remove(self, observed: vtk.vtkObject | None = None) -> None:
        """Take away the observers of one object, or all."""
        gone = [e for e in self._entries if observed is None or e[0].Get() is observed]
        self._entries[:] = [e for e in self._entries if e not in gone]
        _remove(gone)


def _remove(entries: list[tuple[vtk.vtkWeakReference, int, Callable[..., None]]]) -> None:
    for reference, tag, _forward in entries:
        observed = reference.Get()
        if observed is not None:
            observed.RemoveObserver(tag)
    entries.clear()
