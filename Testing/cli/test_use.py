"""Starts, guidance and applying of transforms from the shell."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import bspline_transform, map_points
from ElastixRegistrationLib.core.transforms.matrices import transform_from_matrix
from phantoms.images import blobs, grid, stage
from support.command_line import call

SHIFT = np.array([6.0, -4.0, 5.0])
GRID = grid((30, 28, 26), (2.5, 2.5, 3.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Noise as first images, blobs SHIFT apart as second, landmarks of which one has no partner, a B-spline."""
    folder = tmp_path_factory.mktemp("use")
    random = np.random.default_rng(1)
    for side, shift in (("fixed", None), ("moving", SHIFT)):
        noise = random.normal(0, 1, GRID.size[::-1]).astype(np.float32)
        write_image(image_from_array(noise, GRID), folder / f"{side}.nrrd")
        image = blobs(GRID, shift)
        write_image(image, folder / f"{side}_t2.nrrd")
        labels = (array_view(image) > 60).astype(np.uint8) + (array_view(image) > 110)
        write_image(image_from_array(labels, GRID), folder / f"{side}_labels.nrrd")
    write_parameter_file(stage(), folder / "translation.txt")
    points = GRID.points_of(random.uniform(4, 22, (6, 3)))
    labels = [f"L{n}" for n in range(6)]
    write_points(Points(points[:5], tuple(labels[:5])), folder / "fixed.mrk.json")
    write_points(Points((points + SHIFT)[::-1], tuple(labels[::-1])), folder / "moving.fcsv")
    coefficients = np.pad(random.normal(0, 2, (3, 8, 8, 8)), [(0, 0), (3, 3), (3, 3), (3, 3)])
    warp = bspline_transform(coefficients, GRID.center() - 100, np.full(3, 16.0), np.eye(3))
    write_transform(warp, folder / "warp.h5", GRID)
    return folder


def registered(folder, *more, capsys=None):
    output = folder / "out.h5"
    status = call(
        "register", folder / "fixed.nrrd", folder / "moving.nrrd", "--parameters", folder / "translation.txt",
        "--output-transform", output, "--json", *more,
    )  # fmt: skip
    assert status == 0
    return map_points(read_transform(output), GRID.center())[0] - GRID.center()


LANDMARKS = ("--fixed-points", "fixed.mrk.json", "--moving-points", "moving.fcsv")


def landmarks(folder):
    return [folder / word if "." in word else word for word in LANDMARKS]


def test_landmarks_guide_and_the_one_without_partner_is_reported(folder, capsys):
    shift = registered(folder, *landmarks(folder), "--landmark-weight", 20)
    assert shift == pytest.approx(SHIFT, abs=0.4)
    document = json.loads(capsys.readouterr().out)
    assert document["notes"][0].startswith("5 landmarks are paired by label; the fixed list lacks L5")


def test_a_second_contrast_and_labels_guide(folder):
    pair = (folder / "fixed_t2.nrrd", folder / "moving_t2.nrrd", "weight=2")
    assert registered(folder, "--channel", *pair) == pytest.approx(SHIFT, abs=0.5)
    pair = (folder / "fixed_labels.nrrd", folder / "moving_labels.nrrd", "kind=distance", "weight=20")
    assert registered(folder, "--channel", *pair) == pytest.approx(SHIFT, abs=1.0)


def test_landmarks_start(folder):
    write_parameter_file(stage(MaximumNumberOfIterations="1", MaximumStepLength="0.001"), folder / "still.txt")
    for kind in ("rigid", "thin-plate"):
        status = call(
            "register", folder / "fixed_t2.nrrd", folder / "moving_t2.nrrd", "--parameters", folder / "still.txt",
            *landmarks(folder), "--landmark-start", kind, "--output-transform", folder / "s.h5", "--quiet",
        )  # fmt: skip
        assert status == 0
        theirs = sitk.ReadTransform(str(folder / "s.h5"))
        assert theirs.TransformPoint(GRID.center().tolist()) == pytest.approx(GRID.center() + SHIFT, abs=0.1)


