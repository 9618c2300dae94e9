"""Notebooks without Jupyter: run their cells in order, and store what they show.

    python3 dev.py demo && cd Testing && ../.venv/bin/python -m docs.notebook

runs each notebook of docs/ on the images of demo-output and stores its outputs in it, so that a web page shows them.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docs.blocks import TOP

NOTEBOOKS = sorted((TOP / "docs").rglob("*.ipynb"))


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(notebook: dict[str, Any]) -> tuple[list[list[dict[str, Any]]], dict[str, Any]]:
    """The outputs of each code cell, as notebooks store them (nbformat 4), and the names that the cells defined."""
    names: dict[str, Any] = {}
    outputs = [_run_cell("".join(cell["source"]), n, names) for n, cell in enumerate(code_cells(notebook), 1)]
    return outputs, names


def _run_cell(code: str, number: int, names: dict[str, Any]) -> list[dict[str, Any]]:
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(printed.getvalue())})
    if value is not None:
        data = {"text/plain": _lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data = {"text/html": _lines(value._repr_html_()), **data}
        outputs.append({"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data})
    return outputs


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


class Shown(HTMLParser):
    """What HTML shows on every machine: ``heads`` of tables, ``names`` of their rows, number of ``pictures``."""

    def __init__(self, html: str):
        super().__init__()
        self.heads: list[str] = []
        self.names: list[str] = []
        self.pictures = 0
        self._into: list[str] | None = None
        self._cells = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.pictures += tag == "img"
        self._cells = 0 if tag == "tr" else self._cells + (tag in ("td", "th"))
        if tag in ("td", "th"):
            self._into = self.heads if tag == "th" else self.names if self._cells == 1 else None
            if self._into is not None:
                self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data


def shown_everywhere(outputs: Sequence[dict[str, Any]]) -> list[Any]:
    """The part of the outputs of a cell that depends on neither images nor machine: kinds, tables, and printed words
    in front of figures."""
    found: list[Any] = []
    for output in outputs:
        if output["output_type"] == "stream":
            found.append(len(output["text"]))
            continue
        html = Shown("".join(output["data"].get("text/html", "")))
        found.append((sorted(output["data"]), html.heads, sorted(html.names), html.pictures))
    return found


def store(path: Path) -> None:
    """Run a notebook in the current folder, and store its outputs."""
    notebook = json.loads(path.read_text("utf-8"))
    outputs, _ = run(notebook)
    for number, (cell, shown) in enumerate(zip(code_cells(notebook), outputs, strict=True), 1):
        cell["execution_count"], cell["outputs"] = number, shown
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    os.chdir(TOP)
    for one in NOTEBOOKS:
        store(one)
