"""A map of confidence: how far off a registration may be at each place, mm, from what can be known without truth.

Four signs are put together, each with a weight (docs/trust.md says what is known of how well that ranks and of how well
it is calibrated):

* spread: how far registrations with other seeds and other starts land from each other,
* inverse inconsistency: how far a point comes back from where it was, there and by a registration the other way round,
* local dissimilarity of the images after registration,
* flatness: an edge tells where it belongs, a flat region does not.

What all registrations miss alike it cannot see: a wrong organ that fits well, or tissue that is in one image only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view, as_scalar, geometry_of, image_from_array
from ..images.object import object_mask
from ..transforms.inverse import linear_part
from ..transforms.itk_transforms import affine_from_matrix, compose, displacement_field, identity
from ..transforms.resampling import resample
from ..transforms.sampling import coarsened

#: Places at which it is estimated; between them it is interpolated, as it is as smooth as the windows are wide.
_PLACES = 200_000
#: Side of the windows in which images are compared, voxels of the coarse grid on either side.
_REACH = 2
#: Of the signs in the order of ``Signs``, and of what is left even where all are good; the last three times the size of
#: a voxel. Four of five points lie within the estimate.
WEIGHTS = (1.6, 0.5, 2.0, 0.6, 1.0)
#: Tilt, degrees, and shift, voxels, of the starts of further registrations.
_TILT, _SHIFT = 2.0, 2.0
#: Places that are listed lie at least this share of the object's size from each other.
_APART = 0.15


@dataclass(frozen=True)
class Signs:
    """(k, j, i) arrays on ``geometry``: ``spread`` and ``inconsistency``, mm; ``dissimilarity`` and ``flatness``, 0 to
    1. ``inside``: where the object is. ``voxel_mm``: of the fixed image."""

    geometry: Geometry
    spread: np.ndarray
    inconsistency: np.ndarray
    dissimilarity: np.ndarray
    flatness: np.ndarray
    inside: np.ndarray
    voxel_mm: float

    def estimate(self, weights: Sequence[float] = WEIGHTS) -> np.ndarray:
        """(k, j, i) float32, mm: signs add up as independent errors do."""
        return estimate_from(
            self.spread, self.inconsistency, self.dissimilarity, self.flatness, self.voxel_mm, weights
        ).astype(np.float32)


def estimate_from(
    spread: np.ndarray,
    inconsistency: np.ndarray,
    dissimilarity: np.ndarray,
    flatness: np.ndarray,
    voxel_mm: float,
    weights: Sequence[float] = WEIGHTS,
) -> np.ndarray:
    """The estimate, mm, of signs in arrays of any one shape."""
    parts = (spread, inconsistency, dissimilarity * voxel_mm, flatness * voxel_mm, np.full_like(spread, voxel_mm))
    return np.asarray(np.sqrt(sum(np.square(w * part) for w, part in zip(weights, parts, strict=True))))


@dataclass(frozen=True)
class UncertainPlace:
    """``point``: LPS mm, in the fixed image; ``error_mm``: the estimate there."""

    point: tuple[float, ...]
    error_mm: float


@dataclass(frozen=True)
class ConfidenceMap:
    """``error_mm`` (k, j, i) float32 on ``geometry``: how far off the registration may be, not validated.

    ``inside``: where the object is; elsewhere the estimate says nothing. ``places``: the least certain ones first.
    """

    geometry: Geometry
    error_mm: np.ndarray = field(repr=False)
    inside: np.ndarray = field(repr=False)
    places: tuple[UncertainPlace, ...]

    def image(self, grid: Geometry) -> Any:
        """float32 image on ``grid``, that of the fixed image, interpolated linearly."""
        filled = image_from_array(self.error_mm, self.geometry)
        return resample(filled, identity(grid.dimension), grid, background=float(self.error_mm[self.inside].max()))

    def inside_on(self, grid: Geometry) -> np.ndarray:
        """Bool (k, j, i) on ``grid``: where the object is."""
        inside = image_from_array(self.inside.view(np.uint8), self.geometry)
        return np.asarray(array_view(resample(inside, identity(grid.dimension), grid, interpolation="nearest"))) != 0

    def share_within(self, error_mm: float) -> float:
        """Share of the object, 0 to 1, where the estimate is at most this."""
        return float(np.mean(self.error_mm[self.inside] <= error_mm))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        inside = self.error_mm[self.inside]
        quantiles = np.percentile(inside, [50, 95])
        return {
            "median_mm": float(quantiles[0]),
            "percentile95_mm": float(quantiles[1]),
            "largest_mm": float(inside.max()),
            "share_within_2_mm": self.share_within(2.0),
            "least_certain": [{"point_lps_mm": list(p.point), "error_mm": p.error_mm} for p in self.places],
        }


def perturbed_start(transform: Any, fixed: Geometry, number: int) -> Any:
    """A linear transform near the linear part of ``transform``, LPS mm, to start another registration from.

    Turned by two degrees about the center of ``fixed`` and shifted by two voxels; each ``number`` another way.
    """
    random = np.random.default_rng(1000 + number)
    dimension = fixed.dimension
    angle = np.deg2rad(_TILT)
    generator = random.normal(size=(dimension, dimension))
    generator = (generator - generator.T) / np.linalg.norm(generator - generator.T) * np.sqrt(2) * angle
    # Cayley's form of a small rotation.
    turn = np.linalg.solve(np.eye(dimension) - generator / 2, np.eye(dimension) + generator / 2)
    way = random.normal(size=dimension)
    move = np.eye(dimension + 1)
    move[:-1, :-1] = turn
    center = fixed.center()
    shift = _SHIFT * float(np.mean(fixed.spacing)) * way / np.linalg.norm(way)
    move[:-1, -1] = center - turn @ center + shift
    return affine_from_matrix(linear_part(transform, dimension) @ move)


def signs_of(
    fixed: Any, result: Any, others: Sequence[Any], backward: Any, *, mask: Any = None, places: int = _PLACES
) -> Signs:
    """What speaks for and against ``result`` at each place.

    ``others``: transforms, fixed to moving points, LPS mm, of registrations with other seeds and starts. ``backward``:
    moving to fixed points, of one the other way round. ``mask``: image, nonzero where the object is.
    """
    fixed = as_scalar(fixed)
    full = geometry_of(fixed)
    grid = coarsened(full, places)
    nowhere = identity(grid.dimension)
    fields = [np.asarray(array_view(displacement_field(t, grid)), float) for t in (result.transform, *others)]
    middle = np.mean(fields, axis=0)
    spread = np.sqrt(sum(np.square(one - middle).sum(-1) for one in fields) / max(len(fields) - 1, 1))
    there_and_back = displacement_field(compose([result.transform, backward]), grid)
    inconsistency = np.linalg.norm(array_view(there_and_back), axis=-1)
    still = np.asarray(array_view(resample(fixed, nowhere, grid, background=result.fixed_background.value)), float)
    moved = resample(
        as_scalar(result.moving), result.transform, grid, background=result.background.value,
        padding=None if result.keep_padding else result.background,
    )  # fmt: skip
    dissimilarity, flatness = _compared(still, np.asarray(array_view(moved), float))
    if mask is None:
        inside = object_mask(still, result.fixed_background)
    else:
        binary = image_from_array((np.asarray(array_view(mask)) != 0).view(np.uint8), geometry_of(mask))
        inside = np.asarray(array_view(resample(binary, nowhere, grid, interpolation="nearest"))) != 0
    if not inside.any():
        inside = np.ones(grid.size[::-1], bool)
    return Signs(grid, spread, inconsistency, dissimilarity, flatness, inside, float(np.mean(full.spacing)))


def confidence_of(signs: Signs, most_places: int = 8) -> ConfidenceMap:
    """The map, and the places where it is least certain, apart from each other."""
    error = signs.estimate()
    return ConfidenceMap(signs.geometry, error, signs.inside, _places(error, signs, most_places))


def estimate_confidence(
    fixed: Any, moving: Any, result: Any, stages: Sequence[Any], *, fixed_mask: Any = None, moving_mask: Any = None,
    **arguments: Any,
) -> ConfidenceMap:  # fmt: skip
    """Register twice more and once the other way round, in this process, and put the signs together.

    ``stages`` and ``arguments`` are those that ``core.register`` got for ``result``. Takes three times as long as that.
    """
    from ..registration.register import register
    from ..transforms.inverse import invert

    grid = geometry_of(fixed)
    arguments = {name: value for name, value in arguments.items() if name not in ("initial_transform", "progress")}
    arguments |= {"initialization": None}
    others = []
    for number in (1, 2):
        again = arguments | {"seed": 1000 + number}
        start = perturbed_start(result.transform, grid, number)
        masks = {"fixed_mask": fixed_mask, "moving_mask": moving_mask}
        others.append(register(fixed, moving, stages, initial_transform=start, **masks, **again).transform)
    back = invert(perturbed_start(result.transform, grid, 3), grid).transform
    swapped = swapped_arguments(arguments)
    masks = {"fixed_mask": moving_mask, "moving_mask": fixed_mask}
    backward = register(moving, fixed, stages, initial_transform=back, **masks, **swapped).transform
    return confidence_of(signs_of(fixed, result, others, backward, mask=fixed_mask))


def swapped_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments of ``core.register`` for the other way round."""
    swapped = dict(arguments)
    if "fixed_points" in arguments or "moving_points" in arguments:
        swapped |= {"fixed_points": arguments.get("moving_points"), "moving_points": arguments.get("fixed_points")}
    if not isinstance(arguments.get("background", "auto"), str):
        swapped["background"] = "auto"  # the number is for outside the moving image
    if arguments.get("channels"):
        swapped["channels"] = [channel.swapped() for channel in arguments["channels"]]
    return swapped


