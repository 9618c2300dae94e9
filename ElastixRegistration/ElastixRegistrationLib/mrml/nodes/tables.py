"""Tables of a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import vtk


def fill_table(node: Any, columns: Mapping[str, Sequence[Any]]) -> None:
    """Replace the content of a table node with named columns of numbers or texts."""
    table = vtk.vtkTable()
    for name, values in columns.items():
        is_text = any(isinstance(value, str) for value in values)
        array = vtk.vtkStringArray() if is_text else vtk.vtkDoubleArray()
        array.SetName(name)
        for value in values:
            array.InsertNextValue(value if is_text else float(value))
        table.AddColumn(array)
    node.SetAndObserveTable(table)
    node.SetUseColumnTitleAsColumnHeader(True)


def add_table(scene: Any, name: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(name))
    fill_table(node, columns)
    return node
