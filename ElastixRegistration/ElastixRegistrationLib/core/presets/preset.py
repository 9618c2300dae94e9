"""One preset: its stages, the information for choosing it, and its JSON form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, ParameterError
from ..parameters.maps import (
    ParameterFile,
    ParameterMap,
    format_parameter_text,
    parse_stage_text,
    read_parameter_text,
    read_stage_source,
)
from ..wording import said

BUILT_IN, USER, SCENE = "built-in", "user", "scene"
#: ``expected_accuracy`` of stages that were not tried on images with a known truth.
NOT_MEASURED = "not measured"
_PLACES = {BUILT_IN: "built-in", USER: "yours", SCENE: "in the scene"}
_WORDS = ("modality", "anatomy")
_INITIALIZATIONS = (None, "geometry", "mass", "search", "none")
#: The context of titles and descriptions of the built-in presets in the translation files.
PRESET_CONTEXT = "Presets"


#: A number that stands alone, unlike those in T1 and 2D.
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")


@dataclass(frozen=True)
class PresetStage:
    """A stage as elastix's text, with comments. ``enabled``: whether a registration runs it."""

    name: str
    text: str
    enabled: bool = True


@dataclass(frozen=True)
class Preset:
    """One way to register.

    ``files``: one elastix parameter file per stage, first stage first; a preset without a folder has its stages in
    ``texts`` instead. ``switched_off``: names of stages that are kept but do not run. ``modality`` and ``anatomy``:
    lower case words; "any" matches every filter. ``dimension``: 2, 3 or both. ``reference``: the publication its values
    follow. ``expected_accuracy``: the measured accuracy, or "not measured"; ``validated``: whether that was on images
    with a known truth, not only on synthetic ones. ``initialization`` ("geometry", "mass", "search", "none") goes to
    ``core.register``; None leaves the start to the files. ``adapts``: the stages are fitted to the pair of images
    before they run (``core.automatic``). ``origin``: BUILT_IN (read-only), USER or SCENE.
    """

    id: str
    title: str
    modality: tuple[str, ...] = ("any",)
    anatomy: tuple[str, ...] = ("any",)
    dimension: tuple[int, ...] = (2, 3)
    description: str = ""
    reference: str = ""
    expected_accuracy: str = NOT_MEASURED
    validated: bool = False
    initialization: str | None = None
    adapts: bool = False
    files: tuple[Path, ...] = ()
    texts: tuple[PresetStage, ...] = ()
    switched_off: tuple[str, ...] = ()
    origin: str = BUILT_IN

    def sources(self) -> list[ParameterFile]:
        """The enabled stages, first stage first, with line numbers. Raises ParameterError for a broken one."""
        if self.files:
            return [read_stage_source(path) for path in self.files if path.name not in self.switched_off]
        return [parse_stage_text(stage.text, f"{self.title}, {stage.name}") for stage in self.texts if stage.enabled]

    def stages(self) -> list[ParameterMap]:
        """The parameter maps of the enabled stages, first stage first. Raises ParameterError for a broken file."""
        return [source.map for source in self.sources()]

    def all_stages(self) -> tuple[PresetStage, ...]:
        """All stages as text, including disabled ones. Raises ParameterError for a file that cannot be read."""
        if not self.files:
            return self.texts
        return tuple(PresetStage(path.name, _text_of(path), path.name not in self.switched_off) for path in self.files)


def is_equivalent(one: Preset, other: Preset) -> bool:
    """Whether two presets register a pair in the same way: same start, fitting, and parameters of the enabled stages.
    Comments, names and the order of lines do not matter. False if a stage cannot be read.
    """
    if (one.initialization, one.adapts) != (other.initialization, other.adapts):
        return False
    try:
        return one.stages() == other.stages()
    except ParameterError:
        return False


def checked_title(title: str, others: Iterable[Preset]) -> str:
    """``title`` without surrounding spaces. Raises InputError if it is empty or, ignoring case, the title of one of
    ``others``.
    """
    if not title.strip():
        raise InputError(said("The name of the preset is empty; give it one."))
    for other in others:
        if _same_title(title, other.title):
            place = _PLACES[other.origin]
            raise InputError(
                said(
                    "There is already a preset {title} ({id}, {place}); choose another name.",
                    title=repr(other.title),
                    id=other.id,
                    place=place,
                )
            )
    return title.strip()


def free_title(title: str, others: Iterable[Preset]) -> str:
    """``title``, or "title 2" and so on: the first that none of ``others`` has."""
    taken = [other.title for other in others]
    number, candidate = 1, title
    while any(_same_title(candidate, each) for each in taken):
        number += 1
        candidate = f"{title} {number}"
    return candidate


