"""CMake lists what is on disk, no more and no less: a file not listed is missing from an installed extension."""

from __future__ import annotations

import re
import shutil
import subprocess
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


SLICER = """
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/use.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/use.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/use.cmake)
set(Slicer_LAUNCHER_EXECUTABLE /opt/Slicer/Slicer)
function(slicerMacroBuildScriptedModule)
endfunction()
function(slicer_add_python_unittest word script)
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME py_${name} COMMAND true)
endfunction()
"""


def test_ctest_installs_elastix_before_the_self_test(tmp_path):
    """Configured with a stand-in for Slicer's CMake package: the tests are there, in their order."""
    if shutil.which("cmake") is None or (shutil.which("ninja") is None and shutil.which("make") is None):
        pytest.skip("there is no CMake here")
    package = tmp_path / "slicer"
    package.mkdir()
    (package / "SlicerConfig.cmake").write_text(SLICER, encoding="utf-8")
    (package / "use.cmake").write_text("", encoding="utf-8")
    (tmp_path / "languages.cmake").write_text("enable_testing()", encoding="utf-8")
    build = tmp_path / "build"
    options = [f"-DSlicer_DIR={package}", "-DBUILD_TESTING=ON", "-DElastixRegistration_TEST_WITHOUT_SLICER=ON"]
    options.append(f"-DCMAKE_PROJECT_INCLUDE={tmp_path / 'languages.cmake'}")
    done = subprocess.run(
        ["cmake", "-S", str(TOP), "-B", str(build), *options], capture_output=True, text=True, check=False
    )
    if "No CMAKE_C" in done.stderr:
        pytest.skip("there is no compiler here")
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(["ctest", "-N", "-V"], cwd=build, capture_output=True, text=True, check=True).stdout
    names = re.findall(r"Test +#\d+: (\S+)", listed)
    assert names == [
        "py_ElastixRegistration",
        "py_ElastixRegistration_requirements",
        "ElastixRegistrationWithoutSlicer",
    ]
    code = re.search(r'"--python-code" "(.*)"', listed).group(1)  # whole, in one argument
    assert re.fullmatch(r"exit\(slicer\.util\.pip_install\(\['-r', r'.*/Resources/requirements\.txt'\]\) or 0\)", code)
    assert "ELASTIXREGISTRATION_TEST_WITH_ELASTIX=1" in listed
