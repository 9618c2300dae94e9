"""Conversion of nodes to arguments of ``core.register``: images, masks, points and stages, and the output nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import InputError
from ...core.images.background import BackgroundEstimate
from ...core.images.channels import Channel
from ...core.images.geometry import Geometry
from ...core.parameters.maps import ParameterMap
from ...core.presets.preset import Preset
from ...core.request import KEEP, RegistrationRequest
from ...core.system.itk_access import preload
from ...core.transforms.itk_transforms import compose
from ...core.transforms.plain_data import TransformData, TransformElement, VoxelData, channel_images
from ...core.transforms.planes import Plane, flat_geometry, flattened_matrix, plane_of
from ...core.transforms.sampling import lattice, sampled
from ...core.wording import said
from ..nodes.chains import Chain, map_lps_points, matrix_of
from ..nodes.coordinates import lps_from_ras_matrix
from ..nodes.incremental import Steps
from ..nodes.points import landmark_pairs
from ..nodes.segments import alike_segment_ids
from ..nodes.transforms import initial_chain, itk_from_chain
from ..nodes.volumes import VolumeImage, volume_image
from .channels import channel_incrementally
from .job_nodes import GuidingNodes, OutputNodes, check_outputs
from .scene_presets import scene_presets
from .sides import VolumeSide, flattened, labels_of_side_incrementally, mask_of_side_incrementally, side_incrementally


@dataclass(frozen=True)
class RegistrationData:
    """The arguments of ``core.register`` as arrays, without nodes, VTK or ITK. 2D for single-slice volumes.

    ``request`` has the initialization to use, which may come from the preset.
    """

    fixed: VoxelData = field(repr=False)
    moving: VoxelData = field(repr=False)
    stages: list[ParameterMap] = field(repr=False)
    fixed_mask: VoxelData | None = field(default=None, repr=False)
    moving_mask: VoxelData | None = field(default=None, repr=False)
    fixed_points: np.ndarray | None = None
    moving_points: np.ndarray | None = None
    initial_transform: TransformData | None = None
    channels: list[Channel] = field(default_factory=list, repr=False)
    adapt: bool = False
    sliding_mask: VoxelData | None = field(default=None, repr=False)
    moving_sliding_mask: VoxelData | None = field(default=None, repr=False)
    request: RegistrationRequest = field(default_factory=RegistrationRequest)

    def data(self) -> dict[str, Any]:
        """Keyword arguments of ``WorkerPool.submit``."""
        arguments = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "request"}
        return arguments | self.request.plain_arguments()

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of ``core.register``: ITK images and an ITK transform."""
        arguments = self.data()
        for name, value in arguments.items():
            if isinstance(value, VoxelData):
                arguments[name] = value.image()
            elif isinstance(value, TransformData):
                arguments[name] = value.transform()
        arguments["channels"] = [channel_images(channel) for channel in self.channels]
        return arguments


@dataclass(frozen=True)
class RegistrationJob:
    """A registration that is ready to run, here or elsewhere, with the data to write its result into the scene.

    ``moving_background``: the estimate for the original voxels if elastix sees resampled ones; otherwise None.
    ``notes``: sentences for the user about omitted input.
    """

    inputs: RegistrationData
    outputs: OutputNodes
    fixed: VolumeImage
    moving: VolumeImage
    fixed_plane: Plane | None
    moving_plane: Plane | None
    moving_background: BackgroundEstimate | None
    interpolation: str
    notes: tuple[str, ...] = ()

    @property
    def keeps_padding(self) -> bool:
        return self.inputs.request.background == KEEP

    def with_request(self, request: RegistrationRequest, presets: Iterable[Preset] = ()) -> RegistrationJob:
        """The same volumes, masks, landmarks, start and background with other stages and choices.

        Raises InputError for a preset that is unknown or not for such images, ParameterError for a broken one.
        """
        presets, own = list(presets), self.inputs
        stages = request.stages(
            own.fixed.geometry.dimension,
            has_masks=(own.fixed_mask is not None, own.moving_mask is not None),
            has_points=own.fixed_points is not None,
            presets=presets,
        )
        start = request.start(own.initial_transform is not None, presets)
        changed = replace(request, background=own.request.background, initialization=start)
        return replace(self, inputs=replace(own, stages=stages, adapt=request.adapts(presets), request=changed))

    def image_of(self, volume: VolumeImage, voxels: np.ndarray) -> tuple[np.ndarray, Geometry]:
        """(k, j, i) voxels of one of the volumes with their geometry; (j, i) for a single slice, in its plane."""
        return flattened(voxels, volume.geometry, self.fixed_plane if volume is self.fixed else self.moving_plane)


