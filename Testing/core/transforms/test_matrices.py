"""Matrices of other programs: each maps voxels as that program would."""

from __future__ import annotations

import itertools
from dataclasses import replace

import itk
import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points, matrix_of
from ElastixRegistrationLib.core.transforms.matrices import transform_from_matrix
from phantoms.images import grid, oblique

FIXED = grid((20, 24, 28), (1.5, 2.0, 2.5), (-10.0, 5.0, 30.0), oblique(1))
MOVING = grid((22, 18, 30), (2.0, 1.0, 1.5), (4.0, -8.0, 12.0), oblique(2, left_handed=True))
INDICES = np.random.default_rng(1).uniform(0, 20, (30, 3))
POINTS = FIXED.points_of(INDICES)


def a_matrix():
    matrix = np.eye(4)
    matrix[:3, :3] += np.random.default_rng(5).normal(0, 0.1, (3, 3))
    matrix[:3, 3] = [3, -4, 5]
    return matrix


def applied(points, matrix=None):
    matrix = a_matrix() if matrix is None else matrix
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def test_world():
    assert map_points(transform_from_matrix(a_matrix(), "LPS"), POINTS) == pytest.approx(applied(POINTS))
    flip = np.array([-1, -1, 1])
    assert map_points(transform_from_matrix(a_matrix(), "RAS"), POINTS) == pytest.approx(applied(POINTS * flip) * flip)


def test_indices_in_both_orders():
    transform = transform_from_matrix(a_matrix(), "voxel", fixed=FIXED, moving=MOVING)
    assert MOVING.indices_of(map_points(transform, POINTS)) == pytest.approx(applied(INDICES))
    transform = transform_from_matrix(a_matrix(), "array", fixed=FIXED, moving=MOVING)
    assert MOVING.indices_of(map_points(transform, POINTS))[:, ::-1] == pytest.approx(applied(INDICES[:, ::-1]))


def test_monai_turns_about_the_centers():
    transform = transform_from_matrix(a_matrix(), "monai", fixed=FIXED, moving=MOVING)
    centers = (np.array(FIXED.size) - 1) / 2, (np.array(MOVING.size) - 1) / 2
    found = MOVING.indices_of(map_points(transform, POINTS))
    assert found - centers[1] == pytest.approx(applied(INDICES - centers[0]))


@pytest.mark.parametrize("align_corners", [False, True])
def test_torch_coordinates_are_from_minus_one_to_one(align_corners):
    transform = transform_from_matrix(a_matrix(), "torch", fixed=FIXED, moving=MOVING, align_corners=align_corners)

    def normalized(indices, size):
        size = np.array(size)
        return 2 * indices / (size - 1) - 1 if align_corners else (2 * indices + 1) / size - 1

    found = normalized(MOVING.indices_of(map_points(transform, POINTS)), MOVING.size)
    assert found == pytest.approx(applied(normalized(INDICES, FIXED.size)))


def test_the_other_direction_and_other_shapes():
    forth = matrix_of(transform_from_matrix(a_matrix(), "voxel", fixed=FIXED, moving=MOVING))
    back = matrix_of(
        transform_from_matrix(np.linalg.inv(a_matrix()), "voxel", fixed=FIXED, moving=MOVING, maps_moving_to_fixed=True)
    )
    assert back == pytest.approx(forth)
    batch = a_matrix()[None, :3]
    assert matrix_of(transform_from_matrix(batch, "LPS")) == pytest.approx(a_matrix())
    plane = np.eye(3)
    plane[:2, 2] = 3, -2
    assert map_points(transform_from_matrix(plane, "RAS"), np.zeros((1, 2)))[0] == pytest.approx([-3, 2])


class Tensor:
    """What torch's tensors have, as far as it is used."""

    def __init__(self, values):
        self._values = values

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self._values


def test_a_tensor_needs_no_torch():
    assert matrix_of(transform_from_matrix(Tensor(a_matrix()), "LPS")) == pytest.approx(a_matrix())


@pytest.mark.parametrize(
    ("matrix", "space", "words"),
    [
        (np.eye(5), "LPS", "5, 5"),
        (np.diag([1.0, 1, 0, 1]), "LPS", "singular"),
        (np.ones((4, 4)), "LPS", "last row"),
        (np.full((4, 4), np.nan), "LPS", "last row"),
        (np.eye(4), "voxel", "grids of the fixed and the moving"),
        (np.eye(4), "world", "Unknown space 'world'"),
    ],
)
def test_what_is_no_affine_is_refused(matrix, space, words):
    with pytest.raises(InputError, match=words):
        transform_from_matrix(matrix, space)
    with pytest.raises(InputError, match="2 dimensions"):
        transform_from_matrix(np.eye(3), "voxel", fixed=FIXED, moving=MOVING)


@pytest.mark.parametrize("with_reference", [False, True])
def test_monai_itself_agrees(with_reference):
    bridge = pytest.importorskip("monai.data.itk_torch_bridge")
    # MONAI 1.5 takes the reference for as many voxels as the image.
    reference = replace(FIXED, size=MOVING.size)
    moving, fixed = (image_from_array(np.zeros(g.size[::-1], np.float32), g) for g in (MOVING, reference))
    center = bridge.get_itk_image_center(moving)
    affine = bridge.itk_to_monai_affine(
        moving, a_matrix()[:3, :3], a_matrix()[:3, 3].tolist(), reference_image=fixed if with_reference else None
    )
    theirs = itk.AffineTransform[itk.D, 3].New()
    theirs.SetCenter(center)
    theirs.SetMatrix(itk.matrix_from_array(a_matrix()[:3, :3]))
    theirs.SetTranslation(a_matrix()[:3, 3].tolist())
    ours = transform_from_matrix(affine, "monai", fixed=reference if with_reference else MOVING, moving=MOVING)
    expected = [theirs.TransformPoint(point) for point in POINTS.tolist()]
    assert map_points(ours, POINTS) == pytest.approx(np.array(expected), abs=1e-4)


@pytest.mark.parametrize("align_corners", [False, True])
def test_torch_itself_agrees(align_corners):
    torch = pytest.importorskip("torch")
    theta = torch.tensor(a_matrix()[None, :3])
    shape = (1, 1, *FIXED.size[::-1])
    sampled = torch.nn.functional.affine_grid(theta, shape, align_corners=align_corners)[0].numpy()
    ours = transform_from_matrix(theta, "torch", fixed=FIXED, moving=MOVING, align_corners=align_corners)
    for k, j, i in itertools.product((0, 5, 11), repeat=3):
        index = MOVING.indices_of(map_points(ours, FIXED.points_of([[i, j, k]])))[0]
        size = np.array(MOVING.size)
        theirs = sampled[k, j, i]
        theirs = (theirs + 1) * (size - 1) / 2 if align_corners else ((theirs + 1) * size - 1) / 2
        assert index == pytest.approx(theirs, abs=1e-9)
