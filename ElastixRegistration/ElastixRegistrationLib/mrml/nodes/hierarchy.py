"""Branches of the subject hierarchy: everything in one patient, study or folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk

from ...core.errors import InputError
from ...core.wording import said


def hierarchy_of(scene: Any) -> Any:
    """The subject hierarchy node of a scene; None if it has none."""
    return scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")


def branch_nodes(scene: Any, item: int, wanted: Callable[[Any], bool]) -> list[Any]:
    """The nodes that are ``wanted`` of an item of the subject hierarchy and of all items below, in their order.

    Raises InputError, which names the item, if there are none.
    """
    hierarchy = hierarchy_of(scene)
    if hierarchy is None or not item or not hierarchy.GetItemName(item):
        raise InputError(said("There is no item {item} in the subject hierarchy.", item=item))
    ids = vtk.vtkIdList()
    hierarchy.GetItemChildren(item, ids, True)
    items = [item, *(ids.GetId(n) for n in range(ids.GetNumberOfIds()))]
    nodes = [hierarchy.GetItemDataNode(one) for one in items]
    found = [node for node in nodes if node is not None and wanted(node)]
    if not found:
        raise InputError(said("Nothing in {item} can be transformed.", item=hierarchy.GetItemName(item)))
    return found


def place_beside(node: Any, other: Any) -> None:
    """Give ``node`` the parent of ``other`` in the subject hierarchy, if it has one."""
    hierarchy = hierarchy_of(node.GetScene())
    if hierarchy is None:
        return
    none = slicer.vtkMRMLSubjectHierarchyNode.GetInvalidItemID()
    place = hierarchy.GetItemByDataNode(other)
    if place == none:
        return
    own = hierarchy.GetItemByDataNode(node)
    if own == none:
        hierarchy.CreateItem(hierarchy.GetItemParent(place), node)
    else:
        hierarchy.SetItemParent(own, hierarchy.GetItemParent(place))
