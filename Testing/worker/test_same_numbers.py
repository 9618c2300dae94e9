"""The background run gives what the run in this process gives, bit for bit, for whatever can be an input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.analysis import jacobian_determinant_of
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.channels import Channel
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.quality.assessment import assess
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.system.itk_access import wrapped_class
from ElastixRegistrationLib.core.transforms.displacements import displacement_vectors
from ElastixRegistrationLib.core.transforms.inverse import invert
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    map_points,
)
from ElastixRegistrationLib.core.transforms.plain_data import TransformData, VoxelData
from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform
from ElastixRegistrationLib.worker.outputs import (
    DisplacementField,
    FiguresBeforeAndAfter,
    InverseTransform,
    JacobianDeterminant,
    ResampledVolume,
)
from phantoms.images import blobs, grid, oblique, stage

SHIFT = np.array([5.0, -3.0, 4.0])


def in_background(pool, *arguments, **settings):
    handle = pool.submit(*arguments, **settings)
    assert handle.wait(60)
    if handle.error is not None:
        raise handle.error
    return handle.result


def assert_same_transform(one, other):
    ours, theirs = TransformData.of(one), TransformData.of(other)
    assert [element.name for element in ours.elements] == [element.name for element in theirs.elements]
    for a, b in zip(ours.elements, theirs.elements, strict=True):
        assert np.array_equal(a.parameters, b.parameters)
        assert np.array_equal(a.fixed_parameters, b.fixed_parameters)
        assert a.geometry == b.geometry


def _numbers_of(maps):
    """Without the file that elastix would have written, in a folder that is gone."""
    return maps and [{**one, "InitialTransformParameterFileName": ()} for one in maps]


def assert_same(ours, theirs):
    assert_same_transform(ours.transform, theirs.transform)
    assert _numbers_of(ours.transform_parameters) == _numbers_of(theirs.transform_parameters)
    assert ours.stages == theirs.stages
    assert ours.background == theirs.background
    assert ours.fixed_background == theirs.fixed_background
    assert ours.fixed_geometry == theirs.fixed_geometry
    assert ours.notes == theirs.notes
    assert [replace(row, time_ms=None) for row in ours.iterations] == [
        replace(row, time_ms=None) for row in theirs.iterations
    ]
    assert len(theirs.iterations) > 10


def _padded(image, value):
    array_view(image)[..., :4] = value
    return image


def _color(image):
    gray = np.asarray(array_view(image))
    rgb = np.stack([gray, gray // 2, 255 - gray], -1).astype(np.uint8)
    pixel_image = wrapped_class("Image", f"RGBUC{gray.ndim}").New()
    pixel_image.SetRegions(list(gray.shape[::-1]))
    pixel_image.Allocate()
    array_view(pixel_image)[...] = rgb
    geometry = geometry_of(image)
    pixel_image.SetSpacing(list(geometry.spacing))
    pixel_image.SetOrigin(list(geometry.origin))
    return pixel_image


def _case(name):
    """Fixed, moving, settings."""
    geometry = grid(direction=oblique(3))
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)
    quick = stage(MaximumNumberOfIterations="20")
    if name == "stages":
        return (
            fixed,
            moving,
            [quick, stage("BSplineTransform", MaximumNumberOfIterations="15", FinalGridSpacingInPhysicalUnits="32")],
            {},
        )
    if name == "padding and masks":
        whole = [_padded(blobs(geometry, s, dtype=np.int16, offset=-900), -2000) for s in (None, SHIFT)]
        inside = np.zeros(geometry.size[::-1], np.uint8)
        inside[2:-2, 2:-2, 2:-2] = 1
        masks = {"fixed_mask": image_from_array(inside, geometry), "moving_mask": image_from_array(inside, geometry)}
        return *whole, [quick], masks
    if name == "points":
        points = geometry.center() + np.random.default_rng(2).uniform(-20, 20, (12, 3))
        quick |= {
            "Metric": ("AdvancedMeanSquares", "CorrespondingPointsEuclideanDistanceMetric"),
            "Registration": ("MultiMetricMultiResolutionRegistration",),
        }
        return fixed, moving, [quick], {"fixed_points": points, "moving_points": points + SHIFT}
    if name == "2D color":
        flat = grid((64, 60))
        images = [_color(blobs(flat, s, dtype=np.uint8)) for s in (None, SHIFT[:2])]
        return *images, [quick], {"background": 7.0, "initialization": "mass"}
    if name == "64-bit, moved by centers":
        far = grid(origin=(300.0, 0.0, 0.0), direction=oblique(3))
        whole = [blobs(g, s, dtype=np.float64) for g, s in ((geometry, None), (far, SHIFT))]
        return *whole, [quick], {"initialization": "geometry", "background": "keep", "threads": 1}
    raise KeyError(name)


@pytest.mark.parametrize("name", ["stages", "padding and masks", "points", "2D color", "64-bit, moved by centers"])
def test_background_and_in_process_results_are_identical(pool, name):
    fixed, moving, stages, settings = _case(name)
    settings = {"seed": 17, **settings}
    ours = in_background(pool, fixed, moving, stages, **settings)
    theirs = register(fixed, moving, stages, **settings)
    assert_same(ours, theirs)
    assert np.array_equal(array_view(ours.resample()), array_view(theirs.resample()))


def _euler():
    transform = wrapped_class("Euler3DTransform", "D").New()
    transform.SetCenter([1.0, 2.0, 3.0])
    transform.SetRotation(0.05, -0.03, 0.02)
    transform.SetTranslation([4.0, -2.0, 3.5])
    return transform


def _bspline():
    coefficients = np.random.default_rng(2).normal(0, 1.0, (3, 8, 8, 8))
    return bspline_transform(coefficients, np.full(3, -120.0), np.full(3, 40.0), np.eye(3))


def _field():
    geometry = grid((10, 10, 10), (30, 30, 30), (-150, -150, -150))
    return displacement_field_transform(np.full((10, 10, 10, 3), [4.0, -2, 3]), geometry)


def _thin_plate():
    sources = np.random.default_rng(4).uniform(-60, 60, (8, 3))
    return spline_kernel_transform(sources, sources + np.array([4.0, -2, 3]))


STARTS = {
    "euler": _euler,
    "affine and B-spline": lambda: compose([affine_from_matrix(np.diag([1.02, 0.99, 1, 1])), _bspline()]),
    "displacement field": _field,
    "thin plate": _thin_plate,
}


@pytest.mark.parametrize("kind", STARTS)
def test_every_kind_of_start_gives_identical_results(pool, pair, quick, kind):
    initial = STARTS[kind]()
    ours = in_background(pool, *pair, quick, initial_transform=initial, seed=3)
    assert_same(ours, register(*pair, quick, initial_transform=initial, seed=3))


def test_a_linear_start_of_a_rare_class_travels_by_its_matrix(pool, pair, quick):
    rare = wrapped_class("QuaternionRigidTransform", "D").New()
    rare.SetCenter([1.0, 2.0, 3.0])
    rare.SetTranslation([4.0, -2.0, 3.5])
    (element,) = TransformData.of(rare).elements
    points = np.random.default_rng(1).uniform(-100, 100, (20, 3))
    assert map_points(TransformData((element,)).transform(), points) == pytest.approx(
        map_points(rare, points), abs=1e-9
    )
    assert in_background(pool, *pair, quick, initial_transform=rare, seed=3).transform is not None


def test_channels_and_landmarks_give_identical_results(pool, pair, quick):
    fixed, moving = pair
    geometry = geometry_of(fixed)
    mask = image_from_array(np.ones(geometry.size[::-1], np.uint8), geometry)
    points = geometry.points_of(np.random.default_rng(3).uniform(5, 20, (6, 3)))
    guidance = {
        "channels": [Channel(moving, fixed, mask, None, weight=0.2, metric="AdvancedMeanSquares", name="other")],
        "fixed_points": points,
        "moving_points": points + 1,
        "landmark_weight": 0.5,
    }
    ours = in_background(pool, *pair, quick, seed=3, **guidance)
    assert_same(ours, register(*pair, quick, seed=3, **guidance))


def test_what_the_worker_computes_is_what_core_computes(pool, pair):
    fixed, moving = pair
    stages = [stage("BSplineTransform", MaximumNumberOfIterations="15", FinalGridSpacingInPhysicalUnits="32")]
    labels = (np.asarray(array_view(moving)) > 40).astype(np.int16)
    small = grid((20, 18, 16), (4.0, 5.0, 6.0))
    ours = in_background(
        pool, fixed, moving, stages, seed=5,
        outputs=[
            ResampledVolume("volume"),
            ResampledVolume("labels", VoxelData(labels, geometry_of(moving)), interpolation="nearest", background=0.0),
            ResampledVolume("on another grid", reference=small, interpolation="bspline"),
            DisplacementField("field"),
            JacobianDeterminant("jacobian", reference=small),
            InverseTransform("inverse"),
            FiguresBeforeAndAfter("figures"),
        ],
    )  # fmt: skip
    theirs = register(fixed, moving, stages, seed=5)
    assert_same(ours, theirs)
    outputs = ours.outputs
    assert np.array_equal(outputs["volume"].array, array_view(theirs.resample()))
    moved_labels = theirs.resample(image_from_array(labels, geometry_of(moving)), interpolation="nearest", background=0)
    assert outputs["labels"].array.dtype == np.int16
    assert np.array_equal(outputs["labels"].array, array_view(moved_labels))
    elsewhere = theirs.resample(reference=small, interpolation="bspline")
    assert np.array_equal(outputs["on another grid"].array, array_view(elsewhere))
    assert outputs["on another grid"].geometry == small
    assert np.array_equal(outputs["field"].array, displacement_vectors(theirs.transform, geometry_of(fixed)))
    assert np.array_equal(outputs["jacobian"].array, jacobian_determinant_of(theirs.transform, small))
    inverse = invert(theirs.transform, geometry_of(fixed))
    assert_same_transform(outputs["inverse"].transform.transform(), inverse.transform)
    assert outputs["inverse"].max_residual == inverse.max_residual
    # Sums of products end in other last bits where NumPy finds its arrays aligned in another way.
    figures = assess(fixed, theirs).comparison
    assert outputs["figures"].verdict == figures.verdict
    for ours_, theirs_ in zip(outputs["figures"].figures, figures.figures, strict=True):
        assert (ours_.name, ours_.before is None) == (theirs_.name, theirs_.before is None)
        assert ours_.before is None or ours_.before == pytest.approx(theirs_.before, rel=1e-12)
        assert ours_.after == pytest.approx(theirs_.after, rel=1e-12)


def test_color_is_resampled_component_by_component(pool):
    fixed, moving, stages, settings = _case("2D color")
    ours = in_background(pool, fixed, moving, stages, seed=1, outputs=[ResampledVolume("volume")], **settings)
    theirs = register(fixed, moving, stages, seed=1, **settings)
    assert ours.outputs["volume"].array.dtype == np.uint8
    assert np.array_equal(ours.outputs["volume"].array, array_view(theirs.resample()))


def test_views_that_are_not_contiguous_arrive_whole(pool, pair, quick):
    fixed, moving = (np.asarray(array_view(image)) for image in pair)
    geometry = geometry_of(pair[0])
    strided = np.asfortranarray(fixed), np.repeat(moving, 2, axis=2)[..., ::2].astype(">f4")
    ours = in_background(pool, *((array, geometry) for array in strided), quick, seed=2)
    assert_same(ours, register(*pair, quick, seed=2))


def test_wrong_input_is_the_same_error_as_in_process(pool, pair, quick):
    settings = {"fixed_points": np.zeros((2, 3)), "moving_points": np.zeros((3, 3))}
    with pytest.raises(InputError) as theirs:
        register(*pair, quick, **settings)
    with pytest.raises(InputError) as ours:
        in_background(pool, *pair, quick, **settings)
    assert str(ours.value) == str(theirs.value)
    assert type(ours.value) is type(theirs.value)


def test_a_run_is_the_same_whatever_ran_before_it(pair, quick):
    """elastix takes a number of threads for a limit of the whole process."""
    before = register(*pair, quick, seed=2)
    register(*pair, quick, seed=2, threads=1)
    assert_same(register(*pair, quick, seed=2), before)


def test_numbers_of_threads_differ_in_last_bits_only(pool, pair, quick):
    one, two = (in_background(pool, *pair, quick, seed=2, threads=count) for count in (1, 2))
    matrices = [np.array(result.transform.GetParameters()) for result in (one, two)]
    assert matrices[0] == pytest.approx(matrices[1], abs=1e-4)
