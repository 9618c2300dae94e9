"""Apply a transform to nodes in the space of the moving image: volumes, label maps, segmentations, models, markups.

Every node is treated as if it were directly under the transform, regardless of its current parents. elastix's transform
maps fixed to moving points: volumes are resampled with it, and points, surfaces and markups are moved with its inverse,
so that all of them end up on the fixed image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.errors import InputError
from ...core.request import check_background
from ...core.resampling.images import check_interpolation
from ...core.wording import said
from ..nodes.chains import Chain, chain_to_world, inverse, vtk_from_chain
from ..nodes.hierarchy import place_beside
from ..nodes.incremental import Steps
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import SceneChange
from ..nodes.transform_sources import is_file, name_of, transform_chain, transform_node_from_chain
from ..nodes.volumes import volume_image
from .segments import moved_segmentation_incrementally
from .volumes import Resampling, moved_volume_incrementally

#: Classes of nodes that can be transformed, and that are collected from a branch of the subject hierarchy.
MOVABLE = ("vtkMRMLVolumeNode", "vtkMRMLSegmentationNode", "vtkMRMLModelNode", "vtkMRMLMarkupsNode")

#: Writes the computed data into a node of the same class.
Write = Callable[[Any], None]


@dataclass
class AppliedTransform(SceneChange, SlicerNames):
    """``nodes``: written or moved nodes, in the order of the input. ``revert`` undoes everything."""

    nodes: list[Any]


def apply_incrementally(
    source: Any,
    nodes: Sequence[Any],
    *,
    reference_node: Any = None,
    inverted: bool = False,
    interpolation: str = "linear",
    background: float | str = "auto",
    in_place: bool = False,
) -> Steps[AppliedTransform]:
    """Write transformed copies of ``nodes``, or with ``in_place`` the nodes themselves, without parent transforms.

    ``source`` is a transform node or the path of a transform file. ``inverted`` moves nodes in the space of the fixed
    image onto the moving image. Volumes and segments are resampled to the grid of ``reference_node``, a volume. Without
    one, they keep their voxels under rigid transforms; otherwise they get a grid that contains them. Label maps take
    the nearest voxel. ``background``: value outside a volume: "auto" detects it, "keep" also keeps its padding.

    Everything is computed before the scene changes. Raises InputError, which names nodes that cannot be transformed.
    """
    chain = transform_chain(source)
    _check(nodes)
    resampling = _resampling(reference_node, interpolation, background)
    writes = []
    for node in nodes:
        write = yield from _moved_incrementally(node, inverse(chain) if inverted else chain, resampling)
        writes.append(write)
    return _written(nodes, writes, "(transformed)", in_place)


def harden_incrementally(
    nodes: Sequence[Any],
    *,
    reference_node: Any = None,
    interpolation: str = "linear",
    background: float | str = "auto",
) -> Steps[AppliedTransform]:
    """Harden the parent transforms of ``nodes``, in place; nodes without parents stay unchanged.

    Other arguments: as for ``apply_incrementally``.
    """
    _check(nodes)
    resampling = _resampling(reference_node, interpolation, background)
    nodes = [node for node in nodes if node.GetParentTransformNode() is not None]
    writes = []
    for node in nodes:
        chain = inverse(chain_to_world(node.GetParentTransformNode()))
        write = yield from _moved_incrementally(node, chain, resampling)
        writes.append(write)
    return _written(nodes, writes, "", True)


def put_under(source: Any, nodes: Sequence[Any], *, inverted: bool = False) -> AppliedTransform:
    """Put ``nodes`` under the transform, without changing their data. Arguments: as for ``apply_incrementally``.

    A transform from a file, or an inverted one, becomes a new node. Raises InputError before the scene changes.
    """
    chain = transform_chain(source)
    _check(nodes)
    applied = AppliedTransform(list(nodes))
    scene = nodes[0].GetScene()
    if inverted or is_file(source):
        name = name_of(source)
        chain, name = (inverse(chain), f"{name} (inverse)") if inverted else (chain, name)
        source = applied.made(transform_node_from_chain(chain, name, scene))
    elif source.GetScene() is not scene:
        raise InputError(
            said(
                "The transform {source} is not in the scene of {nodes}.",
                source=source.GetName(),
                nodes=nodes[0].GetName(),
            )
        )
    for node in nodes:
        applied.remember(node, parent_only=True)
        node.SetAndObserveTransformNodeID(source.GetID())
    return applied


def is_movable(node: Any) -> bool:
    return node is not None and any(node.IsA(kind) for kind in MOVABLE)


def _check(nodes: Sequence[Any]) -> None:
    if not nodes:
        raise InputError(said("Nothing was chosen to transform."))
    for node in nodes:
        if not is_movable(node):
            what = "nothing" if node is None else f"{node.GetName()}, a {node.GetNodeTagName()} node,"
            raise InputError(
                said("Volumes, segmentations, models and markups can be transformed; {what} was given.", what=what)
            )
        if node.GetScene() is None:
            raise InputError(said("The node {node} is not in a scene; add it to one first.", node=node.GetName()))


def _resampling(reference_node: Any, interpolation: str, background: float | str) -> Resampling:
    check_interpolation(interpolation)
    check_background(background)
    reference = None if reference_node is None else volume_image(reference_node, "reference volume")
    return Resampling(reference, interpolation, background)


def _moved_incrementally(node: Any, chain: Chain, resampling: Resampling) -> Steps[Write]:
    if node.IsA("vtkMRMLVolumeNode"):
        return (yield from moved_volume_incrementally(node, chain, resampling))
    if node.IsA("vtkMRMLSegmentationNode"):
        return (yield from moved_segmentation_incrementally(node, chain, resampling.reference))
    yield
    return _moved_points(node, chain)


def _moved_points(node: Any, chain: Chain) -> Write:
    """Move a model or markups node with its own ApplyTransform, which updates normals and measurements."""
    moved = node.CreateNodeInstance()
    moved.UnRegister(None)
    moved.CopyContent(node, True)
    moved.ApplyTransform(vtk_from_chain(inverse(chain)))

    def write(target: Any) -> None:
        target.SetAndObserveTransformNodeID(None)
        target.CopyContent(moved, True)

    return write


def _written(nodes: Sequence[Any], writes: Sequence[Write], suffix: str, in_place: bool) -> AppliedTransform:
    for node in nodes:
        if node.GetScene() is None:
            raise InputError(said("The node {node} was removed from the scene in the meantime.", node=node.GetName()))
    applied = AppliedTransform([])
    if nodes:
        nodes[0].GetScene().SaveStateForUndo()
    try:
        for node, write in zip(nodes, writes, strict=True):
            target = node
            if in_place:
                applied.remember(node)
            else:
                scene = node.GetScene()
                name = scene.GenerateUniqueName(f"{node.GetName()} {suffix}")
                target = applied.made(scene.AddNewNodeByClass(node.GetClassName(), name))
            write(target)
            if target is not node:
                _show_alike(target, node)
                place_beside(target, node)
            applied.nodes.append(target)
    except BaseException:
        applied.revert()
        raise
    return applied


def _show_alike(target: Any, node: Any) -> None:
    if target.GetNumberOfDisplayNodes() == 0 and node.GetDisplayNode() is not None:
        target.CreateDefaultDisplayNodes()
        shown, model = target.GetDisplayNode(), node.GetDisplayNode()
        if shown is not None and shown.GetClassName() == model.GetClassName():
            shown.CopyContent(model)