def _same_title(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def preset_entry(preset: Preset, names: Iterable[str]) -> dict[str, Any]:
    """The JSON entry of a preset beside parameter files of these names."""
    off = [stage.name for stage in preset.texts if not stage.enabled] if preset.texts else list(preset.switched_off)
    entry = {
        "id": preset.id,
        "title": preset.title,
        "modality": list(preset.modality),
        "anatomy": list(preset.anatomy),
        "dimension": list(preset.dimension),
        "description": preset.description,
        "reference": preset.reference,
        "expected_accuracy": preset.expected_accuracy,
        "validated": preset.validated,
        "initialization": preset.initialization,
        "adapts": preset.adapts,
        "files": list(names),
    }
    return entry | ({"switched_off": off} if off else {})


def read_entry(entry: Any, place: str) -> dict[str, Any]:
    """Arguments of Preset in a JSON entry, with ``files`` as plain names. ``place`` names it in InputError.

    Everything except id and files has a default, so that users can write it by hand. Unknown names are ignored.
    """
    if not isinstance(entry, Mapping):
        raise InputError(
            said("{place}: a preset must be a JSON object, not a {type}.", place=place, type=type(entry).__name__)
        )
    values: dict[str, Any] = {}
    for name in ("id", "title", "description", "reference", "expected_accuracy"):
        if name in entry:
            values[name] = _text(entry[name], name, place)
    values.setdefault("title", values.get("id", ""))
    for name in _WORDS:
        if name in entry:
            values[name] = tuple(word.lower() for word in _texts(entry[name], name, place)) or ("any",)
    if "dimension" in entry:
        given = entry["dimension"] if isinstance(entry["dimension"], list) else [entry["dimension"]]
        if not given or any(axes not in (2, 3) for axes in given):
            raise InputError(
                said("{place}: dimension must have 2, 3 or both, not {given:.60}.", place=place, given=repr(given))
            )
        values["dimension"] = tuple(int(axes) for axes in given)
    values["initialization"] = entry.get("initialization")
    if values["initialization"] not in _INITIALIZATIONS:
        raise InputError(
            said(
                "{place}: initialization must be geometry, mass, search or none, not {values:.60}.",
                place=place,
                values=repr(values["initialization"]),
            )
        )
    # Entries of earlier releases do not say whether an accuracy was measured on real images.
    has_accuracy = values.get("expected_accuracy", NOT_MEASURED) != NOT_MEASURED
    for name, default in (("validated", has_accuracy), ("adapts", False)):
        values[name] = entry.get(name, default)
        if not isinstance(values[name], bool):
            raise InputError(
                said(
                    "{place}: {name} must be true or false, not {values:.60}.",
                    place=place,
                    name=name,
                    values=repr(values[name]),
                )
            )
    values["files"] = tuple(_plain_names(entry.get("files"), "files", place))
    if not values["files"]:
        raise InputError(said("{place}: it names no parameter files.", place=place))
    values["switched_off"] = tuple(_plain_names(entry.get("switched_off", []), "switched_off", place))
    return values


def preset_json(preset: Preset) -> str:
    """The whole preset in one text: its entry, and its stages line by line."""
    stages = preset.all_stages()
    entry = preset_entry(preset, [stage.name for stage in stages])
    return json.dumps(entry | {"stages": {stage.name: text_lines(stage.text) for stage in stages}}, indent=1)


def preset_from_json(text: str, place: str, origin: str) -> Preset:
    """Inverse of ``preset_json``. Raises InputError that names ``place``."""
    try:
        entry = json.loads(text)
    except ValueError as error:
        raise InputError(said("{place}: this is not a preset ({error}).", place=place, error=error)) from error
    values = read_entry(entry, place)
    stages = entry.get("stages")
    if not values.get("id") or not isinstance(stages, dict) or set(values["files"]) - set(stages):
        raise InputError(said("{place}: this is not a preset; its id or the text of a stage is missing.", place=place))
    texts = tuple(
        PresetStage(
            name, "".join(line + "\n" for line in _texts(stages[name], name, place)), name not in values["switched_off"]
        )
        for name in values.pop("files")
    )
    del values["switched_off"]
    return Preset(**values, texts=texts, origin=origin)


def _text_of(path: Path) -> str:
    if path.suffix.lower() == ".toml":
        return format_parameter_text(read_stage_source(path).map)
    return read_parameter_text(path)


def text_lines(text: str) -> list[str]:
    """Lines as elastix counts them, for texts from any system."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def _text(value: Any, name: str, place: str) -> str:
    if not isinstance(value, str):
        raise InputError(
            said("{place}: {name} must be text, not {value:.60}.", place=place, name=name, value=repr(value))
        )
    return value


def _texts(value: Any, name: str, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise InputError(
            said("{place}: {name} must be a list of texts, not {value:.60}.", place=place, name=name, value=repr(value))
        )
    return value


def _plain_names(value: Any, name: str, place: str) -> list[str]:
    """Names of files beside the JSON; a path out of its folder is refused."""
    names = _texts(value if value is not None else [], name, place)
    for file in names:
        if not file or file in (".", "..") or any(sign in file for sign in '/\\:"\0'):
            raise InputError(
                said(
                    "{place}: {name} must be names of files beside it, not {file}.",
                    place=place,
                    name=name,
                    file=repr(file),
                )
            )
    if len(set(names)) != len(names):
        raise InputError(said("{place}: {name} has the same file twice.", place=place, name=name))
    return names


def accuracy_sentences(expected_accuracy: str) -> list[tuple[str, list[str]]]:
    """Its parts, each as a template with places for its numbers ("{0} landmarks: {1} mm") and these numbers.

    A translation is then of the words, and a figure that is measured anew needs none.
    """
    found = []
    for part in expected_accuracy.split("; "):
        numbers = _NUMBER.findall(part)
        template = "".join(f"{text}{{{n}}}" for n, text in enumerate(_NUMBER.split(part)))
        found.append((template.removesuffix(f"{{{len(numbers)}}}"), numbers))
    return found
