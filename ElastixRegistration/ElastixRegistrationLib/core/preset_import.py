"""Presets out of a folder or zip of parameter files: the elastix model zoo, a colleague's folder, an exported preset.

Every file is read and reported. Old names and values are upgraded (parameter_upgrades), files are put together and
ordered (stage_order), and the README beside them says what they are for (preset_readme).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from .errors import InputError, ParameterError
from .parameter_maps import (
    ParameterFile,
    ParameterMap,
    decoded_text,
    format_parameter_text,
    is_transform_map,
    parse_parameter_source,
)
from .parameter_upgrades import Change, upgrade_text
from .parameter_validation import Problem, find_problems
from .preset import USER, Preset, PresetStage, read_entry
from .preset_readme import ReadmeFacts, read_readme
from .preset_sources import SourceFile, read_sources
from .presets import built_in_presets
from .stage_order import stage_sequences
from .user_presets import ENTRY, UserPresets, id_of, numbered, user_presets

READ, UPGRADED, REFUSED, SKIPPED = "read", "upgraded", "refused", "skipped"
_PARAMETERS = (".txt", ".toml")
_INDEX = "presets.json"


@dataclass(frozen=True)
class FileReport:
    """What became of one file: READ as it is, UPGRADED with ``changes``, REFUSED or SKIPPED (it is no parameter file)
    with ``reason``. ``presets`` are the titles of those that it is a stage of."""

    path: str
    state: str
    reason: str = ""
    changes: tuple[Change, ...] = ()
    presets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A preset that was put together of ``paths``, and what keeps it from being run, "" for nothing."""

    preset: Preset
    paths: tuple[str, ...]
    unusable: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What an import found. ``presets`` are those that were kept, as they lie in the user's folder; ``already_here``
    is how many were there before."""

    files: tuple[FileReport, ...]
    found: tuple[Found, ...]
    presets: tuple[Preset, ...] = ()
    already_here: int = 0

    def count(self, state: str) -> int:
        return sum(file.state == state for file in self.files)

    def text(self, *, unusable: bool = True) -> str:
        """A line for each preset, and for whatever was upgraded, refused or left out."""
        lines = [f"{preset.id}  {preset.title}" for preset in self.presets]
        if unusable:
            lines += [f"left out: {f.preset.title}: {f.unusable}" for f in self.found if f.unusable]
        for file in self.files:
            if file.state == REFUSED:
                lines.append(f"refused: {file.path}: {file.reason}")
            lines += [f"upgraded: {file.path}: {c.parameter} {c.text} ({c.source})" for c in file.changes]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Everything, as JSON holds it."""
        return {
            "imported": [{"id": preset.id, "title": preset.title} for preset in self.presets],
            "unusable": [{"title": f.preset.title, "reason": f.unusable} for f in self.found if f.unusable],
            "files": [asdict(file) for file in self.files],
        }


@dataclass(frozen=True)
class _Stage:
    """A parameter file as it is now, what was changed, and for images of which dimensions it can be used."""

    text: str
    map: ParameterMap
    changes: tuple[Change, ...]
    dimension: tuple[int, ...]


def import_presets(
    path: str | os.PathLike, into: UserPresets | None = None, *, keep_unusable: bool = False
) -> ImportReport:
    """Keep what ``examine`` finds in ``path`` in ``into`` (None: the user's presets): all of it, or nothing when
    something fails.

    ``keep_unusable`` keeps those too that cannot be run here, to be edited. What is here already, the same stages
    under the same title, is not added again. Raises InputError for a path that cannot be read or has no preset.
    """
    into = user_presets() if into is None else into
    report = examine(path)
    wanted = [f.preset for f in report.found if f.preset.texts and (keep_unusable or not f.unusable)]
    if not wanted:
        reasons = [found.unusable for found in report.found] or [file.reason for file in report.files if file.reason]
        raise InputError(f"{path}: there is no preset in it that can be used{': ' + reasons[0] if reasons else '.'}")
    present = {_content(preset) for preset in into.presets()}
    taken = list(built_in_presets())
    new: list[Preset] = []
    for preset in wanted:
        if _content(preset) not in present:
            new.append(replace(preset, id=into.free_id(preset.id, taken)))
            taken.append(new[-1].id)
    kept = into.save_all(new) if new else []
    return replace(report, presets=tuple(kept), already_here=len(wanted) - len(kept))


def examine(path: str | os.PathLike) -> ImportReport:
    """What is in a folder or zip. Nothing is written. Raises InputError when it cannot be read at all."""
    sources = read_sources(path)
    reports: dict[PurePosixPath, FileReport] = {}
    folders: dict[PurePosixPath, dict[str, _Stage]] = {}
    for source in sources:
        stage, reports[source.path] = _read(source)
        if stage is not None:
            folders.setdefault(source.path.parent, {})[source.path.name] = stage
    readmes = {
        source.path.parent: read_readme(source.data.decode("utf-8", errors="replace"))
        for source in sorted(sources, key=lambda source: source.path.name.lower() != "readme.md", reverse=True)
        if source.path.stem.lower() == "readme" and not source.refused
    }
    entries = _entries(sources, reports)
    found: list[Found] = []
    for folder, stages in folders.items():
        described = entries.get(folder, [])
        named = {name for values in described for name in values["files"]}
        found += [_described(values, folder, stages) for values in described]
        rest = {name: stage for name, stage in stages.items() if name not in named}
        found += _inferred(folder, rest, _facts(readmes, folder), os.path.splitext(os.path.basename(path))[0])
    return ImportReport(tuple(_with_presets(reports.values(), found)), tuple(found))


