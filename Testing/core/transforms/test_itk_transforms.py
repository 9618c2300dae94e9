from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.deformation.analysis import jacobian_determinant_of
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    chain_of,
    compose,
    displacement_field,
    extended_grid,
    map_points,
    matrix_of,
    then_rigid,
)
from ElastixRegistrationLib.core.transforms.transform_parameters import (
    UnsupportedTransform,
    extend_bspline,
    maps_from_transform,
    transform_from_map,
    transforms_from_maps,
)
from phantoms.images import grid, oblique

POINTS = np.random.default_rng(7).uniform(-200, 200, (60, 3))


def an_affine(seed=0, dimension=3):
    random = np.random.default_rng(seed)
    matrix = np.eye(dimension + 1)
    matrix[:-1, :-1] += random.normal(0, 0.1, (dimension, dimension))
    matrix[:-1, -1] = random.normal(0, 10, dimension)
    return affine_from_matrix(matrix)


def a_bspline(seed=0, deviation=3.0):
    random = np.random.default_rng(seed)
    return bspline_transform(
        random.normal(0, deviation, (3, 9, 8, 7)), np.array([-90.0, -80, -95]), np.array([25.0, 24, 22]), oblique(seed)
    )


def texts(values):
    return tuple(map(repr, np.ravel(values).astype(float).tolist()))


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_matrix_comes_back(dimension):
    transform = an_affine(3, dimension)
    again = affine_from_matrix(matrix_of(transform))
    points = POINTS[:, :dimension]
    assert map_points(again, points) == pytest.approx(map_points(transform, points), abs=1e-10)


def test_linear_neighbors_merge_and_order_is_kept():
    first, second, third = an_affine(1), an_affine(2), a_bspline()
    whole = compose([first, second, third])
    assert len(chain_of(whole)) == 2
    expected = map_points(third, map_points(second, map_points(first, POINTS)))
    assert map_points(whole, POINTS) == pytest.approx(expected, abs=1e-9)
    assert compose([first, second]).GetNameOfClass() == "AffineTransform"


def test_a_rigid_motion_after_a_spline_keeps_two_parts():
    rigid = rigid_matrix(np.array([0.4, -0.3, 0.2, 40.0, -25.0, 60.0]), np.array([5.0, -8.0, 3.0]))
    for chain in ([an_affine(1), a_bspline()], [a_bspline(), an_affine(1)], [a_bspline()], [an_affine(1)]):
        whole = then_rigid(compose(chain), rigid)
        assert len(chain_of(whole)) <= 2
        expected = moved_points(rigid, map_points(compose(chain), POINTS))
        assert map_points(whole, POINTS) == pytest.approx(expected, abs=1e-9)


def test_a_field_moves_as_its_transform():
    geometry = grid(direction=oblique(2))
    transform = compose([an_affine(1), a_bspline(2)])
    field = array_view(displacement_field(transform, geometry))
    for index in ((0, 0, 0), (5, 7, 9), (39, 35, 31)):
        point = geometry.points_of(np.array(index))
        moved = map_points(transform, point)[0]
        assert point + field[index[::-1]] == pytest.approx(moved, abs=1e-4)


ELASTIX = {
    "Translation 3D": ("TranslationTransform", 3, [4, -5, 6], None),
    "Euler 2D": ("EulerTransform", 2, [0.3, 4, -5], sitk.Euler2DTransform),
    "Euler 3D": ("EulerTransform", 3, [0.1, -0.2, 0.3, 4, -5, 6], sitk.Euler3DTransform),
    "Similarity 2D": ("SimilarityTransform", 2, [1.2, 0.3, 4, -5], sitk.Similarity2DTransform),
    "Similarity 3D": ("SimilarityTransform", 3, [0.1, -0.2, 0.1, 4, -5, 6, 1.2], sitk.Similarity3DTransform),
    "Affine 3D": ("AffineTransform", 3, [1.1, 0.1, 0, -0.1, 0.9, 0.05, 0, 0.2, 1, 4, -5, 6], None),
}


@pytest.mark.parametrize("case", ELASTIX)
def test_linear_elastix_parameters_against_simpleitk(case):
    kind, dimension, values, reference = ELASTIX[case]
    center = [10.0, -20.0, 30.0][:dimension]
    parameters = {
        "Transform": (kind,),
        "FixedImageDimension": (str(dimension),),
        "TransformParameters": texts(values),
        "CenterOfRotationPoint": texts(center),
        "ComputeZYX": ("false",),
    }
    if reference is None:
        matrix = np.eye(dimension) if kind.startswith("Tr") else np.reshape(values[:9], (3, 3))
        theirs = sitk.AffineTransform(matrix.ravel().tolist(), values[-dimension:], center)
    else:
        theirs = reference()
        theirs.SetCenter(center)
        theirs.SetParameters(values)
    expected = np.array([theirs.TransformPoint(p[:dimension]) for p in POINTS.tolist()])
    assert map_points(transform_from_map(parameters), POINTS[:, :dimension]) == pytest.approx(expected, abs=1e-9)


def test_maps_of_a_transform_make_it_again():
    transform = compose([an_affine(4), a_bspline(4), an_affine(5)])
    again = compose(transforms_from_maps(maps_from_transform(transform, grid())))
    assert map_points(again, POINTS) == pytest.approx(map_points(transform, POINTS), abs=1e-9)


