"""Presets in text nodes of a scene, which are saved with it, so that others can register with the same stages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...core.errors import InputError
from ...core.presets.catalog import built_in_presets
from ...core.presets.preset import SCENE, Preset, checked_title, preset_from_json, preset_json
from ...core.presets.user_presets import UserPresets
from ...core.wording import said

_log = logging.getLogger(__name__)
NODE_CLASS = "vtkMRMLTextNode"
#: Node attribute that marks a preset; its value is the preset's id.
ATTRIBUTE = "ElastixRegistration.Preset"


def scene_presets(scene: Any) -> list[Preset]:
    """The presets of ``scene``, which may be None, by title. Unreadable nodes are skipped and logged."""
    found = []
    for node in preset_nodes(scene):
        try:
            found.append(preset_of_node(node))
        except InputError as problem:
            _log.warning("A preset of the scene is left out: %s", problem)
    return sorted(found, key=lambda preset: preset.title.lower())


def preset_of_node(node: Any) -> Preset:
    """The preset that a text node holds. Raises InputError that names the node."""
    return preset_from_json(node.GetText() or "", f"text node {node.GetName()}", SCENE)


def preset_nodes(scene: Any) -> list[Any]:
    """The text nodes of ``scene`` that hold presets, in the order of the scene."""
    if scene is None:
        return []
    nodes = [scene.GetNthNodeByClass(n, NODE_CLASS) for n in range(scene.GetNumberOfNodesByClass(NODE_CLASS))]
    return [node for node in nodes if node.GetAttribute(ATTRIBUTE)]


def save_in_scene(scene: Any, preset: Preset) -> Preset:
    """Save ``preset`` in ``scene`` and return the saved one. It replaces a preset with the same id.

    Raises InputError for the id of a built-in preset, which a scene cannot change, and ParameterError for a preset
    whose files cannot be read.
    """
    if preset.id in built_in_presets():
        raise InputError(said("{id} is a built-in preset; give the one of the scene another name.", id=repr(preset.id)))
    text = preset_json(preset)
    node = next((node for node in preset_nodes(scene) if node.GetAttribute(ATTRIBUTE) == preset.id), None)
    if node is None:
        node = scene.CreateNodeByClass(NODE_CLASS)
        node.UnRegister(None)
        node.SetAttribute(ATTRIBUTE, preset.id)
        # In the scene's own file, because a separate text file could be lost.
        node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
        node.SetName(preset.title)
        node.SetText(text)
        scene.AddNode(node)
    else:
        modified = node.StartModify()
        node.SetName(preset.title)
        node.SetText(text)
        node.EndModify(modified)
    return preset_of_node(node)


def rename_in_scene(scene: Any, preset_id: str, title: str) -> Preset:
    """Change the title of a preset, but not its id, to which parameter sets of the scene refer.

    Raises InputError for an unknown id, an empty title, and the title of a built-in preset or of another preset in the
    scene.
    """
    preset = preset_of_node(_node_of(scene, preset_id))
    others = [*built_in_presets().values(), *(each for each in scene_presets(scene) if each.id != preset_id)]
    return save_in_scene(scene, replace(preset, title=checked_title(title, others)))


def remove_from_scene(scene: Any, preset_id: str) -> None:
    """Remove a preset. Raises InputError if the scene has no preset with that id."""
    scene.RemoveNode(_node_of(scene, preset_id))


def free_scene_id(scene: Any, title: str, user: UserPresets) -> str:
    """An id derived from ``title`` that no built-in preset and no preset of the user or the scene has."""
    taken = [*built_in_presets(), *(node.GetAttribute(ATTRIBUTE) for node in preset_nodes(scene))]
    return user.free_id(title, taken)


def _node_of(scene: Any, preset_id: str) -> Any:
    for node in preset_nodes(scene):
        if node.GetAttribute(ATTRIBUTE) == preset_id:
            return node
    known: Sequence[str] = [node.GetAttribute(ATTRIBUTE) for node in preset_nodes(scene)]
    raise InputError(
        said(
            "The scene has no preset {preset_id}; it has {names}.",
            preset_id=repr(preset_id),
            names=", ".join(known) or "none",
        )
    )
