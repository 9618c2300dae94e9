"""The presets of a logic, as ``ElastixLib.manager`` has them."""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .database import BuiltinElastixDatabase, InSceneElastixDatabase, UserElastixDataBase
from .preset import InScenePreset, Preset, UserPreset, canDelete, isWritable

_log = logging.getLogger(__name__)


class PresetManagerLogic:
    """Built-in presets first, then the user's, then those of the scene."""

    def __init__(self) -> None:
        self._logCallback: Callable[[str], None] | None = None
        self.registrationPresets: list[Preset] | None = None
        self.builtinDatabase = BuiltinElastixDatabase()
        self.userDatabase = UserElastixDataBase()
        self.inSceneDatabase = InSceneElastixDatabase()

    @property
    def logCallback(self) -> Callable[[str], None] | None:
        return self._logCallback

    @logCallback.setter
    def logCallback(self, callback: Callable[[str], None] | None) -> None:
        self._logCallback = callback
        for database in self._databases():
            database.logCallback = callback

    def getBuiltinPresetsDir(self) -> str:
        return self.builtinDatabase.getPresetsDir()

    def getUserPresetsDir(self) -> str:
        return self.userDatabase.getPresetsDir()

    def getRegistrationPresets(self, force_refresh: bool = False) -> list[Preset]:
        if not self.registrationPresets or force_refresh:
            found = [database.getRegistrationPresets(force_refresh) for database in self._databases()]
            self.registrationPresets = [preset for presets in found for preset in presets]
        return self.registrationPresets

    def getPresetByID(self, presetId: str) -> Preset | None:
        return next((preset for preset in self.getRegistrationPresets() if preset.getID() == presetId), None)

    def getIdxByPresetId(self, presetId: str) -> int:
        """0, that of the default preset, where there is none of this id."""
        for index, preset in enumerate(self.getRegistrationPresets()):
            if preset.getID() == presetId:
                return index
        _log.warning("There is no registration preset %r: the default one is used.", presetId)
        return 0

    getIdxByID = getIdxByPresetId

    def savePreset(self, preset: InScenePreset) -> str:
        """Write a preset of the scene into the folder of this user. Returns its id."""
        if not isWritable(preset):
            raise TypeError("Only a preset that is stored in the scene can be saved.")
        folder = Path(self.getUserPresetsDir()) / preset.getID()
        folder.mkdir(parents=True)
        texts = {"id": preset.getID(), "modality": preset.getModality(), "content": preset.getContent()}
        texts |= {"description": preset.getDescription(), "publications": preset.getPublications()}
        root = ElementTree.Element("ElastixParameterSetDatabase")
        files = ElementTree.SubElement(ElementTree.SubElement(root, "ParameterSet", texts), "ParameterFiles")
        for path in map(Path, preset.getParameterFiles()):
            (folder / path.name).write_bytes(path.read_bytes())
            ElementTree.SubElement(files, "File", Name=path.name)
        ElementTree.ElementTree(root).write(folder / "preset.xml", encoding="utf-8")
        self.getRegistrationPresets(force_refresh=True)
        return preset.getID()

    def deletePreset(self, preset: Any) -> None:
        if not canDelete(preset):
            raise TypeError("A built-in preset cannot be deleted.")
        if isinstance(preset, UserPreset):
            self.userDatabase.deletePreset(preset)
        else:
            preset.delete()
        self.getRegistrationPresets(force_refresh=True)

    def _databases(self) -> list[Any]:
        return [self.builtinDatabase, self.userDatabase, self.inSceneDatabase]
