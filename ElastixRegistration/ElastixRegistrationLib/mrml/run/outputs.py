"""All outputs of a registration in the scene, on demand, and undoing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import vtk

from ...core.deformation.analysis import jacobian_determinant_of
from ...core.errors import InputError
from ...core.wording import said
from ..nodes.chains import chain_to_world, inverse, matrix_of
from ..nodes.incremental import Steps, run_to_completion
from ..nodes.output_volumes import image_incrementally, volume_class_for, write_jacobian_volume, write_resampled_volume
from ..nodes.snapshots import SceneChange
from ..nodes.transforms import node_class_of
from .asynchronous import JACOBIAN
from .job import RegistrationJob
from .job_nodes import check_derived_outputs
from .results import (
    Computed,
    RegistrationOutcome,
    Wanted,
    check_still_there,
    compute_incrementally,
    write_field,
    write_transform,
)

#: The inverse needs the transform. The volume comes last, because it may be the moving volume itself.
_ORDER = ("outputTransform", "outputInverse", "outputField", "outputJacobian", "outputVolume")
_NAMES = {
    "outputVolume": "{moving} registered to {fixed}",
    "outputTransform": "{moving} to {fixed}",
    "outputField": "{moving} to {fixed} (deformation field)",
    "outputJacobian": "{moving} to {fixed} (Jacobian)",
    "outputInverse": "{fixed} to {moving} (inverse)",
}
#: The name that ``registerVolumes`` has always given the transform.
_NAMES_FOR_SCRIPTS = _NAMES | {"outputTransform": "{moving} registered to {fixed} (transform)"}


@dataclass
class AppliedOutputs(SceneChange):
    """``nodes`` by role. ``revert`` undoes everything."""

    nodes: dict[str, Any]
    job: RegistrationJob = field(repr=False)

    def put_under_transform(self, nodes: list[Any]) -> list[Any]:
        """Move other nodes of the moving image with it. Returns those left out, which are under other parents.

        The output transform replaces the parents that the moving volume had when it was registered.
        """
        transform, left_out = self.nodes["outputTransform"], []
        for node in nodes:
            if node is transform or node.GetTransformNodeID() == transform.GetID():
                continue
            if not self._lies_as_the_moving_volume(node):
                left_out.append(node)
                continue
            self.remember(node, parent_only=True)
            node.SetAndObserveTransformNodeID(transform.GetID())
        return left_out

    def _lies_as_the_moving_volume(self, node: Any) -> bool:
        parent, moving = node.GetParentTransformNode(), self.job.moving
        if parent is moving.parent_node:
            return True
        between = matrix_of([*chain_to_world(parent), *inverse(moving.parents)])
        return between is not None and np.allclose(between, np.eye(4), atol=1e-6)


def apply_result(job: RegistrationJob, result: Any) -> RegistrationOutcome:
    """Write ``result`` into the output nodes of ``job``; if there are none, into a new volume and a new transform.

    Raises InputError if a node is no longer in the scene. If anything fails, the scene stays unchanged.
    """
    wanted = job.outputs.by_role()
    steps = output_incrementally(job, result, wanted, dense=job.outputs.dense, names=_NAMES_FOR_SCRIPTS)
    nodes = run_to_completion(steps).nodes
    return RegistrationOutcome(
        volume_node=nodes.get("outputVolume"),
        transform_node=nodes.get("outputTransform"),
        field_node=nodes.get("outputField"),
        result=result,
        notes=(*job.notes, *result.notes),
        jacobian_node=nodes.get("outputJacobian"),
        inverse_node=nodes.get("outputInverse"),
    )


def check_outputs(job: RegistrationJob, wanted: Mapping[str, Any], inputs: Iterable[Any]) -> None:
    """Raise InputError for nodes of ``wanted`` that cannot be written, in addition to the checks of
    ``prepareRegistration``.

    ``inputs``: nodes that must not be overwritten; None for missing ones.
    """
    seen: list[Any] = []
    for node in wanted.values():
        if node is not None and any(node is other for other in seen):
            raise InputError(said("The node {node} is named for two outputs; each needs its own.", node=node.GetName()))
        seen.append(node)
    check_derived_outputs(wanted.get("outputJacobian"), wanted.get("outputInverse"), job.fixed, inputs)


def output_incrementally(
    job: RegistrationJob,
    result: Any,
    wanted: Mapping[str, Any],
    *,
    field_is_volume: bool = False,
    dense: bool = False,
    names: Mapping[str, str] | None = None,
) -> Steps[AppliedOutputs]:
    """Write ``result`` into the nodes of ``wanted``, which maps the role of an output to its node, or to None for a new
    one.

    ``dense`` makes the transform a dense grid. ``names``: of new nodes, by role, with {moving} and {fixed} to fill in.
    Everything is computed before the scene changes. Raises InputError if a node was removed meanwhile. If anything
    fails, or the steps are closed early, the scene stays unchanged.
    """
    check_still_there(job, wanted.values())
    computed = yield from compute_incrementally(job, result, _asked(wanted, field_is_volume, dense))
    jacobian = None
    if "outputJacobian" in wanted:
        jacobian = yield from _jacobian_incrementally(job, result)
    check_still_there(job, wanted.values())
    scene = job.fixed.node.GetScene()
    scene.SaveStateForUndo()
    applied = AppliedOutputs({}, job)
    try:
        for role in _ORDER:
            if role in wanted:
                node = _node_for(applied, role, wanted[role], computed, (names or _NAMES)[role])
                _write(applied, role, node, computed, result, jacobian)
                yield
    except BaseException:
        applied.revert()
        raise
    return applied


def _asked(wanted: Mapping[str, Any], field_is_volume: bool, dense: bool) -> Wanted:
    field_node = wanted.get("outputField")
    if field_node is not None:
        field_is_volume = not field_node.IsA("vtkMRMLTransformNode")
    return Wanted(
        volume="outputVolume" in wanted,
        transform="outputTransform" in wanted or "outputInverse" in wanted,
        field="" if "outputField" not in wanted else "vectors" if field_is_volume else "grid",
        transform_node=wanted.get("outputTransform", wanted.get("outputInverse")),
        field_node=field_node,
        dense=dense,
    )


def _node_class(job: RegistrationJob, role: str, computed: Computed) -> str:
    if role == "outputVolume":
        return volume_class_for(job.moving)
    if role == "outputField":
        return "vtkMRMLVectorVolumeNode" if computed.dense_field is None else "vtkMRMLGridTransformNode"
    return "vtkMRMLScalarVolumeNode" if role == "outputJacobian" else node_class_of(computed.transform or [])


def _node_for(applied: AppliedOutputs, role: str, node: Any, computed: Computed, name: str) -> Any:
    """``node``, or a new one, which is recorded in ``applied``."""
    if node is None:
        job, scene = applied.job, applied.job.fixed.node.GetScene()
        name = name.format(moving=job.moving.node.GetName(), fixed=job.fixed.node.GetName())
        node = applied.made(scene.AddNewNodeByClass(_node_class(job, role, computed), scene.GenerateUniqueName(name)))
    else:
        applied.remember(node)
    applied.nodes[role] = node
    return node


def _write(applied: AppliedOutputs, role: str, node: Any, computed: Computed, result: Any, jacobian: Any) -> None:
    job = applied.job
    if role == "outputTransform":
        write_transform(job, node, computed.transform or [], computed.own)
    elif role == "outputInverse":
        transform = applied.nodes.get("outputTransform")
        if transform is None:
            write_transform(job, node, computed.transform or [], computed.own)
        _invert(node, transform or node)
    elif role == "outputField":
        write_field(job, node, computed)
    elif role == "outputJacobian":
        grid = result.fixed_geometry if job.fixed_plane is None else job.fixed.geometry
        write_jacobian_volume(node, jacobian, grid)
    else:
        write_resampled_volume(node, computed.volume, job.fixed, job.moving)


def _invert(node: Any, transform: Any) -> None:
    """Make ``node`` the inverse of ``transform``; both may be the same node."""
    if node is not transform:
        node.SetAndObserveTransformNodeID(transform.GetTransformNodeID())
        if transform.IsLinear():
            matrix = vtk.vtkMatrix4x4()
            transform.GetMatrixTransformFromParent(matrix)
            node.SetMatrixTransformToParent(matrix)
            return
        node.CopyContent(transform, True)
    node.Inverse()


def _jacobian_incrementally(job: RegistrationJob, result: Any) -> Steps[vtk.vtkImageData]:
    """Determinants on the grid of the fixed volume that elastix used."""
    grid, computed = result.fixed_geometry, getattr(result, "outputs", {})
    by_worker = computed.get(JACOBIAN)
    determinant = jacobian_determinant_of(result.transform, grid) if by_worker is None else by_worker.array
    size = grid.size if job.fixed_plane is None else job.fixed.geometry.size
    return (yield from image_incrementally(determinant.reshape(size[::-1]), vtk.VTK_FLOAT))
