"""Managing presets: edit, copy, rename, delete, import, export, save in the scene."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...core.errors import ElastixRegistrationError
from ...core.presets.catalog import DEFAULT_PRESET, built_in_presets, list_presets
from ...core.presets.preset import BUILT_IN, SCENE, Preset, free_title
from ...core.presets.user_presets import export_preset, user_presets
from ...mrml.run.scene_presets import free_scene_id, remove_from_scene, rename_in_scene, save_in_scene
from ..messages import errorText, showError
from .problems import RegistrationContext

_EDITOR_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "PresetEditor.ui"


class PresetManager:
    """The button Edit and its menu.

    ``chosen()`` returns the preset of the panel or None, ``given()`` the inputs for it. ``onChanged(id)`` is called
    when presets have changed, with the preset to choose."""

    def __init__(
        self,
        ui: Any,
        chosen: Callable[[], Preset | None],
        given: Callable[[], RegistrationContext],
        onChanged: Callable[[str], None],
    ):
        self._ui, self._chosen, self._given, self._onChanged = ui, chosen, given, onChanged
        self._editor: Any = None
        self.menu = qt.QMenu(ui.managePresetsButton)
        self.actions: dict[str, Any] = {}
        for name, text, run in (
            ("edit", _("Edit..."), self.edit),
            ("copy", _("Copy to my presets..."), self.copy),
            ("keep", _("Keep in scene"), self.keepInScene),
            ("rename", _("Rename..."), self.rename),
            ("delete", _("Delete"), self.delete),
            ("", "", None),
            ("export", _("Export..."), self.export),
            ("importFile", _("Import file or zip..."), self.importFile),
            ("importFolder", _("Import folder..."), self.importFolder),
        ):
            if not name:
                self.menu.addSeparator()
                continue
            action = self.menu.addAction(text)
            action.connect("triggered(bool)", lambda checked, run=run: self._guarded(run))
            self.actions[name] = action
        ui.managePresetsButton.setMenu(self.menu)
        ui.editPresetButton.connect("clicked(bool)", lambda checked: self._guarded(self.edit))

    def show(self) -> None:
        """Enable what can be done with the chosen preset."""
        preset = self._chosen()
        own = preset is not None and preset.origin != BUILT_IN
        self._ui.editPresetButton.enabled = preset is not None
        for name in ("edit", "copy", "export"):
            self.actions[name].enabled = preset is not None
        self.actions["keep"].enabled = preset is not None and preset.origin != SCENE
        for name in ("rename", "delete"):
            self.actions[name].enabled = own
        if self._editor is not None:
            self._editor.setGiven(self._given())

    @property
    def editor(self) -> Any:
        """The window, created when first needed."""
        if self._editor is None:
            from .editor import PresetEditor

            self._editor = PresetEditor(str(_EDITOR_UI), lambda preset: self._onChanged(preset.id))
        return self._editor

    def cleanup(self) -> None:
        if self._editor is not None:
            self._editor.cleanup()

    def edit(self) -> None:
        preset = self._chosen()
        if preset is not None:
            self.editor.open(preset, self._given())

    def copy(self) -> None:
        preset = self._chosen()
        proposal = free_title(_("{title} (copy)").format(title=preset.title), list_presets())
        title = self._askTitle(_("Copy preset"), proposal)
        if title:
            self._onChanged(user_presets().copy(preset, title, built_in_presets().values()).id)

    def keepInScene(self) -> None:
        """Save the preset in the scene. A built-in preset gets a new id, because the built-in one may change with
        the next version."""
        preset = self._chosen()
        if preset.origin == BUILT_IN:
            preset = replace(preset, id=free_scene_id(slicer.mrmlScene, preset.title, user_presets()))
        self._onChanged(save_in_scene(slicer.mrmlScene, preset).id)

    def rename(self) -> None:
        preset = self._chosen()
        title = self._askTitle(_("Rename preset"), preset.title)
        if not title:
            return
        if preset.origin == SCENE:
            rename_in_scene(slicer.mrmlScene, preset.id, title)
        else:
            user_presets().rename(preset.id, title, built_in_presets().values())
        self._onChanged(preset.id)

    def delete(self) -> None:
        preset = self._chosen()
        question = _("Delete the preset {title}?").format(title=preset.title)
        if not slicer.util.confirmOkCancelDisplay(question, windowTitle=_("Delete preset")):
            return
        if preset.origin == SCENE:
            remove_from_scene(slicer.mrmlScene, preset.id)
        else:
            user_presets().delete(preset.id)
        # One with the same id may remain elsewhere, for example in the scene.
        remaining = user_presets().find(preset.id) if preset.origin == SCENE else None
        self._onChanged(remaining.id if remaining is not None else DEFAULT_PRESET)

    def export(self) -> None:
        preset = self._chosen()
        path = qt.QFileDialog.getSaveFileName(
            slicer.util.mainWindow(), _("Export preset"), f"{preset.id}.zip", _("Zip of parameter files") + " (*.zip)"
        )
        if path and not path.lower().endswith(".zip"):
            path = f"{path}.zip"
            # The dialog has asked about the name it returned, not about this one.
            question = _("{path} already exists. Replace it?").format(path=path)
            if os.path.exists(path) and not slicer.util.confirmOkCancelDisplay(
                question, windowTitle=_("Export preset")
            ):
                return
        if path:
            written = export_preset(preset, path, overwrite=True)
            slicer.util.showStatusMessage(_("Exported to {path}.").format(path=written[0]), 5000)

    def importFile(self) -> None:
        path = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(),
            _("Import presets"),
            "",
            _("Parameter files and zips of them") + " (*.zip *.txt *.toml)",
        )
        if path:
            self.importPath(path)

    def importFolder(self) -> None:
        path = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Import presets"))
        if path:
            self.importPath(path)

    def importPath(self, path: str) -> None:
        """Import a folder, zip or file, and report on its files. Raises InputError."""
        from ...core.presets.importing import import_presets

        report = import_presets(path)
        if report.presets:
            self._onChanged(report.presets[0].id)
        slicer.util.infoDisplay(_importText(report), windowTitle=_("Import presets"), detailedText=report.text())

    def _askTitle(self, title: str, proposal: str) -> str:
        text = qt.QInputDialog.getText(slicer.util.mainWindow(), title, _("Name:"), qt.QLineEdit.Normal, proposal)
        return (text or "").strip()

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except ElastixRegistrationError as problem:
            showError(errorText(problem), _("Presets"))


def _importText(report: Any) -> str:
    from ...core.presets.import_report import REFUSED, UPGRADED

    lines = (
        (len(report.presets), _("1 preset was imported."), _("{count} presets were imported.")),
        (report.already_here, _("1 was here already."), _("{count} were here already.")),
        (
            report.count(UPGRADED),
            _("1 file for an older elastix was upgraded."),
            _("{count} files for an older elastix were upgraded."),
        ),
        (len(report.left_out), _("1 preset cannot be used here."), _("{count} presets cannot be used here.")),
        (report.count(REFUSED), _("1 file was refused."), _("{count} files were refused.")),
    )
    said = [one if count == 1 else many.format(count=count) for count, one, many in lines if count]
    return " ".join(said) or _("Nothing was imported.")