def prepare_incrementally(
    fixed_node: Any,
    moving_node: Any,
    request: RegistrationRequest,
    outputs: OutputNodes,
    guiding: GuidingNodes,
    presets: Sequence[Preset] | None = None,
) -> Steps[RegistrationJob]:
    """Read and check the nodes; the scene does not change. Raises InputError, which names the node or parameter.

    ``presets``: in addition to the built-in and the user's presets; None: those in the scene of the fixed volume.
    """
    fixed, moving = _checked_volumes(fixed_node, moving_node)
    check_outputs(outputs, fixed, moving, guiding.voxel_nodes)
    fixed_plane, moving_plane = _planes(fixed, moving)
    presets = scene_presets(fixed_node.GetScene()) if presets is None else presets
    stages = request.stages(
        3 if fixed_plane is None else 2,
        has_masks=(guiding.fixed_mask is not None, guiding.moving_mask is not None),
        has_points=guiding.fixed_points is not None,
        presets=presets,
    )
    background = 0.0 if moving.is_label_map and isinstance(request.background, str) else request.background
    yield
    of_fixed = "auto" if background != KEEP else KEEP
    fixed_side = yield from side_incrementally(fixed, fixed_plane, of_fixed, request.threads)
    yield
    moving_side = yield from side_incrementally(moving, moving_plane, background, request.threads)
    yield
    points, notes = _landmarks(guiding, fixed_plane, moving_plane)
    start = yield from _start_incrementally(guiding.initial_transform, moving_node, fixed_side, moving_plane)
    masks = yield from _masks_incrementally(guiding, fixed_side, moving_side)
    inputs = RegistrationData(
        fixed=fixed_side.image,
        moving=moving_side.image,
        stages=stages,
        fixed_mask=masks.fixed,
        moving_mask=masks.moving,
        fixed_points=points[0],
        moving_points=points[1],
        initial_transform=start,
        channels=(yield from _channels_incrementally(guiding, fixed_side, moving_side, request.threads)),
        adapt=request.adapts(presets),
        sliding_mask=masks.sliding,
        moving_sliding_mask=masks.moving_sliding,
        request=replace(request, background=background, initialization=request.start(start is not None, presets)),
    )
    interpolation = "nearest" if moving.is_label_map else request.interpolation
    estimate = moving_side.estimate
    return RegistrationJob(inputs, outputs, fixed, moving, fixed_plane, moving_plane, estimate, interpolation, notes)


def _checked_volumes(fixed_node: Any, moving_node: Any) -> tuple[VolumeImage, VolumeImage]:
    """Two different volumes of one scene."""
    fixed, moving = volume_image(fixed_node, "fixed volume"), volume_image(moving_node, "moving volume")
    if fixed_node is moving_node:
        raise InputError(said("The {one} and the {other} are the same node.", one=fixed.name, other=moving.name))
    scene = fixed.node.GetScene()
    for volume in (fixed, moving):
        if volume.node.GetScene() is None:
            raise InputError(said("The {volume} is not in a scene; add it to one first.", volume=volume.name))
    if moving.node.GetScene() is not scene:
        raise InputError(
            said("The {fixed} and the {moving} are in different scenes.", fixed=fixed.name, moving=moving.name)
        )
    return fixed, moving


def _landmarks(
    guiding: GuidingNodes, fixed_plane: Plane | None, moving_plane: Plane | None
) -> tuple[tuple[Any, Any], tuple[str, ...]]:
    """Fixed and moving points, (N, D), LPS mm, None without nodes; and sentences about omitted points."""
    if guiding.fixed_points is None and guiding.moving_points is None:
        return (None, None), ()
    pairs = landmark_pairs(guiding.fixed_points, guiding.moving_points, guiding.pairing)
    if fixed_plane is None or moving_plane is None:
        return (pairs.fixed, pairs.moving), pairs.notes
    return (fixed_plane.flat(pairs.fixed), moving_plane.flat(pairs.moving)), pairs.notes