def test_models_and_points_go_there_and_back(folder):
    points = GRID.points_of(np.random.default_rng(5).uniform(4, 22, (7, 3)))
    (folder / "m.obj").write_text("".join(f"v {x!r} {y!r} {z!r}\n" for x, y, z in points.tolist()), "ascii")
    write_points(Points(points, ("",) * 7), folder / "p.txt")
    assert call("apply", folder / "warp.h5", "--model", folder / "m.obj", "--output-model", folder / "n.obj") == 0
    assert call("apply", folder / "warp.h5", "--points", folder / "p.txt", "--output-points", folder / "q.txt") == 0
    moved = np.array([line.split()[1:] for line in (folder / "n.obj").read_text("ascii").splitlines()], float)
    theirs = sitk.ReadTransform(str(folder / "warp.h5"))
    assert moved == pytest.approx(np.array([theirs.TransformPoint(p) for p in points.tolist()]), abs=1e-6)
    assert read_points(folder / "q.txt").coordinates == pytest.approx(moved, abs=1e-9)
    call("apply", folder / "warp.h5", "--model", folder / "n.obj", "--output-model", folder / "o.obj", "--inverse")
    back = np.array([line.split()[1:] for line in (folder / "o.obj").read_text("ascii").splitlines()], float)
    assert back == pytest.approx(points, abs=1e-5)


def test_an_image_goes_the_other_way_with_the_inverse(folder):
    """The fixed image resampled onto the moving grid: f(T^-1(y)), with T^-1 by SimpleITK's own solver of points."""
    assert call(
        "apply", folder / "warp.h5", folder / "fixed_t2.nrrd", "--reference", folder / "moving_t2.nrrd", "--inverse",
        "--output-volume", folder / "back.nrrd", "--background", 0, "--quiet",
    ) == 0  # fmt: skip
    found = array_view(read_image(folder / "back.nrrd"))
    field = sitk.TransformToDisplacementField(
        sitk.ReadTransform(str(folder / "warp.h5")), sitk.sitkVectorFloat64, [52, 48, 46],
        (GRID.center() - [64, 60, 68]).tolist(), [2.5, 2.5, 3.0],
    )  # fmt: skip
    inverse = sitk.DisplacementFieldTransform(sitk.InvertDisplacementField(field, 50, 0.001, 0.0005))
    image = sitk.ReadImage(str(folder / "fixed_t2.nrrd"))
    theirs = sitk.GetArrayFromImage(sitk.Resample(image, image, inverse, sitk.sitkLinear, 0.0))
    inner = (slice(5, -5),) * 3
    assert np.abs(found - theirs)[inner].max() < 0.02 * theirs.max()


def test_outside_of_labels_is_none_and_padding_goes_with_any_interpolation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    size = (30, 28, 26)
    labels = np.full(size[::-1], 3, np.uint8)  # as in a label map that was cropped
    labels[8:18, 8:18, 8:18] = 1
    scan = np.random.default_rng(0).normal(40, 5, size[::-1]).round().astype(np.int16)
    scan[:, :, :12] = np.random.default_rng(1).normal(-1000, 5, (26, 28, 12)).round()
    scan[:, :5, :] = -3024
    for name, voxels in (("labels", labels), ("scan", scan)):
        sitk.WriteImage(sitk.GetImageFromArray(voxels), f"{name}.nrrd")
    sitk.WriteTransform(sitk.TranslationTransform(3, (0.0, 0.0, 10.0)), "shift.tfm")

    def applied(name):
        arguments = ("apply", "shift.tfm", f"{name}.nrrd", "--reference", f"{name}.nrrd", "--interpolation", "nearest")
        assert call(*arguments, "--output-volume", "v.nrrd", "--quiet") == 0
        return sitk.GetArrayFromImage(sitk.ReadImage("v.nrrd"))

    found = applied("labels")
    assert np.array_equal(found[:-10], labels[10:])
    assert not found[-10:].any()
    found = applied("scan")
    assert found.min() > -1100
    assert np.median(found[-10:]) == pytest.approx(-1000, abs=5)