def test_an_extended_bspline_is_the_same_inside_and_folds_nowhere_outside():
    flat = maps_from_transform(a_bspline(1, deviation=0.5), grid())[0]
    size = np.array(flat["GridSize"], int)
    coefficients = np.array(flat["TransformParameters"], float).reshape(3, *size[::-1])
    coefficients += np.array([14.0, -9.0, 11.0])[:, None, None, None]  # a jump of 20 mm at the rim
    jumping = dict(flat) | {"TransformParameters": texts(coefficients)}
    before, after = transform_from_map(jumping), transform_from_map(extend_bspline(jumping))
    rotation = oblique(1)
    index = np.random.default_rng(0).uniform(1.001, [4.99, 5.99, 6.99], (200, 3))
    inside = np.array([-90.0, -80, -95]) + index @ (rotation * np.array([25.0, 24, 22])).T
    assert map_points(after, inside) == pytest.approx(map_points(before, inside), abs=1e-9)
    wide = grid((70, 70, 70), (12.0, 12, 12), (-420.0, -420, -420))
    assert _smallest_determinant(after, wide) > 0.1
    assert _smallest_determinant(before, wide) < 0
    far = POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True) * 2000
    assert map_points(after, far) == pytest.approx(far, abs=1e-9)


@pytest.mark.parametrize("shift", [(12.0, 9.0, 15.0), (-14.0, 6.0, -3.0), (20.0, 0.0, 0.0)])
def test_a_uniform_displacement_fades_out_far_from_folding_even_beyond_corners(shift):
    direction, spacing = np.asarray(oblique(2)), np.array([3.0, 4.0, 5.0])
    own = np.broadcast_to((direction @ np.array(shift))[:, None, None, None], (3, 6, 7, 8)).copy()
    origin = np.array([-10.0, 5.0, 8.0])
    coefficients, first = extended_grid(own, origin, spacing, direction)
    transform = bspline_transform(coefficients, first, spacing, direction)
    rows = tuple(map(tuple, direction.tolist()))
    beyond = Geometry(coefficients.shape[:0:-1], tuple(spacing.tolist()), tuple(first.tolist()), rows)
    assert jacobian_determinant_of(transform, beyond).min() > 0.55


def test_each_side_of_a_bspline_is_extended_as_far_as_its_displacements_need():
    spacing, far = np.array([2.0, 4.0]), np.array([100.0, 100.0])
    own = np.zeros((2, 10, 20))
    own[0, :, -1] = 8.0  # out of the grid, along i
    own[0, :, 0] = 6.0  # into the grid
    larger, origin = extended_grid(own, far, spacing, np.eye(2))
    # 6 mm in 5 steps and 8 mm in 10 along i, 8 mm sideways in 4 along j, and two zeros after each.
    assert larger.shape == (2, 6 + 10 + 6, 7 + 20 + 12)
    assert (far - origin).tolist() == [7 * 2.0, 6 * 4.0]
    assert np.array_equal(larger[:, 6:-6, 7:-12], own)


def _smallest_determinant(transform, geometry):
    moved = np.asarray(array_view(displacement_field(transform, geometry)), float)
    gradient = np.stack([np.stack(np.gradient(moved[..., c], *geometry.spacing[::-1])[::-1], -1) for c in range(3)], -2)
    return np.linalg.det(gradient + np.eye(3)).min()


def test_unknown_transforms_are_named():
    with pytest.raises(UnsupportedTransform, match="WeightedCombinationTransform"):
        transform_from_map({"Transform": ("WeightedCombinationTransform",), "TransformParameters": ("1",)})
    with pytest.raises(InputError, match="no TransformParameters"):
        transform_from_map({"Transform": ("EulerTransform",)})


@pytest.mark.parametrize("suffix", [".h5", ".tfm", ".txt"])
def test_files_keep_the_mapping(tmp_path, suffix):
    transform = compose([an_affine(4), a_bspline(4), an_affine(5)])
    path = tmp_path / f"ä transform{suffix}"
    write_transform(transform, path, grid())
    assert map_points(read_transform(path), POINTS) == pytest.approx(map_points(transform, POINTS), abs=1e-6)
    if suffix != ".txt":
        theirs = sitk.ReadTransform(str(path))
        expected = np.array([theirs.TransformPoint(p) for p in POINTS.tolist()])
        assert map_points(transform, POINTS) == pytest.approx(expected, abs=1e-6)


def test_damaged_transform_files_are_refused(tmp_path):
    for name, text in (
        ("a.h5", "no"),
        ("b.tfm", "no"),
        ("c.txt", "(Transform"),
        ("d.txt", '(Transform "AffineTransform")'),
    ):
        (tmp_path / name).write_text(text, encoding="ascii")
        with pytest.raises(InputError, match=name):
            read_transform(tmp_path / name)


def test_a_chain_that_leads_back_is_refused(tmp_path):
    path = tmp_path / "loop.txt"
    write_transform(an_affine(), path, grid())
    path.write_text(path.read_text("ascii").replace("NoInitialTransform", "loop.txt"), encoding="ascii")
    with pytest.raises(InputError, match="form a loop"):
        read_transform(path)
