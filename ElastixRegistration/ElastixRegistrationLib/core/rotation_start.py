"""Where 2D images start when one may be turned by any angle: elastix by itself finds some 30 degrees."""

from __future__ import annotations

from typing import Any

import numpy as np

from .background import estimate_background
from .errors import InputError
from .images import Geometry, array_view, as_scalar, geometry_of, image_from_array
from .initialization import centre_of_mass
from .resampling import resample
from .similarity import mutual_information
from .transforms import affine_from_matrix

#: Pixels along the longer side of the images that are compared.
_SIDE = 96
_BINS = 24
#: How many of the coarse angles are refined: the true one may lie between two of them, and another look better.
_REFINED = 6


def rotation_start(fixed: Any, moving: Any, *, step: float = 10.0) -> Any:
    """itk.AffineTransform, a rotation and a translation, fixed to moving, LPS mm: the best start found for 2D images.

    All angles are tried, ``step`` degrees apart and then finer around the best, about the centres of mass and with the
    shift that the correlation of both images asks for; the mutual information decides, so that the images may differ
    in contrast. Raises InputError for images that are not 2D.
    """
    if fixed.GetImageDimension() != 2 or moving.GetImageDimension() != 2:
        raise InputError("All rotations are tried for 2D images only.")
    search = _Search(as_scalar(fixed), as_scalar(moving))
    coarse = sorted(map(search.best_at, np.arange(0.0, 360.0, step)), reverse=True)
    best = max(search.refined(start, step) for start in coarse[:_REFINED])
    return affine_from_matrix(search.matrix(best[1], np.array(best[2])))


class _Search:
    """The fixed image on a coarse grid, and the moving one as it falls on that grid for an angle and a shift."""

    def __init__(self, fixed: Any, moving: Any):
        backgrounds = [estimate_background(image).value for image in (fixed, moving)]
        self._centres = [
            centre_of_mass(image, background) for image, background in zip((fixed, moving), backgrounds, strict=True)
        ]
        self._background = backgrounds[1]
        self._fixed = _coarse(fixed, backgrounds[0])
        self._moving = _coarse(moving, backgrounds[1])
        self._grid = geometry_of(self._fixed)
        self._fixed_voxels = np.asarray(array_view(self._fixed))
        self._spectrum = np.fft.rfft2(
            self._fixed_voxels - self._fixed_voxels.mean(), [2 * n for n in self._fixed_voxels.shape]
        )

    def matrix(self, angle: float, shift: np.ndarray) -> np.ndarray:
        """(3, 3): turn by ``angle`` degrees from the fixed centre to the moving one, then move by ``shift`` mm."""
        radians = np.deg2rad(angle)
        matrix = np.eye(3)
        matrix[:2, :2] = [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]]
        matrix[:2, 2] = self._centres[1] + shift - matrix[:2, :2] @ self._centres[0]
        return matrix

    def best_at(self, angle: float) -> tuple[float, float, tuple[float, float]]:
        """(mutual information, angle, shift): with the centres of mass together, or with the best correlation."""
        none = np.zeros(2)
        moved = self._moved(angle, none)
        shift = self._shift(moved, angle)
        scores = [mutual_information(self._fixed_voxels, moved, bins=_BINS)]
        scores.append(mutual_information(self._fixed_voxels, self._moved(angle, shift), bins=_BINS))
        return max(
            (score, float(angle), tuple(by)) for score, by in zip(scores, (none.tolist(), shift.tolist()), strict=True)
        )

    def refined(
        self, start: tuple[float, float, tuple[float, float]], step: float
    ) -> tuple[float, float, tuple[float, float]]:
        """The best near ``start``, as ``best_at`` gives it, by halving the step three times."""
        best = start
        for _ in range(3):
            step /= 2
            best = max([best, *(self.best_at(best[1] + turn) for turn in (-step, step))])
        return best

    def _moved(self, angle: float, shift: np.ndarray) -> np.ndarray:
        transform = affine_from_matrix(self.matrix(angle, shift))
        return np.array(array_view(resample(self._moving, transform, self._grid, background=self._background)))

    def _shift(self, moved: np.ndarray, angle: float) -> np.ndarray:
        """mm in the moving image that bring ``moved`` onto the fixed image where both correlate best, either sign."""
        product = np.fft.rfft2(moved - moved.mean(), [2 * n for n in moved.shape]) * np.conj(self._spectrum)
        correlation = np.abs(np.fft.irfft2(product, [2 * n for n in moved.shape]))
        peak = np.unravel_index(np.argmax(correlation), correlation.shape)
        voxels = [p - 2 * n if p >= n else p for p, n in zip(peak, moved.shape, strict=True)][::-1]
        along = np.asarray(self._grid.direction) @ (np.array(voxels) * self._grid.spacing)
        return self.matrix(angle, np.zeros(2))[:2, :2] @ along


def _coarse(image: Any, background: float) -> Any:
    """float32 image of means over blocks of voxels, filled up with background."""
    geometry = geometry_of(image)
    block = max(1, -(-max(geometry.size) // _SIDE))
    voxels = np.asarray(array_view(image), np.float32)
    voxels = np.pad(voxels, [(0, -n % block) for n in voxels.shape], constant_values=background)
    rows, columns = (n // block for n in voxels.shape)
    means = voxels.reshape(rows, block, columns, block).mean((1, 3), dtype=np.float32)
    coarse = Geometry(
        size=(columns, rows),
        spacing=tuple(s * block for s in geometry.spacing),
        origin=tuple(geometry.points_of(np.full(2, (block - 1) / 2)).tolist()),
        direction=geometry.direction,
    )
    return image_from_array(means, coarse)
