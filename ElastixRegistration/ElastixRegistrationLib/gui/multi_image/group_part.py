"""The tab Group: all frames of a sequence, or chosen volumes, to a common mean space."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...mrml.run.parameter_node import GROUP_SEQUENCE, GROUP_VOLUMES
from ..run_control import progressText
from ..section import fillComboBox
from .part import ManyPart, volumesProblem

_MIN_VOLUMES = 3


class GroupPart(ManyPart):
    """``logic`` registers."""

    def __init__(self, ui: Any, logic: Any):
        super().__init__(ui)
        self.title = _("Register the group")
        self._logic = logic
        ui.groupVolumesSelector.connect("checkedNodesChanged()", self._volumesChanged)
        sources = [(_("Frames of a sequence"), "sequence"), (_("Volumes"), "volumes")]
        fillComboBox(ui.groupOfSelector, sources)
        transforms = [
            (_("Rigid, then deformable"), "rigid deformable"),
            (_("Deformable"), "deformable"),
            (_("Affine"), "affine"),
            (_("Rigid"), "rigid"),
            (_("Translation"), "translation"),
        ]
        fillComboBox(ui.groupTransformsSelector, transforms)
        metrics = [(_("Few components (PCA)"), "pca"), (_("Equal intensities (variance)"), "variance")]
        fillComboBox(ui.groupMetricSelector, metrics)

    def missing(self) -> str:
        if self._isSequence():
            return volumesProblem(self.choices.reference(GROUP_SEQUENCE), _MIN_VOLUMES)
        count = len(self.choices.references(GROUP_VOLUMES))
        return "" if count >= _MIN_VOLUMES else _("Check at least three volumes")

    def start(self) -> Any:
        from ...core.multi_image.groupwise import GroupSettings

        choices, source = self.started, self._source()
        yield
        settings = GroupSettings(
            tuple(choices.text("many.groupTransforms").split()),
            choices.text("many.groupMetric"),
            seed=choices.settings.seed,
            threads=choices.settings.threads,
        )
        return (yield from self._logic.groupSteps(source, settings))

    def nodes(self) -> list[Any]:
        source = self._source()
        return source if isinstance(source, list) else [source]

    def progressText(self, run: Any) -> str:
        return _("Starting ...") if run.progress is None else progressText(run.progress)

    def done(self, run: Any, outcome: Any) -> str:
        _result, mean = outcome
        sentence = _("{count} images are aligned to a common mean space; {mean} is their mean.")
        return sentence.format(count=len(run.members), mean=mean.GetName())

    def _show(self) -> None:
        ui = self.ui
        wanted = self.choices.references(GROUP_VOLUMES)
        for node in ui.groupVolumesSelector.checkedNodes():
            if not any(node is one for one in wanted):
                ui.groupVolumesSelector.uncheck(node)
        for node in wanted:
            ui.groupVolumesSelector.check(node)
        isSequence = self._isSequence()
        ui.groupSequenceLabel.visible = ui.groupSequenceSelector.visible = isSequence
        ui.groupVolumesLabel.visible = ui.groupVolumesSelector.visible = not isSequence

    def _isSequence(self) -> bool:
        return self.choices.text("many.groupOf") == "sequence"

    def _source(self) -> Any:
        if self._isSequence():
            return self.choices.reference(GROUP_SEQUENCE)
        return self.choices.references(GROUP_VOLUMES)

    def _volumesChanged(self) -> None:
        if self.isFree():
            self.choices.set_references(GROUP_VOLUMES, self.ui.groupVolumesSelector.checkedNodes())
