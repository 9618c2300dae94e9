"""A brain without its head is told from a whole head, and from a brain of somebody else."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.cutout import without_holes
from ElastixRegistrationLib.core.automatic.evidence import Evidence
from ElastixRegistrationLib.core.automatic.working_pair import OneImage, WorkingPair
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import blobs, grid

GEOMETRY = grid((60, 60, 54), (3.0, 3.0, 3.0))
INDEX = np.indices(GEOMETRY.size[::-1]) - (np.array(GEOMETRY.size[::-1]) - 1)[:, None, None, None] / 2
RADIUS = np.sqrt(np.square(INDEX).sum(0))
BRAIN = RADIUS < 15


def head(seed: int):
    """A brain of blobs, and around it bone and skin with a texture of their own."""
    skin = 60 + 40 * np.sin(INDEX[0] / 1.5) * np.sin(INDEX[1] / 1.7)
    values = np.where(BRAIN, 30 + array_view(blobs(GEOMETRY, seed=seed)), np.where(RADIUS < 24, skin, 0))
    noise = np.random.default_rng(seed).normal(0, 2, values.shape)
    return image_from_array((values + noise * (RADIUS < 24)).astype(np.float32), GEOMETRY)


def brain(seed: int):
    return image_from_array(np.where(BRAIN, array_view(head(seed)), 0).astype(np.float32), GEOMETRY)


def found(fixed, moving, millimeters: float = 6.0):
    matrix = np.eye(4)
    matrix[0, 3] = millimeters
    pair = WorkingPair(OneImage(fixed, None, 0.0), OneImage(moving, None, 0.0), 1)
    return without_holes(Evidence(pair), affine_from_matrix(matrix))


@pytest.mark.parametrize("side", ["fixed", "moving"])
def test_what_is_cut_off_in_one_image_is_masked_there(side):
    images = {"fixed": head(1), "moving": head(1), side: brain(1)}
    pair, sides = found(**images)
    assert sides == [side]
    mask = np.asarray(array_view(getattr(pair, side).mask)) != 0
    assert mask[BRAIN].all()
    assert not mask[RADIUS > 16].any()
    assert getattr(pair, "moving" if side == "fixed" else "fixed").mask is None


def test_objects_that_were_cut_out_alike_keep_their_surroundings():
    pair, sides = found(brain(1), brain(2))
    assert not sides
    assert pair.fixed.mask is None
    assert pair.moving.mask is None


def test_whole_images_are_left_alone():
    assert not found(head(1), head(2))[1]


def test_a_given_mask_is_kept():
    given = image_from_array((INDEX[0] > -10).astype(np.uint8), GEOMETRY)
    pair = WorkingPair(OneImage(head(1), None, 0.0), OneImage(brain(1), given, 0.0), 1)
    pair, sides = without_holes(Evidence(pair), affine_from_matrix(np.eye(4)))
    assert sides == ["moving"]
    assert not pair.moving.inside[INDEX[0] <= -10].any()
    assert not pair.moving.inside[RADIUS > 16].any()
