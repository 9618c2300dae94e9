"""Presets as ``ElastixLib.preset`` has them: texts of parameter files with what they are for."""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import slicer

from .utils import createTempDirectory

ID_KEY = "id"
MODALITY_KEY = "modality"
DESCRIPTION_KEY = "description"
CONTENT_KEY = "content"
PUBLICATIONS_KEY = "publications"
PARAMETER_FILES_KEY = "parameter_files"
NAME_KEY = "name"

#: In the order in which a preset was a list once. The parameter files come last.
_TEXTS = (ID_KEY, MODALITY_KEY, CONTENT_KEY, DESCRIPTION_KEY, PUBLICATIONS_KEY)
_NODE_TYPE = "ElastixPreset"
_COPY_MARK = "-#"


class Preset:
    """A preset in memory. Also reads as the list that it was in earlier versions: ``preset[5]`` are its files."""

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}

    def getName(self) -> str:
        return f"{self.getModality()} ({self.getContent()})"

    def getID(self) -> str:
        return self._text(ID_KEY)

    def setID(self, value: str) -> None:
        self._set(ID_KEY, value)

    def getModality(self) -> str:
        return self._text(MODALITY_KEY)

    def setModality(self, value: str) -> None:
        self._set(MODALITY_KEY, value)

    def getContent(self) -> str:
        return self._text(CONTENT_KEY)

    def setContent(self, value: str) -> None:
        self._set(CONTENT_KEY, value)

    def getDescription(self) -> str:
        return self._text(DESCRIPTION_KEY)

    def setDescription(self, value: str) -> None:
        self._set(DESCRIPTION_KEY, value)

    def getPublications(self) -> str:
        return self._text(PUBLICATIONS_KEY)

    def setPublications(self, value: str) -> None:
        self._set(PUBLICATIONS_KEY, value)

    # --- parameter files: dictionaries with name and content ---

    def getParameters(self) -> list[dict[str, str]]:
        return self._data.setdefault(PARAMETER_FILES_KEY, [])

    def setParameters(self, values: list[dict[str, str]]) -> None:
        self._set(PARAMETER_FILES_KEY, values)

    def getParameterFiles(self) -> list[str]:
        """Write the parameter files into a new temporary folder. Returns their paths, first stage first."""
        folder = createTempDirectory()
        paths = []
        for section in self.getParameters():
            name = os.path.basename(section[NAME_KEY])  # a scene, or another's preset, may say "../"
            path = os.path.join(folder, name if name.endswith(".txt") else f"{name}.txt")
            Path(path).write_text(section[CONTENT_KEY], encoding="utf-8")
            paths.append(path)
        return paths

    def getParameterFilesContents(self) -> list[str]:
        """The texts of the parameter files, first stage first."""
        return [section[CONTENT_KEY] for section in self.getParameters()]

    def getParameterSectionNames(self) -> list[str]:
        return [section[NAME_KEY] for section in self.getParameters()]

    def addParameterSection(self, name: str, content: str) -> None:
        self.getParameters().append({NAME_KEY: name, CONTENT_KEY: content})
        self._changed()

    def hasParameterSection(self, name: str) -> bool:
        return name in self.getParameterSectionNames()

    def removeParameterSection(self, idx: int) -> None:
        self.getParameters().pop(idx)
        self._changed()

    def getParameterSectionIndex(self, name: str) -> int:
        """-1 where there is none of this name."""
        names = self.getParameterSectionNames()
        return names.index(name) if name in names else -1

    def getParameterSectionContent(self, name: str) -> str:
        index = self.getParameterSectionIndex(name)
        return "" if index < 0 else self.getParameterSectionContentByIdx(index)

    def getParameterSectionByIdx(self, idx: int) -> dict[str, str]:
        return self.getParameters()[idx]

    def getParameterSectionContentByIdx(self, idx: int) -> str:
        return self.getParameters()[idx][CONTENT_KEY]

    def getMetaInformation(self, keys: Iterable[str]) -> dict[str, Any]:
        return {key: self._data[key] for key in keys}

    def toJSON(self) -> str:
        return json.dumps(self._data, indent=2)

    # --- the list it was ---

    def __getitem__(self, index: int) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        if index in (len(_TEXTS), -1):
            return self.getParameterFiles()
        return [self._text(key) for key in _TEXTS][index]

    def __len__(self) -> int:
        return len(_TEXTS) + 1

    def __iter__(self) -> Iterator[Any]:
        yield from (self._text(key) for key in _TEXTS)
        yield self.getParameterFiles()

    # --- inside ---

    def _text(self, key: str) -> str:
        return str(self._data.setdefault(key, ""))

    def _set(self, key: str, value: Any) -> None:
        self._data[key] = value
        self._changed()

    def _changed(self) -> None:
        """For presets that live elsewhere too."""


