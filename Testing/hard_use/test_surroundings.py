"""Where programs usually stumble: full and closed disks, a decimal comma, strange names, no home, no console."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field_transform, map_points
from phantoms.images import blobs, grid, stage

SOURCES = Path(__file__).resolve().parents[2] / "ElastixRegistration"
GRID = grid((24, 22, 20), (2.5, 2.5, 3.5))
QUICK = {"MaximumNumberOfIterations": "20", "NumberOfResolutions": "1"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="limits, users and devices are those of POSIX")


def shell(*arguments, folder, environment=(), **more):
    """The command in a process of its own, in ``folder``."""
    surroundings = os.environ | {"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"} | dict(environment)
    command = [sys.executable, "-m", "ElastixRegistrationLib", *map(str, arguments)]
    pipes = {} if "stdout" in more else {"capture_output": True}
    return subprocess.run(command, cwd=folder, env=surroundings, encoding="utf-8", check=False, **pipes, **more)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A folder with two images 4 mm apart, and a quick stage."""
    folder = tmp_path_factory.mktemp("pair")
    write_image(blobs(GRID), folder / "fixed.nrrd")
    write_image(blobs(GRID, (4.0, 0.0, 0.0)), folder / "moving.nrrd")
    write_parameter_file(stage(**QUICK), folder / "quick.txt")
    return folder


# --- disks ---


@contextlib.contextmanager
def _small_disk(folder: Path, size: int):
    """``folder`` takes no file beyond ``size`` bytes: a disk of that size for root, else a limit of this process."""
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    )
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


IMAGES = [".nrrd", ".nii", ".nii.gz", ".mha", ".vtk", ".gipl", ".tif"]
OTHERS = [".h5", ".tfm", ".toml", ".fcsv", ".mrk.json", ".txt"]


def _write_much(path: Path) -> None:
    """Something in the format of the suffix that takes more than 256 kB."""
    random = np.random.default_rng(1)
    if path.name[len("result") :] in IMAGES:
        noise = random.normal(size=(60, 60, 60)).astype(np.float32)
        write_image(image_from_array(noise, grid((60, 60, 60))), path)
    elif path.suffix in (".h5", ".tfm"):
        field = displacement_field_transform(random.normal(size=(30, 30, 30, 3)), grid((30, 30, 30)))
        write_transform(field, path, GRID)
    elif path.suffix == ".toml":
        write_parameter_file({"TransformParameters": [repr(n) for n in random.normal(size=50_000)]}, path)
    else:
        write_points(Points(random.normal(size=(20_000, 3)), ("",) * 20_000), path)


@posix
@pytest.mark.parametrize("suffix", IMAGES + OTHERS)
def test_a_full_disk_leaves_no_file_and_one_sentence(tmp_path, suffix):
    with _small_disk(tmp_path / "full", 256_000):
        path = tmp_path / "full" / f"result{suffix}"
        with pytest.raises(InputError, match=f"result.*{suffix} cannot be written") as caught:
            _write_much(path)
        assert list(path.parent.iterdir()) == []
    assert ".writing" not in str(caught.value)