def _read(source: SourceFile) -> tuple[_Stage | None, FileReport]:
    name = str(source.path)
    if source.refused:
        return None, FileReport(name, REFUSED, source.refused)
    if source.path.suffix.lower() not in _PARAMETERS or source.path.stem.lower() == "readme":
        return None, FileReport(name, SKIPPED, "no parameter file")
    try:
        text = decoded_text(source.data, name)
        parsed = parse_parameter_source(text, name, toml=source.path.suffix.lower() == ".toml")
        if is_transform_map(parsed.map):
            return None, FileReport(name, SKIPPED, "the result of a registration, a transform")
        if source.path.suffix.lower() == ".toml":
            text = format_parameter_text(parsed.map)
        stage = _upgraded(text, parsed)
    except ParameterError as error:
        # Notes and lists lie beside parameter files; only what begins like one is a broken one.
        looks_right = source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"(", b"//"))
        state = REFUSED if looks_right and b"(" in source.data else SKIPPED
        return None, FileReport(name, state, _reason(error) if state == REFUSED else "no parameter file")
    return stage, FileReport(name, UPGRADED if stage.changes else READ, changes=stage.changes)


def _reason(error: ParameterError) -> str:
    return f"line {error.line}: {error.problem}" if error.line else error.problem


def _upgraded(text: str, parsed: ParameterFile) -> _Stage:
    """For the dimension that the file names, else for both, if it needs the same changes for both."""
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
    """Presets that JSON files of this package describe, by folder; their reports say whether they could be read."""
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


def _described(values: dict[str, Any], folder: PurePosixPath, stages: Mapping[str, _Stage]) -> Found:
    names, off = values["files"], values["switched_off"]
    described = {name: value for name, value in values.items() if name not in ("files", "switched_off")}
    missing = [name for name in names if name not in stages]
    texts = tuple(PresetStage(name, stages[name].text, name not in off) for name in names if name in stages)
    described["id"] = id_of(described.get("id") or described["title"] or folder.name)
    preset = Preset(**described, texts=texts)
    preset = replace(preset, title=preset.title or preset.id, origin=USER)
    paths = tuple(str(folder / name) for name in names if name in stages)
    if missing:
        return Found(preset, paths, f"the file {missing[0]} is missing or broken")
    return Found(preset, paths, _why_unusable(preset))


def _facts(readmes: Mapping[PurePosixPath, ReadmeFacts], folder: PurePosixPath) -> ReadmeFacts:
    """Those of the README beside, or of the nearest above."""
    for place in (folder, *folder.parents):
        if place in readmes:
            return readmes[place]
    return ReadmeFacts()


def _inferred(folder: PurePosixPath, stages: Mapping[str, _Stage], facts: ReadmeFacts, root: str) -> list[Found]:
    sequences = stage_sequences({name: stage.map for name, stage in stages.items()}, facts.commands)
    called = folder.name or root
    uses = Counter(name for sequence in sequences for name in sequence)
    found = []
    for sequence in sequences:
        chosen = [stages[name] for name in sequence]
        dimension = set(chosen[0].dimension).intersection(*(stage.dimension for stage in chosen))
        # Files that serve 2D and 3D alike are for what the README says of the images.
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
        preset = replace(preset, dimension=preset.dimension or (3,))  # to be found, and edited
        found.append(Found(preset, tuple(str(folder / name) for name in sequence), unusable))
    return found


def _variant(sequence: tuple[str, ...], uses: Mapping[str, int]) -> str:
    """The file name that no other preset of the folder has, or all of them. ``uses``: in how many each name is."""
    own = [PurePosixPath(name).stem for name in sequence if uses[name] == 1]
    return own[-1] if own else " + ".join(PurePosixPath(name).stem for name in sequence)


def _why_unusable(preset: Preset) -> str:
    """Why no two images, masks and points whatever make this preset run; "" when some do."""
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
        # An initial transform is given to the registration, whatever a file says of it.
        if not name.endswith(("ImageName", "FileName", "FileNames")) or name.startswith("InitialTransform"):
            continue
        for file in values:
            if file and not (os.path.isabs(file) and os.path.exists(file)):
                return f"{name}: it needs the file {file}, which is not part of it"
    return ""


def _content(preset: Preset) -> tuple[Any, ...]:
    """What makes two presets the same: title, parameters and which stages are on, whatever their comments say."""
    try:
        stages = [(tuple(_map(stage.text).items()), stage.on) for stage in preset.all_stages()]
    except ParameterError:
        return (preset.id,)  # one that a user has broken is like no other
    return preset.title, tuple(stages)


def _with_presets(reports: Iterable[FileReport], found: Iterable[Found]) -> list[FileReport]:
    titles: dict[str, list[str]] = {}
    for each in found:
        for path in each.paths:
            titles.setdefault(path, []).append(each.preset.title)
    return [replace(report, presets=tuple(titles.get(report.path, ()))) for report in reports]