def test_a_segmentation_stays_one(folder):
    labels = sitk.ReadImage(str(folder / "fixed_labels.nrrd"))
    for key, value in {
        "Segment0_ID": "a", "Segment0_Name": "lobe", "Segment0_LabelValue": "1", "Segment0_Extent": "0 1 0 1 0 1",
        "Segmentation_ReferenceImageExtentOffset": "4 5 6",
    }.items():  # fmt: skip
        labels.SetMetaData(key, value)
    sitk.WriteImage(labels, str(folder / "s.seg.nrrd"))
    assert call(
        "apply", folder / "warp.h5", folder / "s.seg.nrrd", "--reference", folder / "fixed.nrrd", "--quiet",
        "--output-volume", folder / "t.seg.nrrd",
    ) == 0  # fmt: skip
    found = sitk.ReadImage(str(folder / "t.seg.nrrd"))
    assert found.GetMetaData("Segment0_Name") == "lobe"
    assert found.GetMetaData("Segment0_Extent") == "0 29 0 27 0 25"
    assert found.GetMetaData("Segmentation_ReferenceImageExtentOffset") == "0 0 0"
    theirs = sitk.Resample(labels, labels, sitk.ReadTransform(str(folder / "warp.h5")), sitk.sitkNearestNeighbor)
    assert np.array_equal(sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(theirs))


def test_analysis_agrees_with_simpleitk(folder, capsys):
    labels = sitk.ReadImage(str(folder / "fixed_labels.nrrd"))
    for key, value in {"Segment0_ID": "a", "Segment0_Name": "lobe", "Segment0_LabelValue": "1"}.items():
        labels.SetMetaData(key, value)
    sitk.WriteImage(labels, str(folder / "l.seg.nrrd"))
    outputs = {name: folder / f"{name}.nrrd" for name in ("magnitude", "jacobian", "jacobian-matrix")}
    assert call(
        "analyze", folder / "warp.h5", "--reference", folder / "fixed.nrrd", "--labels", folder / "l.seg.nrrd",
        "--json", *(word for name, path in outputs.items() for word in (f"--output-{name}", path)),
    ) == 0  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    field = sitk.TransformToDisplacementField(
        sitk.ReadTransform(str(folder / "warp.h5")), sitk.sitkVectorFloat64, list(GRID.size), GRID.origin, GRID.spacing
    )
    magnitude = sitk.GetArrayFromImage(sitk.VectorMagnitude(field))
    assert array_view(read_image(outputs["magnitude"])) == pytest.approx(magnitude, abs=1e-4)
    assert document["displacement_mm"]["max"] == pytest.approx(magnitude.max(), abs=1e-4)
    theirs = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(field))
    mine = array_view(read_image(outputs["jacobian"]))
    inner = (slice(2, -2),) * 3
    # SimpleITK takes differences over two voxels, here over half a one.
    assert np.abs(mine - theirs)[inner].max() < 0.05
    matrix = array_view(read_image(outputs["jacobian-matrix"])).reshape(*mine.shape, 3, 3)
    assert np.linalg.det(matrix) == pytest.approx(mine, abs=1e-4)
    (lobe, other) = document["labels"]
    assert (lobe["name"], other["name"]) == ("lobe", "label 2")
    voxels = mine[sitk.GetArrayFromImage(labels) == 1]
    assert lobe["fixed_mm3"] == pytest.approx(voxels.size * 2.5 * 2.5 * 3)
    assert lobe["moved_mm3"] == pytest.approx(voxels.sum() * 2.5 * 2.5 * 3, rel=1e-5)


def test_the_way_back_is_registered_as_the_way_there(folder, capsys):
    """The images themselves are noise: without the second contrast, or without the start, nothing would be found."""
    pair = (folder / "fixed_t2.nrrd", folder / "moving_t2.nrrd", "weight=2")
    start = folder / "start.tfm"
    write_transform(transform_from_matrix(np.block([[np.eye(3), SHIFT[:, None]], [np.eye(4)[3:]]]), "LPS"), start, GRID)
    for words in (("--channel", *pair), ("--channel", *pair, "--initial-transform", start, "--background", "7")):
        capsys.readouterr()
        registered(folder, *words, "--inverse-consistency")
        figures = {figure["name"]: figure for figure in json.loads(capsys.readouterr().out)["figures"]}
        assert figures["Inverse consistency, mean"]["after"] < 0.5


