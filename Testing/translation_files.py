"""Bring the translations up to date with the sources, as Slicer's own script does: ``dev.py translations``.

Slicer's ``tr`` names the context of a text after folder and file; Qt's lupdate wants it written out. So copies of the
Python files in which it is are what lupdate reads. New texts come into the .ts files as unfinished.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from ElastixRegistrationLib.core import wording
from ElastixRegistrationLib.core.presets.catalog import built_in_presets
from ElastixRegistrationLib.core.presets.preset import PRESET_CONTEXT, accuracy_sentences
from ElastixRegistrationLib.core.request import OPTIONS, TEXT_CONTEXT, control_texts

MODULE = Path(__file__).resolve().parents[1] / "ElastixRegistration"
TRANSLATIONS = MODULE / "Resources" / "Translations"


def texts_in_sources() -> set[tuple[str, str]]:
    """(context, text) of all that the panel shows: of ``_("...")``, ``translate("...", "...")``, ``said("...")``, .ui
    files, options and presets."""
    found = _texts_of_data()
    for path in MODULE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "_":
                found.add((_context(path), _literal(call.args[0], path)))
            elif call.func.id == "said":
                found.add((wording.TEXT_CONTEXT, _literal(call.args[0], path)))
            elif call.func.id == "translate" and not isinstance(call.args[0], ast.Name):
                found.add((_literal(call.args[0], path), _literal(call.args[1], path)))
    for path in MODULE.rglob("*.ui"):
        root = ElementTree.parse(path).getroot()
        fixed = {text for parent in root.iter() if parent.get("notr") == "true" for text in parent.iter("string")}
        found |= {(root.findtext("class", ""), e.text) for e in root.iter("string") if e.text and e not in fixed}
    return found


def translated_texts(path: Path) -> dict[tuple[str, str], str | None]:
    """(context, text) -> translation of a .ts file, None where there is none yet; obsolete ones are left out."""
    found: dict[tuple[str, str], str | None] = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            state = translation.get("type", "") if translation is not None else "unfinished"
            if state not in ("vanished", "obsolete"):
                text = translation.text if translation is not None and not state else None
                found[context.findtext("name", ""), message.findtext("source", "")] = text
    return found


def extract(ts: Path) -> None:
    """Update a .ts file, or make it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "module"
        shutil.copytree(MODULE, copy, ignore=shutil.ignore_patterns("__pycache__", "Translations"))
        names = []
        for path in sorted(path for path in copy.rglob("*") if path.suffix in (".py", ".ui")):
            names.append(path.relative_to(copy).as_posix())
            if path.suffix == ".py":
                path.write_text(_with_contexts(path.read_text(encoding="utf-8"), path), encoding="utf-8")
        calls = [f"translate({context!r}, {text!r})" for context, text in sorted(_texts_of_data() | _templates())]
        (copy / "texts_of_data.py").write_text("\n".join(calls), encoding="utf-8")
        names.append("texts_of_data.py")
        (copy / "files").write_text("\n".join(names), encoding="utf-8")
        if ts.is_file():
            shutil.copy(ts, copy / ts.name)
        _run("lupdate", "@files", "-silent", "-no-obsolete", "-locations", "none", "-ts", ts.name, folder=copy)
        shutil.copyfile(copy / ts.name, ts)


def compile_to(ts: Path, qm: Path) -> None:
    """What Qt loads, of a .ts file."""
    _run("lrelease", "-silent", str(ts), "-qm", str(qm), folder=ts.parent)


def _context(path: Path) -> str:
    is_package = (path.parent / "__init__.py").is_file()
    return f"{path.parent.name}.{path.stem}" if is_package else path.stem


def _texts_of_data() -> set[tuple[str, str]]:
    """(context, text) of what is no literal where the window translates it: options and built-in presets."""
    built_in = built_in_presets().values()
    presets = [text for preset in built_in for text in (preset.title, preset.description) if text]
    # What the panel shows of accuracy, without its numbers.
    measured = [preset.expected_accuracy for preset in built_in if preset.validated]
    presets += [template for text in measured for template, _numbers in accuracy_sentences(text)]
    sentences = (*wording.ROLES, *(option.noun for option in OPTIONS))
    texts = {TEXT_CONTEXT: control_texts(), PRESET_CONTEXT: presets, wording.TEXT_CONTEXT: sentences}
    return {(context, text) for context, some in texts.items() for text in some}


def _templates() -> set[tuple[str, str]]:
    """(context, text) of what ``core`` says."""
    return {(context, text) for context, text in texts_in_sources() if context == wording.TEXT_CONTEXT}


def _literal(node: ast.expr, path: Path) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise ValueError(f"{path.name}, line {node.lineno}: only texts that stand there can be translated")
    return node.value


def _with_contexts(code: str, path: Path) -> str:
    """Slicer's way: only a call of one literal is found, whatever the quotes."""
    for quoted in ('".+?"', "'.+?'"):
        code = re.sub(rf"([^_])_\((\s*?{quoted}\s*?)\)", rf'\1translate("{_context(path)}", \2)', code, flags=re.DOTALL)
    return code


def _run(tool: str, *arguments: str, folder: Path) -> None:
    import PySide6

    program = Path(PySide6.__file__).parent / (f"{tool}.exe" if sys.platform == "win32" else tool)
    subprocess.run([str(program), *arguments], cwd=folder, check=True)


def main() -> None:
    for ts in sorted(TRANSLATIONS.glob("*.ts")):
        extract(ts)
        compile_to(ts, ts.with_suffix(".qm"))
        missing = sum(text is None for text in translated_texts(ts).values())
        sys.stdout.write(f"{ts.name}: {missing} texts without a translation\n")


if __name__ == "__main__":
    main()