def _planes(fixed: VolumeImage, moving: VolumeImage) -> tuple[Plane | None, Plane | None]:
    """The planes of two single slices; (None, None) for two volumes. Raises InputError for one of each."""
    single, other = (fixed, moving) if fixed.slice_axis is not None else (moving, fixed)
    if single.slice_axis is None:
        return None, None
    if other.slice_axis is None:
        text = said(
            "The {single} is a single slice and the {other} is not; both must be single slices, or both volumes.",
            single=single.name,
            other=other.name,
        )
        raise InputError(text)
    for volume in (fixed, moving):
        if volume.to_world:
            raise InputError(
                said(
                    "The {volume} is a single slice under a non-linear transform, which can bend it out of "
                    "its plane; take it out of the transform, or harden the transform on it.",
                    volume=volume.name,
                )
            )
    fixed_plane = plane_of(fixed.geometry)
    return fixed_plane, plane_of(moving.geometry, fixed_plane)


class _Masks(NamedTuple):
    """Masks on the grids of the images; None means everywhere."""

    fixed: VoxelData | None
    moving: VoxelData | None
    sliding: VoxelData | None
    moving_sliding: VoxelData | None


def _masks_incrementally(guiding: GuidingNodes, fixed: VolumeSide, moving: VolumeSide) -> Steps[_Masks]:
    of_fixed = yield from mask_of_side_incrementally(fixed, guiding.fixed_mask, guiding.fixed_segments, "fixed mask")
    of_moving = yield from mask_of_side_incrementally(
        moving, guiding.moving_mask, guiding.moving_segments, "moving mask"
    )
    sliding = yield from labels_of_side_incrementally(
        fixed, guiding.sliding_mask, guiding.sliding_segments, "sliding mask"
    )
    segments = guiding.moving_sliding_segments
    both = guiding.sliding_mask, guiding.moving_sliding_mask
    if all(node is not None and node.IsA("vtkMRMLSegmentationNode") for node in both):
        segments = alike_segment_ids(both[0], guiding.sliding_segments, both[1], segments)
    moving_sliding = yield from labels_of_side_incrementally(moving, both[1], segments, "moving sliding mask")
    return _Masks(of_fixed, of_moving, sliding, moving_sliding)


def _channels_incrementally(
    guiding: GuidingNodes, fixed: VolumeSide, moving: VolumeSide, threads: int | None
) -> Steps[list[Channel]]:
    channels: list[Channel] = []
    for number, pair in enumerate(guiding.channels, 2):
        channels += yield from channel_incrementally(pair, (fixed, moving), number, threads)
    return channels


def _start_incrementally(
    node: Any, moving_node: Any, fixed_side: VolumeSide, moving_plane: Plane | None
) -> Steps[TransformData | None]:
    """The transform of an initial transform node, in the dimension of the registration."""
    if node is None:
        return None
    chain, fixed_plane = initial_chain(node, moving_node), fixed_side.plane
    matrix = matrix_of(chain)
    if matrix is not None:
        matrix = lps_from_ras_matrix(matrix)
        if fixed_plane is not None and moving_plane is not None:
            matrix = flattened_matrix(matrix, fixed_plane, moving_plane)
        return TransformData((TransformElement.affine(matrix),))
    yield from preload()
    if fixed_plane is None or moving_plane is None:
        return TransformData.of(itk_from_chain(chain, fixed_side.grid))
    domain = flat_geometry(fixed_side.grid, fixed_plane)
    mapping = partial(_map_flat, chain, fixed_plane, moving_plane)
    return TransformData.of(compose(sampled(mapping, lattice(domain, margin=0.25), domain)))


def _map_flat(chain: Chain, fixed_plane: Plane, moving_plane: Plane, points: np.ndarray) -> np.ndarray:
    return moving_plane.flat(map_lps_points(chain, fixed_plane.lifted(points)))
