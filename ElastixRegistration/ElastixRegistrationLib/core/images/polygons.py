"""Polygons and the pixels of a slice: which pixels lie inside, how far from the edge, and polygons of such distances.

Polygons are (N, 2) of (column, row), closed by themselves; the center of a pixel has whole numbers. Several of one
slice count together by the even-odd rule: one inside another is a hole, and the two sides of a channel to a hole
("keyhole") cancel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..system.itk_access import wrapped_class
from .geometry import Geometry, image_from_array

#: Distances are exact so many pixels from the edge where nothing else is asked for, and do not grow beyond.
REACH = 8
_MAX_AT_ONCE = 4000
#: Contours around less than so much of a pixel are dropped.
_LEAST_AREA = 0.02
#: Outlines of pixels enclose their area up to so much, after so many rounds at most.
_PRECISE, _ROUNDS = 1e-3, 6


def inside(polygons: Sequence[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """(rows, columns) bool: pixels of a slice of ``shape`` whose centers lie inside. Exact for any polygon."""
    low, high = _edges(polygons)
    # From its lower to its upper end, so that an edge that is passed both ways has the same crossings each time.
    swap = low[:, 1] > high[:, 1]
    low[swap], high[swap] = high[swap], low[swap]
    first = np.clip(np.ceil(low[:, 1]), 0, shape[0]).astype(int)
    count = np.clip(np.ceil(high[:, 1]), 0, shape[0]).astype(int) - first
    edge = np.repeat(np.arange(len(low)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    rise = high[edge, 1] - low[edge, 1]
    crossing = low[edge, 0] + (row - low[edge, 1]) / rise * (high[edge, 0] - low[edge, 0])
    flips = np.zeros((shape[0], shape[1] + 1), np.uint8)
    np.bitwise_xor.at(flips, (row, np.clip(np.ceil(crossing), 0, shape[1]).astype(int)), 1)
    return np.asarray(np.bitwise_xor.accumulate(flips[:, :-1], axis=1).astype(bool))


def _edges(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of all edges, (N, 2) each."""
    starts = [np.asarray(polygon, float).reshape(-1, 2) for polygon in polygons]
    ends = [np.roll(start, -1, axis=0) for start in starts]
    return np.concatenate([np.empty((0, 2)), *starts]), np.concatenate([np.empty((0, 2)), *ends])


