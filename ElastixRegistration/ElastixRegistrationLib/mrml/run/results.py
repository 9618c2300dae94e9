"""Conversion of a result of ``core.register`` to nodes: all is computed first, then the scene changes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.background import BackgroundEstimate, component_background
from ...core.images.geometry import Geometry, array_view, image_from_array
from ...core.resampling.images import cast_into, resample
from ...core.transforms.plain_data import TransformData
from ...core.transforms.planes import lifted_transform
from ...core.wording import said
from ..nodes.chains import Chain, chain_to_world, displacement_incrementally, inverse, is_matrix, simplified
from ..nodes.coordinates import geometry_from_ijk_to_ras
from ..nodes.incremental import Steps
from ..nodes.output_volumes import image_incrementally, write_field_volume
from ..nodes.resampling import resample_incrementally
from ..nodes.slicer_names import SlicerNames
from ..nodes.transforms import (
    chain_incrementally,
    covering_grid,
    grid_incrementally,
    node_chain,
    set_from_parent,
    set_registration_references,
)
from ..nodes.volumes import narrowed, world_grid
from ..nodes.warps import vector_image
from .asynchronous import resampled_by_worker
from .job import RegistrationJob


@dataclass(frozen=True)
class RegistrationOutcome(SlicerNames):
    """The written nodes, None for unwanted ones, and the result of ``core.register``.

    ``notes``: sentences for the user about changes to the input, such as landmarks that were left out.
    """

    volume_node: Any
    transform_node: Any
    field_node: Any
    result: Any
    notes: tuple[str, ...] = ()
    jacobian_node: Any = None
    inverse_node: Any = None


@dataclass(frozen=True)
class Wanted:
    """The parts of a result to compute. The nodes are existing ones, because their parents matter.

    ``field``: "grid" for a displacement grid, "vectors" for displacements at the fixed voxels, "" for neither.
    """

    volume: bool = False
    transform: bool = False
    field: str = ""
    transform_node: Any = None
    field_node: Any = None
    dense: bool = False


@dataclass(frozen=True)
class Computed:
    """The data for the scene; None for unwanted parts.

    ``volume``: a VTK image on the fixed grid. ``transform`` and ``dense_field``: the from-parent chains of their nodes.
    ``vectors``: a VTK image of displacements, RAS mm, on ``grid``. ``own``: elements that nothing else uses, so that
    nodes may keep them.
    """

    grid: Geometry
    volume: Any = None
    transform: Chain | None = None
    dense_field: Chain | None = None
    vectors: Any = None
    own: Chain = field(default_factory=list)


def check_still_there(job: RegistrationJob, outputs: Any) -> None:
    """Raise InputError if the fixed or the moving volume or one of the output nodes is no longer in the scene."""
    for node in (job.fixed.node, job.moving.node, *outputs):
        if node is not None and node.GetScene() is None:
            raise InputError(
                said("The node {node} was removed from the scene while the registration ran.", node=node.GetName())
            )


def write_transform(job: RegistrationJob, node: Any, chain: Chain, own: Sequence[Any] = ()) -> None:
    """Write a chain into a transform node. ``own``: elements that only the node will use, so that it may keep them."""
    set_from_parent(node, chain, own)
    set_registration_references(node, job.fixed.node, job.moving.node)


def write_field(job: RegistrationJob, node: Any, computed: Computed) -> None:
    if computed.dense_field is not None:
        write_transform(job, node, computed.dense_field, own=computed.own)
    else:
        write_field_volume(node, computed.vectors, computed.grid)


def compute_incrementally(job: RegistrationJob, result: Any, wanted: Wanted) -> Steps[Computed]:
    """Compute the wanted parts. The scene does not change."""
    fixed, moving = job.fixed, job.moving
    chain = yield from chain_incrementally(transform_in_space(job, result))
    own = [element for element in chain if not is_matrix(element)]
    grid = fixed.geometry if fixed.is_orthogonal_in_world else world_grid(fixed)

    def for_node(node: Any, dense: bool) -> Steps[Chain]:
        """The from-parent chain of ``node``; None means a new node without parents."""
        parents = [] if node is None else chain_to_world(node.GetParentTransformNode())
        if not dense:
            return node_chain(chain, moving.parents, parents)
        to_moving = node_chain(chain, moving.parents)
        own_geometry = geometry_from_ijk_to_ras(moving.ijk_to_ras, moving.geometry.size)
        yield
        dense_chain = yield from grid_incrementally(to_moving, covering_grid(grid, own_geometry, to_moving))
        own.extend(dense_chain)
        return simplified([*parents, *dense_chain])

    volume = transform = dense_field = vectors = None
    if wanted.volume:
        voxels = yield from _resampled_incrementally(job, result, chain)
        volume = yield from image_incrementally(voxels, moving.scalar_type)
    if wanted.transform:
        transform = yield from for_node(wanted.transform_node, wanted.dense)
    if wanted.field == "grid":
        dense_field = yield from for_node(wanted.field_node, True)
    elif wanted.field == "vectors":
        vectors, target = vector_image(grid)
        yield from displacement_incrementally(chain, grid, target)
    return Computed(grid, volume, transform, dense_field, vectors, own)


def transform_in_space(job: RegistrationJob, result: Any) -> TransformData:
    """The 3D transform, LPS, world to world."""
    data = getattr(result, "transform_data", None)  # as the worker sent it
    data = TransformData.of(result.transform) if data is None else data
    if job.fixed_plane is None or job.moving_plane is None:
        return data
    corners = np.concatenate([job.fixed.geometry.corners(), job.moving.geometry.corners()])
    reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
    return lifted_transform(data, job.fixed_plane, job.moving_plane, reach)


def _resampled_incrementally(job: RegistrationJob, result: Any, chain: Chain) -> Steps[np.ndarray]:
    """(k, j, i[, c]) of the original moving voxels on the grid of the fixed volume, in their own type."""
    moving = job.moving
    found = resampled_by_worker(job, result)
    if found is not None:
        return found
    if moving.components == 1:
        estimate = result.background if job.moving_background is None else job.moving_background
        padding = None if job.keeps_padding else estimate
        return (yield from _component_incrementally(job, result, chain, moving.voxels, estimate.value, padding))
    voxels = np.empty((*job.fixed.voxels.shape[:3], moving.components), moving.voxels.dtype)
    for component in range(moving.components):
        one = np.ascontiguousarray(moving.voxels[..., component])
        yield
        background = component_background(one, job.inputs.request.background)
        yield
        voxels[..., component] = yield from _component_incrementally(job, result, chain, one, background)
        yield
    return voxels


def _component_incrementally(
    job: RegistrationJob,
    result: Any,
    chain: Chain,
    voxels: np.ndarray,
    background: float,
    padding: BackgroundEstimate | None = None,
) -> Steps[np.ndarray]:
    fixed, moving = job.fixed, job.moving
    settings: dict[str, Any] = {
        "interpolation": job.interpolation,
        "background": background,
        "padding": padding,
        "threads": job.inputs.request.threads,
    }
    if fixed.to_world or moving.to_world:
        whole = [*fixed.to_world, *chain, *inverse(moving.to_world)]
        return (yield from resample_incrementally(voxels, moving.geometry, whole, fixed.geometry, **settings))
    flat, geometry = job.image_of(moving, voxels)
    _, reference = job.image_of(fixed, fixed.voxels)
    moved = resample(image_from_array(narrowed(flat), geometry), result.transform, reference, **settings)
    # ITK does not wrap every type of volume.
    own = np.empty(fixed.voxels.shape[:3], voxels.dtype)
    cast_into(own, array_view(moved).reshape(own.shape))
    return own
