"""From nodes to arguments of ``core.register``: plain images, masks, points and stages, and destinations of results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

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
from ..nodes.output_volumes import check_field_volume, check_output_volume
from ..nodes.points import landmark_pairs
from ..nodes.transforms import initial_chain, itk_from_chain
from ..nodes.volumes import VolumeImage, volume_image
from .channels import VolumePair, channel_incrementally
from .scene_presets import scene_presets
from .sides import flattened, labels_of_side_incrementally, mask_of_side_incrementally, side_incrementally


@dataclass(frozen=True)
class RegistrationData:
    """The arguments of ``core.register`` as arrays: no node, nothing of VTK or ITK. 2D for single-slice volumes.

    The initialization of ``request`` is the one to start with, the preset's included.
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
class OutputNodes:
    """The nodes to write, None where one is not wanted, and whether the output transform is to be a dense grid."""

    volume: Any = None
    transform: Any = None
    field: Any = None
    dense: bool = False
    jacobian: Any = None
    inverse: Any = None

    @property
    def none_named(self) -> bool:
        return not self._named()

    def by_role(self) -> dict[str, Any]:
        """Nodes by their roles; None, for a new one, where none is named at all."""
        return self._named() or {"outputVolume": None, "outputTransform": None}

    def _named(self) -> dict[str, Any]:
        nodes = {
            "outputVolume": self.volume,
            "outputTransform": self.transform,
            "outputField": self.field,
            "outputJacobian": self.jacobian,
            "outputInverse": self.inverse,
        }
        return {role: node for role, node in nodes.items() if node is not None}


@dataclass(frozen=True)
class RegistrationJob:
    """A registration that is ready to run, here or elsewhere, with the data to bring its result into the scene.

    ``moving_background`` is the estimate for the original voxels, where elastix sees resampled ones; None otherwise.
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
        """The same volumes, masks, landmarks and start with other stages and choices; the background stays.

        Raises InputError for a preset that is not here or not for such images, ParameterError for a broken one.
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
        """(k, j, i) voxels of one of the volumes with their own geometry; (j, i) in the plane of a single slice."""
        return flattened(voxels, volume.geometry, self.fixed_plane if volume is self.fixed else self.moving_plane)


