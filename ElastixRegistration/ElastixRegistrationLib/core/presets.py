"""The presets that come with this package: plain elastix parameter files, and one JSON file that describes them."""

from __future__ import annotations

import difflib
import functools
import json
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError
from .parameter_maps import ParameterMap, read_parameter_file

_INDEX = "presets.json"


@dataclass(frozen=True)
class Preset:
    """One way to register, with what a user needs to choose it.

    ``files`` has one elastix parameter file per stage, first stage first. ``modality`` and ``anatomy`` are lower case
    words; "any" among them fits every wish. ``dimension`` has those of 2 and 3 that it was made for. ``reference`` is
    the publication its values follow. ``expected_accuracy`` is what was measured, or "not measured".
    ``initialization`` ("geometry", "mass", "none") goes to ``core.register``; None leaves the start to the files.
    ``adapts``: the stages are fitted to the pair of images before they run (``core.automatic``).
    """

    id: str
    title: str
    modality: tuple[str, ...]
    anatomy: tuple[str, ...]
    dimension: tuple[int, ...]
    description: str
    reference: str
    expected_accuracy: str
    initialization: str | None
    files: tuple[Path, ...]
    adapts: bool = False

    def stages(self) -> list[ParameterMap]:
        """The parameter maps, first stage first. Raises ParameterError when a file is broken."""
        return [read_parameter_file(path) for path in self.files]


def find_preset(preset_id: str) -> Preset:
    """The preset of that id. Raises InputError with the ids closest to an unknown one."""
    presets = _index()[1]
    if preset_id in presets:
        return presets[preset_id]
    close = difflib.get_close_matches(str(preset_id).lower(), presets, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(presets)}."
    raise InputError(f"There is no preset {preset_id!r}; {hint}")


def list_presets(
    modality: str | None = None,
    anatomy: str | None = None,
    dimension: int | None = None,
    search: str | None = None,
) -> list[Preset]:
    """Presets in the order of presets.json, general ones first.

    ``modality`` ("ct", "mr", ...) and ``anatomy`` ("lung", "brain", ...) keep the presets made for it and those made
    for any. ``search`` keeps those with every one of its words somewhere in their text. Upper and lower case are alike.
    """
    words = (search or "").lower().split()
    return [
        preset
        for preset in _index()[1].values()
        if _fits(modality, preset.modality)
        and _fits(anatomy, preset.anatomy)
        and (dimension is None or dimension in preset.dimension)
        and all(word in _text(preset) for word in words)
    ]


def presets_folder() -> Path:
    """Where the files lie: two levels up in a checkout and in Slicer, inside the package in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    for parent in (package.parent, package):
        folder = parent / "Resources" / "Presets"
        if (folder / _INDEX).is_file():
            return folder
    raise InputError(f"The presets are missing: no Resources/Presets/{_INDEX} beside or in {package}; install again.")


def _fits(wish: str | None, offered: tuple[str, ...]) -> bool:
    return wish is None or wish.lower() in offered or "any" in offered


def _text(preset: Preset) -> str:
    fields = (preset.id, preset.title, *preset.modality, *preset.anatomy, preset.description, preset.reference)
    return " ".join(fields).lower()


@functools.cache
def _index() -> tuple[str, dict[str, Preset]]:
    """The id of the default, and all presets by id."""
    folder = presets_folder()
    content = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    presets = {}
    for entry in content["presets"]:
        entry = dict(entry)
        for name in ("modality", "anatomy", "dimension"):
            entry[name] = tuple(entry[name])
        entry["files"] = tuple(folder / name for name in entry["files"])
        presets[entry["id"]] = Preset(**entry)
    return content["default"], presets


#: The id of the preset that is used when none is named.
DEFAULT_PRESET: str = _index()[0]
