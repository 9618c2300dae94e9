"""From a result of ``core.register`` to nodes: all of it is computed first, then the scene changes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.background import BackgroundEstimate, estimate_background
from ..core.errors import InputError
from ..core.images import Geometry, image_from_array
from ..core.resampling import resample
from .chains import Chain, chain_to_world, displacements, inverse, simplified
from .coordinates import geometry_from_ijk_to_ras
from .job import RegistrationJob
from .output_volumes import volume_class_for, write_field_volume, write_resampled_volume
from .planes import lifted_transform
from .transforms import (
    as_grid,
    chain_from_itk,
    covering_grid,
    node_chain,
    node_class_of,
    set_from_parent,
    set_registration_references,
)
from .volumes import in_own_type, narrowed, resample_along, world_grid


@dataclass(frozen=True)
class RegistrationOutcome:
    """The nodes that were written, None where one was not wanted, and the result of ``core.register``."""

    volume_node: Any
    transform_node: Any
    field_node: Any
    result: Any


@dataclass(frozen=True)
class _Computed:
    """Everything that goes into the scene. ``voxels`` (k, j, i[, c]); ``vectors`` (k, j, i, 3), LPS mm, on ``grid``."""

    voxels: np.ndarray | None
    transform: Chain | None
    field: Chain | None
    vectors: np.ndarray | None
    grid: Geometry


def apply_result(job: RegistrationJob, result: Any) -> RegistrationOutcome:
    """Write ``result`` into the output nodes of ``job``; with none named, into a new volume and a new transform.

    Raises InputError when a node is no longer in the scene. When anything fails, the scene is as before.
    """
    _check_still_there(job)
    computed = _compute(job, result)
    scene = job.fixed.node.GetScene()
    outputs = job.outputs
    fixed, moving = job.fixed, job.moving
    scene.SaveStateForUndo()
    created = []

    def node_for(given: Any, node_class: str, name: str) -> Any:
        if given is not None or not outputs.none_named:
            return given
        created.append(scene.AddNewNodeByClass(node_class, scene.GenerateUniqueName(name)))
        return created[-1]

    pair = f"{moving.node.GetName()} registered to {fixed.node.GetName()}"
    try:
        transform_node = volume_node = None
        if computed.transform is not None:
            transform_node = node_for(outputs.transform, node_class_of(computed.transform), f"{pair} (transform)")
            set_from_parent(transform_node, computed.transform)
            set_registration_references(transform_node, fixed.node, moving.node)
        if outputs.field is not None:
            if computed.field is not None:
                set_from_parent(outputs.field, computed.field)
                set_registration_references(outputs.field, fixed.node, moving.node)
            else:
                write_field_volume(outputs.field, computed.vectors, computed.grid)
        # The last, because it may be the moving volume itself.
        if computed.voxels is not None:
            volume_node = node_for(outputs.volume, volume_class_for(moving), pair)
            write_resampled_volume(volume_node, computed.voxels, fixed, moving)
    except BaseException:
        for node in created:
            scene.RemoveNode(node)
        raise
    return RegistrationOutcome(volume_node, transform_node, outputs.field, result)


def _check_still_there(job: RegistrationJob) -> None:
    used = (job.fixed.node, job.moving.node, job.outputs.volume, job.outputs.transform, job.outputs.field)
    for node in used:
        if node is not None and node.GetScene() is None:
            raise InputError(f"The node {node.GetName()} was removed from the scene while the registration ran.")


def _compute(job: RegistrationJob, result: Any) -> _Computed:
    outputs, fixed, moving = job.outputs, job.fixed, job.moving
    chain = chain_from_itk(in_space(job, result.transform))
    grid = fixed.geometry if fixed.is_orthogonal_in_world else world_grid(fixed)

    def for_node(node: Any, *, dense: bool) -> Chain:
        """What ``node``, None for a new one without parents, maps from its parent."""
        parents = [] if node is None else chain_to_world(node.GetParentTransformNode())
        if not dense:
            return node_chain(chain, moving.parents, parents)
        to_moving = node_chain(chain, moving.parents)
        own_geometry = geometry_from_ijk_to_ras(moving.ijk_to_ras, moving.geometry.size)
        return simplified([*parents, *as_grid(to_moving, covering_grid(grid, own_geometry, to_moving))])

    wants_transform = outputs.transform is not None or outputs.none_named
    field_is_transform = outputs.field is not None and outputs.field.IsA("vtkMRMLTransformNode")
    field_is_volume = outputs.field is not None and not field_is_transform
    return _Computed(
        voxels=_resampled(job, result, chain) if outputs.volume is not None or outputs.none_named else None,
        transform=for_node(outputs.transform, dense=outputs.dense) if wants_transform else None,
        field=for_node(outputs.field, dense=True) if field_is_transform else None,
        vectors=displacements(chain, grid) if field_is_volume else None,
        grid=grid,
    )


def in_space(job: RegistrationJob, transform: Any) -> Any:
    """The 3D transform, world to world, LPS, of one that a registration of ``job`` found."""
    if job.fixed_plane is None:
        return transform
    corners = np.concatenate([job.fixed.geometry.corners(), job.moving.geometry.corners()])
    reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
    return lifted_transform(transform, job.fixed_plane, job.moving_plane, reach)


def _resampled(job: RegistrationJob, result: Any, chain: Chain) -> np.ndarray:
    """(k, j, i[, c]) of the original moving voxels on the grid of the fixed volume, in their own type."""
    moving = job.moving
    if moving.components == 1:
        estimate = result.background if job.moving_background is None else job.moving_background
        return _resampled_component(job, result, chain, moving.voxels, estimate)
    voxels = np.empty((*job.fixed.voxels.shape[:3], moving.components), moving.voxels.dtype)
    for component in range(moving.components):
        one = np.ascontiguousarray(moving.voxels[..., component])
        voxels[..., component] = _resampled_component(job, result, chain, one, _of_component(job, one))
    return voxels


def _of_component(job: RegistrationJob, voxels: np.ndarray) -> BackgroundEstimate:
    """Each colour has its own background; only what is padding in all of them would be padding, so none is taken."""
    setting = job.inputs.background
    value = estimate_background(voxels).value if isinstance(setting, str) else float(setting)
    return BackgroundEstimate(value=value, padding=None, padding_fraction=0.0, reason="Of one component.")


def _resampled_component(
    job: RegistrationJob, result: Any, chain: Chain, voxels: np.ndarray, estimate: BackgroundEstimate
) -> np.ndarray:
    fixed, moving = job.fixed, job.moving
    settings = {
        "interpolation": job.interpolation,
        "background": estimate.value,
        "padding": None if job.keeps_padding else estimate,
        "threads": job.inputs.threads,
    }
    if fixed.to_world or moving.to_world:
        whole = [*fixed.to_world, *chain, *inverse(moving.to_world)]
        return resample_along(voxels, moving.geometry, whole, fixed.geometry, **settings)
    flat, geometry = job.image_of(moving, voxels)
    _, reference = job.image_of(fixed, fixed.voxels)
    image = image_from_array(narrowed(flat), geometry)
    moved = in_own_type(resample(image, result.transform, reference, **settings), voxels.dtype)
    return moved.reshape(fixed.voxels.shape[:3])
