"""Imports point downward only: gui -> mrml -> core, packages in no circle, and what needs no itk does not load it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parents[1]
LIBRARY = TESTING.parent / "ElastixRegistration" / "ElastixRegistrationLib"
MAX_MODULES, MAX_LINES, MAX_FUNCTION_LINES = 20, 400, 60
ALLOWED = {
    "core": {"core"},
    "worker": {"core", "worker"},
    "batch": {"core", "worker", "batch"},
    "cli": {"core", "worker", "batch", "cli"},
    "mrml": {"core", "mrml", "worker"},
    "gui": {"core", "mrml", "worker", "gui"},
}
FORBIDDEN_MODULES = {
    "core": {"vtk", "slicer", "qt", "ctk"},
    "worker": {"vtk", "slicer", "qt", "ctk"},
    "batch": {"vtk", "slicer", "qt", "ctk"},
    "cli": {"vtk", "slicer", "qt", "ctk"},
    "mrml": {"qt", "ctk"},
    "gui": {"itk"},
}


def _module_name(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {_module_name(path): path for path in sorted(LIBRARY.rglob("*.py"))}


def _outside_imports(path: Path) -> Iterator[str]:
    """Top-level names of what a file imports from elsewhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def _own_imports(path: Path) -> Iterator[tuple[str, ...]]:
    """Modules of this library that a file imports, anywhere in it."""
    package = path.relative_to(LIBRARY).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else ()))
            for name in node.names:
                yield (*base, name.name) if (*base, name.name) in MODULES else base


def _package_of(module: tuple[str, ...]) -> str:
    path = MODULES[module]
    return ".".join(module if path.name == "__init__.py" else module[:-1]) or "(root)"


def package_graph() -> dict[str, set[str]]:
    """Packages that each package imports. The modules at a package's root are a package of their own: they may import
    what lies below them, and what lies below them may import ``errors`` and ``settings`` there."""
    graph: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        if path.name == "__init__.py":
            continue
        here = _package_of(module)
        graph.setdefault(here, set())
        for target in _own_imports(path):
            there = _package_of(target)
            if there != here:
                graph[here].add(there)
    return graph


@pytest.mark.parametrize("layer", sorted(ALLOWED))
def test_imports_point_downward(layer):
    for path in (LIBRARY / layer).rglob("*.py"):
        outside = FORBIDDEN_MODULES[layer] & set(_outside_imports(path))
        assert not outside, f"{path.relative_to(LIBRARY)} imports {outside}"
        layers = {target[0] for target in _own_imports(path) if target and target[0] in ALLOWED}
        assert layers <= ALLOWED[layer], f"{path.relative_to(LIBRARY)} imports {layers - ALLOWED[layer]}"


def test_packages_import_each_other_in_no_circle():
    graph = package_graph()
    rows = [f"{name}: {', '.join(sorted(targets)) or '-'}" for name, targets in sorted(graph.items())]
    print("\n".join(rows))
    modules_at_root = {"(root)", "core", "mrml", "gui"}
    try:
        tuple(TopologicalSorter({n: t - modules_at_root for n, t in graph.items()}).static_order())
    except CycleError as error:
        pytest.fail(f"These packages import each other in a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("layer", ["core", "mrml", "gui"])
def test_modules_import_each_other_in_no_circle(layer):
    graph = {
        module: {target for target in _load_time_imports(path) if target in MODULES and target != module}
        for module, path in MODULES.items()
        if module[:1] == (layer,)
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"Circle: {' -> '.join('.'.join(one) for one in error.args[1])}")


def _load_time_imports(path: Path) -> Iterator[tuple[str, ...]]:
    """Modules of this library that are loaded with a file."""
    package = path.relative_to(LIBRARY).parts[:-1]
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else ()))
            for name in node.names:
                yield (*base, name.name) if (*base, name.name) in MODULES else base


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES.values()}), ids=lambda folder: folder.name)
def test_no_folder_is_a_hall(folder):
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MAX_MODULES, f"{folder.name} has {len(modules)} modules; divide it by job"
    if folder != LIBRARY:
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert text, f"{folder.name}/__init__.py does not say what lives there"


def _test_folders() -> list[Path]:
    return sorted({path.parent for layer in ALLOWED for path in (TESTING / layer).rglob("test_*.py")})


@pytest.mark.parametrize("folder", _test_folders(), ids=lambda folder: folder.relative_to(TESTING).as_posix())
def test_tests_lie_where_their_source_lies(folder):
    relative = folder.relative_to(TESTING)
    assert (LIBRARY / relative).is_dir() or relative == Path("gui", "host"), f"{relative} has no source beside it"
    tests = list(folder.glob("test_*.py"))
    assert len(tests) <= MAX_MODULES, f"{relative} has {len(tests)} files; divide it by topic"


def test_no_file_is_long():
    files = [*LIBRARY.rglob("*.py"), *TESTING.rglob("*.py")]
    long = {str(path): n for path in files if (n := len(path.read_text("utf-8").splitlines())) > MAX_LINES}
    assert not long


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if has_docstring else 0)


def test_no_function_is_long():
    files = [LIBRARY.parents[1] / "dev.py", *LIBRARY.parent.rglob("*.py"), *TESTING.rglob("*.py")]
    long = [
        f"{path}:{node.lineno} {node.name} has {_own_lines(node)} lines"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _own_lines(node) > MAX_FUNCTION_LINES
    ]
    assert not long


def test_exactly_one_file_of_core_runs_elastix():
    users = [path for path in LIBRARY.rglob("*.py") if "ElastixRegistrationMethod" in path.read_text("utf-8")]
    assert users == [LIBRARY / "core" / "elastix" / "run.py"]


def _modules_after(statement: str) -> set[str]:
    code = f"import sys; sys.path.insert(0, {str(LIBRARY.parent)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_core_brings_no_slicer_qt_or_vtk():
    modules = _modules_after(
        "import ElastixRegistrationLib.core.registration.register, ElastixRegistrationLib.core.files.image_files,"
        "ElastixRegistrationLib.core.quality.assessment, ElastixRegistrationLib.core.report.page"
    )
    assert not {"slicer", "vtk", "qt", "ctk", "PySide6"} & modules


@pytest.mark.parametrize(
    "module", ["parameters.maps", "parameters.validation", "presets.catalog", "elastix.progress", "settings"]
)
def test_what_needs_no_itk_does_not_load_it(module):
    modules = _modules_after(f"import ElastixRegistrationLib.core.{module}")
    assert "itk" not in modules


def test_a_registration_loads_only_the_itk_it_uses():
    modules = _modules_after(
        f"sys.path.insert(0, {str(LIBRARY.parents[1] / 'Testing')!r});"
        "from phantoms.images import blobs, grid, stage;"
        "from ElastixRegistrationLib.core.registration.register import register;"
        "from ElastixRegistrationLib.core.deformation.jacobian import jacobian_determinant;"
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