def prepare_incrementally(
    fixed_node: Any,
    moving_node: Any,
    request: RegistrationRequest,
    outputs: OutputNodes,
    *,
    fixed_mask_node: Any = None,
    moving_mask_node: Any = None,
    fixed_segments: Sequence[str] | None = None,
    moving_segments: Sequence[str] | None = None,
    fixed_points_node: Any = None,
    moving_points_node: Any = None,
    initial_transform_node: Any = None,
    pairing: str = "auto",
    channels: Sequence[VolumePair] = (),
    sliding_mask_node: Any = None,
    sliding_segments: Sequence[str] | None = None,
    presets: Sequence[Preset] | None = None,
) -> Steps[RegistrationJob]:
    """Read the nodes and check them; nothing in the scene changes. Raises InputError that names node or parameter.

    ``presets`` beside the built-in ones and the user's own; None: those of the scene of the fixed volume.
    """
    fixed, moving = volume_image(fixed_node, "fixed volume"), volume_image(moving_node, "moving volume")
    if fixed_node is moving_node:
        raise InputError(said("The {one} and the {other} are the same node.", one=fixed.name, other=moving.name))
    _check_scene(fixed, moving)
    of_channels = [node for pair in channels for node in (pair.fixed, pair.moving, pair.fixedMask, pair.movingMask)]
    _check_outputs(outputs, fixed, moving, [fixed_mask_node, moving_mask_node, sliding_mask_node, *of_channels])
    fixed_plane, moving_plane = _planes(fixed, moving)
    presets = scene_presets(fixed_node.GetScene()) if presets is None else presets
    stages = request.stages(
        3 if fixed_plane is None else 2,
        has_masks=(fixed_mask_node is not None, moving_mask_node is not None),
        has_points=fixed_points_node is not None,
        presets=presets,
    )
    background = request.background
    if moving.is_label_map and isinstance(background, str):
        background = 0.0
    yield
    fixed_side = yield from side_incrementally(
        fixed, fixed_plane, "auto" if background != KEEP else KEEP, request.threads
    )
    yield
    moving_side = yield from side_incrementally(moving, moving_plane, background, request.threads)
    yield
    points, notes = _landmarks(fixed_points_node, moving_points_node, pairing, fixed_plane, moving_plane)
    start = None
    if initial_transform_node is not None:
        chain = initial_chain(initial_transform_node, moving_node)
        start = yield from _start_incrementally(chain, fixed_side.grid, fixed_plane, moving_plane)
    fixed_mask = yield from mask_of_side_incrementally(fixed_side, fixed_mask_node, fixed_segments, "fixed mask")
    moving_mask = yield from mask_of_side_incrementally(moving_side, moving_mask_node, moving_segments, "moving mask")
    sliding_mask = yield from labels_of_side_incrementally(
        fixed_side, sliding_mask_node, sliding_segments, "sliding mask"
    )
    sides = (fixed_side, moving_side)
    more = []
    for number, pair in enumerate(channels, 2):
        more += yield from channel_incrementally(pair, sides, number, request.threads)
    inputs = RegistrationData(
        fixed=fixed_side.image,
        moving=moving_side.image,
        stages=stages,
        fixed_mask=fixed_mask,
        moving_mask=moving_mask,
        fixed_points=points[0],
        moving_points=points[1],
        initial_transform=start,
        channels=more,
        adapt=request.adapts(presets),
        sliding_mask=sliding_mask,
        request=replace(request, background=background, initialization=request.start(start is not None, presets)),
    )
    return RegistrationJob(
        inputs=inputs,
        outputs=outputs,
        fixed=fixed,
        moving=moving,
        fixed_plane=fixed_plane,
        moving_plane=moving_plane,
        moving_background=moving_side.estimate,
        interpolation="nearest" if moving.is_label_map else request.interpolation,
        notes=notes,
    )


def _landmarks(
    fixed_node: Any, moving_node: Any, pairing: str, fixed_plane: Plane | None, moving_plane: Plane | None
) -> tuple[tuple[Any, Any], tuple[str, ...]]:
    """Fixed and moving points, (N, D), LPS mm, None without nodes, and sentences on omitted points."""
    if fixed_node is None and moving_node is None:
        return (None, None), ()
    pairs = landmark_pairs(fixed_node, moving_node, pairing)
    if fixed_plane is None or moving_plane is None:
        return (pairs.fixed, pairs.moving), pairs.notes
    return (fixed_plane.flat(pairs.fixed), moving_plane.flat(pairs.moving)), pairs.notes


def _planes(fixed: VolumeImage, moving: VolumeImage) -> tuple[Plane | None, Plane | None]:
    """Of two single slices; (None, None) for two volumes. Raises InputError for one of each."""
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


def _start_incrementally(
    chain: Chain, grid: Geometry, fixed_plane: Plane | None, moving_plane: Plane | None
) -> Steps[TransformData]:
    """The transform, of the dimension of the registration, that an initial transform node stands for."""
    matrix = matrix_of(chain)
    if matrix is not None:
        matrix = lps_from_ras_matrix(matrix)
        if fixed_plane is not None and moving_plane is not None:
            matrix = flattened_matrix(matrix, fixed_plane, moving_plane)
        return TransformData((TransformElement.affine(matrix),))
    yield from preload()
    if fixed_plane is None or moving_plane is None:
        return TransformData.of(itk_from_chain(chain, grid))
    domain = flat_geometry(grid, fixed_plane)
    mapping = partial(_map_flat, chain, fixed_plane, moving_plane)
    return TransformData.of(compose(sampled(mapping, lattice(domain, margin=0.25), domain)))


