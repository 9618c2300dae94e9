"""The choices of a registration as a parameterNodeWrapper with a member for each, as in Slicer's own modules.

``mrml.run.parameter_node``, which needs no window, and the request of ``core`` define how they are stored. The members
are generated from these, so that new options appear here too.
"""

from __future__ import annotations

from typing import Annotated, Any

import slicer
from slicer.parameterNodeWrapper import IsInstance, Serializer, parameterNodeWrapper

from ..core.request import RegistrationRequest
from ..mrml.run.parameter_node import CHOICES, GROUP_VOLUMES, MANY_ROLES, OUTPUTS, ROLES, ParameterSet

_VOLUMES = (slicer.vtkMRMLScalarVolumeNode,)  # includes vector volumes and label maps
_SEQUENCES = (slicer.vtkMRMLSequenceNode,)
#: Classes of nodes for each role.
NODE_CLASSES: dict[str, tuple[type, ...]] = {
    "fixedVolume": _VOLUMES,
    "movingVolume": _VOLUMES,
    "fixedMask": (slicer.vtkMRMLLabelMapVolumeNode, slicer.vtkMRMLSegmentationNode),
    "movingMask": (slicer.vtkMRMLLabelMapVolumeNode, slicer.vtkMRMLSegmentationNode),
    "slidingMask": (slicer.vtkMRMLLabelMapVolumeNode, slicer.vtkMRMLSegmentationNode),
    "movingSlidingMask": (slicer.vtkMRMLLabelMapVolumeNode, slicer.vtkMRMLSegmentationNode),
    "fixedPoints": (slicer.vtkMRMLMarkupsFiducialNode,),
    "movingPoints": (slicer.vtkMRMLMarkupsFiducialNode,),
    "initialTransform": (slicer.vtkMRMLTransformNode,),
    "outputVolume": _VOLUMES,
    "outputTransform": (slicer.vtkMRMLTransformNode,),
    "outputField": (slicer.vtkMRMLTransformNode, slicer.vtkMRMLVectorVolumeNode),
    "outputJacobian": _VOLUMES,
    "outputInverse": (slicer.vtkMRMLTransformNode,),
    "sequence": _SEQUENCES,
    "sequenceSegmentation": (slicer.vtkMRMLSegmentationNode,),
    "groupSequence": _SEQUENCES,
    "outputSequence": _SEQUENCES,
    "outputTransformSequence": _SEQUENCES,
    "outputSegmentationSequence": _SEQUENCES,
}


class _Kept(Serializer):
    """Serializer in the format of all releases. Missing members have their defaults, and wrapping a node writes
    nothing."""

    @staticmethod
    def canSerialize(type_: Any) -> bool:
        return False  # for members that only name it

    @staticmethod
    def create(type_: Any) -> None:
        return None

    def isIn(self, parameterNode: Any, name: str) -> bool:
        return True


class _RequestSerializer(_Kept):
    """Serializer of all options, each under its own name."""

    def default(self) -> RegistrationRequest:
        return RegistrationRequest()

    def read(self, parameterNode: Any, name: str) -> RegistrationRequest:
        return ParameterSet(parameterNode).settings

    def write(self, parameterNode: Any, name: str, value: RegistrationRequest) -> None:
        ParameterSet(parameterNode).set_settings(value)

    def remove(self, parameterNode: Any, name: str) -> None:
        self.write(parameterNode, name, self.default())


class _NodeSerializer(_Kept):
    """Serializer of a node by its role."""

    def default(self) -> None:
        return None

    def read(self, parameterNode: Any, name: str) -> Any:
        return ParameterSet(parameterNode).reference(name)

    def write(self, parameterNode: Any, name: str, value: Any) -> None:
        ParameterSet(parameterNode).set_reference(name, value)

    def remove(self, parameterNode: Any, name: str) -> None:
        self.write(parameterNode, name, None)


class _NodesSerializer(_Kept):
    """Serializer of any number of nodes of one role, as a tuple; to change it, set the member."""

    def default(self) -> tuple[Any, ...]:
        return ()

    def read(self, parameterNode: Any, name: str) -> tuple[Any, ...]:
        return tuple(ParameterSet(parameterNode).references(name))

    def write(self, parameterNode: Any, name: str, value: tuple[Any, ...]) -> None:
        ParameterSet(parameterNode).set_references(name, value)

    def remove(self, parameterNode: Any, name: str) -> None:
        self.write(parameterNode, name, ())


class _ChoiceSerializer(_Kept):
    """Serializer of one of CHOICES, whose name in the node may contain a dot, unlike that of a member."""

    def __init__(self, choice: str):
        self._choice = choice

    def default(self) -> bool | int | str:
        return CHOICES[self._choice]

    def read(self, parameterNode: Any, name: str) -> bool | int | str:
        return ParameterSet(parameterNode).value(self._choice)

    def write(self, parameterNode: Any, name: str, value: bool | int | str) -> None:
        ParameterSet(parameterNode).set(self._choice, value)

    def remove(self, parameterNode: Any, name: str) -> None:
        self.write(parameterNode, name, self.default())


def memberOf(choice: str) -> str:
    """The member for one of CHOICES: manyKind for many.kind."""
    first, *others = choice.split(".")
    return first + "".join(word[0].upper() + word[1:] for word in others)


def _members() -> dict[str, Any]:
    """Names and annotated types of the wrapper's members."""
    roles = [role for role in (*ROLES, *MANY_ROLES) if role != GROUP_VOLUMES]
    nodes = {role: Annotated[slicer.vtkMRMLNode, _NodeSerializer(), IsInstance(NODE_CLASSES[role])] for role in roles}
    choices = {memberOf(name): Annotated[type(value), _ChoiceSerializer(name)] for name, value in CHOICES.items()}
    return {
        "request": Annotated[RegistrationRequest, _RequestSerializer(), IsInstance(RegistrationRequest)],
        GROUP_VOLUMES: Annotated[tuple, _NodesSerializer()],
        **nodes,
        **choices,
    }


@parameterNodeWrapper
class RegistrationParameterNode:
    """Typed access to a parameter node of this module.

    ``request``: the RegistrationRequest with preset, background, threads and whatever else ``core`` offers.
    ``fixedVolume``, ``movingVolume`` and the other roles of ``mrml.run.parameter_node``: nodes, or None.
    ``wantedOutputVolume`` and similar members: which outputs are made. ``start``, ``pairing``, ``inBackground``, ...:
    the rest of CHOICES there; those for many images begin with ``many``.
    """

    __annotations__ = _members()


#: Members of the wrapper that say whether an output is wanted.
WANTED = {output: memberOf(f"wanted.{output}") for output in OUTPUTS}
