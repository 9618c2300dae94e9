"""All choices of a registration in a parameter node of the scene, so that they are saved and restored with it.

This module defines the storage. In Slicer's window, ``gui.parameter_node`` wraps it in Slicer's parameterNodeWrapper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.errors import InputError
from ...core.request import RegistrationRequest
from ...core.wording import said

MODULE_NAME = "ElastixRegistration"
NODE_CLASS = "vtkMRMLScriptedModuleNode"

FIXED_VOLUME, MOVING_VOLUME = "fixedVolume", "movingVolume"
FIXED_MASK, MOVING_MASK = "fixedMask", "movingMask"
SLIDING_MASK, MOVING_SLIDING_MASK = "slidingMask", "movingSlidingMask"
FIXED_POINTS, MOVING_POINTS = "fixedPoints", "movingPoints"
INITIAL_TRANSFORM = "initialTransform"
OUTPUTS = ("outputVolume", "outputTransform", "outputField", "outputJacobian", "outputInverse")
MASKS = (FIXED_MASK, MOVING_MASK, SLIDING_MASK, MOVING_SLIDING_MASK)
INPUTS = (FIXED_VOLUME, MOVING_VOLUME, *MASKS, FIXED_POINTS, MOVING_POINTS, INITIAL_TRANSFORM)
ROLES = (*INPUTS, *OUTPUTS)
#: Nodes in the section for many images.
SEQUENCE, SEQUENCE_SEGMENTATION, GROUP_SEQUENCE = "sequence", "sequenceSegmentation", "groupSequence"
GROUP_VOLUMES = "groupVolumes"  # any number of them
SEQUENCE_OUTPUTS = ("outputSequence", "outputTransformSequence", "outputSegmentationSequence")
MANY_ROLES = (SEQUENCE, SEQUENCE_SEGMENTATION, GROUP_SEQUENCE, GROUP_VOLUMES, *SEQUENCE_OUTPUTS)

#: Choices besides those of RegistrationRequest, with their defaults, which also define their types.
CHOICES: dict[str, bool | int | str] = {
    **{f"wanted.{output}": output in ("outputVolume", "outputTransform") for output in OUTPUTS},
    "fieldKind": "transform",
    "start": "preset",
    "pairing": "auto",
    "inBackground": True,
    "logDetail": "iterations",
    "saveFolder": "",
    "dicomRegistration": False,
    "dicomFolder": "",
    "fixedSegments": "",
    "movingSegments": "",
    "slidingSegments": "",
    "movingSlidingSegments": "",
    "many.kind": "sequence",
    "many.referenceFrame": 0,
    "many.firstFrame": 0,
    "many.lastFrame": -1,  # the last frame
    "many.way": "reference",
    "many.direction": "onto",
    "many.groupOf": "sequence",
    "many.groupTransforms": "rigid deformable",
    "many.groupMetric": "pca",
    "many.source": "scene",
    "many.folder": "",
    "many.table": "",
    "many.outputFolder": "",
    "many.intoScene": True,
    "many.resume": False,
    "many.workers": 0,  # as many as fit
}

#: Names in scenes of other releases, and their current names.
_FORMER_VALUES = {("many.way", "neighbours"): "neighbors"}  # codespell:ignore


class ParameterSet:
    """The choices in one parameter node. Each write changes the node once; equal values do not change it."""

    def __init__(self, node: Any):
        self.node = node

    def reference(self, role: str) -> Any:
        """The node chosen for one of ROLES or MANY_ROLES; None if there is none."""
        return self.node.GetNodeReference(_known(role))

    def set_reference(self, role: str, node: Any) -> None:
        new = None if node is None else node.GetID()
        if self.node.GetNodeReferenceID(_known(role)) != new:
            self.node.SetNodeReferenceID(role, new)

    def references(self, role: str) -> list[Any]:
        """All nodes chosen for a role that can have several, except those that are no longer in the scene."""
        count = self.node.GetNumberOfNodeReferences(_known(role))
        nodes = [self.node.GetNthNodeReference(role, n) for n in range(count)]
        return [node for node in nodes if node is not None]

    def set_references(self, role: str, nodes: Iterable[Any]) -> None:
        nodes = list(nodes)
        if [node.GetID() for node in nodes] == [node.GetID() for node in self.references(role)]:
            return
        modified = self.node.StartModify()
        try:
            self.node.RemoveNodeReferenceIDs(role)
            for node in nodes:
                self.node.AddNodeReferenceID(role, node.GetID())
        finally:
            self.node.EndModify(modified)

    def text(self, name: str) -> str:
        """The value of one of CHOICES that is a text."""
        return str(self.value(name))

    def flag(self, name: str) -> bool:
        """The value of one of CHOICES that is on or off."""
        return bool(self.value(name))

    def number(self, name: str) -> int:
        """The value of one of CHOICES that is a whole number."""
        return int(self.value(name))

    def value(self, name: str) -> bool | int | str:
        """The value of one of CHOICES; its default if the node has none or an unreadable one."""
        default = CHOICES[name]
        text = self.node.GetParameter(name)
        text = _FORMER_VALUES.get((name, text), text)
        if not text:
            return default
        if isinstance(default, bool):
            return text.lower() in ("1", "true")
        if isinstance(default, int):
            return int(text) if text.removeprefix("-").isdigit() else default
        return text

    def set(self, name: str, value: bool | int | str) -> None:
        """Change one of CHOICES. Raises InputError for a value of another type."""
        if type(value) is not type(CHOICES[name]):
            raise InputError(
                said(
                    "The choice {name} is {value}; it must be {type}.",
                    name=name,
                    value=repr(value),
                    type=type(CHOICES[name]).__name__,
                )
            )
        if self.value(name) != value:
            self.node.SetParameter(name, str(int(value)) if isinstance(value, bool) else str(value))

    def wants(self, output: str) -> bool:
        return self.flag(f"wanted.{_known(output)}")

    def set_wanted(self, output: str, wanted: bool) -> None:
        self.set(f"wanted.{_known(output)}", wanted)

    def segments(self, side: str) -> list[str] | None:
        """Ids of the chosen segments of the "fixed", "moving", "sliding" or "movingSliding" mask; None for
        all."""
        return self.text(f"{side}Segments").splitlines() or None

    def set_segments(self, side: str, ids: Iterable[str]) -> None:
        self.set(f"{side}Segments", "\n".join(ids))

    @property
    def settings(self) -> RegistrationRequest:
        """Raises InputError for a value that no version of this module wrote."""
        return RegistrationRequest.from_texts(
            {name: self.node.GetParameter(name) for name in self.node.GetParameterNames()}
        )

    def set_settings(self, settings: RegistrationRequest) -> None:
        modified = self.node.StartModify()
        try:
            for name, value in settings.as_texts().items():
                if self.node.GetParameter(name) != value:
                    self.node.SetParameter(name, value)
        finally:
            self.node.EndModify(modified)


def parameter_nodes(scene: Any) -> list[Any]:
    """The parameter nodes of this module, in the order of the scene."""
    nodes = [scene.GetNthNodeByClass(n, NODE_CLASS) for n in range(scene.GetNumberOfNodesByClass(NODE_CLASS))]
    return [node for node in nodes if node.GetAttribute("ModuleName") == MODULE_NAME]


def new_parameter_node(scene: Any, name: str) -> Any:
    """A node with the default settings for ``scene``, and the attribute ModuleName for node selectors."""
    node = scene.CreateNodeByClass(NODE_CLASS)
    node.UnRegister(None)
    node.SetAttribute("ModuleName", MODULE_NAME)
    node.SetModuleName(MODULE_NAME)
    node.SetName(scene.GenerateUniqueName(name))
    ParameterSet(node).set_settings(RegistrationRequest())
    return node


def add_parameter_node(scene: Any, name: str) -> Any:
    """``new_parameter_node``, in ``scene``."""
    return scene.AddNode(new_parameter_node(scene, name))


def _known(role: str) -> str:
    if role not in ROLES and role not in MANY_ROLES:
        raise InputError(said("A registration has no node of the role {role}.", role=repr(role)))
    return role


def registration_arguments(choices: ParameterSet) -> dict[str, Any]:
    """Arguments of ``RegistrationLogic.prepareRegistration`` for these choices, with existing output nodes.

    Raises InputError if landmarks for the start position are missing or too few.
    """
    request = choices.settings
    if choices.reference(FIXED_POINTS) is None and choices.reference(MOVING_POINTS) is None:
        request = request.without_landmarks()
    start = None
    if choices.text("start") == "transform":
        start = choices.reference(INITIAL_TRANSFORM)
    elif choices.text("start") == "landmarks":
        from .landmark_start import landmark_transform_node

        start = landmark_transform_node(
            choices.reference(FIXED_POINTS), choices.reference(MOVING_POINTS), choices.text("pairing")
        )
    outputs = wanted_outputs(choices)
    return {
        "fixedVolumeNode": choices.reference(FIXED_VOLUME),
        "movingVolumeNode": choices.reference(MOVING_VOLUME),
        "outputVolumeNode": outputs.get("outputVolume"),
        "outputTransformNode": outputs.get("outputTransform"),
        "outputFieldNode": outputs.get("outputField"),
        "fixedVolumeMaskNode": choices.reference(FIXED_MASK),
        "movingVolumeMaskNode": choices.reference(MOVING_MASK),
        "fixedSegments": choices.segments("fixed"),
        "movingSegments": choices.segments("moving"),
        "slidingMaskNode": choices.reference(SLIDING_MASK),
        "slidingSegments": choices.segments("sliding"),
        "movingSlidingMaskNode": choices.reference(MOVING_SLIDING_MASK),
        "movingSlidingSegments": choices.segments("movingSliding"),
        "fixedPointsNode": choices.reference(FIXED_POINTS),
        "movingPointsNode": choices.reference(MOVING_POINTS),
        "initialTransformNode": start,
        "pairing": choices.text("pairing"),
        "request": request,
    }


def wanted_outputs(choices: ParameterSet) -> dict[str, Any]:
    """Nodes of the wanted outputs, by role; None for a node that must be created."""
    return {role: choices.reference(role) for role in OUTPUTS if choices.wants(role)}
