"""Imports point downward only: gui -> mrml -> core, and what needs no itk does not load it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration" / "ElastixRegistrationLib"
ALLOWED = {
    "core": {"core"},
    "worker": {"core", "worker"},
    "batch": {"core", "worker", "batch"},
    "mrml": {"core", "mrml", "worker"},
    "gui": {"core", "mrml", "worker", "gui"},
}
FORBIDDEN_MODULES = {
    "core": {"vtk", "slicer", "qt", "ctk"},
    "worker": {"vtk", "slicer", "qt", "ctk"},
    "batch": {"vtk", "slicer", "qt", "ctk"},
    "mrml": {"qt", "ctk"},
    "gui": {"itk"},
}


def _imports(path: Path, package: str):
    """(top-level module, layer of this library or None) of each import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name.split(".")[0], None
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0], None
        elif isinstance(node, ast.ImportFrom):
            parts = (node.module or "").split(".")
            own_depth = len(path.relative_to(LIBRARY).parts) - 1
            if node.level <= own_depth:
                yield None, package
            else:
                for part in [parts[0]] if parts[0] else [name.name for name in node.names]:
                    yield None, part


@pytest.mark.parametrize("layer", sorted(ALLOWED))
def test_imports_point_downward(layer):
    siblings = {path.name for path in LIBRARY.iterdir() if path.is_dir()}
    for path in (LIBRARY / layer).rglob("*.py"):
        for module, target in _imports(path, layer):
            assert module not in FORBIDDEN_MODULES[layer], f"{path.name} of {layer} imports {module}"
            assert target not in siblings or target in ALLOWED[layer], f"{path.name} of {layer} imports {target}"


def test_exactly_one_file_of_core_runs_elastix():
    users = [path.name for path in LIBRARY.rglob("*.py") if "ElastixRegistrationMethod" in path.read_text("utf-8")]
    assert users == ["elastix.py"]


def _modules_after(statement: str) -> set[str]:
    code = f"import sys; sys.path.insert(0, {str(LIBRARY.parent)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_core_brings_no_slicer_qt_or_vtk():
    modules = _modules_after("from ElastixRegistrationLib.core import registration, image_files, assessment, report")
    assert not {"slicer", "vtk", "qt", "ctk", "PySide6"} & modules


@pytest.mark.parametrize("module", ["parameter_maps", "parameter_validation", "presets", "progress", "settings"])
def test_what_needs_no_itk_does_not_load_it(module):
    modules = _modules_after(f"import ElastixRegistrationLib.core.{module}")
    assert "itk" not in modules


def test_a_registration_loads_only_the_itk_it_uses():
    modules = _modules_after(
        f"sys.path.insert(0, {str(LIBRARY.parents[1] / 'Testing')!r});"
        "from core.phantoms import blobs, grid, stage;"
        "from ElastixRegistrationLib.core.registration.register import register;"
        "from ElastixRegistrationLib.core.transforms.deformation import jacobian_determinant;"
        "from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field, map_points;"
        "image = blobs(grid());"
        "quick = {'MaximumNumberOfIterations': '3', 'NumberOfResolutions': '1'};"
        "result = register(image, image, [stage(**quick), stage('BSplineTransform', **quick)]);"
        "result.resample();"
        "displacement_field(result.transform, result.fixed_geometry);"
        "map_points(result.transform, [[0.0, 0.0, 0.0]])"
    )
    # The public names of ITK's package would have brought these.
    assert not {"itk.ITKCommonPython", "itk.itkPyBufferPython", "distributed"} & modules
    assert len([name for name in modules if name.startswith("itk")]) < 500
