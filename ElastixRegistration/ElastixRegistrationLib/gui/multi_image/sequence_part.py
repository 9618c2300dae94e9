"""The tab Sequence: registers the frames of a sequence node with one of them, or each with its neighbor."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...mrml.run.parameter_node import CHOICES, SEQUENCE, SEQUENCE_OUTPUTS, SEQUENCE_SEGMENTATION
from ..messages import tell
from ..section import connectSelectors, fillComboBox, selectNode
from .part import ManyPart, named, volumesProblem

_OUTPUTS = dict(zip(("volumes", "transforms", "segmentations"), SEQUENCE_OUTPUTS, strict=True))


class SequencePart(ManyPart):
    """``logic`` registers."""

    def __init__(self, ui: Any, logic: Any):
        super().__init__(ui)
        self.title = _("Register the sequence")
        self._logic = logic
        connectSelectors([(ui.sequenceSelector, SEQUENCE)], self._sequenceChanged)
        ways = [(_("To the reference frame"), "reference"), (_("To its neighbor, composed"), "neighbors")]
        fillComboBox(ui.waySelector, ways)
        directions = [(_("Frames to reference"), "onto"), (_("Reference to frames"), "from")]
        fillComboBox(ui.sequenceDirectionSelector, directions)
        for spinBox, name in (
            (ui.referenceFrameSpinBox, "many.referenceFrame"),
            (ui.firstFrameSpinBox, "many.firstFrame"),
            (ui.lastFrameSpinBox, "many.lastFrame"),
        ):
            spinBox.connect("valueChanged(int)", lambda value, name=name: self._frameChanged(name, value))
        ui.shownFrameButton.connect("clicked(bool)", self.takeShownFrame)

    def missing(self) -> str:
        choices = self.choices
        problem = volumesProblem(choices.reference(SEQUENCE), 2)
        first, reference, last = self._frames()
        outputs = [choices.reference(role) for role in SEQUENCE_OUTPUTS]
        given = [node for node in outputs if node is not None]
        checks = (
            (bool(problem), problem),
            (not first < last, _("Choose at least two frames")),
            (not first <= reference <= last, _("Choose a reference within the frames")),
            (any(node is choices.reference(SEQUENCE) for node in given), _("Choose an output other than the input")),
            (len({node.GetID() for node in given}) < len(given), _("Choose different outputs")),
            (not self.settingsText(), _("Choose a preset")),
        )
        return next((text for isMissing, text in checks if isMissing), "")

    def start(self) -> Any:
        choices = self.started
        yield
        first, reference, last = self._frames()
        outputs = [choices.reference(role) for role in SEQUENCE_OUTPUTS]
        return self._logic.startSequenceRegistration(
            choices.reference(SEQUENCE),
            reference,
            firstFrame=first,
            lastFrame=last,
            neighbors=choices.text("many.way") == "neighbors",
            ontoReference=choices.text("many.direction") == "onto",
            segmentationNode=choices.reference(SEQUENCE_SEGMENTATION),
            outputVolumeSequenceNode=outputs[0],
            outputTransformSequenceNode=outputs[1],
            outputSegmentationSequenceNode=outputs[2],
            request=choices.settings.without_landmarks(),
        )

    def nodes(self) -> list[Any]:
        roles = (SEQUENCE, SEQUENCE_SEGMENTATION, *SEQUENCE_OUTPUTS)
        return [node for node in map(self.choices.reference, roles) if node is not None]

    def progressText(self, run: Any) -> str:
        text = _("{done} of {total} frames").format(done=run.done, total=run.total)
        return text + (", " + _("{count} failed").format(count=len(run.failed)) if run.failed else "")

    def done(self, run: Any, outcome: Any) -> str:
        choices = self.started
        if choices.node.GetScene() is not None:
            modified = choices.node.StartModify()
            for kind, node in outcome.nodes.items():
                choices.set_reference(_OUTPUTS[kind], node)
            choices.node.EndModify(modified)
        count = len(outcome.frames) - 1
        names = ", ".join(node.GetName() for node in outcome.nodes.values())
        one = _("1 frame was registered, in step with the input: {names}.")
        many = _("{count} frames were registered, in step with the input: {names}.")
        sentences = [(one if count == 1 else many).format(count=count, names=names)]
        if outcome.failed:
            name = _("Frame {number}")
            sentences.append(named(outcome.failed, lambda frame: name.format(number=frame + 1)))
        return " ".join(sentences)

    def takeShownFrame(self, checked: bool = False) -> None:
        """Make the frame in the sequence browser the reference."""
        sequence = self.choices.reference(SEQUENCE) if self.isFree() else None
        shown = None if sequence is None else self._logic.shownFrame(sequence)
        if shown is not None:
            self.choices.set("many.referenceFrame", shown)

    def _show(self) -> None:
        ui, choices = self.ui, self.choices
        selectNode(ui.sequenceSelector, choices.reference(SEQUENCE))
        follows = choices.reference(SEQUENCE_SEGMENTATION) is not None
        ui.outputSegmentationSequenceLabel.visible = ui.outputSegmentationSequenceSelector.visible = follows
        sequence = choices.reference(SEQUENCE)
        count = 1 if sequence is None else max(1, sequence.GetNumberOfDataNodes())
        first, reference, last = self._frames()
        for spinBox, frame in (
            (ui.firstFrameSpinBox, first),
            (ui.referenceFrameSpinBox, reference),
            (ui.lastFrameSpinBox, last),
        ):
            spinBox.maximum = count
            spinBox.value = frame + 1
            spinBox.enabled = sequence is not None
        ui.shownFrameButton.enabled = sequence is not None
        tell(ui.sequenceInfoLabel, self.settingsText())
        ui.referenceFrameSpinBox.suffix = self._indexText(sequence, reference)

    def _indexText(self, sequence: Any, frame: int) -> str:
        if sequence is None or frame >= sequence.GetNumberOfDataNodes():
            return ""
        words = (sequence.GetIndexName(), sequence.GetNthIndexValue(frame), sequence.GetIndexUnit())
        return f"  ({' '.join(word for word in words if word)})"

    def _frames(self) -> tuple[int, int, int]:
        """The displayed first, reference and last frame, from 0, limited to the sequence."""
        sequence = self.choices.reference(SEQUENCE)
        end = 0 if sequence is None else max(0, sequence.GetNumberOfDataNodes() - 1)
        names = ("many.firstFrame", "many.referenceFrame", "many.lastFrame")
        first, reference, final = (end if frame < 0 else min(end, frame) for frame in map(self.choices.number, names))
        return first, reference, final

    def _frameChanged(self, name: str, value: int) -> None:
        if self.isFree():
            isEnd = name == "many.lastFrame" and value == self.ui.lastFrameSpinBox.maximum
            self.choices.set(name, -1 if isEnd else value - 1)

    def _sequenceChanged(self, role: str, node: Any) -> None:
        if not self.isFree() or self.choices.reference(role) is node:
            return
        modified = self.choices.node.StartModify()
        self.choices.set_reference(role, node)
        # Frames and outputs belonged to another sequence.
        for name in ("many.firstFrame", "many.referenceFrame", "many.lastFrame"):
            self.choices.set(name, CHOICES[name])
        for output in SEQUENCE_OUTPUTS:
            self.choices.set_reference(output, None)
        self.choices.node.EndModify(modified)
