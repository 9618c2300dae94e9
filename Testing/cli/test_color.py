"""Color on the command line: what belongs outside of an image is the background of each component."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import blobs, grid, stage

#: Of the stained slide that is the moving image: its luminance is 66.
BACKGROUND = (200, 30, 30)
FLAT = grid((64, 44))


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    """Folder with a pair of red slides, the second cropped so that its edge is seen, and their parameter file."""
    folder = tmp_path_factory.mktemp("slides")
    for name, first, shift in (("fixed", 0, None), ("moving", 10, (3.0, -2.0))):
        gray = np.maximum(np.asarray(array_view(blobs(FLAT, shift))) - 20, 0)[:, first:]  # on an even ground
        colors = (np.array(BACKGROUND) + gray[..., None] * [-0.9, 0.9, 0.3]).clip(0, 255).astype(np.uint8)
        image = sitk.GetImageFromArray(colors, isVector=True)
        image.SetSpacing(FLAT.spacing)
        image.SetOrigin((FLAT.origin[0] + first * FLAT.spacing[0], FLAT.origin[1]))
        sitk.WriteImage(image, str(folder / f"{name}.nrrd"))
    write_parameter_file(stage(MaximumNumberOfIterations="60"), folder / "p.txt")
    shift = np.eye(3)
    shift[:2, 2] = 3.0, -2.0
    write_transform(affine_from_matrix(shift), folder / "shift.tfm", FLAT)
    return folder


def call(*arguments) -> None:
    assert main([*map(str, arguments), "--quiet"]) == 0


def outside(path) -> np.ndarray:
    """(N, 3) pixels of the fixed grid beyond the edge of the moving slide."""
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[:, :6].reshape(-1, 3)


@pytest.mark.parametrize(("option", "expected"), [("auto", BACKGROUND), ("keep", BACKGROUND), ("17", (17, 17, 17))])
def test_outside_of_a_registered_slide_is_its_own_color(slides, tmp_path, option, expected):
    images = (slides / "fixed.nrrd", slides / "moving.nrrd", "--parameters", slides / "p.txt", "--background", option)
    call("register", *images, "--output-volume", tmp_path / "v.nrrd")
    assert np.abs(outside(tmp_path / "v.nrrd").astype(int) - expected).max() <= 2


def test_outside_of_a_slide_under_a_transform_is_its_own_color(slides, tmp_path, capsys):
    images = (slides / "shift.tfm", slides / "moving.nrrd", "--reference", slides / "fixed.nrrd")
    call("apply", *images, "--output-volume", tmp_path / "v.nrrd", "--json")
    assert np.abs(outside(tmp_path / "v.nrrd").astype(int) - BACKGROUND).max() <= 2
    assert json.loads(capsys.readouterr().out)["background"] == pytest.approx(BACKGROUND, abs=2)


def test_outside_of_the_slides_of_a_cohort_is_their_own_color(slides, tmp_path):
    images = (slides / "fixed.nrrd", slides / "moving.nrrd", "--parameters", slides / "p.txt")
    call("batch", *images, "--output-dir", tmp_path, "--workers", "1", "--interpolation", "nearest")
    path = tmp_path / "moving" / "resampled.nrrd"
    assert np.abs(outside(path).astype(int) - BACKGROUND).max() <= 2
    assert sitk.ReadImage(str(path)).GetPixelIDTypeAsString() == "vector of 8-bit unsigned integer"
