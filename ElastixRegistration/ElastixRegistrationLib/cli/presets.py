"""The subcommand presets, which can list, show, export, import, copy, rename and delete presets."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.presets.catalog import built_in_presets, find_preset, known_words, list_presets
from ..core.presets.preset import USER, Preset, preset_entry
from ..core.presets.user_presets import export_preset, user_presets
from .terminal.outcome import Outcome

_FILTERS = ("modality", "anatomy", "dimension", "search")


def add_parser(subparsers: Any, common: argparse.ArgumentParser, again: argparse.ArgumentParser) -> None:
    """Add the subcommand. ``again`` has the options of ``common`` without defaults, so that they can stand before or
    after an action."""
    presets = subparsers.add_parser(
        "presets",
        parents=[common],
        help="list, show, export and import presets; copy, rename and delete your own",
        description="Manage the presets of this package and your own. Without an ACTION, list them.",
    )
    _add_filters(presets.add_argument_group("which to list"), None)
    actions = presets.add_subparsers(dest="action", metavar="ACTION", title="actions")
    presets.set_defaults(run=_run, action="list", act=_list, words=())

    def action(name: str, act: Any, text: str, more: str = "") -> Any:
        added = actions.add_parser(name, parents=[again], help=text, description=f"{text[0].upper()}{text[1:]}.{more}")
        added.set_defaults(act=act)
        return added.add_argument

    add = action("list", _list, "list presets")
    add("words", nargs="*", help=argparse.SUPPRESS)
    _add_filters(actions.choices["list"], argparse.SUPPRESS)
    add = action("show", _show, "show a preset in full, with its parameter files")
    add("id", metavar="ID")
    add = action("export", _export, "write a preset as parameter files and a preset.json, for elastix or for editing")
    add("id", metavar="ID")
    add("target", metavar="DIR|ZIP", help="a new or empty folder, or a file.zip")
    add("--overwrite", action="store_true", help="replace files of the same names; keep others in the folder")
    add = action(
        "import",
        _import,
        "add elastix parameter files as your own presets, and print their ids",
        " Reads the output of presets export, and any folder or zip of parameter files, also of old versions. "
        "Keeps the files that can be used.",
    )
    add("path", metavar="FOLDER|ZIP|FILE")
    add("--all", action="store_true", help="also keep what cannot be used here, so that you can edit it")
    add = action("copy", _copy, "copy any preset to your own presets")
    add("id", metavar="ID")
    add("title", metavar="TITLE", help="title of the copy; its id is derived from the title and printed")
    add = action("rename", _rename, "rename one of your presets; its id stays the same")
    add("id", metavar="ID")
    add("title", metavar="TITLE")
    add = action("delete", _delete, "delete one of your presets")
    add("id", metavar="ID")


def _add_filters(parser: Any, default: Any) -> None:
    built_in = built_in_presets().values()
    for name in ("modality", "anatomy"):
        words = ", ".join(known_words(built_in, name))
        text = f"presets for this {name} or for any: {words}, or a word of your own presets"
        parser.add_argument(f"--{name}", metavar=name[0].upper(), default=default, help=text)
    parser.add_argument("--dimension", type=int, choices=(2, 3), default=default, help="of the images")
    parser.add_argument(
        "--search", metavar="TEXT", default=default, help="presets with all of these words in their text"
    )


def _run(options: argparse.Namespace) -> Outcome:
    given = [name for name in _FILTERS if getattr(options, name) is not None]
    if options.action != "list" and given:
        raise InputError(f"presets {options.action} has no option --{given[0]}; use it with presets list.")
    return options.act(options)


def _list(options: argparse.Namespace) -> Outcome:
    if options.words:
        raise InputError(f"presets list does not take {options.words[0]!r}; use --search {options.words[0]}.")
    for name in ("modality", "anatomy"):
        _check_word(name, getattr(options, name))
    found = list_presets(options.modality, options.anatomy, options.dimension, options.search)
    width = max((len(preset.id) for preset in found), default=0)
    lines = [f"{preset.id:{width}}  {preset.title}{'' if preset.origin != USER else '  [yours]'}" for preset in found]
    return Outcome("\n".join(lines) or "No preset matches.", _document(presets=[preset_document(p) for p in found]))


def _check_word(field: str, wish: str | None) -> None:
    known = known_words(list_presets(), field)
    if wish is None or wish.lower() in (*known, "any"):
        return
    close = difflib.get_close_matches(wish.lower(), known, n=1, cutoff=0.7)
    hint = f"did you mean {close[0]}? Known" if close else "known"
    raise InputError(f"No preset is for the {field} {wish!r}; {hint} are {', '.join(known)}.")


def _show(options: argparse.Namespace) -> Outcome:
    preset = find_preset(options.id)
    document = preset_document(preset)
    texts = [f"{key.replace('_', ' ')}: {_joined(value)}" for key, value in document.items() if value]
    stages = [
        f"\n// {stage.name}{'' if stage.enabled else ', switched off'}\n{stage.text}" for stage in preset.all_stages()
    ]
    return Outcome("\n".join(texts + stages), document)


def _export(options: argparse.Namespace) -> Outcome:
    written = export_preset(find_preset(options.id), Path(options.target), overwrite=options.overwrite)
    paths = [str(path) for path in written]
    return Outcome("\n".join(paths), _document(exported=paths))


def _import(options: argparse.Namespace) -> Outcome:
    from ..core.presets.import_report import REFUSED, UPGRADED
    from ..core.presets.importing import import_presets

    report = import_presets(options.path, keep_unusable=options.all)
    count = len(report.presets)
    counts = [f"{count} preset{'s' * (count != 1)} imported"]
    counts += [f"{len(report.left_out)} left out"] if report.left_out else []
    counts += [f"{report.already_here} here already"] if report.already_here else []
    upgraded = report.count(UPGRADED)
    counts += [f"{upgraded} file{'s' * (upgraded != 1)} upgraded", f"{report.count(REFUSED)} refused"]
    return Outcome(f"{report.text()}\n{', '.join(counts)}.".lstrip(), _document(**report.document()))


def _copy(options: argparse.Namespace) -> Outcome:
    return _changed(user_presets().copy(find_preset(options.id), options.title, built_in_presets().values()))


def _rename(options: argparse.Namespace) -> Outcome:
    return _changed(user_presets().rename(options.id, options.title, built_in_presets().values()))


def _delete(options: argparse.Namespace) -> Outcome:
    user_presets().delete(options.id)
    return Outcome(f"{options.id} deleted.", _document(deleted=options.id))


def _changed(preset: Preset) -> Outcome:
    return Outcome(f"{preset.id}  {preset.title}", _document(preset=preset_document(preset)))


def preset_document(preset: Preset) -> dict[str, Any]:
    return {**preset_entry(preset, [stage.name for stage in preset.all_stages()]), "origin": preset.origin}


def _document(**entries: Any) -> dict[str, Any]:
    return {"command": "presets", **entries}


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