def signed_distances(
    polygons: Sequence[np.ndarray], shape: tuple[int, int], spacing: tuple[float, float], reach: int = REACH
) -> np.ndarray:
    """(rows, columns) float32: distance of pixel centers to the edge, mm, positive inside, never 0.

    ``spacing``: between columns and between rows, mm. Exact within ``reach`` pixels.
    """
    millimeters = np.array(spacing, float)
    limit = reach * float(millimeters.min())
    margin = reach + 2
    padded = np.full((shape[0] + 2 * margin, shape[1] + 2 * margin), limit**2)
    starts, ends = _pieces(*_edges(polygons))
    corners = np.floor(np.minimum(starts, ends)).astype(int)
    seen = ((corners >= -reach - 1) & (corners < np.array(shape[::-1]) + reach)).all(axis=1)
    starts, ends, corners = starts[seen], ends[seen], corners[seen]
    window = np.arange(-reach, reach + 2)
    at_once = max(_MAX_AT_ONCE * (2 * REACH + 2) ** 2 // len(window) ** 2, 1)
    for begin in range(0, len(starts), at_once):
        part = slice(begin, begin + at_once)
        columns, rows = (corners[part, axis, None] + window for axis in (0, 1))
        squares = _squared_distances(columns[:, None, :], rows[:, :, None], starts[part], ends[part], millimeters)
        # A window may reach beyond the margin by what cannot be nearer than its limit.
        at = np.clip(rows + margin, 0, padded.shape[0] - 1), np.clip(columns + margin, 0, padded.shape[1] - 1)
        np.minimum.at(padded, (at[0][:, :, None], at[1][:, None, :]), squares)
    distances = np.sqrt(padded[margin:-margin, margin:-margin])
    distances = np.maximum(distances, 1e-4 * limit)
    return np.where(inside(polygons, shape), distances, -distances).astype(np.float32)


def _pieces(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges cut into pieces of at most a pixel along either axis."""
    count = np.maximum(np.ceil(np.abs(ends - starts).max(axis=1, initial=0.0)), 1).astype(int)
    edge = np.repeat(np.arange(len(starts)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    step = ((ends - starts) / count[:, None])[edge]
    first = starts[edge] + number[:, None] * step
    return first, first + step


def _squared_distances(
    columns: np.ndarray, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, spacing: np.ndarray
) -> np.ndarray:
    """(pieces, rows, columns), mm^2, of pixels to pieces of edges."""
    along = (ends - starts) * spacing
    x = (columns - starts[:, 0, None, None]) * spacing[0]
    y = (rows - starts[:, 1, None, None]) * spacing[1]
    dx, dy = along[:, 0, None, None], along[:, 1, None, None]
    length = np.maximum(dx**2 + dy**2, 1e-30)
    part = np.clip((x * dx + y * dy) / length, 0, 1)
    return np.asarray((x - part * dx) ** 2 + (y - part * dy) ** 2)


def polygons_of(field: np.ndarray) -> list[np.ndarray]:
    """Where a (rows, columns) ``field``, positive inside, is 0: polygons, each without its holes by a channel to them.

    Between pixels the field goes linearly; at the border of the slice it ends.
    """
    rows, columns = field.shape
    padded = np.pad(field.astype(np.float32), 1, constant_values=-max(float(np.abs(field).max(initial=0)), 1e-3))
    image = image_from_array(padded, Geometry((columns + 2, rows + 2), (1.0, 1.0), (0.0, 0.0), ((1.0, 0), (0, 1.0))))
    extractor = wrapped_class("ContourExtractor2DImageFilter", "IF2").New()
    extractor.SetInput(image)
    extractor.SetContourValue(0.0)
    extractor.Update()
    found = []
    for number in range(extractor.GetNumberOfIndexedOutputs()):
        vertices = extractor.GetOutput(number).GetVertexList()
        points = np.array([tuple(vertices.GetElement(n)) for n in range(vertices.Size())]).reshape(-1, 2)[:-1] - 1
        if len(points) > 2 and abs(area_of(points)) >= _LEAST_AREA:
            found.append(points)
    return with_channels(found)


def outlines_of(inside: np.ndarray) -> list[np.ndarray]:
    """Polygons around the pixels of a (rows, columns) bool image, which enclose as much area as the pixels have.

    Where pixels are 1 inside and 0 outside, with linear ramps between their centers, the polygons of the value 0.5 cut
    off corners, and of those four more stick out than lie within. So a lower value is taken: the length of the polygons
    times the difference of two values is about the area between theirs.
    """
    values, pixels, level = np.pad(inside, 1).astype(np.float32), float(inside.sum()), 0.5
    polygons: list[np.ndarray] = []
    for _ in range(_ROUNDS):
        polygons = polygons_of(values - np.float32(level))
        lacking = pixels - sum(abs(area_of(one)) for one in polygons)
        around = sum(perimeter_of(one) for one in polygons)
        if abs(lacking) < _PRECISE * pixels or not around:
            break
        level = float(np.clip(level - lacking / around, 0.05, 0.8))
    return [one - 1 for one in polygons]


def area_of(polygon: np.ndarray) -> float:
    """Of (N, 2) points, signed; what two sides of a channel enclose counts as nothing."""
    x, y = (polygon - polygon[0]).T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def perimeter_of(polygon: np.ndarray) -> float:
    return float(np.linalg.norm(polygon - np.roll(polygon, 1, axis=0), axis=1).sum())


def with_channels(polygons: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Polygons that do not cross, with those that are holes joined to those around them by channels without width."""
    around = [[n for n, other in enumerate(polygons) if other is not one and _holds(other, one[0])] for one in polygons]
    result = {n: one for n, one in enumerate(polygons) if len(around[n]) % 2 == 0}
    for n, hole in enumerate(polygons):
        if n in result:
            continue
        outer = next(m for m in around[n] if len(around[m]) == len(around[n]) - 1)
        result[outer] = _joined(result[outer], hole)
    return list(result.values())


def _holds(polygon: np.ndarray, point: np.ndarray) -> bool:
    x, y = (polygon - point).T
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > 0) != (next_y > 0)
    at = x[crosses] - y[crosses] * (next_x - x)[crosses] / (next_y - y)[crosses]
    return bool(np.count_nonzero(at > 0) % 2)


def _joined(outer: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Around ``outer``, by the shortest way between vertices to ``hole``, around that, and the same way back."""
    apart = np.square(outer[:, None] - hole[None]).sum(axis=-1)
    here, there = np.unravel_index(int(apart.argmin()), apart.shape)
    around = np.roll(hole, -int(there), axis=0)
    return np.concatenate([outer[: here + 1], around, around[:1], outer[here:]])
