"""A brain image pair whose true deformation is known, from PyPI alone: what `dev.py demo` registers.

The fixed image is the MNI ICBM152 2009a T1 template that the nilearn wheel carries, with its gray- and white-matter
maps (Fonov et al., NeuroImage 54, 2011). The moving image is the same brain turned, shifted and smoothly deformed, seen
on another, oblique grid, with the shading and the noise of another scanner. Nothing of nilearn is installed or shipped
here: its wheel is fetched for the images only. nilearn is BSD-3-Clause; it calls the license of the template unknown.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ElastixRegistrationLib.core.deformation.jacobian import jacobian_determinant_of_points
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array

WHEEL = "nilearn>=0.10,<1"
FOLDER_IN_WHEEL = "nilearn/datasets/data"
FILES = {
    "t1": "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",
    "gray": "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz",
    "white": "mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz",
}
LABEL_NAMES = {1: "gray matter", 2: "white matter"}
ROTATION_DEGREES, SHIFT_MM = 7.0, 9.0
KNOT_SPACING_MM, KNOT_DEVIATION_MM = 32.0, 5.0
SMALLEST_LOCAL_VOLUME = 0.35  # of the random deformation: real anatomy does not fold
NOISE, SHADING = 0.02, 0.25  # of the brightest tissue; largest relative change
POINT_CHUNK = 20_000


@dataclass(frozen=True)
class SmoothMap:
    """Maps moving points to fixed points, LPS mm: a cubic B-spline displacement, then a rotation and a shift.

    ``grid``: the moving grid, whose index axes also carry the knots. ``knots``: (n, 3) index of the first knot and
    spacing, i j k. ``coefficients``: (kz, ky, kx, 3), LPS mm.
    """

    grid: Geometry
    first_knot: np.ndarray
    knot_spacing: np.ndarray
    coefficients: np.ndarray
    rotation: np.ndarray
    center: np.ndarray
    shift: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Fixed points of (N, 3) moving points."""
        points = np.asarray(points, float)
        return self._rigid(points + self._displacement(points))

    def inverse(self, points: np.ndarray) -> np.ndarray:
        """Moving points of (N, 3) fixed points, to 1e-6 mm: what a registration should find."""
        target = (np.asarray(points, float) - self.center - self.shift) @ self.rotation + self.center
        found = target.copy()
        for _ in range(200):
            step = target - self._displacement(found) - found
            found += step
            if np.abs(step).max(initial=0.0) < 1e-7:
                return found
        raise InputError("The demo's deformation has no inverse: its derivative is too large.")

    def on_grid(self, every: int = 1) -> np.ndarray:
        """(k, j, i, 3) fixed points of the voxels of the moving grid, or of every so many along each axis."""
        numbers = [np.arange(0, n, every, dtype=float) for n in self.grid.size]
        weights = [self._weights(number, axis) for axis, number in enumerate(numbers)]
        x, y, z = (_dense(w, self.coefficients.shape[2 - axis]) for axis, w in enumerate(weights))
        field = np.einsum("kc,cbad->kbad", z, self.coefficients)
        field = np.einsum("jb,kbad->kjad", y, field)
        field = np.einsum("ia,kjad->kjid", x, field)
        index = np.stack(np.meshgrid(*numbers[::-1], indexing="ij")[::-1], -1)
        return self._rigid(self.grid.points_of(index) + field)

    def _rigid(self, points: np.ndarray) -> np.ndarray:
        return (points - self.center) @ self.rotation.T + self.center + self.shift

    def _displacement(self, points: np.ndarray) -> np.ndarray:
        result = np.empty_like(points)
        for start in range(0, len(points), POINT_CHUNK):
            part = slice(start, start + POINT_CHUNK)
            index = self.grid.indices_of(points[part])
            (ix, wx), (iy, wy), (iz, wz) = (self._weights(index[:, axis], axis) for axis in range(3))
            near = self.coefficients[iz[:, :, None, None], iy[:, None, :, None], ix[:, None, None, :]]
            result[part] = np.einsum("nc,nb,na,ncbad->nd", wz, wy, wx, near, optimize=True)
        return result

    def _weights(self, index: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
        """(N, 4) knot numbers and uniform cubic B-spline weights; the outermost spans go on beyond the knots."""
        count = self.coefficients.shape[2 - axis]
        position = np.clip((index - self.first_knot[axis]) / self.knot_spacing[axis], 1, count - 2 - 1e-9)
        low = np.floor(position).astype(int)
        t = (position - low)[:, None]
        weights = np.concatenate(
            [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
        )
        return low[:, None] + np.arange(-1, 3), weights / 6


@dataclass(frozen=True)
class DemoPair:
    """ITK images. ``fixed_labels``, ``moving_labels``: 1 gray matter, 2 white matter. ``fixed_mask``: the brain.

    ``truth`` maps moving to fixed points and ``truth.inverse`` fixed to moving points, as a registration should.
    """

    fixed: Any
    moving: Any
    fixed_labels: Any
    moving_labels: Any
    fixed_mask: Any
    truth: SmoothMap
    brain_points: np.ndarray

    def error_mm(self, transform_points: Callable[[np.ndarray], np.ndarray] | None = None) -> tuple[float, float]:
        """Mean and largest distance, mm, over the brain between the mapped and the true moving points.

        ``transform_points`` maps (N, 3) fixed to moving points, LPS mm; None: the error before registration.
        """
        points = self.brain_points
        mapped = points if transform_points is None else np.asarray(transform_points(points), float)
        distances = np.linalg.norm(mapped - self.truth.inverse(points), axis=1)
        return float(distances.mean()), float(distances.max())


def fetch_demo_data(folder: Path | str, *, report: Callable[[str], None] | None = None) -> Path:
    """The folder with the template's three images, fetched by pip into ``folder`` unless they are there already.

    ``report`` is called with a line of text before a download of some 12 MB. Raises InputError without a network.
    """
    folder = Path(folder)
    if all((folder / name).is_file() for name in FILES.values()):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    wheel = next(iter(sorted(folder.glob("nilearn-*.whl"))), None)
    if wheel is None:
        if report:
            report("Fetching the MNI152 brain template (the nilearn wheel, 12 MB) from PyPI ...")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), WHEEL]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = next(iter(sorted(folder.glob("nilearn-*.whl"))), None)
        if done.returncode or wheel is None:
            reason = (done.stderr.strip() or "pip gave no reason").splitlines()[-1]
            raise InputError(
                f"The demo's images cannot be fetched from PyPI ({reason}); connect to a network, or name two images of"
                " your own: dev.py demo FIXED MOVING."
            )
    _extract(wheel, folder)
    return folder


