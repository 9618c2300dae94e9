"""All presets: those that come with this package (plain elastix parameter files, and one JSON file that describes
them), the user's own, and those a caller has from elsewhere, such as a scene."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import InputError
from ..wording import said
from .preset import Preset, read_entry
from .user_presets import user_presets

_INDEX = "presets.json"


def find_preset(preset_id: str, others: Iterable[Preset] = ()) -> Preset:
    """The preset of that id, among ``others`` first, then the user's own, then the built-in ones.

    Raises InputError with the ids closest to an unknown one.
    """
    for preset in others:
        if preset.id == preset_id:
            return preset
    found = user_presets().find(preset_id) or _index()[1].get(preset_id)
    if found is not None:
        return found
    known = [preset.id for preset in list_presets(others=others)]
    close = difflib.get_close_matches(str(preset_id).lower(), known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(known)}."
    raise InputError(said("There is no preset {preset_id}; {hint}", preset_id=repr(preset_id), hint=hint))


def list_presets(
    modality: str | None = None,
    anatomy: str | None = None,
    dimension: int | None = None,
    search: str | None = None,
    *,
    others: Iterable[Preset] = (),
    more_text: Callable[[Preset], str] | None = None,
) -> list[Preset]:
    """Presets in the order of presets.json, general ones first, then the user's own and ``others`` by title.

    ``modality`` ("ct", "mr", ...) and ``anatomy`` ("lung", "brain", ...) keep the presets made for it and those made
    for any. ``search`` keeps those with every one of its words somewhere in their text, or in the ``more_text`` of
    them, such as their titles in another language. Upper and lower case are alike.
    Raises InputError where the files of the built-in presets are missing.
    """
    words = (search or "").lower().split()
    by_id = built_in_presets()
    for preset in sorted(user_presets().presets(), key=_by_title) + sorted(others, key=_by_title):
        by_id[preset.id] = preset
    return [
        preset
        for preset in by_id.values()
        if _fits(modality, preset.modality)
        and _fits(anatomy, preset.anatomy)
        and (dimension is None or dimension in preset.dimension)
        and all(word in _text(preset) or (more_text and word in more_text(preset).lower()) for word in words)
    ]


def known_words(presets: Iterable[Preset], field: str) -> list[str]:
    """Words but "any" that ``presets`` have in ``field``, "modality" or "anatomy", in the order of their first use."""
    return list(dict.fromkeys(word for preset in presets for word in getattr(preset, field) if word != "any"))


def built_in_presets() -> dict[str, Preset]:
    """Those that come with this package, by id. Nobody changes them; a copy can be changed."""
    return dict(_index()[1])


def presets_folder() -> Path:
    """Where the files lie: two levels up in a checkout and in Slicer, inside the package in an installed wheel."""
    package = Path(__file__).resolve().parents[2]
    for parent in (package.parent, package):
        folder = parent / "Resources" / "Presets"
        if (folder / _INDEX).is_file():
            return folder
    raise InputError(
        said(
            "The presets are missing: no Resources/Presets/{index} beside or in {package}; install again.",
            index=_INDEX,
            package=package,
        )
    )


def _by_title(preset: Preset) -> str:
    return preset.title.lower()


def _fits(wish: str | None, offered: tuple[str, ...]) -> bool:
    return wish is None or wish.lower() in offered or "any" in offered


def _text(preset: Preset) -> str:
    fields = (preset.id, preset.title, *preset.modality, *preset.anatomy, preset.description, preset.reference)
    return " ".join(fields).lower()


@functools.cache
def _index() -> tuple[str, dict[str, Preset]]:
    """The id of the default, and all built-in presets by id."""
    folder = presets_folder()
    content = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    presets = {}
    for entry in content["presets"]:
        values = read_entry(entry, str(folder / _INDEX))
        values["files"] = tuple(folder / name for name in values["files"])
        presets[values["id"]] = Preset(**values)
    return content["default"], presets


#: The id of the preset that is used when none is named.
DEFAULT_PRESET: str = _index()[0]