def _compared(fixed: np.ndarray, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local dissimilarity, sqrt(1 - correlation**2), and flatness of the fixed image, each 0 to 1."""
    finite = np.isfinite(fixed) & np.isfinite(moved)
    fixed, moved = np.where(finite, fixed, 0.0), np.where(finite, moved, 0.0)
    spans = [max(float(np.ptp(np.percentile(one, [2, 98]))), 1e-9) for one in (fixed, moved)]
    a, b = fixed / spans[0], moved / spans[1]
    mean_a, mean_b = _box_mean(a), _box_mean(b)
    variance_a = np.maximum(_box_mean(a * a) - mean_a**2, 0)
    variance_b = np.maximum(_box_mean(b * b) - mean_b**2, 0)
    covariance = _box_mean(a * b) - mean_a * mean_b
    # Noise of a hundredth of the range is no structure that could agree or not.
    floor = 1e-4
    agreement = np.square(covariance) / ((variance_a + floor) * (variance_b + floor))
    return np.sqrt(np.clip(1 - agreement, 0, 1)), 1 / (1 + np.sqrt(variance_a) / 0.1)


def _box_mean(values: np.ndarray) -> np.ndarray:
    """Mean over a box of ``_REACH`` voxels to each side, mirrored at the faces."""
    for axis in range(values.ndim):
        width = [(_REACH + 1, _REACH) if n == axis else (0, 0) for n in range(values.ndim)]
        sums = np.cumsum(np.pad(values, width, mode="symmetric"), axis=axis)
        high = np.take(sums, range(2 * _REACH + 1, sums.shape[axis]), axis=axis)
        low = np.take(sums, range(sums.shape[axis] - 2 * _REACH - 1), axis=axis)
        values = (high - low) / (2 * _REACH + 1)
    return values


def _places(error: np.ndarray, signs: Signs, most: int) -> tuple[UncertainPlace, ...]:
    indices = np.argwhere(signs.inside)[:, ::-1]
    values = error[signs.inside]
    points = signs.geometry.points_of(indices)
    apart = _APART * float(np.linalg.norm(np.ptp(points, axis=0)))
    found: list[UncertainPlace] = []
    left = np.ones(len(values), bool)
    while left.any() and len(found) < most:
        worst = int(np.flatnonzero(left)[np.argmax(values[left])])
        found.append(UncertainPlace(tuple(points[worst].tolist()), float(values[worst])))
        left &= np.linalg.norm(points - points[worst], axis=1) > apart
    return tuple(found)