def make_demo_pair(folder: Path | str, seed: int = 1, *, shrink: int = 1) -> DemoPair:
    """The demo pair from the files that ``fetch_demo_data`` left in ``folder``; the same for the same seed.

    ``shrink``: average blocks of so many voxels along each axis of the template first, for quick runs.
    """
    maps = {}
    for name, file in FILES.items():
        image = read_image(Path(folder) / file, f"template's {name} map" if name != "t1" else "template")
        maps[name], grid = _shrunk(array_view(image), geometry_of(image), shrink)
    return pair_from_maps(maps["t1"], maps["gray"], maps["white"], grid, seed)


def pair_from_maps(t1: np.ndarray, gray: np.ndarray, white: np.ndarray, grid: Geometry, seed: int) -> DemoPair:
    """The same from arrays (k, j, i) of any brain: intensities, and tissue shares 0 to 255."""
    random = np.random.default_rng(seed)
    truth = _random_map(grid, random)
    fixed_points = truth.on_grid()
    at = grid.indices_of(fixed_points)
    moving, moving_gray, moving_white = _trilinear((t1, gray, white), at)
    moving_labels = _labels(moving_gray, moving_white)
    moving = _as_another_scanner_sees(moving, random)

    fixed_labels = _labels(gray, white)
    mask = (fixed_labels > 0).astype(np.uint8)
    inside = np.argwhere(mask)[:, ::-1]
    brain_points = grid.points_of(inside[:: max(1, len(inside) // 20_000)])
    return DemoPair(
        fixed=image_from_array(np.ascontiguousarray(t1), grid),
        moving=image_from_array(moving, truth.grid),
        fixed_labels=image_from_array(fixed_labels, grid),
        moving_labels=image_from_array(moving_labels, truth.grid),
        fixed_mask=image_from_array(mask, grid),
        truth=truth,
        brain_points=brain_points,
    )


def _extract(wheel: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in FILES.values():
                unfinished = folder / f".{name}.part"
                unfinished.write_bytes(archive.read(f"{FOLDER_IN_WHEEL}/{name}"))
                unfinished.replace(folder / name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{wheel.name} does not hold the template that the demo needs ({error}).") from error


def _shrunk(array: np.ndarray, grid: Geometry, factor: int) -> tuple[np.ndarray, Geometry]:
    if factor == 1:
        return np.array(array), grid
    size = [n // factor for n in grid.size]
    cropped = array[tuple(slice(0, n * factor) for n in size[::-1])].astype(np.float32)
    blocks = cropped.reshape([m for n in size[::-1] for m in (n, factor)])
    origin = grid.points_of(np.full(3, (factor - 1) / 2))
    coarse = Geometry(tuple(size), tuple(s * factor for s in grid.spacing), tuple(origin.tolist()), grid.direction)
    return np.round(blocks.mean(axis=(1, 3, 5))).astype(array.dtype), coarse


def _random_map(fixed: Geometry, random: np.random.Generator) -> SmoothMap:
    """A map of a new oblique grid, 1.2 times as coarse, onto the fixed grid."""
    rotation = _rotation(random.normal(size=3), np.deg2rad(ROTATION_DEGREES))
    shift = random.normal(size=3)
    shift *= SHIFT_MM / np.linalg.norm(shift)
    tilt = _rotation(random.normal(size=3), np.deg2rad(12))
    spacing = 1.2 * min(fixed.spacing)
    extent = np.abs(np.asarray(fixed.direction)) @ (np.asarray(fixed.size) * fixed.spacing)
    size = np.ceil((extent + 20) / spacing).astype(int)
    direction = tilt @ np.diag([-1.0, -1.0, 1.0])
    # The shifted brain stays in the middle of the moving grid.
    origin = fixed.center() - shift - direction @ ((size - 1) / 2 * spacing)
    grid = Geometry(tuple(size.tolist()), (spacing,) * 3, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    knots = KNOT_SPACING_MM / spacing
    count = np.ceil((size - 1) / knots).astype(int) + 3
    coefficients = random.normal(0, KNOT_DEVIATION_MM, (*count[::-1], 3))
    for _ in range(20):
        truth = SmoothMap(
            grid=grid,
            first_knot=np.full(3, -knots),
            knot_spacing=np.full(3, knots),
            coefficients=coefficients,
            rotation=rotation,
            center=fixed.center(),
            shift=shift,
        )
        if _smallest_local_volume(truth) >= SMALLEST_LOCAL_VOLUME:
            return truth
        coefficients = 0.9 * coefficients
    raise InputError("No smooth deformation was found for the demo.")


def _smallest_local_volume(truth: SmoothMap) -> float:
    every = 3
    points = truth.on_grid(every)
    spacing = [s * every for s in truth.grid.spacing]
    return float(jacobian_determinant_of_points(points, spacing, truth.grid.direction).min())


def _rotation(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rodrigues' formula."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _dense(weights: tuple[np.ndarray, np.ndarray], knots: int) -> np.ndarray:
    """(N, knots) matrix of (N, 4) knot numbers and weights."""
    numbers, values = weights
    matrix = np.zeros((len(numbers), knots))
    np.put_along_axis(matrix, numbers, values, axis=1)
    return matrix


def _labels(gray: np.ndarray, white: np.ndarray) -> np.ndarray:
    """1 where gray matter, 2 where white matter is more than half."""
    labels = (gray > 127.5).astype(np.uint8)
    labels[white > 127.5] = 2
    return labels


def _as_another_scanner_sees(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Intensities on another scale, with a smooth shading and Rician noise, uint16."""
    brightest = float(np.percentile(image[image > 0], 99)) if np.any(image > 0) else 1.0
    axes = [np.linspace(-1, 1, n, dtype=np.float32) for n in image.shape]
    tilt = random.uniform(-1, 1, 3)
    bowl = random.uniform(-1, 1, 3)
    parts = [t * a + b * a**2 for t, b, a in zip(tilt, bowl, axes, strict=True)]
    shading = parts[0][:, None, None] + parts[1][None, :, None] + parts[2][None, None, :]
    shading *= SHADING / np.abs(shading).max()
    signal = 3.7 * image * (1 + shading)
    noise = random.normal(0, 3.7 * NOISE * brightest, (2, *image.shape)).astype(np.float32)
    return np.round(np.hypot(signal + noise[0], noise[1])).astype(np.uint16)


def _trilinear(arrays: Sequence[np.ndarray], at: np.ndarray) -> list[np.ndarray]:
    """Values of (k, j, i) arrays of one shape at (..., 3) indices i j k, 0 outside, float32."""
    padded = [np.pad(array.astype(np.float32), 1) for array in arrays]
    results = [np.zeros(at.shape[:-1], np.float32) for _ in arrays]
    shape = padded[0].shape
    strides = (shape[1] * shape[2], shape[2], 1)
    for number, points in enumerate(at):  # one plane at a time keeps the temporary arrays small
        start, weights = 0, []
        for axis in range(3):
            position = np.clip(points[..., 2 - axis] + 1, 0, shape[axis] - 1 - 1e-4)
            low = position.astype(np.intp)
            start = start + low * strides[axis]
            fraction = (position - low).astype(np.float32)
            weights.append((1 - fraction, fraction))
        for corner in np.ndindex(2, 2, 2):
            weight = weights[0][corner[0]] * weights[1][corner[1]] * weights[2][corner[2]]
            index = start + np.dot(corner, strides)
            for result, array in zip(results, padded, strict=True):
                result[number] += weight * array.ravel()[index]
    return results
