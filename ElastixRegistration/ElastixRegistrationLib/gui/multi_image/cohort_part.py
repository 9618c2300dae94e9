"""The tab Cohort: all volumes of the scene, a folder or a table, each with the fixed volume of the panel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from ...core.presets.texts import duration_text
from ...core.system.file_names import PAGE
from ...mrml.run.parameter_node import FIXED_MASK, FIXED_VOLUME, SLIDING_MASK
from ..messages import tell
from ..section import fillComboBox
from .part import ManyPart, named


class CohortPart(ManyPart):
    """``logic`` registers."""

    def __init__(self, ui: Any, logic: Any):
        super().__init__(ui)
        self.title = _("Register the cohort")
        self._logic = logic
        sources = [
            (_("All volumes of the scene"), "scene"),
            (_("A folder"), "folder"),
            (_("A table (CSV)"), "table"),
        ]
        fillComboBox(ui.cohortSourceSelector, sources)
        ui.cohortWorkersSpinBox.connect("valueChanged(int)", self._workersChanged)

    def missing(self) -> str:
        choices, source = self.choices, self.choices.text("many.source")
        fixed = choices.reference(FIXED_VOLUME)
        hasVoxels = fixed is not None and fixed.GetImageData() is not None
        checks = (
            (fixed is None and source != "table", _("Choose a fixed volume in Register")),
            (fixed is not None and not hasVoxels, _("The fixed volume is empty")),
            (source == "scene" and not self._volumes(), _("The scene has no other volumes")),
            (source == "folder" and not os.path.isdir(choices.text("many.folder")), _("Choose a folder of images")),
            (source == "table" and not os.path.isfile(choices.text("many.table")), _("Choose a table")),
            (not choices.text("many.outputFolder"), _("Choose a folder for the results")),
            (not self.settingsText(), _("Choose a preset")),
        )
        return next((text for isMissing, text in checks if isMissing), "")

    def start(self) -> Any:
        from ...mrml.multi_image.cohort import CohortOptions  # not when the panel opens

        choices, source = self.started, self.started.text("many.source")
        options = CohortOptions(
            output_folder=choices.text("many.outputFolder"),
            source="" if source == "scene" else choices.text(f"many.{source}"),
            into_scene=choices.flag("many.intoScene"),
            resume=choices.flag("many.resume"),
            workers=choices.number("many.workers") or None,
        )
        yield
        return (
            yield from self._logic.cohortSteps(
                choices.reference(FIXED_VOLUME),
                choices.settings if source == "table" else choices.settings.without_landmarks(),
                options,
                scene=choices.node.GetScene(),
                fixedVolumeMaskNode=choices.reference(FIXED_MASK),
                fixedSegments=choices.segments("fixed"),
                slidingMaskNode=choices.reference(SLIDING_MASK),
                slidingSegments=choices.segments("sliding"),
            )
        )

    def nodes(self) -> list[Any]:
        return []  # a node that is removed before it is written is left out or reported; later it is not needed

    def progressText(self, run: Any) -> str:
        if run.is_stopping:
            return _("Stopping, and summarizing finished cases ...")
        if not run.workers:
            return _("Starting the worker processes ...")
        parts = [_("{done} of {total} cases").format(done=run.done, total=run.total)]
        for state, text in (("kept", _("{count} kept from an earlier run")), ("failed", _("{count} failed"))):
            if run.counts[state]:
                parts.append(text.format(count=run.counts[state]))
        workers = _("1 worker") if run.workers == 1 else _("{count} workers").format(count=run.workers)
        parts.append(workers)
        if run.remaining_s is not None:
            parts.append(_("about {duration} left").format(duration=duration_text(run.remaining_s)))
        return " \N{MIDDLE DOT} ".join(parts)

    def done(self, run: Any, outcome: Any) -> str:
        failed = {n: error for n, (_case, state, error) in enumerate(outcome.cases) if state == "failed"}
        text = _("{done} of {total} cases are registered.")
        sentences = [text.format(done=outcome.count("done", "kept"), total=len(outcome.cases))]
        if failed:
            sentences.append(named(failed, lambda place: outcome.cases[place][0]))
        return " ".join(sentences)

    def page(self) -> Path | None:
        """The page in the folder of the results, if it exists."""
        folder = "" if self.choices is None else self.choices.text("many.outputFolder")
        page = Path(folder, PAGE) if folder else None
        return page if page is not None and page.is_file() else None

    def _show(self) -> None:
        ui, source = self.ui, self.choices.text("many.source")
        ui.cohortWorkersSpinBox.value = self.choices.number("many.workers")
        for kind, label, edit in (
            ("folder", ui.cohortFolderLabel, ui.cohortFolderEdit),
            ("table", ui.cohortTableLabel, ui.cohortTableEdit),
        ):
            label.visible = edit.visible = source == kind
        ui.cohortIntoSceneCheckBox.visible = source == "scene"
        tell(ui.cohortInfoLabel, self._info(source))

    def _workersChanged(self, count: int) -> None:
        if self.isFree():
            self.choices.set("many.workers", count)

    def _info(self, source: str) -> str:
        fixed = self.choices.reference(FIXED_VOLUME)
        if fixed is None:
            return _("The table names the fixed images.") if source == "table" else ""
        parts = [self.settingsText(), _("Fixed: {name}.").format(name=fixed.GetName())]
        if self._mask() is not None:
            parts.append(_("Mask: {name}.").format(name=self._mask().GetName()))
        if source == "scene":
            volumes = self._volumes()
            names = ", ".join(node.GetName() for node in volumes[:6]) + (", ..." if len(volumes) > 6 else "")
            text = _("Moving: {names}.") if len(volumes) == 1 else _("Moving: {count} volumes ({names}).")
            parts.append(text.format(count=len(volumes), names=names))
        return " ".join(filter(None, parts))

    def _mask(self) -> Any:
        return self.choices.reference(FIXED_MASK)

    def _volumes(self) -> list[Any]:
        but = (self.choices.reference(FIXED_VOLUME), self._mask(), self.choices.reference(SLIDING_MASK))
        return self._logic.volumesOfScene(self.choices.node.GetScene(), but)
