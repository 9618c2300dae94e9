"""All outputs of a registration in the scene, made on demand, and the way back to how the scene was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import vtk

from ..core.deformation import jacobian_determinant
from ..core.errors import InputError
from ..core.images import array_view
from ..core.transforms import displacement_field
from .background_registration import JACOBIAN, VOLUME
from .coordinates import ijk_to_ras_of, vtk_matrix_from_array
from .job import OutputNodes, RegistrationJob
from .output_volumes import image_data, volume_class_for, write_resampled_volume
from .results import apply_result
from .transforms import chain_from_itk, node_chain, node_class_of

_NAMES = {
    "outputVolume": "{moving} registered to {fixed}",
    "outputTransform": "{moving} to {fixed}",
    "outputField": "{moving} to {fixed} (deformation field)",
    "outputJacobian": "{moving} to {fixed} (Jacobian)",
    "outputInverse": "{fixed} to {moving} (inverse)",
}


class _Snapshot:
    """What a node was, kept outside of the scene. Voxels are shared: a registration puts others in their place."""

    def __init__(self, node: Any, parent_only: bool = False):
        self._node, self._parent, self._copy = node, node.GetTransformNodeID(), None
        if not parent_only:
            self._copy = node.CreateNodeInstance()
            self._copy.UnRegister(None)
            self._copy.CopyContent(node, not node.IsA("vtkMRMLVolumeNode"))

    def restore(self) -> None:
        if self._node.GetScene() is None:
            return
        if self._copy is not None:
            self._node.CopyContent(self._copy, not self._node.IsA("vtkMRMLVolumeNode"))
        self._node.SetAndObserveTransformNodeID(self._parent)


@dataclass
class AppliedOutputs:
    """``nodes`` by role. ``revert`` takes all of it back."""

    nodes: dict[str, Any]
    result: Any = field(repr=False)
    _created: list[Any] = field(default_factory=list, repr=False)
    _snapshots: list[_Snapshot] = field(default_factory=list, repr=False)

    def put_under_transform(self, nodes: list[Any]) -> None:
        """Move other nodes of the moving patient along, which lie where the moving volume lies."""
        transform = self.nodes["outputTransform"]
        for node in nodes:
            if node is not transform and node.GetTransformNodeID() != transform.GetID():
                self._snapshots.append(_Snapshot(node, parent_only=True))
                node.SetAndObserveTransformNodeID(transform.GetID())

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


def apply_outputs(
    job: RegistrationJob, result: Any, wanted: Mapping[str, Any], *, field_is_volume: bool = False
) -> AppliedOutputs:
    """Write ``result`` into the nodes of ``wanted``: role of an output to its node, or to None for a new one.

    Raises InputError when a node was removed meanwhile. When anything fails, the scene is as before.
    """
    for node in (job.fixed.node, job.moving.node, *wanted.values()):
        if node is not None and node.GetScene() is None:
            raise InputError(f"The node {node.GetName()} was removed from the scene while the registration ran.")
    applied = AppliedOutputs({}, result)
    try:
        for role, node in wanted.items():
            if node is None:
                node = _new_node(job, result, role, field_is_volume)
                applied._created.append(node)
            else:
                applied._snapshots.append(_Snapshot(node))
            applied.nodes[role] = node
        nodes = applied.nodes
        transform = nodes.get("outputTransform") or nodes.get("outputInverse")
        computed = getattr(result, "outputs", {})  # by the worker
        volume = nodes.get("outputVolume")
        outputs = OutputNodes(
            None if VOLUME in computed else volume, transform, nodes.get("outputField"), job.outputs.dense
        )
        if not outputs.none_named:  # with none named it would make nodes of its own
            apply_result(replace(job, outputs=outputs), result)
        if volume is not None and VOLUME in computed:
            voxels = computed[VOLUME].array.reshape(job.fixed.voxels.shape[:3])
            write_resampled_volume(volume, voxels, job.fixed, job.moving)
        if "outputInverse" in nodes:
            _invert(nodes["outputInverse"], transform)
        if "outputJacobian" in nodes:
            _write_jacobian(nodes["outputJacobian"], job, result)
    except BaseException:
        applied.revert()
        raise
    for node in applied._created:
        if node.IsA("vtkMRMLVolumeNode") and node.GetDisplayNode() is None:
            node.CreateDefaultDisplayNodes()
    return applied


def _new_node(job: RegistrationJob, result: Any, role: str, field_is_volume: bool) -> Any:
    scene = job.fixed.node.GetScene()
    node_class = {
        "outputVolume": volume_class_for(job.moving),
        "outputField": "vtkMRMLVectorVolumeNode" if field_is_volume else "vtkMRMLGridTransformNode",
        "outputJacobian": "vtkMRMLScalarVolumeNode",
    }.get(role) or _transform_class(job, result)
    name = _NAMES[role].format(moving=job.moving.node.GetName(), fixed=job.fixed.node.GetName())
    return scene.AddNewNodeByClass(node_class, scene.GenerateUniqueName(name))


def _transform_class(job: RegistrationJob, result: Any) -> str:
    if result.transform.GetInputSpaceDimension() == 3:
        return node_class_of(node_chain(chain_from_itk(result.transform), job.moving.parents))
    return "vtkMRMLLinearTransformNode" if result.transform.IsLinear() else "vtkMRMLTransformNode"


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


def _write_jacobian(node: Any, job: RegistrationJob, result: Any) -> None:
    """Determinants on the grid that elastix saw of the fixed volume, in world, without parent."""
    grid = result.fixed_geometry
    computed = getattr(result, "outputs", {})
    if JACOBIAN in computed:
        determinant = computed[JACOBIAN].array
    else:
        vectors = array_view(displacement_field(result.transform, grid))
        determinant = jacobian_determinant(vectors, grid.spacing, grid.direction).astype(np.float32)
    if job.fixed_plane is not None:
        grid = job.fixed.geometry
    modified = node.StartModify()
    try:
        node.SetAndObserveTransformNodeID(None)
        node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
        node.SetAndObserveImageData(image_data(determinant.reshape(grid.size[::-1]), vtk.VTK_FLOAT))
    finally:
        node.EndModify(modified)
