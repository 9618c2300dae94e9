"""The API reference builds without a warning, and says of each public function what its signature cannot."""

from __future__ import annotations

import inspect
import re

import pytest
from ElastixRegistrationLib import core

FUNCTIONS = {name: value for name in core.__all__ if inspect.isfunction(value := getattr(core, name))}
#: Parameters and results that lie somewhere in space.
PLACED = {"points", "fixed_points", "moving_points", "transform", "initial_transform", "matrix", "forward"}


def test_the_reference_builds(tmp_path):
    pytest.importorskip("pdoc")
    pytest.importorskip("slicer")
    from api_reference import build

    build(tmp_path)
    page = (tmp_path / "ElastixRegistrationLib" / "core.html").read_text(encoding="utf-8")
    assert [name for name in core.__all__ if f'id="{name}"' not in page] == []
    assert (tmp_path / "ElastixRegistrationLib" / "mrml" / "logic.html").is_file()


@pytest.mark.parametrize("name", core.__all__)
def test_every_public_name_is_described(name):
    assert len(inspect.getdoc(getattr(core, name)) or "") > 20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_says_what_its_signature_cannot(name):
    text, signature = inspect.getdoc(FUNCTIONS[name]) or "", inspect.signature(FUNCTIONS[name])
    kinds = [str(kind.annotation) for kind in signature.parameters.values()] + [str(signature.return_annotation)]
    missing = []
    if not re.search(r"\b[Rr]aises\b", text):
        missing.append("errors")
    if any("ndarray" in kind for kind in kinds) and not re.search(r"\((?:[A-Z]|[kji]), [^)]+\)|shape", text):
        missing.append("shape")
    is_placed = any(name in PLACED and kind.annotation != "bool" for name, kind in signature.parameters.items())
    if is_placed and not re.search(r"\bLPS\b", text):
        missing.append("frame")
    if is_placed and not re.search(r"\bmm\b|\bvoxel", text):
        missing.append("unit")
    assert missing == []
