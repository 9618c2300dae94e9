"""A dense deformation is computed around the structures of both images, on the same voxels as on all of the image."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.evidence import Evidence
from ElastixRegistrationLib.core.automatic.region import Region
from ElastixRegistrationLib.core.automatic.working_pair import OneImage, WorkingPair
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.images.reduction import widened
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, identity
from phantoms.images import grid, oblique

HERE = grid((70, 60, 50), (2.0, 2.0, 3.0), (5.0, -8.0, 3.0), oblique(2))
BODY = (slice(20, 35), slice(25, 40), slice(30, 50))


def evidence(body=BODY, mask=None):
    """Noise in a box of air, of both images."""
    voxels = np.zeros(HERE.size[::-1], np.float32)
    voxels[body] = np.random.default_rng(0).normal(100, 30, voxels[body].shape)
    image = image_from_array(voxels, HERE)
    return Evidence(WorkingPair(OneImage(image, mask, 0.0), OneImage(image, None, 0.0), 1), 200_000)


def test_it_holds_the_body_with_a_margin_and_leaves_the_air():
    region = Region.of(evidence(), identity(3))
    part = region.part_of(HERE)
    first = np.rint(HERE.indices_of(np.array([part.origin]))[0]).astype(int)
    last = first + part.size - 1
    assert part.spacing == HERE.spacing
    assert part.direction == HERE.direction
    assert HERE.points_of(first.astype(float)) == pytest.approx(part.origin)
    for axis, body in enumerate(BODY[::-1]):
        assert 4 <= body.start - first[axis] <= 9
        assert 4 <= last[axis] - (body.stop - 1) <= 9


def test_it_reaches_as_far_as_the_moving_body():
    """The moving body lies 20 mm further along the first axis of the grid."""
    matrix = np.eye(4)
    matrix[:3, 3] = -20 * np.asarray(HERE.direction)[:, 0]
    alone, both = (
        Region.of(evidence(), transform).part_of(HERE).size for transform in (identity(3), affine_from_matrix(matrix))
    )
    assert np.subtract(both, alone) == pytest.approx([10, 0, 0], abs=2)


def test_it_stays_inside_a_mask():
    inside = np.zeros(HERE.size[::-1], np.uint8)
    inside[20:26, 25:30, 30:36] = 1
    part = Region.of(evidence(mask=image_from_array(inside, HERE)), identity(3)).part_of(HERE)
    assert np.prod(part.size) < 0.5 * np.prod(Region.of(evidence(), identity(3)).part_of(HERE).size)


@pytest.mark.parametrize("body", [(slice(None),) * 3, (slice(0, 0),) * 3])
def test_it_is_all_of_an_image_that_is_full_or_empty(body):
    assert Region.of(evidence(body), identity(3)) is None


def test_a_wider_grid_has_the_same_voxels():
    flat = grid((20, 30, 1), (1.0, 2.0, 5.0), (3.0, 4.0, 5.0), oblique(2))
    wide = widened(flat, 6)
    assert wide.size == (32, 42, 1)
    assert wide.points_of([6.0, 6.0, 0.0]) == pytest.approx(flat.origin)