def test_labels_landmarks_and_the_way_back_are_judged(folder, capsys):
    pair = (folder / "fixed_t2.nrrd", folder / "moving_t2.nrrd")
    assert call(
        "register", *pair, "--parameters", folder / "translation.txt", *landmarks(folder), "--json",
        "--fixed-labels", folder / "fixed_labels.nrrd", "--moving-labels", folder / "moving_labels.nrrd",
        "--inverse-consistency", "--report", folder / "report", "--channel", *pair, "weight=0.5",
        "--output-inverse", folder / "inverse.h5",
    ) == 0  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    figures = {figure["name"]: figure for figure in document["figures"]}
    assert figures["Dice overlap, label 1"]["before"] < 0.8 < 0.85 < figures["Dice overlap, label 1"]["after"]
    assert figures["Surface distance, label 1"]["before"] > 2 > 1.0 > figures["Surface distance, label 1"]["after"]
    assert figures["Hausdorff distance 95 %, label 2"]["after"] < 3.1
    assert figures["Inverse consistency, mean"]["after"] < 0.5
    assert [row["label"] for row in document["landmarks"]] == [f"L{n}" for n in range(5)]
    assert all(row["before"] > 8 > 1 > row["after"] for row in document["landmarks"])
    assert document["inverse_residual_mm"] == {"mean": 0.0, "max": 0.0}
    page = (folder / "report" / "report.html").read_text("utf-8")
    assert "<th>L3</th>" in page
    assert page.count("Surface distance") == page.count("<tr><th>label 1</th>") == 1
    assert "5 landmarks are paired by label" in page
    assert "--channel CHANNEL CHANNEL weight=0.5" in page
    assert str(folder) not in page
    assert "121212" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("apply", "warp.h5"), "Give one of MOVING, --points and --model"),
        (("apply", "warp.h5", "--model", "m.vtk", "--output-model", "m.stl"), "keep their format"),
        (("apply", "warp.h5", "fixed.nrrd", "--points", "p.txt"), "Give one of"),
        (
            (
                "apply",
                "warp.h5",
                "fixed.nrrd",
                "--reference",
                "fixed.nrrd",
                "--output-volume",
                "v.nrrd",
                "--background=nan",
            ),
            "background is nan",
        ),
        (("register", "--json", "fixed.nrrd", "moving.nrrd", "--landmark-start", "rigid"), "give --fixed-points"),
        (
            ("register", "--json", "fixed.nrrd", "moving.nrrd", "--channel", "fixed.nrrd"),
            "A channel consists of a fixed and a moving image",
        ),
        (
            ("register", "--json", "fixed.nrrd", "moving.nrrd", "--channel", "fixed.nrrd", "moving.nrrd", "weight=a"),
            "weight",
        ),
        (
            ("register", "--json", "fixed.nrrd", "moving.nrrd", "--landmark-weight", "1"),
            "needs landmarks: give them",
        ),
        (
            ("register", "--json", "fixed.nrrd", "moving.nrrd", "--fixed-labels", "fixed_labels.nrrd"),
            "give both --fixed-labels",
        ),
    ],
)
def test_a_wrong_call_says_why(words, sentence, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert call(*words) == 2
    assert sentence in capsys.readouterr().err


def test_one_of_several_time_points_is_analyzed_and_judged(folder, capsys):
    """analyze, background and evaluate take --frame as register does."""
    frames = np.stack([array_view(read_image(folder / f"{side}_t2.nrrd")) for side in ("fixed", "moving")])
    grid = Geometry((*GRID.size, 2), (*GRID.spacing, 1.0), (*GRID.origin, 0.0), tuple(map(tuple, np.eye(4).tolist())))
    write_image(image_from_array(frames, grid), folder / "both.nii.gz")
    matrix = np.eye(4)
    matrix[:3, 3] = SHIFT
    write_transform(transform_from_matrix(matrix, "LPS"), folder / "shift.tfm", GRID)
    both = folder / "both.nii.gz"
    assert call("analyze", folder / "shift.tfm", "--reference", both, "--frame", 2, "--json") == 0
    assert json.loads(capsys.readouterr().out)["displacement_mm"]["mean"] == pytest.approx(np.linalg.norm(SHIFT))
    assert call("background", both, "--frame", 1, "--json") == 0
    capsys.readouterr()
    words = ("evaluate", folder / "shift.tfm", "--fixed", both, "--moving", both, "--json")
    assert call(*words, "--frame", 1, "--frame", 2) == 0
    same_way = capsys.readouterr().out
    assert call(*words, "--frame", 1, "--frame", 1) == 0
    assert same_way != capsys.readouterr().out
    assert call("evaluate", folder / "shift.tfm", "--frame", 1, "--json") == 2
