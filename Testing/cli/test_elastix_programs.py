"""The programs of the elastix toolbox, with their arguments: what scripts that start them find in the output folder."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.cli.elastix_programs import main
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid, stage

GRID = grid((28, 26, 24), (2.5, 2.5, 3.0))
SHIFT = np.array([4.0, -2.0, 3.0])  # LPS mm: where the object of the moving image is, less where it is in the fixed
POINTS = np.array([[0.0, 20.0, -20.0], [5.0, 30.0, -30.0]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toolbox")
    write_image(blobs(GRID), folder / "fixed.mha")
    write_image(blobs(GRID, SHIFT), folder / "moving.mha")
    for name in ("TranslationTransform", "AffineTransform"):
        asked = {"ITKTransformOutputFileNameExtension": "h5", "WriteITKCompositeTransform": "true"}
        write_parameter_file(stage(name, MaximumNumberOfIterations="100", **asked), folder / f"{name}.txt")
    (folder / "points.txt").write_text("point\n2\n" + "\n".join(" ".join(map(str, point)) for point in POINTS.tolist()))
    (folder / "out").mkdir()
    arguments = ["elastix", "-f", "fixed.mha", "-m", "moving.mha", "-out", "out", "-priority", "belownormal"]
    arguments += ["-p", "TranslationTransform.txt", "-p", "AffineTransform.txt", "-threads", "1"]
    places = {"fixed.mha", "moving.mha", "out", "TranslationTransform.txt", "AffineTransform.txt"}
    assert main([str(folder / one) if one in places else one for one in arguments]) == 0
    return folder


def test_elastix_leaves_transforms_result_and_log(folder):
    out = folder / "out"
    assert {path.name for path in out.iterdir()} >= {
        *("elastix.log", "TransformParameters.0.txt", "TransformParameters.1.txt", "result.1.mhd", "result.1.raw"),
        "TransformParameters.1-Composite.h5",
    }
    for name in ("TransformParameters.1.txt", "TransformParameters.1-Composite.h5"):
        np.testing.assert_allclose(map_points(read_transform(out / name), POINTS), POINTS + SHIFT, atol=0.3)
    first = map_points(read_transform(out / "TransformParameters.0.txt"), POINTS) - POINTS
    np.testing.assert_allclose(first, np.broadcast_to(first[0], first.shape))
    fixed, moved = (array_view(read_image(path)) for path in (folder / "fixed.mha", out / "result.1.mhd"))
    inside = (slice(4, -4),) * 3
    assert np.corrcoef(fixed[inside].ravel(), moved[inside].ravel())[0, 1] > 0.99


def test_transformix_leaves_image_field_jacobian_and_points(folder, tmp_path, capfd):
    parameters = folder / "out" / "TransformParameters.1.txt"
    arguments = ["transformix", "-tp", parameters, "-in", folder / "moving.mha", "-out", tmp_path]
    assert main([*map(str, arguments), "-def", "all", "-jac", "all"]) == 0
    assert main(["transformix", "-tp", str(parameters), "-def", str(folder / "points.txt"), "-out", str(tmp_path)]) == 0
    by_elastix = array_view(read_image(folder / "out" / "result.1.mhd"))
    np.testing.assert_allclose(array_view(read_image(tmp_path / "result.mhd")), by_elastix, atol=2)
    field = array_view(read_image(tmp_path / "deformationField.mhd"))
    np.testing.assert_allclose(field[12, 12, 12], SHIFT, atol=0.3)
    np.testing.assert_allclose(array_view(read_image(tmp_path / "spatialJacobian.mhd")), 1.0, atol=0.05)
    lines = (tmp_path / "outputpoints.txt").read_text(encoding="ascii").splitlines()
    for line, point in zip(lines, POINTS, strict=True):
        entries = {name.strip(): text for name, text in (part.split("=") for part in line.split(";")[1:])}
        moved = np.array(entries["OutputPoint"].strip(" []\t").split(), float)
        np.testing.assert_allclose(moved, point + SHIFT, atol=0.3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["elastix", "-f", "x.mha"], "The argument -out is missing"),
        (["elastix", "-what", "x"], "Unknown argument -what"),
        (["transformix", "-tp"], "The argument -tp needs a value"),
        (["transformix", "-out", "/no/such/folder"], "output folder /no/such/folder does not exist"),
    ],
)
def test_wrong_arguments_are_told(arguments, sentence, capsys):
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().out
