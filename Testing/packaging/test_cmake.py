"""CMake lists what is on disk, no more and no less: a file not listed is missing from an installed extension."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
MODULE = TOP / "ElastixRegistration"


def _listed(variable: str) -> list[str]:
    text = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    body = re.search(rf"set\({variable}\s(.*?)\)", text, re.DOTALL).group(1)
    return [line.replace("${MODULE_NAME}", "ElastixRegistration") for line in body.split()]


def _on_disk(pattern: str) -> set[str]:
    return {
        path.relative_to(MODULE).as_posix()
        for path in MODULE.rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_script_is_listed():
    listed = _listed("MODULE_PYTHON_SCRIPTS")
    assert sorted(listed) == sorted(_on_disk("*.py")), "update MODULE_PYTHON_SCRIPTS of the module"


def test_every_resource_is_listed():
    listed = _listed("MODULE_PYTHON_RESOURCES")
    on_disk = {name for name in _on_disk("*") if name.startswith("Resources/")} | (
        {name for name in _on_disk("*") if name.startswith("ElastixRegistrationLib/")} - _on_disk("*.py")
    )
    assert sorted(listed) == sorted(on_disk), "update MODULE_PYTHON_RESOURCES of the module"


@pytest.mark.parametrize(
    "call", ["slicerMacroBuildScriptedModule(", "WITH_GENERIC_TESTS", "slicer_add_python_unittest(SCRIPT"]
)
def test_the_module_is_built_as_slicers_template_does(call):
    assert call in (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")


def test_the_extension_names_what_the_index_asks_for():
    text = (TOP / "CMakeLists.txt").read_text(encoding="utf-8")
    for name in ("HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS"):
        value = re.search(rf'set\(EXTENSION_{name} "(.+?)"\)', text)
        assert value, f"EXTENSION_{name} is missing"
        assert "example.com" not in value.group(1)