def _map_flat(chain: Chain, fixed_plane: Plane, moving_plane: Plane, points: np.ndarray) -> np.ndarray:
    return moving_plane.flat(map_lps_points(chain, fixed_plane.lifted(points)))


def _check_scene(fixed: VolumeImage, moving: VolumeImage) -> None:
    scene = fixed.node.GetScene()
    for volume in (fixed, moving):
        if volume.node.GetScene() is None:
            raise InputError(said("The {volume} is not in a scene; add it to one first.", volume=volume.name))
    if moving.node.GetScene() is not scene:
        raise InputError(
            said("The {fixed} and the {moving} are in different scenes.", fixed=fixed.name, moving=moving.name)
        )


def _check_outputs(outputs: OutputNodes, fixed: VolumeImage, moving: VolumeImage, others: Sequence[Any]) -> None:
    """``others``: input nodes beside the two volumes, None for those that there are not."""
    named = [node for node in outputs.by_role().values() if node is not None]
    check_derived_outputs(outputs.jacobian, outputs.inverse, fixed, [fixed.node, moving.node, *others])
    for n, node in enumerate(named):
        if any(node is other for other in named[:n]):
            raise InputError(said("The node {node} is named for two outputs; each needs its own.", node=node.GetName()))
        if node.GetScene() is not fixed.node.GetScene():
            raise InputError(said("The output {node} is not in the scene.", node=node.GetName()))
    if outputs.volume is not None or outputs.none_named:
        check_output_volume(outputs.volume, fixed, moving, others)
    if outputs.transform is not None:
        if not outputs.transform.IsA("vtkMRMLTransformNode"):
            raise InputError(
                said(
                    "The output transform {transform} is a {kind} node.",
                    transform=outputs.transform.GetName(),
                    kind=outputs.transform.GetNodeTagName(),
                )
            )
        check_moves_nothing(outputs.transform, "output transform", fixed)
    if outputs.field is not None:
        if outputs.field.IsA("vtkMRMLTransformNode"):
            check_moves_nothing(outputs.field, "deformation field", fixed)
        else:
            check_field_volume(outputs.field, [fixed.node, moving.node, *others])


def check_derived_outputs(jacobian: Any, inverse: Any, fixed: VolumeImage, inputs: Iterable[Any]) -> None:
    """Raise InputError for a Jacobian or an inverse, None where there is none, that cannot be written.

    ``inputs``: nodes that must not be lost, None among them for those that there are not.
    """
    if jacobian is not None:
        name = f"Jacobian {jacobian.GetName()}"
        if not jacobian.IsA("vtkMRMLScalarVolumeNode") or jacobian.IsA("vtkMRMLLabelMapVolumeNode"):
            raise InputError(
                said(
                    "The {name} is a {kind} node; it must be a scalar volume.",
                    name=name,
                    kind=jacobian.GetNodeTagName(),
                )
            )
        if any(jacobian is node for node in inputs):
            raise InputError(said("The {name} is an input, which would be lost; choose another one.", name=name))
    if inverse is not None:
        if not inverse.IsA("vtkMRMLTransformNode"):
            raise InputError(
                said(
                    "The inverse transform {inverse} is a {kind} node.",
                    inverse=inverse.GetName(),
                    kind=inverse.GetNodeTagName(),
                )
            )
        check_moves_nothing(inverse, "inverse transform", fixed)


def check_moves_nothing(node: Any, role: str, fixed: VolumeImage) -> None:
    """Raise InputError when a transform node that would change is above the fixed volume."""
    parent = fixed.node.GetParentTransformNode()
    while parent is not None:
        if parent is node:
            raise InputError(
                said(
                    "The {role} {node} is above the {fixed}, which it would move; choose another transform.",
                    role=role,
                    node=node.GetName(),
                    fixed=fixed.name,
                )
            )
        parent = parent.GetParentTransformNode()