@posix
def test_a_full_disk_is_told_by_the_command(pair, tmp_path):
    with _small_disk(tmp_path / "full", 20_000):
        done = shell(
            *("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "quick.txt"),
            *("--output-transform", "t.h5", "--output-volume", "moved.nii", "--quiet"),
            folder=tmp_path / "full",
        )
        assert done.returncode == 4
        (line,) = done.stderr.splitlines()
        assert line.startswith("error: The image moved.nii cannot be written")
        assert list((tmp_path / "full").iterdir()) == []


@posix
def test_a_closed_folder_is_told_before_anything_runs(pair):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write anywhere, and setpriv, which makes another user of it, is not here")
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in pair.iterdir():
            shutil.copy(file, folder)
            (folder / file.name).chmod(0o444)
        closed, temporary = folder / "closed", folder / "temporary"
        closed.mkdir(mode=0o555)
        temporary.mkdir()
        temporary.chmod(0o777)
        command = [sys.executable, "-m", "ElastixRegistrationLib", "register", folder / "fixed.nrrd"]
        command += [folder / "moving.nrrd", "--parameters", folder / "quick.txt", "--output-volume", closed / "v.nrrd"]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        environment = os.environ | {"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"HOME": "/nowhere", "TMPDIR": str(temporary)}
        done = subprocess.run(
            list(map(str, command)), env=environment, capture_output=True, encoding="utf-8", check=False
        )
        if "ermission denied" in done.stderr.partition("error:")[0] or "No module named" in done.stderr:
            pytest.skip("another user may not read this Python")
        assert (done.returncode, done.stdout) == (4, "")
        (line,) = done.stderr.splitlines()
        assert str(closed) in line
        assert "read-only" in line
        assert list(temporary.iterdir()) == []


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_results_that_cannot_be_printed_are_a_failure(tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = shell("presets", folder=tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr


# --- language ---


@pytest.fixture(scope="module")
def german_locale(tmp_path_factory):
    """Variables that give a process a locale with a decimal comma."""
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/de_DE").exists():
        pytest.skip("localedef and the sources of de_DE are not here")
    folder = tmp_path_factory.mktemp("locales")
    command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("the locale could not be made")
    return {"LOCPATH": str(folder), "LC_ALL": "de_DE.UTF-8"}


#: Qt programs such as Slicer set the locale of C for all of the process. Everything that is read, registered and
#: written must come out as with the decimal point.
_ALL = """
import hashlib, locale, sys
from pathlib import Path
import numpy as np
locale.setlocale(locale.LC_ALL, "")
sys.stderr.write(locale.str(1.5))
from ElastixRegistrationLib.core import *
folder, pair = Path(sys.argv[1]), Path(sys.argv[2])
fixed, moving = read_image(pair / "fixed.nrrd"), read_image(pair / "moving.nrrd")
stages = [read_parameter_file(pair / "quick.txt") | {"Transform": ("BSplineTransform",),
    "FinalGridSpacingInPhysicalUnits": ("17.5",), "Scales": ("1.5",)}]
result = register(fixed, moving, stages, seed=3, threads=1)
for suffix in (".nrrd", ".nii", ".mha", ".vtk"):
    write_image(result.resample(), folder / f"v{suffix}")
    image = read_image(folder / f"v{suffix}")
    assert np.allclose(geometry_of(image).spacing, geometry_of(fixed).spacing, rtol=1e-6), suffix
points = geometry_of(fixed).center()[None] + 0.125
for suffix in (".h5", ".tfm", ".txt", ".toml"):
    write_transform(result.transform, folder / f"t{suffix}", result.fixed_geometry)
    found = map_points(read_transform(folder / f"t{suffix}"), points)
    assert np.allclose(found, map_points(result.transform, points), atol=1e-9), suffix
sys.stdout.write(repr(map_points(result.transform, points).tolist()))
"""


def test_a_decimal_comma_changes_nothing(pair, tmp_path, german_locale):
    answers = []
    for surroundings in ({"LC_ALL": "C.UTF-8"}, german_locale):
        environment = os.environ | {"PYTHONPATH": str(SOURCES)} | surroundings
        command = [sys.executable, "-c", _ALL, str(tmp_path), str(pair)]
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        answers.append((done.stderr.splitlines()[-1][:3], done.stdout))
    assert [comma for comma, _ in answers] == ["1.5", "1,5"]
    assert answers[0][1] == answers[1][1]


@pytest.mark.parametrize("name", ["zwei Wörter 頭部 🧠", '-a\'b "c" & $(d) ;#%s{0}'])
def test_strange_names_of_files(pair, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    for side in ("fixed", "moving"):
        shutil.copy(pair / f"{side}.nrrd", folder / f"{name} {side}.nrrd")
    shutil.copy(pair / "quick.txt", folder / f"{name}.txt")
    output = f"./{name} moved.nii.gz"
    done = shell(
        *("register", f"./{name} fixed.nrrd", f"./{name} moving.nrrd", "--parameters", f"./{name}.txt"),
        *("--output-volume", output, "--output-transform", f"./{name}.h5", "--report", f"./{name} report", "--json"),
        folder=folder,
        environment={"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["outputs"]["volume"]) == Path(output)
    assert (folder / f"{name} report" / "report.html").is_file()
    assert array_view(read_image(folder / output)).shape == GRID.size[::-1]
    moved = map_points(read_transform(folder / f"{name}.h5"), GRID.center())[0] - GRID.center()
    assert moved[0] == pytest.approx(4.0, abs=1.0)


def test_names_that_a_console_has_no_letters_for(pair, tmp_path):
    shutil.copy(pair / "fixed.nrrd", tmp_path / "頭部.nrrd")
    (tmp_path / "傷.nrrd").write_bytes(b"NRRD0004\n")
    console = {"PYTHONIOENCODING": "cp1252"}
    turned = shell("apply", "傷.h5", "頭部.nrrd", "--reference", "頭部.nrrd", folder=tmp_path, environment=console)
    assert turned.returncode == 2
    shown = shell("background", "傷.nrrd", folder=tmp_path, environment=console)
    assert (shown.returncode, shown.stderr.count("\n")) == (2, 1)
    assert "\\u50b7.nrrd" in shown.stderr
