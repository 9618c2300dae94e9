"""Where presets come from, as ``ElastixLib.database`` has it: built-in ones, the user's own, and those of the scene."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import slicer

from .nearest import nearest_presets, write_nearest_files
from .preset import Preset, UserPreset, createPreset, getInScenePreset
from .utils import getTempDirectoryBase

_log = logging.getLogger(__name__)
_DATABASE = "ElastixParameterSetDatabase.xml"
_TEXTS = ("id", "modality", "content", "description", "publications")


def slicer_elastix_folder() -> Path | None:
    """The parameter files of SlicerElastix, where that extension is installed."""
    modules = []
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec("Elastix")
        modules += [spec.origin] if spec is not None else []
    with contextlib.suppress(AttributeError):
        modules.append(slicer.modules.elastix.path)
    for module in modules:
        folder = Path(str(module)).parent / "Resources" / "RegistrationParameters"
        if (folder / _DATABASE).is_file():
            return folder
    return None


class ElastixDatabase:
    """Presets that are read when they are first asked for. ``logCallback`` gets a sentence on each that is broken."""

    def __init__(self) -> None:
        self.logCallback: Callable[[str], None] | None = None
        self.registrationPresets: list[Preset] | None = None

    def getRegistrationPresets(self, force_refresh: bool = False) -> list[Preset]:
        if not self.registrationPresets or force_refresh:
            self.registrationPresets = self._getRegistrationPresets()
        return self.registrationPresets

    def getRegistrationPresetsFromXML(self, path: str, presetClass: type[Preset]) -> list[Preset]:
        """The presets of a database file, and of the parameter files beside it. Raises ValueError for no such file."""
        presets = []
        for entry in _entries(Path(path)):
            names = [file.get("Name", "") for file in entry.iter("File")]
            # A name may not lead out of the folder of the database.
            files = [str(Path(path).parent / os.path.basename(name)) for name in names]
            texts = {text: entry.get(text, "") for text in _TEXTS}
            try:
                presets.append(createPreset(parameterFiles=files, presetClass=presetClass, **texts))
            except OSError as error:
                self._tell(f"The preset {entry.get('id')} cannot be loaded: {error}.")
        return presets

    def _getRegistrationPresets(self) -> list[Preset]:
        raise NotImplementedError

    def _tell(self, text: str) -> None:
        _log.error(text)
        if self.logCallback is not None:
            self.logCallback(text)


class BuiltinElastixDatabase(ElastixDatabase):
    """SlicerElastix' presets where it is installed, else the nearest ones of Elastix Registration under its ids."""

    def getPresetsDir(self) -> str:
        folder = slicer_elastix_folder()
        if folder is None:
            folder = (
                Path(getTempDirectoryBase()) / "0-parameter-files"
            )  # scripts take the last folder for that of a run
            folder.mkdir(exist_ok=True)
            write_nearest_files(folder)
        return str(folder)

    def _getRegistrationPresets(self) -> list[Preset]:
        folder = slicer_elastix_folder()
        if folder is None:
            return nearest_presets()
        return self.getRegistrationPresetsFromXML(str(folder / _DATABASE), Preset)


class UserElastixDataBase(ElastixDatabase):
    """One folder per preset, each with a database file, in the folder Elastix beside Slicer's settings."""

    def __init__(self) -> None:
        super().__init__()
        self._folders: dict[int, Path] = {}

    def getPresetsDir(self) -> str:
        return str(Path(slicer.app.slicerUserSettingsFilePath).parent / "Elastix")

    @staticmethod
    def getAllXMLFiles(directory: Any) -> list[str]:
        return [str(path) for path in sorted(Path(directory).rglob("*.xml"))]

    def deletePreset(self, preset: UserPreset) -> None:
        shutil.rmtree(self._folders.pop(id(preset)))

    def _getRegistrationPresets(self) -> list[Preset]:
        presets = []
        for path in self.getAllXMLFiles(self.getPresetsDir()):
            try:
                found = self.getRegistrationPresetsFromXML(path, UserPreset)
            except ValueError as error:
                self._tell(str(error))
                continue
            self._folders.update({id(preset): Path(path).parent for preset in found})
            presets += found
        return presets


class InSceneElastixDatabase(ElastixDatabase):
    """Text nodes of the scene."""

    def _getRegistrationPresets(self) -> list[Preset]:
        nodes = slicer.util.getNodesByClass("vtkMRMLTextNode")
        found = [getInScenePreset(node) for node in nodes if node.GetAttribute("Type") == "ElastixPreset"]
        return [preset for preset in found if preset is not None]


def _entries(path: Path) -> Iterator[ElementTree.Element]:
    """Raises ValueError where ``path`` is no database."""
    try:
        text = path.read_text(encoding="utf-8")
        if "<!ENTITY" in text:  # a few lines of which can fill the memory
            raise ValueError(f"The preset database {path} defines entities, which are not read.")
        yield from ElementTree.fromstring(text).iter("ParameterSet")
    except (OSError, ElementTree.ParseError) as error:
        raise ValueError(f"The preset database {path} cannot be read: {error}.") from error
