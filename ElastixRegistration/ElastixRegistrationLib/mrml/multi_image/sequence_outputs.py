"""The outputs of a registered sequence: synchronized sequences of volumes, transforms and segmentations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
import vtk

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.request import RegistrationRequest
from ...core.wording import said
from ..nodes.chains import Chain, chain_to_world, inverse
from ..nodes.coordinates import ijk_to_ras_of, vtk_matrix_from_array
from ..nodes.incremental import Steps
from ..nodes.output_volumes import image_incrementally, volume_class_for
from ..nodes.resampling import resample_incrementally, resample_volume_incrementally
from ..nodes.segments import chosen_segment_ids, segments_on_grid_incrementally
from ..nodes.slicer_names import SlicerNames
from ..nodes.transforms import set_from_parent
from ..nodes.volumes import VolumeImage

if TYPE_CHECKING:
    from .group import GroupChains
    from .sequences import FoundFrames, SequenceOptions

_ROLES = {"volumes": "registered", "transforms": "transforms", "segmentations": "segmentations"}


@dataclass(frozen=True)
class SequenceOutputs:
    """Sequence nodes to write, None for new ones. ``wanted``: names of the wanted outputs."""

    volumes: Any = None
    transforms: Any = None
    segmentations: Any = None
    wanted: tuple[str, ...] = ("volumes", "transforms")

    def check(self, sequence_node: Any) -> None:
        """Raise InputError if a node is not a sequence, is the input, or is given twice."""
        unknown = [name for name in self.wanted if name not in _ROLES]
        if unknown:
            raise InputError(
                said(
                    "Unknown output {unknown} of a sequence; use some of {names}.",
                    unknown=repr(unknown[0]),
                    names=", ".join(_ROLES),
                )
            )
        named = [node for node in (self.volumes, self.transforms, self.segmentations) if node is not None]
        for place, node in enumerate(named):
            if not node.IsA("vtkMRMLSequenceNode"):
                raise InputError(
                    said(
                        "The output {node} is a {kind} node, not a sequence.",
                        node=node.GetName(),
                        kind=node.GetNodeTagName(),
                    )
                )
            if node is sequence_node:
                raise InputError(
                    said("The output {node} is the sequence itself, which would be lost.", node=node.GetName())
                )
            if any(node is other for other in named[:place]):
                raise InputError(
                    said("The node {node} is named for two outputs; each needs its own.", node=node.GetName())
                )


@dataclass(frozen=True)
class SequenceOutcome(SlicerNames):
    """The sequence nodes by content ("volumes", ...), their frames, and the reasons for missing frames, by frame.

    ``browser_node`` shows input and outputs synchronized.
    """

    nodes: Mapping[str, Any]
    browser_node: Any
    frames: tuple[int, ...]
    failed: Mapping[int, str]


def output_incrementally(
    sequence_node: Any,
    frames: Sequence[VolumeImage],
    found: FoundFrames,
    options: SequenceOptions,
    request: RegistrationRequest,
    outputs: SequenceOutputs,
    *,
    segmentation_node: Any = None,
    segments: Sequence[str] | None = None,
) -> Steps[SequenceOutcome]:
    """Compute everything, then change the scene at once. Raises InputError if a node was removed meanwhile."""
    used = (sequence_node, outputs.volumes, outputs.transforms, outputs.segmentations)
    _check_still_there(used)
    chains = dict(sorted(found.transforms.items()))
    wanted = dict.fromkeys(outputs.wanted)
    if segmentation_node is not None:
        wanted["segmentations"] = None
    data: dict[str, dict[int, Any]] = {role: {} for role in _ROLES if role in wanted}
    for frame, chain in chains.items():
        if "volumes" in wanted:
            data["volumes"][frame] = yield from _moved_volume_incrementally(
                frames, frame, chain, found, options, request
            )
        if "transforms" in wanted:
            data["transforms"][frame] = _transform_node(chain)
        yield
    if "segmentations" in wanted:
        if segmentation_node is None:
            raise InputError(
                said("Output segmentations were requested, but no segmentation of the reference frame was given.")
            )
        data["segmentations"] = yield from _followed_incrementally(
            sequence_node, frames, chains, options, segmentation_node, segments
        )
    _check_still_there(used)
    nodes = {role: _fill(getattr(outputs, role), sequence_node, role, by_frame) for role, by_frame in data.items()}
    browser = _synchronized(sequence_node, list(nodes.values()))
    return SequenceOutcome(nodes, browser, tuple(chains), dict(found.failed))


def _check_still_there(nodes: Sequence[Any]) -> None:
    for node in nodes:
        if node is not None and node.GetScene() is None:
            raise InputError(
                said(
                    "The node {node} was removed from the scene while its frames were registered.", node=node.GetName()
                )
            )


def group_incrementally(
    sequence_node: Any, frames: Sequence[VolumeImage], found: GroupChains
) -> Steps[tuple[SequenceOutcome, Any]]:
    """(outcome, mean volume node) of a groupwise registration, with all frames on the grid of the first one."""
    _check_still_there([sequence_node])
    group = yield from moved_group_incrementally(frames, found)
    _check_still_there([sequence_node])
    transforms = {frame: _transform_node(chain) for frame, chain in found.chains.items()}
    nodes = {
        "volumes": _fill(None, sequence_node, "volumes", group.members),
        "transforms": _fill(None, sequence_node, "transforms", transforms),
    }
    mean_node = add_volume(sequence_node.GetScene(), f"{sequence_node.GetName()} mean", group.mean)
    browser = _synchronized(sequence_node, list(nodes.values()))
    return SequenceOutcome(nodes, browser, tuple(found.chains), {}), mean_node


@dataclass(frozen=True)
class MovedGroup:
    """Volume nodes outside any scene, on the grid of the first member, by number of the member; and their mean."""

    members: dict[int, Any]
    mean: Any


def moved_group_incrementally(members: Sequence[VolumeImage], found: GroupChains) -> Steps[MovedGroup]:
    grid = members[0].geometry
    moved = {}
    for place, chain in found.chains.items():
        member = members[place]
        interpolation = "nearest" if member.is_label_map else "linear"
        voxels = yield from resample_volume_incrementally(
            member.voxels, member.geometry, chain, grid, estimate=found.backgrounds[place], interpolation=interpolation
        )
        moved[place] = yield from _volume_node_incrementally(voxels, member, ijk_to_ras_of(grid))
    mean = slicer.vtkMRMLScalarVolumeNode()
    mean.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
    mean.SetAndObserveImageData((yield from image_incrementally(found.mean, vtk.VTK_FLOAT)))
    return MovedGroup(moved, mean)


def add_volume(scene: Any, name: str, node: Any) -> Any:
    """Add a volume node from outside any scene to ``scene``, with a display."""
    node.SetName(scene.GenerateUniqueName(name))
    scene.AddNode(node)
    node.CreateDefaultDisplayNodes()
    return node


def _moved_volume_incrementally(
    frames: Sequence[VolumeImage],
    frame: int,
    chain: Chain,
    found: FoundFrames,
    options: SequenceOptions,
    request: RegistrationRequest,
) -> Steps[Any]:
    onto, of = (options.reference, frame) if options.onto_reference else (frame, options.reference)
    fixed, moving = frames[onto], frames[of]
    if frame == options.reference:
        return (yield from _volume_node_incrementally(moving.voxels, moving, fixed.ijk_to_ras))
    voxels = yield from resample_volume_incrementally(
        moving.voxels,
        moving.geometry,
        chain,
        fixed.geometry,
        request.background,
        estimate=found.backgrounds[of],
        interpolation="nearest" if moving.is_label_map else request.interpolation,
    )
    return (yield from _volume_node_incrementally(voxels, moving, fixed.ijk_to_ras))


def _volume_node_incrementally(voxels: np.ndarray, moving: VolumeImage, ijk_to_ras: np.ndarray) -> Steps[Any]:
    """A volume node outside any scene."""
    node = getattr(slicer, volume_class_for(moving))()
    node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras))
    node.SetAndObserveImageData((yield from image_incrementally(voxels, moving.scalar_type)))
    node.SetVoxelVectorType(moving.node.GetVoxelVectorType())
    return node


def _transform_node(chain: Chain) -> Any:
    # Always the general class, because the node that shows a sequence has one class for all items.
    node = slicer.vtkMRMLTransformNode()
    set_from_parent(node, chain)
    return node


def _followed_incrementally(
    sequence_node: Any,
    frames: Sequence[VolumeImage],
    chains: Mapping[int, Chain],
    options: SequenceOptions,
    segmentation_node: Any,
    segments: Sequence[str] | None,
) -> Steps[dict[int, Any]]:
    """A segmentation node outside any scene for each frame, derived from the one on the reference frame."""
    name = f"segmentation {segmentation_node.GetName()}"
    reference = frames[options.reference]
    proxy = _proxy_of(sequence_node)
    to_world = [] if proxy is None else chain_to_world(proxy.GetParentTransformNode())
    to_segments = [*to_world, *inverse(chain_to_world(segmentation_node.GetParentTransformNode()))]
    drawn = []
    for segment_id in chosen_segment_ids(segmentation_node, segments, name):
        inside, is_empty = yield from segments_on_grid_incrementally(
            segmentation_node, [segment_id], reference.geometry, to_segments, name
        )
        if not is_empty:
            drawn.append((segmentation_node.GetSegmentation().GetSegment(segment_id), inside.astype(np.float32)))
    if not drawn:
        raise InputError(said("The {name} is empty.", name=name))
    followed = {}
    for frame, chain in chains.items():
        grid = frames[frame].geometry
        to_reference = inverse(chain) if options.onto_reference else chain
        # Halfway between outside and inside, which is smoother than the nearest voxel.
        masks = []
        for segment, inside in drawn:
            moved = yield from resample_incrementally(inside, reference.geometry, to_reference, grid)
            masks.append((segment, moved >= 0.5))
        followed[frame] = yield from _segmentation_node_incrementally(masks, grid)
    return followed


def _segmentation_node_incrementally(masks: Sequence[tuple[Any, np.ndarray]], grid: Geometry) -> Steps[Any]:
    node = slicer.vtkMRMLSegmentationNode()
    kind = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    for source, inside in masks:
        label_map = slicer.vtkOrientedImageData()
        label_map.ShallowCopy((yield from image_incrementally(inside.view(np.uint8), vtk.VTK_UNSIGNED_CHAR)))
        label_map.SetImageToWorldMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
        segment = slicer.vtkSegment()
        segment.DeepCopyMetadata(source)
        segment.SetLabelValue(1)
        segment.AddRepresentation(kind, label_map)
        node.GetSegmentation().AddSegment(segment)
    return node


def _fill(node: Any, sequence_node: Any, role: str, by_frame: Mapping[int, Any]) -> Any:
    """Put data nodes into a sequence node at the index values of the input. The voxels are shared, not copied."""
    scene = sequence_node.GetScene()
    if node is None:
        name = scene.GenerateUniqueName(f"{sequence_node.GetName()} {_ROLES[role]}")
        node = scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    node.RemoveAllDataNodes()
    node.SetIndexName(sequence_node.GetIndexName())
    node.SetIndexUnit(sequence_node.GetIndexUnit())
    node.SetIndexType(sequence_node.GetIndexType())
    node.SetNumericIndexValueTolerance(sequence_node.GetNumericIndexValueTolerance())
    for frame, data_node in by_frame.items():
        value, empty = sequence_node.GetNthIndexValue(frame), data_node.CreateNodeInstance()
        empty.UnRegister(None)
        empty.SetName(node.GetName())
        node.SetDataNodeAtValue(empty, value)
        node.UpdateDataNodeAtValue(data_node, value, True)
    return node


def _browser_of(sequence_node: Any) -> Any:
    scene = sequence_node.GetScene()
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode")):
        browser = scene.GetNthNodeByClass(n, "vtkMRMLSequenceBrowserNode")
        if browser.IsSynchronizedSequenceNode(sequence_node, True):
            return browser
    return None


def shown_frame(sequence_node: Any) -> int | None:
    """The frame, from 0, that the browser of a sequence shows; None without a browser or a shown frame."""
    browser = _browser_of(sequence_node)
    master = None if browser is None else browser.GetMasterSequenceNode()
    if master is None or not 0 <= browser.GetSelectedItemNumber() < master.GetNumberOfDataNodes():
        return None
    value = master.GetNthIndexValue(browser.GetSelectedItemNumber())
    frame = sequence_node.GetItemNumberFromIndexValue(value, False)
    return frame if frame >= 0 else None


def _proxy_of(sequence_node: Any) -> Any:
    browser = _browser_of(sequence_node)
    return None if browser is None else browser.GetProxyNode(sequence_node)


def _synchronized(sequence_node: Any, outputs: Sequence[Any]) -> Any:
    """The browser of the input, or a new one, with the outputs synchronized."""
    browser = _browser_of(sequence_node)
    if browser is None:
        scene = sequence_node.GetScene()
        browser = slicer.vtkMRMLSequenceBrowserNode()
        browser.SetName(scene.GenerateUniqueName(f"{sequence_node.GetName()} browser"))
        scene.AddNode(browser)  # without the Sequences module, a scene does not know the class by name
        browser.SetAndObserveMasterSequenceNodeID(sequence_node.GetID())
    shown = browser.GetProxyNode(sequence_node)
    parent = None if shown is None else shown.GetTransformNodeID()
    for node in outputs:
        if not browser.IsSynchronizedSequenceNode(node, True):
            browser.AddSynchronizedSequenceNode(node)
        if node.GetNumberOfDataNodes() and browser.GetProxyNode(node) is None:
            browser.AddProxyNode(node.GetNthDataNode(0), node, True)
        proxy = browser.GetProxyNode(node)
        if proxy is not None:
            proxy.SetName(node.GetName())
            proxy.SetAndObserveTransformNodeID(parent)
    return browser
