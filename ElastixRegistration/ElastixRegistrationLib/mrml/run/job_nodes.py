"""The nodes of a registration besides its two volumes: guiding nodes, output nodes, and their checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.errors import InputError
from ...core.wording import said
from ..nodes.output_volumes import check_field_volume, check_output_volume
from ..nodes.volumes import VolumeImage
from .channels import VolumePair


@dataclass(frozen=True)
class GuidingNodes:
    """Nodes in the spaces of the two volumes that guide a registration; None for missing ones.

    Segments: ids or names of those that count; None means all. ``pairing`` of the points: "auto", "order" or "label".
    """

    fixed_mask: Any = None
    moving_mask: Any = None
    fixed_segments: Sequence[str] | None = None
    moving_segments: Sequence[str] | None = None
    fixed_points: Any = None
    moving_points: Any = None
    pairing: str = "auto"
    initial_transform: Any = None
    channels: Sequence[VolumePair] = ()
    sliding_mask: Any = None
    sliding_segments: Sequence[str] | None = None
    moving_sliding_mask: Any = None
    moving_sliding_segments: Sequence[str] | None = None

    @property
    def voxel_nodes(self) -> list[Any]:
        """Masks and volumes of channels, which no output may overwrite; may include None."""
        of_channels = [
            node for pair in self.channels for node in (pair.fixed, pair.moving, pair.fixedMask, pair.movingMask)
        ]
        masks = [self.fixed_mask, self.moving_mask, self.sliding_mask, self.moving_sliding_mask]
        return [*masks, *of_channels]


@dataclass(frozen=True)
class OutputNodes:
    """The nodes to write, None for unwanted ones, and whether the output transform should be a dense grid."""

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
        """Nodes by role; if none is given at all, None for new nodes."""
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


def check_outputs(outputs: OutputNodes, fixed: VolumeImage, moving: VolumeImage, others: Sequence[Any]) -> None:
    """Raise InputError for an output node that cannot be written or is also an input.

    ``others``: input nodes besides the two volumes; None for missing ones.
    """
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
        _check_moves_nothing(outputs.transform, "output transform", fixed)
    if outputs.field is not None:
        if outputs.field.IsA("vtkMRMLTransformNode"):
            _check_moves_nothing(outputs.field, "deformation field", fixed)
        else:
            check_field_volume(outputs.field, [fixed.node, moving.node, *others])


def check_derived_outputs(jacobian: Any, inverse: Any, fixed: VolumeImage, inputs: Iterable[Any]) -> None:
    """Raise InputError for a Jacobian or an inverse that cannot be written; None for unwanted ones.

    ``inputs``: nodes that must not be overwritten; None for missing ones.
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
        _check_moves_nothing(inverse, "inverse transform", fixed)


def _check_moves_nothing(node: Any, role: str, fixed: VolumeImage) -> None:
    """Raise InputError if a transform node that would change is above the fixed volume."""
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
