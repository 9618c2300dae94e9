"""Forms in which elastix, ITK, ANTs and Slicer keep transforms, against elastix's transformix and SimpleITK."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    map_points,
)
from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform
from ElastixRegistrationLib.core.transforms.transform_parameters import (
    UnsupportedTransform,
    maps_from_transform,
    transforms_from_maps,
)
from phantoms.images import blobs, grid, oblique
from support.elastix_points import transformix_points, transformix_points_of_file

FIXED = grid()
RANDOM = np.random.default_rng(11)
POINTS = FIXED.points_of(RANDOM.uniform(2, 28, (40, 3)))


def an_affine(seed=0):
    random = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] += random.normal(0, 0.05, (3, 3))
    matrix[:3, 3] = random.normal(0, 4, 3)
    return affine_from_matrix(matrix)


def a_bspline(seed=0):
    random = np.random.default_rng(seed)
    coefficients = np.pad(random.normal(0, 2, (3, 8, 8, 8)), [(0, 0), (3, 3), (3, 3), (3, 3)])
    return bspline_transform(coefficients, FIXED.center() - 95, np.array([15.0, 16, 17]), np.eye(3))


def a_thin_plate(seed=0, **options):
    random = np.random.default_rng(seed)
    sources = FIXED.points_of(random.uniform(0, 30, (12, 3)))
    return spline_kernel_transform(sources, sources + random.normal(0, 3, sources.shape), **options)


def a_field(seed=0):
    vectors = np.random.default_rng(seed).normal(0, 1, (14, 15, 16, 3))
    return displacement_field_transform(
        vectors, grid((16, 15, 14), (7.0, 8.0, 9.0), (-50.0, 0.0, -70.0), oblique(seed))
    )


WHOLE = {
    "affine": lambda: an_affine(1),
    "bspline": lambda: a_bspline(2),
    "thin plate": lambda: a_thin_plate(3),
    "field": lambda: a_field(4),
    "affine, bspline": lambda: compose([an_affine(1), a_bspline(2)]),
    "all": lambda: compose([an_affine(1), a_bspline(2), a_thin_plate(3), a_field(4), an_affine(5)]),
}


#: The two that sample most: each of the forms of ITK, and each of the kinds that are sampled, is there without them.
LONG = ("thin plate", ".tfm"), ("all", ".h5")
FORMS = [(kind, suffix) for kind in WHOLE for suffix in (".h5", ".tfm", ".txt", ".toml") if (kind, suffix) not in LONG]


@pytest.mark.parametrize(("kind", "suffix"), FORMS)
def test_every_form_keeps_every_mapping(kind, suffix, tmp_path):
    transform = WHOLE[kind]()
    path = tmp_path / f"t{suffix}"
    write_transform(transform, path, FIXED)
    # ITK and SimpleITK cannot read thin plates: there they are sampled, with 2 to 3 mm here.
    sampled = suffix in (".h5", ".tfm") and kind in ("thin plate", "all")
    read = map_points(read_transform(path), POINTS)
    assert read == pytest.approx(map_points(transform, POINTS), abs=0.05 if sampled else 1e-6)
    if suffix in (".h5", ".tfm"):
        assert read == pytest.approx(by_simpleitk(sitk.ReadTransform(str(path))), abs=1e-9)


@pytest.mark.parametrize("suffix", [".txt", ".toml"])
@pytest.mark.parametrize("kind", WHOLE)
def test_elastix_reads_the_chain_that_is_written(kind, suffix, tmp_path):
    transform = WHOLE[kind]()
    path = tmp_path / f"t{suffix}"
    write_transform(transform, path, FIXED)
    theirs = transformix_points_of_file(path, blobs(FIXED), POINTS, tmp_path)
    # transformix writes 6 decimals, and holds fields as float.
    assert map_points(transform, POINTS) == pytest.approx(theirs, abs=1e-5 if "field" in kind else 2e-6)


@pytest.mark.parametrize("moved", ["relative", "absolute", "absolute, moved", "windows, moved", "old name"])
def test_links_of_a_chain_are_followed(moved, tmp_path):
    transform = compose([an_affine(1), a_bspline(2)])
    folder = tmp_path / "before"
    folder.mkdir()
    path = folder / "t.txt"
    write_transform(transform, path, FIXED)
    text = path.read_text("utf-8")
    link = {
        "absolute": str(folder / "t.0.txt"),
        "absolute, moved": str(folder / "t.0.txt"),
        "windows, moved": r"C:\Users\somebody\t.0.txt",
    }.get(moved, "t.0.txt")
    text = text.replace('"t.0.txt"', f'"{link}"')
    if moved == "old name":
        text = text.replace("InitialTransformParameterFileName", "InitialTransformParametersFileName")
    path.write_text(text, "utf-8")
    if moved.endswith("moved"):
        path = folder.rename(tmp_path / "after") / "t.txt"
    assert map_points(read_transform(path), POINTS) == pytest.approx(map_points(transform, POINTS), abs=1e-9)


def test_a_missing_link_is_named(tmp_path):
    write_transform(compose([an_affine(1), a_bspline(2)]), tmp_path / "t.txt", FIXED)
    (tmp_path / "t.0.txt").unlink()
    with pytest.raises(InputError, match=r"initial transform t\.0\.txt named in .*t\.txt does not exist"):
        read_transform(tmp_path / "t.txt")


@pytest.mark.parametrize(
    ("first", "second"),
    [(an_affine, an_affine), (an_affine, a_bspline), (a_bspline, an_affine), (a_bspline, a_bspline)],
)
def test_transforms_that_are_added(first, second, tmp_path):
    maps = [*maps_from_transform(first(1), FIXED), *maps_from_transform(second(2), FIXED)]
    maps[1]["HowToCombineTransforms"] = ("Add",)
    if first is second is a_bspline:
        with pytest.raises(UnsupportedTransform, match="Add"):
            transforms_from_maps(maps)
        return
    write_parameter_file(maps[0], tmp_path / "first.txt")
    write_parameter_file(maps[1] | {"InitialTransformParameterFileName": ("first.txt",)}, tmp_path / "second.txt")
    mine = map_points(read_transform(tmp_path / "second.txt"), POINTS)
    assert mine == pytest.approx(map_points(first(1), POINTS) + map_points(second(2), POINTS) - POINTS, abs=1e-9)
    theirs = transformix_points_of_file(tmp_path / "second.txt", blobs(FIXED), POINTS, tmp_path)
    assert mine == pytest.approx(theirs, abs=2e-6)


@pytest.mark.parametrize("kernel", ["ThinPlateSpline", "VolumeSpline"])
@pytest.mark.parametrize("relaxation", ["0.0", "20.0"])
def test_spline_kernels_of_elastix(kernel, relaxation, tmp_path):
    (parameters,) = maps_from_transform(a_thin_plate(3), FIXED)
    parameters |= {"SplineKernelType": (kernel,), "SplineRelaxationFactor": (relaxation,)}
    theirs = transformix_points([parameters], blobs(FIXED), POINTS, tmp_path)
    (mine,) = transforms_from_maps([parameters])
    assert map_points(mine, POINTS) == pytest.approx(theirs, abs=2e-6)


def test_a_thin_plate_in_2d(tmp_path):
    plane = grid((40, 36))
    sources = plane.points_of(RANDOM.uniform(0, 35, (9, 2)))
    spline = spline_kernel_transform(sources, sources + RANDOM.normal(0, 3, sources.shape))
    points = plane.points_of(RANDOM.uniform(2, 30, (20, 2)))
    write_transform(spline, tmp_path / "t.txt", plane)
    theirs = transformix_points_of_file(tmp_path / "t.txt", blobs(plane), points, tmp_path)
    assert map_points(read_transform(tmp_path / "t.txt"), points) == pytest.approx(theirs, abs=2e-6)


def test_a_thin_plate_that_slicer_wrote(tmp_path):
    sources = FIXED.points_of(RANDOM.uniform(0, 30, (8, 3)))
    targets = sources + RANDOM.normal(0, 3, sources.shape)
    (tmp_path / "t.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: CompositeTransform_double_3_3\n#Transform 1\n"
        "Transform: TranslationTransform_double_3_3\nParameters: 1 2 3\nFixedParameters: \n#Transform 2\n"
        "Transform: ThinPlateSplineKernelTransform_double_3_3\n"
        f"Parameters: {' '.join(map(repr, sources.ravel().tolist()))}\n"
        f"FixedParameters: {' '.join(map(repr, targets.ravel().tolist()))}\n",
        "ascii",
    )
    assert map_points(read_transform(tmp_path / "t.tfm"), sources) == pytest.approx(
        targets + np.array([1, 2, 3]), abs=1e-9
    )


def test_a_map_whose_transform_is_in_an_itk_file(tmp_path):
    transform = a_bspline(2)
    write_transform(transform, tmp_path / "b.tfm", FIXED)
    (parameters,) = maps_from_transform(an_affine(), FIXED)
    del parameters["TransformParameters"]
    write_parameter_file(parameters | {"Transform": ("File",), "TransformFileName": ("b.tfm",)}, tmp_path / "t.txt")
    mine = map_points(read_transform(tmp_path / "t.txt"), POINTS)
    assert mine == pytest.approx(map_points(transform, POINTS), abs=1e-9)
    assert mine == pytest.approx(
        transformix_points_of_file(tmp_path / "t.txt", blobs(FIXED), POINTS, tmp_path), abs=2e-6
    )


def test_a_map_with_parameters_of_itk(tmp_path):
    theirs = sitk.AffineTransform(3)
    theirs.SetCenter((3.0, -4.0, 9.0))
    theirs.Rotate(0, 1, 0.3)
    theirs.Translate((1.0, 2.0, 3.0))
    (parameters,) = maps_from_transform(an_affine(), FIXED)
    del parameters["TransformParameters"]
    parameters |= {
        "ITKTransformType": ("AffineTransform_double_3_3",),
        "ITKTransformParameters": tuple(map(repr, theirs.GetParameters())),
        "ITKTransformFixedParameters": tuple(map(repr, theirs.GetFixedParameters())),
    }
    (mine,) = transforms_from_maps([parameters])
    assert map_points(mine, POINTS) == pytest.approx(by_simpleitk(theirs), abs=1e-9)


def by_simpleitk(transform):
    return np.array([transform.TransformPoint(point) for point in POINTS.tolist()])


def test_what_ants_writes(tmp_path):
    """An affine in Matlab form, a warp as NIfTI with five axes, and a composite in single precision."""
    affine = sitk.AffineTransform(3)
    affine.SetCenter((3.0, -4.0, 9.0))
    affine.Scale((1.1, 0.9, 1.05))
    sitk.WriteTransform(affine, str(tmp_path / "0GenericAffine.mat"))
    assert map_points(read_transform(tmp_path / "0GenericAffine.mat"), POINTS) == pytest.approx(
        by_simpleitk(affine), abs=1e-9
    )
    vectors = RANDOM.normal(0, 1, (14, 15, 16, 3))
    image = sitk.GetImageFromArray(vectors, isVector=True)
    image.SetOrigin((-50.0, 0.0, -70.0))
    image.SetSpacing((7.0, 8.0, 9.0))
    sitk.WriteImage(image, str(tmp_path / "1Warp.nii.gz"))
    mine = map_points(read_transform(tmp_path / "1Warp.nii.gz"), POINTS)
    assert mine == pytest.approx(by_simpleitk(sitk.DisplacementFieldTransform(image)), abs=1e-6)
    text = (
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_float_3_3\n"
        "Parameters: 1 0 0 0 1 0 0 0 1 5 -6 7\nFixedParameters: 0 0 0\n"
    )
    (tmp_path / "float.txt").write_text(text, "ascii")
    assert map_points(read_transform(tmp_path / "float.txt"), POINTS) == pytest.approx(
        POINTS + np.array([5, -6, 7]), abs=1e-5
    )


@pytest.mark.parametrize("suffix", [".mat", ".txt"])
def test_what_older_versions_of_ants_write(suffix, tmp_path):
    """ITK's Python packages do not know the name of the base class; SimpleITK does."""
    affine = sitk.AffineTransform(3)
    affine.SetCenter((3.0, -4.0, 9.0))
    affine.Scale((1.1, 0.9, 1.05))
    affine.Translate((1.0, 2.0, 3.0))
    path = tmp_path / f"Affine{suffix}"
    sitk.WriteTransform(affine, str(path))
    old, new = b"AffineTransform_double_3_3", b"MatrixOffsetTransformBase_double_3_3"
    # Matlab's form gives the length of the name, with its end, before the name.
    lengths = [len(name) + 1 for name in (old, new)]
    old, new = (
        (n.to_bytes(4, "little") + name if suffix == ".mat" else name)
        for n, name in zip(lengths, (old, new), strict=True)
    )
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    expected = by_simpleitk(affine)
    assert by_simpleitk(sitk.ReadTransform(str(path))) == pytest.approx(expected, abs=1e-9)
    assert map_points(read_transform(path), POINTS) == pytest.approx(expected, abs=1e-9)
    whole = path.read_bytes()
    for damaged in (whole[: -len(whole) // 3], whole.replace(lengths[1].to_bytes(4, "little"), b"\xff" * 4)):
        path.write_bytes(damaged)
        if damaged != whole:
            with pytest.raises(InputError, match=f"Affine{suffix} is damaged"):
                read_transform(path)


def test_a_volume_is_no_transform(tmp_path):
    write_image(blobs(FIXED), tmp_path / "volume.nrrd")
    with pytest.raises(InputError, match=r"volume\.nrrd is not a transform"):
        read_transform(tmp_path / "volume.nrrd")
    write_image(image_from_array(np.zeros((4, 5, 6, 2)), grid((6, 5, 4))), tmp_path / "two.nrrd")
    with pytest.raises(InputError, match="2 components"):
        read_transform(tmp_path / "two.nrrd")
