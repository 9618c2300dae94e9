"""Import of presets from a folder or zip of parameter files, such as the elastix model zoo or an exported preset.

Every file is read and reported. Old names and values are upgraded (parameter_upgrades), files are grouped and ordered
(stage_order), and the README in the same folder describes their purpose (preset_readme).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from ..errors import InputError, ParameterError
from ..parameters.maps import (
    ParameterFile,
    ParameterMap,
    decoded_text,
    format_parameter_text,
    is_transform_map,
    parse_parameter_source,
)
from ..parameters.schema import misspelling
from ..parameters.upgrades import Change, upgrade_text
from ..parameters.validation import Problem, find_problems
from .catalog import built_in_presets
from .import_report import READ, REFUSED, SKIPPED, UPGRADED, FileReport, ImportedPreset, ImportReport
from .preset import NOT_MEASURED, USER, Preset, PresetStage, is_equivalent, read_entry, text_lines
from .readme import ReadmeFacts, read_readme
from .sources import SourceFile, read_sources
from .stage_order import stage_sequences
from .user_presets import ENTRY, UserPresets, id_of, numbered, user_presets

_PARAMETERS = (".txt", ".toml")
_INDEX = "presets.json"


@dataclass(frozen=True)
class _Stage:
    """An upgraded parameter file, the changes, and the dimensions of images for which it can be used."""

    text: str
    map: ParameterMap
    changes: tuple[Change, ...]
    dimension: tuple[int, ...]


@dataclass(frozen=True)
class _Broken:
    """The text of a file that is not a valid stage, "" if a user could not repair it, and the reason."""

    text: str
    reason: str


def import_presets(
    path: str | os.PathLike, into: UserPresets | None = None, *, keep_unusable: bool = False
) -> ImportReport:
    """Save the presets that ``examine`` finds in ``path`` in ``into`` (None: the user's presets): all, or none if
    something fails.

    ``keep_unusable`` also saves presets that cannot be run here, so that they can be edited. A broken stage stays
    unchanged in its place, so the preset is refused until the stage is repaired. Presets that exist already, with the
    same stages and title, are not added again. An expected accuracy that belongs to another preset is removed. Raises
    InputError for a path that cannot be read or has no preset.
    """
    into = user_presets() if into is None else into
    report = examine(path)
    wanted = [f.preset for f in report.found if f.preset.texts and (keep_unusable or not f.unusable)]
    if not wanted:
        sentence = f"{path}: it contains no usable preset{_first_reason(report)}"
        raise InputError(sentence if sentence.endswith("?") else f"{sentence}.")
    here = into.presets()
    known = [*built_in_presets().values(), *here]
    present = {_content(preset) for preset in here}
    taken = list(built_in_presets())
    new: list[Preset] = []
    notes: list[str] = []
    for preset in wanted:
        if _content(preset) not in present:
            kept, said = _as_it_is(preset, known)
            new.append(replace(kept, id=into.free_id(preset.id, taken)))
            taken.append(new[-1].id)
            notes += said
    return replace(
        report,
        presets=tuple(into.save_all(new) if new else ()),
        already_here=len(wanted) - len(new),
        keeps_unusable=keep_unusable,
        notes=tuple(notes),
    )


def _first_reason(report: ImportReport) -> str:
    found = [each.unusable for each in report.found]
    # The fault of a parameter file is more useful than the fact that a README is not one.
    files = sorted((file for file in report.files if file.reason), key=lambda file: file.state != REFUSED)
    reasons = found or [f"{file.path}: {file.reason}" for file in files]
    return f". {reasons[0].rstrip('.')}" if reasons else ""


def _as_it_is(preset: Preset, known: Iterable[Preset]) -> tuple[Preset, list[str]]:
    """``preset`` without claims that hold only for the preset in ``known`` from which it was copied, and sentences
    about these.
    """
    if preset.expected_accuracy == NOT_MEASURED:
        return preset, []
    measured = [each for each in known if each.expected_accuracy == preset.expected_accuracy]
    if any(is_equivalent(preset, each) for each in measured) or (not measured and is_equivalent(preset, preset)):
        return preset, []
    notes = [f"{preset.title}: its stages are not those that were measured, so its expected accuracy is left out."]
    if preset.adapts:
        notes.append(
            f'{preset.title}: it is fitted to each pair, which may change what you set; "adapts": false in its'
            f" {ENTRY} keeps the stages as they are."
        )
    return replace(preset, expected_accuracy=NOT_MEASURED, validated=False), notes


def examine(path: str | os.PathLike) -> ImportReport:
    """The presets in a folder or zip. Nothing is written. Raises InputError if it cannot be read."""
    sources = read_sources(path)
    reports: dict[PurePosixPath, FileReport] = {}
    folders: dict[PurePosixPath, dict[str, _Stage]] = {}
    broken: dict[PurePosixPath, _Broken] = {}
    for source in sources:
        read, reports[source.path] = _read(source)
        if isinstance(read, _Stage):
            folders.setdefault(source.path.parent, {})[source.path.name] = read
        elif read is not None:
            broken[source.path] = read
    readmes = {
        source.path.parent: read_readme(source.data.decode("utf-8", errors="replace"))
        for source in sorted(sources, key=lambda source: source.path.name.lower() != "readme.md", reverse=True)
        if source.path.stem.lower() == "readme" and not source.refused
    }
    entries = _entries(sources, reports)
    found: list[ImportedPreset] = []
    for folder in dict.fromkeys([*folders, *entries]):
        stages, described = folders.get(folder, {}), entries.get(folder, [])
        named = {name for values in described for name in values["files"]}
        found += [_described(values, folder, stages, broken) for values in described]
        for file in (folder / name for name in named if folder / name in broken):
            reports[file] = replace(reports[file], state=REFUSED, reason=broken[file].reason)
        rest = {name: stage for name, stage in stages.items() if name not in named}
        inferred = _inferred(folder, rest, _facts(readmes, folder), os.path.splitext(os.path.basename(path))[0])
        why = [f"{each}: {reports[each].reason}" for each in _unreadable_entries(folder, reports)]
        found += [replace(each, unusable="; ".join([*why, each.unusable]).strip("; ")) for each in inferred]
    return ImportReport(tuple(_with_presets(reports.values(), found)), tuple(found))


def _read(source: SourceFile) -> tuple[_Stage | _Broken | None, FileReport]:
    """Read a file; None if its name is not that of a parameter file."""
    name, text = str(source.path), ""
    if source.refused:
        return _Broken("", source.refused), FileReport(name, REFUSED, source.refused)
    if source.path.suffix.lower() not in _PARAMETERS or source.path.stem.lower() == "readme":
        return None, FileReport(name, SKIPPED, "no parameter file")
    try:
        text = decoded_text(source.data, name)
        parsed = parse_parameter_source(text, name, toml=source.path.suffix.lower() == ".toml")
        if is_transform_map(parsed.map):
            reason = "the result of a registration, a transform"
            return _Broken("", reason), FileReport(name, SKIPPED, reason)
        if source.path.suffix.lower() == ".toml":
            text = format_parameter_text(parsed.map)
        stage = _upgraded(text, parsed)
    except ParameterError as error:
        # Notes and lists lie beside parameter files. Only a file that begins like a parameter file counts as a broken
        # one.
        looks_right = source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"(", b"//"))
        state = REFUSED if looks_right and b"(" in source.data else SKIPPED
        reason = _reason(error)
        return _Broken(text, reason), FileReport(name, state, reason if state == REFUSED else "no parameter file")
    state = UPGRADED if stage.changes else READ
    misspelled = tuple(f"{name}: {sentence}" for name in stage.map if (sentence := misspelling(name)))
    return stage, FileReport(name, state, changes=stage.changes, misspelled=misspelled)


def _reason(error: ParameterError) -> str:
    return str(ParameterError(error.problem, line=error.line, parameter=error.parameter))


def _upgraded(text: str, parsed: ParameterFile) -> _Stage:
    """Upgrade for the dimension in the file, otherwise for both dimensions, if both need the same changes."""
    given = (parsed.map.get("FixedImageDimension") or ("",))[0]
    if given in ("2", "3"):
        new, changes = upgrade_text(text, int(given))
        return _Stage(new, _map(new), tuple(changes), (int(given),))
    tried = {dimension: upgrade_text(text, dimension) for dimension in (3, 2)}
    fewest = min(len(changes) for _text, changes in tried.values())
    fitting = [dimension for dimension, (_text, changes) in tried.items() if len(changes) == fewest]
    new, changes = tried[fitting[0]]
    return _Stage(new, _map(new), tuple(changes), () if given else tuple(sorted(fitting)))


def _map(text: str) -> ParameterMap:
    return parse_parameter_source(text, None).map


def _entries(
    sources: Iterable[SourceFile], reports: dict[PurePosixPath, FileReport]
) -> dict[PurePosixPath, list[dict[str, Any]]]:
    """Presets described by JSON files of this package, by folder; reports say whether the files could be read."""
    entries: dict[PurePosixPath, list[dict[str, Any]]] = {}
    for source in sources:
        if source.path.name not in (ENTRY, _INDEX) or source.refused:
            continue
        try:
            content = json.loads(source.data.decode("utf-8-sig"))
            listed = content.get("presets", []) if source.path.name == _INDEX else [content]
            entries[source.path.parent] = [read_entry(entry, str(source.path)) for entry in listed]
            reports[source.path] = FileReport(str(source.path), READ)
        except (ValueError, AttributeError) as error:
            reports[source.path] = FileReport(str(source.path), REFUSED, str(error))
    return entries


def _unreadable_entries(folder: PurePosixPath, reports: Mapping[PurePosixPath, FileReport]) -> list[PurePosixPath]:
    """Unreadable descriptions of the files in ``folder``, without which their meaning is a guess."""
    entries = [folder / name for name in (ENTRY, _INDEX)]
    return [entry for entry in entries if entry in reports and reports[entry].state == REFUSED]


def _described(
    values: dict[str, Any], folder: PurePosixPath, stages: Mapping[str, _Stage], broken: Mapping[PurePosixPath, _Broken]
) -> ImportedPreset:
    names, off = values["files"], values["switched_off"]
    described = {name: value for name, value in values.items() if name not in ("files", "switched_off")}
    wrong = {name: broken.get(folder / name, _Broken("", "it is missing")) for name in names if name not in stages}
    given = {name: wrong[name].text if name in wrong else stages[name].text for name in names}
    # A stage that holds only a comment cannot run, and the other stages must not pass for the whole preset.
    texts = tuple(
        PresetStage(name, text if text.strip() else f"// {name}: {wrong[name].reason}\n", name not in off)
        for name, text in given.items()
        if any(given.values())
    )
    described["id"] = id_of(described.get("id") or described["title"] or folder.name)
    preset = Preset(**described, texts=texts)
    preset = replace(preset, title=preset.title or preset.id, origin=USER)
    paths = tuple(str(folder / name) for name, text in given.items() if text)
    if wrong:
        return ImportedPreset(
            preset, paths, "; ".join(f"{folder / name}: {what.reason}" for name, what in wrong.items())
        )
    return ImportedPreset(preset, paths, _why_unusable(preset))


def _facts(readmes: Mapping[PurePosixPath, ReadmeFacts], folder: PurePosixPath) -> ReadmeFacts:
    """Facts of the README in this folder, or in the nearest one above."""
    for place in (folder, *folder.parents):
        if place in readmes:
            return readmes[place]
    return ReadmeFacts()


def _inferred(
    folder: PurePosixPath, stages: Mapping[str, _Stage], facts: ReadmeFacts, root: str
) -> list[ImportedPreset]:
    sequences = stage_sequences({name: stage.map for name, stage in stages.items()}, facts.commands)
    called = folder.name or root
    uses = Counter(name for sequence in sequences for name in sequence)
    found = []
    for sequence in sequences:
        chosen = [stages[name] for name in sequence]
        dimension = set(chosen[0].dimension).intersection(*(stage.dimension for stage in chosen))
        # The README decides about files that serve both 2D and 3D.
        dimension = dimension & set(facts.dimension) or dimension
        variant = _variant(sequence, uses) if len(sequences) > 1 else ""
        title = facts.title or called
        texts = numbered([PresetStage(name, stages[name].text) for name in sequence])
        preset = Preset(
            id=id_of(f"{called} {variant}"),
            title=f"{title} ({variant})" if variant else title,
            modality=facts.modality or ("any",),
            anatomy=facts.anatomy or ("any",),
            dimension=tuple(sorted(dimension)),
            description=facts.description,
            reference=facts.reference,
            texts=texts,
            origin=USER,
        )
        unusable = _why_unusable(preset)
        preset = replace(preset, dimension=preset.dimension or (3,))  # so that it is found and can be edited
        found.append(ImportedPreset(preset, tuple(str(folder / name) for name in sequence), unusable))
    return found


def _variant(sequence: tuple[str, ...], uses: Mapping[str, int]) -> str:
    """The file name that no other preset of the folder uses, or all names. ``uses``: number of presets by name."""
    own = [PurePosixPath(name).stem for name in sequence if uses[name] == 1]
    return own[-1] if own else " + ".join(PurePosixPath(name).stem for name in sequence)


def _why_unusable(preset: Preset) -> str:
    """The reason why this preset runs with no images, masks and points at all; "" if it can run."""
    if not preset.dimension:
        axes = {(stage.get("FixedImageDimension") or ("?",))[0] for stage in preset.stages()} - {"2", "3"}
        return f"it is for images of {' and '.join(sorted(axes))} axes" if axes - {"?"} else "its stages do not fit"
    stages = preset.stages()
    if not stages:
        return "all its stages are switched off"
    for stage in stages:
        if missing := _missing_file(stage):
            return missing
    reasons = [_first_error(remaining_problems(stages, dimension)) for dimension in preset.dimension]
    return "" if "" in reasons else reasons[0]


def remaining_problems(stages: list[ParameterMap], dimension: int) -> list[Problem]:
    """Problems that remain when masks and points are given."""
    return find_problems(stages, dimension, has_fixed_mask=True, has_moving_mask=True, has_points=True)


def _first_error(problems: Iterable[Problem]) -> str:
    error = next((problem for problem in problems if problem.severity == "error"), None)
    if error is None:
        return ""
    place = f"stage {error.stage + 1}, " if error.stage is not None else ""
    return f"{place}{error.parameter}: {error.message}" if error.parameter else place + error.message


def _missing_file(stage: ParameterMap) -> str:
    for name, values in stage.items():
        # The registration gets its initial transform as an argument; values in files do not matter.
        if not name.endswith(("ImageName", "FileName", "FileNames")) or name.startswith("InitialTransform"):
            continue
        for file in values:
            if file and not (os.path.isabs(file) and os.path.exists(file)):
                return f"{name}: it needs the file {file}, which is not part of it"
    return ""


def _content(preset: Preset) -> tuple[Any, ...]:
    """The identity of a preset: title, parameters and enabled stages, without comments. An unreadable stage counts by
    its text.
    """
    try:
        stages = preset.all_stages()
    except ParameterError:
        return (preset.id,)  # a broken one equals no other
    return preset.title, tuple((_values(stage.text), stage.enabled) for stage in stages)


def _values(text: str) -> Any:
    try:
        return tuple(_map(text).items())
    except ParameterError:
        return "\n".join(text_lines(text))


def _with_presets(reports: Iterable[FileReport], found: Iterable[ImportedPreset]) -> list[FileReport]:
    titles: dict[str, list[str]] = {}
    for each in found:
        for path in each.paths:
            titles.setdefault(path, []).append(each.preset.title)
    return [replace(report, presets=tuple(titles.get(report.path, ()))) for report in reports]
