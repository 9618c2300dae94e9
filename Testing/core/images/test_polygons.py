"""Polygons on pixels, against circles and a plain crossing count."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.polygons import (
    REACH,
    area_of,
    inside,
    outlines_of,
    polygons_of,
    signed_distances,
    with_channels,
)

SHAPE = (61, 73)
X, Y = np.meshgrid(np.arange(SHAPE[1]), np.arange(SHAPE[0]))


def circle(x: float, y: float, radius: float, corners: int = 400) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def crossings(polygon: np.ndarray, x: float, y: float) -> int:
    """Edges that a ray from (x, y) to the right goes through."""
    pairs = zip(polygon, np.roll(polygon, -1, axis=0), strict=True)
    return sum((a[1] <= y) != (b[1] <= y) and a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) > x for a, b in pairs)


def test_any_polygons_hold_the_pixels_that_an_odd_number_of_crossings_finds():
    random = np.random.default_rng(2)
    polygons = [random.uniform(-8, 80, (7, 2)), random.uniform(5, 60, (5, 2))]  # cross themselves and the border
    expected = [[sum(crossings(one, x, y) for one in polygons) % 2 for x in range(SHAPE[1])] for y in range(SHAPE[0])]
    assert (inside(polygons, SHAPE) == np.array(expected, bool)).all()


def test_a_hole_is_one_by_itself_and_by_a_channel():
    outer, hole, island = circle(33.3, 30.2, 25), circle(30.1, 28.4, 12), circle(31, 28, 4)
    expected = (np.hypot(X - 33.3, Y - 30.2) < 25) & (np.hypot(X - 30.1, Y - 28.4) > 12) | (
        np.hypot(X - 31, Y - 28) < 4
    )
    assert (inside([outer, hole, island], SHAPE) != expected).sum() <= 1
    joined = with_channels([hole, island, outer])
    assert sorted(len(one) for one in joined) == [400, 802]
    assert (inside(joined, SHAPE) == inside([outer, hole, island], SHAPE)).all()


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.7, 1.6)])
def test_distances_of_a_circle_and_back_to_its_edge(spacing):
    center, radius = np.array([24.3, 30.1]), 17.0  # mm
    polygon = (center + circle(0, 0, radius, 2000)) / spacing
    distances = signed_distances([polygon], SHAPE, spacing)
    expected = radius - np.hypot(X * spacing[0] - center[0], Y * spacing[1] - center[1])
    limit = REACH * min(spacing)
    assert distances == pytest.approx(np.clip(expected, -limit, limit), abs=2e-4)
    (back,) = polygons_of(distances)
    assert np.hypot(*((back * spacing) - center).T) == pytest.approx(np.full(len(back), radius), abs=0.03)


def test_what_reaches_the_border_is_closed_there():
    (polygon,) = polygons_of(np.where(X < 20, 1.0, -1.0))
    assert inside([polygon], SHAPE).sum() == 20 * SHAPE[0]
    assert polygons_of(np.full(SHAPE, -1.0)) == []


@pytest.mark.parametrize("radius", [0.6, 1.5, 4.0, 20.0])
def test_outlines_of_pixels_enclose_their_area(radius):
    ring = (np.hypot(X - 33, Y - 30) < radius) & (np.hypot(X - 33.2, Y - 30) >= radius / 3)
    for pixels in (np.hypot(X - 33, Y - 30) < radius, np.maximum(abs(X - 33), abs(Y - 30)) < radius, ring, X == 0):
        if not pixels.any():
            continue
        outlines = outlines_of(pixels)
        assert sum(abs(area_of(one)) for one in outlines) == pytest.approx(pixels.sum(), rel=2e-3)
        assert (inside(outlines, SHAPE) == pixels).all()
