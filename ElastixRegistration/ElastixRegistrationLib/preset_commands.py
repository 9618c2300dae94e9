"""What ``presets`` of the command line does: list, show, export, import, copy, rename and delete."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .core.errors import InputError
from .core.preset import USER, Preset
from .core.presets import built_in_presets, find_preset, list_presets
from .core.user_presets import export_preset, user_presets
from .outcome import Outcome


def presets(options: argparse.Namespace) -> Outcome:
    run, expected = ACTIONS[options.action]
    if options.action == "list":
        if options.words:
            raise InputError(f"presets list takes no {options.words[0]!r}; use --search {options.words[0]}.")
    elif len(options.words) != len(expected.split()):
        raise InputError(f"presets {options.action} takes {expected}.")
    return run(options, *options.words)


def _list(options: argparse.Namespace) -> Outcome:
    found = list_presets(options.modality, options.anatomy, options.dimension, options.search)
    width = max((len(preset.id) for preset in found), default=0)
    lines = [f"{preset.id:{width}}  {preset.title}{'' if preset.origin != USER else '  [yours]'}" for preset in found]
    return Outcome("\n".join(lines) or "No preset fits.", _document(presets=[preset_document(p) for p in found]))


def _show(options: argparse.Namespace, preset_id: str) -> Outcome:
    preset = find_preset(preset_id)
    document = preset_document(preset)
    texts = [f"{key.replace('_', ' ')}: {_joined(value)}" for key, value in document.items() if value]
    stages = [f"\n// {stage.name}{'' if stage.on else ', switched off'}\n{stage.text}" for stage in preset.all_stages()]
    return Outcome("\n".join(texts + stages), document)


def _export(options: argparse.Namespace, preset_id: str, target: str) -> Outcome:
    paths = [str(path) for path in export_preset(find_preset(preset_id), Path(target))]
    return Outcome("\n".join(paths), _document(exported=paths))


def _import(options: argparse.Namespace, path: str) -> Outcome:
    from .core.preset_import import REFUSED, UPGRADED, import_presets

    report = import_presets(path, keep_unusable=options.all)
    count = len(report.presets)
    left_out = sum(f.unusable is not None and f.unusable != "" for f in report.found)
    counts = [f"{count} preset{'s' * (count != 1)} imported"]
    counts += [f"{left_out} left out"] if left_out and not options.all else []
    counts += [f"{report.already_here} here already"] if report.already_here else []
    upgraded = report.count(UPGRADED)
    counts += [f"{upgraded} file{'s' * (upgraded != 1)} upgraded", f"{report.count(REFUSED)} refused"]
    text = report.text(unusable=not options.all)
    return Outcome(f"{text}\n{', '.join(counts)}.".lstrip(), _document(**report.document()))


def _copy(options: argparse.Namespace, preset_id: str, title: str) -> Outcome:
    return _changed(user_presets().copy(find_preset(preset_id), title, tuple(built_in_presets())))


def _rename(options: argparse.Namespace, preset_id: str, title: str) -> Outcome:
    return _changed(user_presets().rename(preset_id, title))


def _delete(options: argparse.Namespace, preset_id: str) -> Outcome:
    user_presets().delete(preset_id)
    return Outcome(f"{preset_id} deleted.", _document(deleted=preset_id))


def _changed(preset: Preset) -> Outcome:
    return Outcome(f"{preset.id}  {preset.title}", _document(preset=preset_document(preset)))


#: Action: what runs it, and the words it takes.
ACTIONS: dict[str, tuple[Callable[..., Outcome], str]] = {
    "list": (_list, ""),
    "show": (_show, "ID"),
    "export": (_export, "ID DIR|ZIP"),
    "import": (_import, "FOLDER|ZIP|FILE"),
    "copy": (_copy, "ID TITLE"),
    "rename": (_rename, "ID TITLE"),
    "delete": (_delete, "ID"),
}


def preset_document(preset: Preset) -> dict[str, Any]:
    return {
        "id": preset.id,
        "title": preset.title,
        "modality": list(preset.modality),
        "anatomy": list(preset.anatomy),
        "dimension": list(preset.dimension),
        "description": preset.description,
        "reference": preset.reference,
        "expected_accuracy": preset.expected_accuracy,
        "initialization": preset.initialization,
        "files": [stage.name for stage in preset.all_stages()],
        "origin": preset.origin,
    }


def _document(**entries: Any) -> dict[str, Any]:
    return {"command": "presets", **entries}


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
