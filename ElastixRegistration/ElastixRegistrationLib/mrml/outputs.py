"""All outputs of a registration in the scene, made on demand, and the way back to how the scene was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import vtk

from ..core.deformation import jacobian_determinant
from ..core.images import Geometry, array_view
from ..core.transforms import displacement_field
from .background_registration import JACOBIAN
from .chains import chain_to_world, inverse, matrix_of
from .coordinates import ijk_to_ras_of, vtk_matrix_from_array
from .job import RegistrationJob
from .output_volumes import image_data, volume_class_for, write_resampled_volume
from .results import Computed, Wanted, check_still_there, compute_steps, write_field, write_transform
from .snapshots import Snapshot
from .steps import Steps
from .transforms import node_class_of

_NAMES = {
    "outputVolume": "{moving} registered to {fixed}",
    "outputTransform": "{moving} to {fixed}",
    "outputField": "{moving} to {fixed} (deformation field)",
    "outputJacobian": "{moving} to {fixed} (Jacobian)",
    "outputInverse": "{fixed} to {moving} (inverse)",
}


@dataclass
class AppliedOutputs:
    """``nodes`` by role. ``revert`` takes all of it back."""

    nodes: dict[str, Any]
    job: RegistrationJob = field(repr=False)
    _created: list[Any] = field(default_factory=list, repr=False)
    _snapshots: list[Snapshot] = field(default_factory=list, repr=False)

    def put_under_transform(self, nodes: list[Any]) -> list[Any]:
        """Move other nodes of the moving patient along. Returns those left out: they lie under other parents.

        The output transform takes the place of the parents that the moving volume had when it was registered.
        """
        transform, left_out = self.nodes["outputTransform"], []
        for node in nodes:
            if node is transform or node.GetTransformNodeID() == transform.GetID():
                continue
            if not self._lies_as_the_moving_volume(node):
                left_out.append(node)
                continue
            self._snapshots.append(Snapshot(node, parent_only=True))
            node.SetAndObserveTransformNodeID(transform.GetID())
        return left_out

    def _lies_as_the_moving_volume(self, node: Any) -> bool:
        parent, moving = node.GetParentTransformNode(), self.job.moving
        if parent is moving.parent_node:
            return True
        between = matrix_of([*chain_to_world(parent), *inverse(moving.parents)])
        return between is not None and np.allclose(between, np.eye(4), atol=1e-6)

    def revert(self) -> None:
        """Remove the nodes that were made, and give the others what they had. Nodes deleted meanwhile stay away."""
        for snapshot in reversed(self._snapshots):
            snapshot.restore()
        for node in self._created:
            scene = node.GetScene()
            if scene is not None:
                for n in reversed(range(node.GetNumberOfDisplayNodes())):
                    scene.RemoveNode(node.GetNthDisplayNode(n))
                scene.RemoveNode(node)
        self._snapshots.clear()
        self._created.clear()


def output_steps(
    job: RegistrationJob, result: Any, wanted: Mapping[str, Any], *, field_is_volume: bool = False
) -> Steps[AppliedOutputs]:
    """Write ``result`` into the nodes of ``wanted``: role of an output to its node, or to None for a new one.

    All is computed before the scene changes, at once, in the last step. Raises InputError when a node was removed
    meanwhile. When anything fails, the scene is as before.
    """
    check_still_there(job, wanted.values())
    asked = _asked(wanted, field_is_volume)
    computed = yield from compute_steps(job, result, asked)
    yield
    jacobian = _jacobian(job, result) if "outputJacobian" in wanted else None
    check_still_there(job, wanted.values())
    scene = job.fixed.node.GetScene()
    scene.SaveStateForUndo()
    applied = AppliedOutputs({}, job)
    try:
        for role, node in wanted.items():
            if node is None:
                name = _NAMES[role].format(moving=job.moving.node.GetName(), fixed=job.fixed.node.GetName())
                node = scene.AddNewNodeByClass(_node_class(job, role, computed), scene.GenerateUniqueName(name))
                applied._created.append(node)
            else:
                applied._snapshots.append(Snapshot(node))
            applied.nodes[role] = node
        _write(job, applied.nodes, computed)
        if jacobian is not None:
            _write_jacobian(applied.nodes["outputJacobian"], job, result.fixed_geometry, jacobian)
    except BaseException:
        applied.revert()
        raise
    return applied


def _asked(wanted: Mapping[str, Any], field_is_volume: bool) -> Wanted:
    field_node = wanted.get("outputField")
    if field_node is not None:
        field_is_volume = not field_node.IsA("vtkMRMLTransformNode")
    return Wanted(
        volume="outputVolume" in wanted,
        transform="outputTransform" in wanted or "outputInverse" in wanted,
        field="" if "outputField" not in wanted else "vectors" if field_is_volume else "grid",
        transform_node=wanted.get("outputTransform", wanted.get("outputInverse")),
        field_node=field_node,
    )


def _node_class(job: RegistrationJob, role: str, computed: Computed) -> str:
    if role == "outputVolume":
        return volume_class_for(job.moving)
    if role == "outputField":
        return "vtkMRMLVectorVolumeNode" if computed.dense_field is None else "vtkMRMLGridTransformNode"
    return "vtkMRMLScalarVolumeNode" if role == "outputJacobian" else node_class_of(computed.transform)


def _write(job: RegistrationJob, nodes: Mapping[str, Any], computed: Computed) -> None:
    transform = nodes.get("outputTransform") or nodes.get("outputInverse")
    if transform is not None:
        write_transform(job, transform, computed.transform)
    if "outputInverse" in nodes:
        _invert(nodes["outputInverse"], transform)
    if "outputField" in nodes:
        write_field(job, nodes["outputField"], computed)
    # The last, because it may be the moving volume itself.
    if "outputVolume" in nodes:
        write_resampled_volume(nodes["outputVolume"], computed.voxels, job.fixed, job.moving)


def _invert(node: Any, transform: Any) -> None:
    """Make ``node`` the inverse of ``transform``, in the scene; of itself where it is that node."""
    if node is not transform:
        node.SetAndObserveTransformNodeID(transform.GetTransformNodeID())
        if transform.IsLinear():
            matrix = vtk.vtkMatrix4x4()
            transform.GetMatrixTransformFromParent(matrix)
            node.SetMatrixTransformToParent(matrix)
            return
        node.CopyContent(transform, True)
    node.Inverse()


def _jacobian(job: RegistrationJob, result: Any) -> np.ndarray:
    """(k, j, i) determinants on the grid that elastix saw of the fixed volume."""
    computed = getattr(result, "outputs", {})  # by the worker
    if JACOBIAN in computed:
        return computed[JACOBIAN].array
    grid = result.fixed_geometry
    vectors = array_view(displacement_field(result.transform, grid))
    return jacobian_determinant(vectors, grid.spacing, grid.direction).astype(np.float32)


def _write_jacobian(node: Any, job: RegistrationJob, grid: Geometry, determinant: np.ndarray) -> None:
    """In world, without parent."""
    grid = grid if job.fixed_plane is None else job.fixed.geometry
    modified = node.StartModify()
    try:
        node.SetAndObserveTransformNodeID(None)
        node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
        node.SetAndObserveImageData(image_data(determinant.reshape(grid.size[::-1]), vtk.VTK_FLOAT))
    finally:
        node.EndModify(modified)
    if node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()
