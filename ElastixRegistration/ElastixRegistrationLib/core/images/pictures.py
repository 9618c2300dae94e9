"""Pictures of a registration with NumPy alone: slices in three planes, overlays, and a PNG writer.

A picture is uint8, (height, width) gray or (height, width, 3) RGB, with square pixels whatever the spacing. Slices lie
as radiologists read them: the patient's right on the left of axial and coronal, anterior on the left of sagittal, head
up. On oblique grids the slices follow the grid and take the name of the nearest anatomical plane.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .geometry import Geometry

MAX_PIXELS = 360
FIXED_COLOR = np.array([1.0, 0.55, 0.05])  # orange and blue add up to gray, and color-blind readers tell them apart
MOVING_COLOR = 1.0 - FIXED_COLOR
_HEAT = np.array([[0.05, 0.03, 0.20], [0.45, 0.07, 0.42], [0.85, 0.28, 0.25], [0.99, 0.65, 0.20], [0.98, 0.99, 0.55]])
GRID_COLOR = np.array([1.0, 0.78, 0.1])
#: Of a vector field, and how many there are along the longer side.
ARROW_COLOR, DOT_COLOR, _ARROWS = (255, 200, 25), (90, 200, 255), 24


@dataclass(frozen=True)
class Plane:
    """A slice of a grid and how it is turned for display.

    ``axis``: index axis (0 = i) that stays at ``index``, None in 2D. ``rows``, ``columns``: index axes shown downwards
    and to the right, reversed where ``flip_rows``, ``flip_columns``. ``pixel``: side of a pixel in mm.
    """

    name: str
    axis: int | None
    index: int
    rows: int
    columns: int
    flip_rows: bool
    flip_columns: bool
    size: tuple[int, ...]
    spacing: tuple[float, ...]
    pixel: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = (max(1, round(self.size[a] * self.spacing[a] / self.pixel)) for a in (self.rows, self.columns))
        return height, width

    def cut(self, array: np.ndarray, *, nearest: bool = False) -> np.ndarray:
        """Slice of a (k, j, i) or (k, j, i, c) array, interpolated linearly to square pixels, (height, width[, c])."""
        array = np.asarray(array)
        dimension = len(self.size)
        if self.axis is not None:
            array = np.take(array, self.index, axis=dimension - 1 - self.axis)
        if self.rows < self.columns:  # array axes run from the last index axis to the first
            array = np.swapaxes(array, 0, 1)
        dtype = array.dtype if nearest else np.float32
        for image_axis, grid_axis, flip in ((0, self.rows, self.flip_rows), (1, self.columns, self.flip_columns)):
            at = self._coordinates(image_axis, grid_axis)
            at = at[::-1] if flip else at
            array = _sample_axis(array.astype(dtype, copy=False), at, image_axis, nearest)
        return array

    def coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        """Position of each pixel along the rows' and the columns' index axis, mm from the first voxel, (h, w) each."""
        rows, columns = self._coordinates(0, self.rows), self._coordinates(1, self.columns)
        rows = (rows[::-1] if self.flip_rows else rows) * self.spacing[self.rows]
        columns = (columns[::-1] if self.flip_columns else columns) * self.spacing[self.columns]
        down, right = np.broadcast_arrays(rows[:, None], columns[None, :])
        return down, right

    def _coordinates(self, image_axis: int, grid_axis: int) -> np.ndarray:
        voxels = self.size[grid_axis]
        pixels = self.shape[image_axis]
        return np.clip((np.arange(pixels) + 0.5) * voxels / pixels - 0.5, 0, voxels - 1)


def planes_of(geometry: Geometry, position: Sequence[float] | None = None, max_pixels: int = MAX_PIXELS) -> list[Plane]:
    """Axial, coronal and sagittal plane through ``position`` (voxel index i, j, k; by default the center).

    Planes that would be one voxel wide are left out, so a single-slice volume has one; a 2D image has one as well.
    """
    size = geometry.size
    at = [(n - 1) / 2 for n in size] if position is None else position
    where = [int(np.clip(round(float(p)), 0, n - 1)) for p, n in zip(at, size, strict=True)]
    direction = np.asarray(geometry.direction, float).reshape(len(size), len(size))
    nearest = _nearest_axes(direction)  # index axis for left, posterior(, superior)
    positive = [direction[world, axis] > 0 for world, axis in enumerate(nearest)]
    layout: list[tuple[str, int | None, int, int]]
    if len(size) == 2:
        layout = [("slice", None, 1, 0)]
    else:
        layout = [("axial", 2, 1, 0), ("coronal", 1, 2, 0), ("sagittal", 0, 2, 1)]
    planes = []
    for name, constant, down, right in layout:
        axis = None if constant is None else nearest[constant]
        rows, columns = nearest[down], nearest[right]
        if len(size) == 3 and min(size[rows], size[columns]) < 2:
            continue
        longest = max(size[a] * geometry.spacing[a] for a in (rows, columns))
        planes.append(
            Plane(
                name=name,
                axis=axis,
                index=0 if axis is None else where[axis],
                rows=rows,
                columns=columns,
                flip_rows=positive[down] if down == 2 else not positive[down],
                flip_columns=not positive[right],
                size=tuple(size),
                spacing=tuple(geometry.spacing),
                pixel=max(min(geometry.spacing[rows], geometry.spacing[columns]), longest / max_pixels),
            )
        )
    return planes


def window_of(array: np.ndarray, *, ignore: Sequence[float] = ()) -> tuple[float, float]:
    """Darkest and brightest intensity to show: 1 and 99.5 percentile of a sample, without the values to ``ignore``."""
    step = [max(1, n // 64) for n in array.shape]
    values = np.asarray(array[tuple(slice(None, None, s) for s in step)], np.float64).ravel()
    values = values[np.isfinite(values) & ~np.isin(values, np.asarray(ignore, float))]
    if values.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(values, [1, 99.5])
    if not low < high:
        low, high = values.min(), values.max()
    return (float(low), float(high)) if low < high else (float(low), float(low) + 1.0)


def normalized(values: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Intensities as 0 (dark) to 1 (bright), float32; not finite ones are dark."""
    low, high = window
    return np.nan_to_num(np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1), nan=0.0)


