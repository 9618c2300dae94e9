"""Image pairs with a truth: real ones from a data folder, and real images deformed by a known random map.

A pair's ``score`` takes an itk transform (fixed to moving points, LPS mm; None: before registration) and gives figures
by name: ``error`` (mean distance in mm to the true moving points), ``dice`` (overlap of a structure that no metric
sees), ``folded`` (share of voxels with a Jacobian determinant at or below 0, inside the mask where there is one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from demo import data as demo_data
from ElastixRegistrationLib.core.deformation.jacobian import jacobian_determinant
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.quality.similarity import dice
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field, identity, map_points

SIDES = ("fixed", "moving")
Score = Callable[[Any], dict[str, float]]


@dataclass(frozen=True)
class Pair:
    """``fixed_mask`` and ``moving_mask`` go to the registration; None: none."""

    name: str
    fixed: Any
    moving: Any
    score: Score
    fixed_mask: Any = None
    moving_mask: Any = None
    fixed_points: np.ndarray | None = None
    moving_points: np.ndarray | None = None


def folded_fraction(transform: Any, fixed: Geometry, mask: Any = None, every: int = 2) -> float:
    """Share of folded voxels on every second voxel of the fixed grid, inside the mask."""
    step = [every if n >= 16 else 1 for n in fixed.size]
    grid = Geometry(
        tuple(-(-n // s) for n, s in zip(fixed.size, step, strict=True)),
        tuple(d * s for d, s in zip(fixed.spacing, step, strict=True)),
        fixed.origin,
        fixed.direction,
    )
    determinant = jacobian_determinant(array_view(displacement_field(transform, grid)), grid.spacing, grid.direction)
    if mask is None:
        return float((determinant <= 0).mean())
    inside = array_view(mask)[tuple(slice(None, None, s) for s in step[::-1])] != 0
    return float((determinant[inside] <= 0).mean())


def overlap(transform: Any, fixed_labels: Any, moving_labels: Any) -> float:
    """Dice of two masks, the moving one resampled (nearest neighbor) on the fixed grid."""
    moved = resample(moving_labels, transform, geometry_of(fixed_labels), interpolation="nearest", background=0)
    return dice(array_view(fixed_labels) != 0, array_view(moved) != 0)


def point_error(transform: Any, fixed_points: np.ndarray, moving_points: np.ndarray) -> float:
    """Mean distance in mm."""
    return float(np.linalg.norm(map_points(transform, fixed_points) - moving_points, axis=1).mean())


def lung(data: Path, masks: bool) -> Pair:
    """Breath-hold CT, 51 landmarks. Whoever tunes on it should know that landmark 21 is taken for a wrong one."""
    folder = data / "lung"
    images = {name: read_image(folder / f"{name}.mha") for name in ("fixed", "moving", "fixed_mask", "moving_mask")}
    start, end = (read_points(folder / f"{name}_points.txt").coordinates for name in ("fixed", "moving"))
    others = np.arange(len(start)) != 20
    lungs = images["fixed_mask"]

    def score(transform: Any) -> dict[str, float]:
        return {
            "error": point_error(transform, start, end),
            "error without 21": point_error(transform, start[others], end[others]),
            "folded": folded_fraction(transform, geometry_of(images["fixed"]), lungs),
        }

    pair = Pair("lung", images["fixed"], images["moving"], score)
    return replace(pair, name="lung+masks", fixed_mask=lungs, moving_mask=images["moving_mask"]) if masks else pair


def of_folder(folder: Path) -> Pair:
    """A pair of a user's own: images ``fixed`` and ``moving`` of any kind, each with ``_mask``, ``_labels``,
    ``_points`` as far as they are there, such as ``fixed_points.txt``."""

    def find(name: str) -> Path | None:
        return next((path for path in sorted(folder.iterdir()) if path.name.split(".")[0] == name), None)

    files = {f"{side}{kind}": find(f"{side}{kind}") for side in SIDES for kind in ("", "_mask", "_labels", "_points")}
    missing = [name for name in SIDES if files[name] is None]
    if missing:
        raise SystemExit(f"{folder} holds no image named {missing[0]}.")
    points = [files[f"{side}_points"] for side in SIDES]
    labels = [files[f"{side}_labels"] or files[f"{side}_mask"] for side in SIDES]
    images = {name: read_image(path) for name, path in files.items() if path and not name.endswith("_points")}
    if not (all(points) or all(labels)):
        raise SystemExit(f"{folder} holds neither points nor labels nor masks of both images to measure by.")

    def score(transform: Any) -> dict[str, float]:
        figures = {"folded": folded_fraction(transform, geometry_of(images["fixed"]), images.get("fixed_mask"))}
        if all(points):
            figures["error"] = point_error(transform, *(read_points(path).coordinates for path in points))
        if all(labels):
            figures["dice"] = overlap(transform, *(read_image(path) for path in labels))
        return figures

    masks = {name: images[name] for name in ("fixed_mask", "moving_mask") if name in images}
    return Pair(folder.name, images["fixed"], images["moving"], score, **masks)


def head2d(data: Path) -> Pair:
    folder = data / "head2d"
    images = {name: read_image(folder / f"{name}.mha") for name in ("fixed", "moving", "fixed_mask", "moving_mask")}

    def score(transform: Any) -> dict[str, float]:
        return {
            "dice": overlap(transform, images["fixed_mask"], images["moving_mask"]),
            "folded": folded_fraction(transform, geometry_of(images["fixed"]), images["fixed_mask"]),
        }

    return Pair("head2d", images["fixed"], images["moving"], score)


def spinal_cord(data: Path, moved: bool, swapped: bool = False) -> Pair:
    """T2 and T1 of one neck; ``moved`` turns the header of the moving image by 15 degrees and shifts it by 30 mm."""
    folder = data / "spinal_cord"
    names = ("t1w", "t2") if swapped else ("t2", "t1w")
    fixed, moving = (read_image(folder / f"{name}.nii.gz") for name in names)
    fixed_cord, moving_cord = (read_image(folder / f"{name}_seg-manual.nii.gz") for name in names)
    if moved:
        moving, moving_cord = (_with_moved_header(image, 15.0, 30.0) for image in (moving, moving_cord))

    def score(transform: Any) -> dict[str, float]:
        return {
            "dice": overlap(transform, fixed_cord, moving_cord),
            "folded": folded_fraction(transform, geometry_of(fixed)),
        }

    return Pair(f"cord {names[1]}-{names[0]}" + (" moved" if moved else ""), fixed, moving, score)


def brain(folder: Path, seed: int, shrink: int, contrast: str = "same", deviation: float = 5.0) -> Pair:
    """The demo's brain, turned, shifted and deformed. ``deviation`` of the knots in mm; between subjects it is more.

    ``contrast`` "other": gray and white matter and fluid in another order, as T2 shows them.
    """
    usual = demo_data.KNOT_DEVIATION_MM, demo_data.KNOT_SPACING_MM, demo_data.SMALLEST_LOCAL_VOLUME
    demo_data.KNOT_DEVIATION_MM = deviation
    if deviation > 5.0:
        demo_data.KNOT_SPACING_MM, demo_data.SMALLEST_LOCAL_VOLUME = 26.0, 0.2
    try:
        made = demo_data.make_demo_pair(folder, seed, shrink=shrink)
    finally:
        demo_data.KNOT_DEVIATION_MM, demo_data.KNOT_SPACING_MM, demo_data.SMALLEST_LOCAL_VOLUME = usual
    fixed_labels, moving_labels = made.fixed_labels, made.moving_labels
    moving = made.moving
    if contrast == "other":
        values = np.asarray(array_view(moving), np.float32)
        top = np.percentile(values, 99.5)
        # Fluid bright, white matter dark, air dark: like T2.
        other = np.where(values < 0.12 * top, values, np.clip(1.25 * top - values, 0, None))
        moving = image_from_array(np.round(other).astype(np.uint16), geometry_of(moving))

    def score(transform: Any) -> dict[str, float]:
        moved = array_view(
            resample(moving_labels, transform, geometry_of(fixed_labels), interpolation="nearest", background=0)
        )
        labels = array_view(fixed_labels)
        return {
            "error": made.error_mm(lambda points: map_points(transform, points))[0],
            "dice": float(np.mean([dice(labels == n, moved == n) for n in (1, 2)])),
            "folded": folded_fraction(transform, geometry_of(made.fixed), made.fixed_mask),
        }

    name = {"same": "brain", "other": "brain T1-T2"}[contrast] + (" subjects" if deviation > 5.0 else "")
    return Pair(f"{name} #{seed}", made.fixed, moving, score)


def breathing(data: Path, seed: int, slice_mm: float = 5.0) -> Pair:
    """The abdominal half of a CT, breathed: organs slide up and down along a ribcage that stays, thick slices, noise.

    The displacement falls from its full length to 0 within about 12 mm at the chest wall.
    """
    image = read_image(data / "lung" / "fixed.mha")
    random = np.random.default_rng(seed)
    grid, voxels = geometry_of(image), np.asarray(array_view(image), np.float32)
    voxels = np.where(voxels == -2048, -1150, voxels)
    lower = grid.size[2] * 3 // 5
    voxels = voxels[:lower] + random.normal(0, 25, voxels[:lower].shape).astype(np.float32)
    grid = Geometry((*grid.size[:2], lower), grid.spacing, grid.origin, grid.direction)
    length, sway = random.uniform(14, 20), random.uniform(3, 6)
    center, extent = grid.center(), np.array(grid.size) * grid.spacing

    def displacement(points: np.ndarray) -> np.ndarray:
        x, y, z = np.moveaxis((points - center) / extent, -1, 0)
        radius = np.hypot(x / 0.36, y / 0.30)
        inside = 1 / (1 + np.exp((radius - 1) * 0.33 * extent[0] / 3))
        along = 0.75 + 0.25 * np.sin(2 * np.pi * (z + 0.3 * x))
        result = np.zeros_like(points)
        result[..., 2] = length * inside * along
        result[..., 1] = -sway * inside * (0.5 - y) * along
        return result

    thick = Geometry(
        (*grid.size[:2], int(grid.size[2] * grid.spacing[2] / slice_mm)),
        (*grid.spacing[:2], slice_mm),
        grid.origin,
        grid.direction,
    )

    def sampled(move: bool) -> Any:
        index = np.stack(np.meshgrid(*(np.arange(float(n)) for n in thick.size[::-1]), indexing="ij")[::-1], -1)
        total = 0.0
        steps = (np.arange(3) - 1) * slice_mm / 3
        for step in steps:
            points = thick.points_of(index) + np.array([0, 0, step])
            at = grid.indices_of(points - displacement(points) if move else points)
            total = total + demo_data._trilinear([voxels + 1150], at)[0] / len(steps)
        noise = random.normal(0, 15, total.shape)
        return image_from_array(np.round(total - 1150 + noise).astype(np.int16), thick)

    fixed, moving = sampled(False), sampled(True)
    body = np.argwhere(array_view(fixed) > -950)[:, ::-1]
    body = body[random.permutation(len(body))[:8000]]
    start = thick.points_of(body)
    # Where fixed points went: moving(y) shows fixed(y - d(y)).
    end = start.copy()
    for _ in range(100):
        end = start + displacement(end)

    def score(transform: Any) -> dict[str, float]:
        return {"error": point_error(transform, start, end), "folded": folded_fraction(transform, thick)}

    return Pair(f"breathing #{seed}", fixed, moving, score)


def histology(data: Path, seed: int, degrees: float = 40.0) -> Pair:
    """The 2D head with a section's contrast: turned far, shifted, slightly stretched, another stain, torn field."""
    base = head2d(data)
    random = np.random.default_rng(seed)
    image = base.fixed
    grid = geometry_of(image)
    voxels = np.asarray(array_view(image), np.float32)
    angle = np.deg2rad(random.choice([-1, 1]) * degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    extent = np.array(grid.size) * grid.spacing
    shift = random.uniform(-0.06, 0.06, 2) * extent
    wave, phase = random.uniform(0.008, 0.015, 2) * extent.min(), random.uniform(0, 2 * np.pi, 2)

    def back(points: np.ndarray) -> np.ndarray:
        """Fixed points of moving points."""
        local = (points - grid.center() - shift) @ turn
        bent = local + wave * np.sin(2 * np.pi * local[..., ::-1] / (0.5 * extent.min()) + phase)
        return bent + grid.center()

    index = np.stack(np.meshgrid(*(np.arange(float(n)) for n in grid.size[::-1]), indexing="ij")[::-1], -1)
    volume = np.stack([voxels] * 3)
    at = grid.indices_of(back(grid.points_of(index)))
    at3 = np.concatenate([at, np.ones((*at.shape[:-1], 1))], -1)[None]
    moved = demo_data._trilinear([volume], at3)[0][0]
    moved = 200 - 140 * np.clip(moved / voxels.max(), 0, None) ** 0.8 + random.normal(0, 3, moved.shape)
    inside = np.argwhere(array_view(base_mask(data)) != 0)[:, ::-1][::37]
    start = grid.points_of(inside.astype(float))
    end = (start - grid.center()) @ turn.T + grid.center() + shift
    for _ in range(300):
        end += 0.5 * (start - back(end)) @ turn.T

    def score(transform: Any) -> dict[str, float]:
        return {"error": point_error(transform, start, end), "folded": folded_fraction(transform, grid)}

    return Pair(f"histology #{seed}", image, image_from_array(moved.astype(np.float32), grid), score)


def base_mask(data: Path) -> Any:
    return read_image(data / "head2d" / "fixed_mask.mha")


def before(pair: Pair) -> dict[str, float]:
    return pair.score(identity(pair.fixed.GetImageDimension()))


def _with_moved_header(image: Any, degrees: float, millimeters: float) -> Any:
    grid = geometry_of(image)
    axis = np.array([0.48, 0.6, 0.64])
    turn = demo_data._rotation(axis, np.deg2rad(degrees))
    shift = millimeters * np.array([0.6, -0.64, 0.48])
    direction = turn @ np.asarray(grid.direction)
    center = grid.center()
    origin = turn @ (np.asarray(grid.origin) - center) + center + shift
    moved = Geometry(grid.size, grid.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    return image_from_array(np.array(array_view(image)), moved)