class UserPreset(Preset):
    """From the folder of this user."""


class InScenePreset(Preset):
    """Kept as JSON in a text node, which is saved with the scene."""

    def __init__(self, presetNode: Any = None) -> None:
        super().__init__()
        self._presetNode: Any = None
        self.setPresetNode(self.createTextNode() if presetNode is None else presetNode)

    @staticmethod
    def createTextNode() -> Any:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
        node.SetAttribute("Type", _NODE_TYPE)
        return node

    def delete(self) -> None:
        slicer.mrmlScene.RemoveNode(self._presetNode)

    def setPresetNode(self, node: Any) -> None:
        if node is not None and node.GetAttribute("Type") != _NODE_TYPE:
            raise AttributeError(f"The node {node.GetName()} is not of the type {_NODE_TYPE}.")
        self._presetNode = node
        self._data = json.loads(node.GetText() or "{}") if node is not None else {}

    def getPresetNode(self) -> Any:
        return self._presetNode

    def setParameterSectionContentByIdx(self, idx: int, content: str) -> None:
        self.getParameters()[idx][CONTENT_KEY] = content
        self._changed()

    def moveParameterSection(self, fromIdx: int, toIdx: int) -> None:
        sections = self.getParameters()
        sections.insert(toIdx, sections.pop(fromIdx))
        self._changed()

    def _changed(self) -> None:
        self._presetNode.SetText(self.toJSON())
        self._presetNode.SetName(self.getName())


_of_node: dict[Any, InScenePreset] = {}


def getInScenePreset(presetNode: Any) -> InScenePreset | None:
    """The preset of a text node, the same object each time."""
    if presetNode is None:
        return None
    if presetNode not in _of_node:
        _of_node[presetNode] = InScenePreset(presetNode)
    return _of_node[presetNode]


def createPreset(
    id: str,
    modality: str,
    content: str,
    description: str,
    publications: str,
    parameterFiles: Iterable[str] | None = None,
    presetClass: type[Preset] = Preset,
) -> Any:
    """A preset of these texts and of the parameter files at these paths, which are read now."""
    preset = presetClass()
    preset.setID(id)
    preset.setModality(modality)
    preset.setContent(content)
    preset.setDescription(description)
    preset.setPublications(publications)
    for path in parameterFiles or ():
        preset.addParameterSection(Path(path).name, Path(path).read_text(encoding="utf-8", errors="replace"))
    return preset


def copyPreset(preset: Preset) -> InScenePreset:
    """A copy in the scene, with an id of its own."""
    result = InScenePreset()
    result.setID(generateID(preset.getID()))
    result.setModality(preset.getModality())
    result.setContent(preset.getContent())
    result.setDescription(preset.getDescription())
    result.setPublications(preset.getPublications())
    result.setParameters(copy.deepcopy(preset.getParameters()))
    return result


def generateID(presetID: str) -> str:
    """An id that no other copy has."""
    return f"{presetID.partition(_COPY_MARK)[0]}{_COPY_MARK}{secrets.token_urlsafe(6)}"


def isWritable(preset: Preset) -> bool:
    return isinstance(preset, InScenePreset)


def canDelete(preset: Preset) -> bool:
    return isinstance(preset, InScenePreset | UserPreset)


def getPresetType(preset: Any) -> str:
    if isinstance(preset, UserPreset):
        return "user preset"
    if isinstance(preset, InScenePreset):
        return "stored in scene"
    return "built-in preset" if isinstance(preset, Preset) else "unknown"