def gray(values: np.ndarray) -> np.ndarray:
    """Picture of values 0 to 1."""
    return _to_bytes(values)


def overlay(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Fixed in orange over moving in blue, from values 0 to 1: gray where they agree."""
    return _to_bytes(fixed[..., None] * FIXED_COLOR + moving[..., None] * MOVING_COLOR)


def checkerboard(fixed: np.ndarray, moving: np.ndarray, tiles: int = 8) -> np.ndarray:
    """Alternating tiles of the fixed and of the moving image, ``tiles`` of them along the longer side."""
    height, width = fixed.shape
    side = max(1, -(-max(height, width) // tiles))
    odd = (np.arange(height)[:, None] // side + np.arange(width)[None, :] // side) % 2 == 1
    return _to_bytes(np.where(odd, moving, fixed))


def difference(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Moving minus fixed, from values 0 to 1: white where equal, red where moving is brighter, blue where fixed is."""
    change = np.clip((moving - fixed)[..., None], -1, 1)
    red, blue = np.array([0.70, 0.05, 0.10]), np.array([0.05, 0.25, 0.65])
    strength = np.abs(change) ** 0.75  # small differences stay visible, noise hardly
    return _to_bytes(1 - strength * (1 - np.where(change > 0, red, blue)))


def deformation_grid(
    background: np.ndarray, displacement: np.ndarray, plane: Plane, direction: Sequence, spacing: float
) -> np.ndarray:
    """Lines of a regular grid of the moving space as the transform pulls it onto the fixed slice.

    ``background``: values 0 to 1 of the slice. ``displacement``: (k, j, i, D) on the fixed grid, LPS mm, fixed to
    moving. ``direction``: of the fixed grid. ``spacing``: mm between the lines, see ``grid_spacing``.
    """
    height, width = plane.shape
    dimension = len(plane.size)
    along_axes = plane.cut(displacement) @ np.asarray(direction, np.float32).reshape(dimension, dimension)
    lines = np.zeros((height, width))
    for position, axis in zip(plane.coordinates(), (plane.rows, plane.columns), strict=True):
        mapped = (position + along_axes[..., axis]) / spacing
        slopes = [np.gradient(mapped, axis=a) if mapped.shape[a] > 1 else np.zeros_like(mapped) for a in (0, 1)]
        pixels_away = np.abs(mapped - np.round(mapped)) / np.maximum(np.hypot(*slopes), 1e-6)
        lines = np.maximum(lines, np.clip(1.3 - pixels_away, 0, 1))
    return _to_bytes((1 - lines[..., None]) * (0.6 * background[..., None]) + lines[..., None] * GRID_COLOR)


def arrows(
    background: np.ndarray, displacement: np.ndarray, plane: Plane, direction: Sequence, scale: float = 1.0
) -> np.ndarray:
    """Where points of the fixed slice go: arrows in its plane, ``scale`` times as long as the displacement, each with a
    dot where it begins. Arguments as of ``deformation_grid``."""
    height, width = plane.shape
    dimension = len(plane.size)
    along_axes = plane.cut(displacement) @ np.asarray(direction, np.float32).reshape(dimension, dimension)
    down, right = along_axes[..., plane.rows], along_axes[..., plane.columns]
    down, right = (-down if plane.flip_rows else down), (-right if plane.flip_columns else right)
    colors = np.array(_to_bytes(np.repeat(0.6 * background[..., None], 3, axis=-1)))
    step = max(5, max(height, width) // _ARROWS)
    for row in range(step // 2, height, step):
        for column in range(step // 2, width, step):
            ahead = scale * np.array([down[row, column], right[row, column]]) / plane.pixel
            count = int(np.ceil(np.abs(ahead).max())) + 1
            rows, columns = (
                np.rint(begin + np.linspace(0, way, count)).astype(int)
                for begin, way in zip((row, column), ahead, strict=True)
            )
            seen = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            colors[rows[seen], columns[seen]] = ARROW_COLOR
            colors[row, column] = DOT_COLOR
    return colors


def arrow_scale(displacement: np.ndarray, geometry: Geometry) -> float:
    """A round factor by which arrows of this field are seen and do not cover each other: the longest ones become about
    as long as a twelfth of the image."""
    longest = float(np.percentile(np.linalg.norm(displacement, axis=-1), 99))
    wanted = max(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True)) / 12
    if longest * 20 < wanted / 10:
        return 20.0  # it hardly moves anything
    return float(min((0.1, 0.2, 0.5, 1, 2, 5, 10, 20), key=lambda factor: abs(np.log(factor * longest / wanted))))


def heat(background: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Colors from dark violet over red to yellow for amounts 0 to 1, over a gray slice of values 0 to 1.

    The slice is left as it is where an amount is NaN.
    """
    stops = np.array(
        [[0.05, 0.03, 0.20], [0.45, 0.07, 0.42], [0.85, 0.28, 0.25], [0.99, 0.65, 0.20], [0.98, 0.99, 0.55]]
    )
    at = np.clip(np.nan_to_num(amount), 0, 1) * (len(stops) - 1)
    low = np.minimum(at.astype(int), len(stops) - 2)
    color = stops[low] + (stops[low + 1] - stops[low]) * (at - low)[..., None]
    gray_part = background[..., None]
    return _to_bytes(np.where(np.isfinite(amount)[..., None], 0.35 * gray_part + 0.65 * color, gray_part))


def marked(picture: np.ndarray, plane: Plane, at: Sequence[float] | np.ndarray) -> np.ndarray:
    """``picture``, bytes or values 0 to 1, with a cross around ``at``, a voxel index (i, j, k)."""
    colors = np.array(picture if picture.dtype == np.uint8 else _to_bytes(picture))
    if colors.ndim == 2:
        colors = np.repeat(colors[..., None], 3, axis=-1)
    height, width = plane.shape
    place = []
    for pixels, axis, flip in ((height, plane.rows, plane.flip_rows), (width, plane.columns, plane.flip_columns)):
        pixel = (float(at[axis]) + 0.5) * pixels / plane.size[axis] - 0.5
        place.append(round(pixels - 1 - pixel if flip else pixel))
    reach, gap = max(6, max(height, width) // 20), 3
    for step in [*range(-reach, -gap), *range(gap + 1, reach + 1)]:
        for row, column in ((place[0] + step, place[1]), (place[0], place[1] + step)):
            if 0 <= row < height and 0 <= column < width:
                colors[row, column] = (0, 255, 160)
    return colors


def grid_spacing(geometry: Geometry) -> float:
    """A round number of mm that gives some sixteen grid lines along the longest side."""
    longest = max(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True))
    power = 10.0 ** np.floor(np.log10(longest / 16))
    return float(min((1, 2, 5, 10), key=lambda step: abs(step * power - longest / 16)) * power)


def png_bytes(picture: np.ndarray) -> bytes:
    """PNG file of a gray or RGB picture (W3C PNG, 8 bit, lossless)."""
    picture = np.ascontiguousarray(picture, np.uint8)
    height, width = picture.shape[:2]
    channels = 1 if picture.ndim == 2 else 3
    rows = picture.reshape(height, width * channels)
    filtered = np.empty((height, width * channels + 1), np.uint8)
    filtered[:, 0] = 1  # each byte minus the one of the pixel to its left: smooth pictures shrink by a third
    filtered[:, 1 : 1 + channels] = rows[:, :channels]
    filtered[:, 1 + channels :] = rows[:, channels:] - rows[:, :-channels]
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _nearest_axes(direction: np.ndarray) -> tuple[int, ...]:
    """For each world axis the index axis that runs closest along it, each once."""
    axes = range(len(direction))
    return max(itertools.permutations(axes), key=lambda order: sum(abs(direction[w, a]) for w, a in enumerate(order)))


def _sample_axis(array: np.ndarray, at: np.ndarray, axis: int, nearest: bool) -> np.ndarray:
    if nearest:
        return np.take(array, np.floor(at + 0.5).astype(int), axis=axis)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, array.shape[axis] - 1)
    weight = (at - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(array.ndim)])
    return np.take(array, low, axis=axis) * (1 - weight) + np.take(array, high, axis=axis) * weight


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)
