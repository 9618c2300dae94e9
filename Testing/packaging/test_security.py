"""What docs/security.md claims of the whole package: nothing is run, elastix writes nothing, temporary data go away."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.system.output_files import whole_file
from ElastixRegistrationLib.core.system.scratch import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "ElastixRegistration").rglob("*.py"), ROOT / "dev.py"]
MODULES_THAT_RUN = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "code", "runpy"}
MODULES_THAT_CONNECT = {"urllib", "http", "requests", "ftplib", "smtplib", "telnetlib", "xmlrpc", "aiohttp", "httpx"}
HARMLESS = {"urllib.parse"}
NAMES_THAT_RUN = {"eval", "exec", "compile", "__import__"}
METHODS_THAT_RUN = {("os", "system"), ("os", "popen"), ("subprocess", "getoutput"), ("tempfile", "mktemp")}
UNPACKS = {"extract", "extractall", "unpack_archive"}


def _findings(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            level = getattr(node, "level", 0)
            names = [name for name in names if not level and name not in HARMLESS]
            yield from (name for name in names if name.split(".")[0] in MODULES_THAT_RUN | MODULES_THAT_CONNECT)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES_THAT_RUN:
            yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if (owner, node.func.attr) in METHODS_THAT_RUN or node.func.attr in UNPACKS:
                yield f"{owner}.{node.func.attr}"
        elif isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
            yield str(node.arg)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from urllib import request",
        "eval('1')",
        "os.system('ls')",
        "run(x, shell=True)",
        "z.extract(m)",
    ],
)
def test_the_search_finds_what_it_looks_for(code):
    assert list(_findings(ast.parse(code)))


def test_nothing_runs_unpacks_or_connects():
    found = {path.name: list(_findings(ast.parse(path.read_text(encoding="utf-8")))) for path in SOURCES}
    assert {name: what for name, what in found.items() if what} == {}
    assert len(SOURCES) > 150


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
def test_temporary_folders_are_private_and_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old = os.umask(0)
    try:
        with scratch_folder() as folder:
            assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        with whole_file(tmp_path / "image.nrrd") as draft:
            assert stat.S_IMODE(os.stat(draft.parent).st_mode) == 0o700
            draft.write_text("voxels", encoding="ascii")

        def fails():
            with scratch_folder():
                raise RuntimeError("elastix failed")

        with pytest.raises(RuntimeError, match="elastix failed"):
            fails()
    finally:
        os.umask(old)
    assert [path.name for path in tmp_path.iterdir()] == ["image.nrrd"]


#: Runs elastix in this process, with and without its log, and in the worker, each in a folder of its own.
_RUNS = """
import os, sys
from phantoms.images import blobs, grid
from ElastixRegistrationLib.core.parameters.maps import read_parameter_file
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.worker.pool import WorkerPool

fixed, moving = blobs(grid((22, 20))), blobs(grid((22, 20)), (3.0, 2.0))
for name in ("writes.txt", "scans.txt"):
    stages = [read_parameter_file(os.path.join(sys.argv[1], name))]
    for log_to_file in (True, False):
        result = register(fixed, moving, stages, log_to_file=log_to_file)
    with WorkerPool() as pool:
        handle = pool.submit(fixed, moving, stages)
        handle.wait(60)
        assert handle.error is None, handle.error
assert result.transform is not None
"""


def test_parameter_files_cannot_make_elastix_write(tmp_path):
    from phantoms.images import stage

    asked = (
        *("WriteResultImage", "WriteResultImageAfterEachResolution", "WriteResultImageAfterEachIteration"),
        *("WritePyramidImagesAfterEachResolution", "WriteTransformParametersEachIteration"),
        *("WriteTransformParametersEachResolution", "WriteFinalTransformParameters", "WriteIterationInfo"),
        *("WriteITKCompositeTransform", "WriteOptimizationSurfaceEachResolution"),
    )
    writes = dict.fromkeys(asked, "true")
    names = {"ResultImageName": "../../escaped", "ResultImageFormat": "mha"}
    names["ITKTransformOutputFileNameExtension"] = "h5"
    quick = stage(MaximumNumberOfIterations="3", NumberOfResolutions="1", **writes, **names)
    scan = quick | {"Optimizer": ("FullSearch",), "FullSearchSpace0": ("translation_x", "0", "-2", "2", "1")}
    given = tmp_path / "given"
    work, temporary, home = (tmp_path / "a" / "b" / name for name in ("work", "temporary", "home"))
    for folder in (given, work, temporary, home):
        folder.mkdir(parents=True)
    write_parameter_file(quick, given / "writes.txt")
    write_parameter_file(scan, given / "scans.txt")
    before = sorted(tmp_path.rglob("*"))
    environment = os.environ | {"TMPDIR": str(temporary), "TEMP": str(temporary), "HOME": str(home)}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "ElastixRegistration"), str(ROOT / "Testing")])
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    subprocess.run([sys.executable, "-c", _RUNS, str(given)], cwd=work, env=environment, check=True)
    assert sorted(tmp_path.rglob("*")) == before
