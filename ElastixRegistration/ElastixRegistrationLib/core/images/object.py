"""Where in an image the object is that was scanned, and where its surroundings are."""

from __future__ import annotations

import numpy as np

from .background import BackgroundEstimate
from .grid_sample import connected_to_faces

#: Voxels that are looked at: the outline of an object needs no more.
_LOOKED_AT = 2_000_000
#: Share of the range of intensities within which a voxel is taken for background: noise of air, not tissue.
_LIKE_BACKGROUND = 0.1


def object_mask(voxels: np.ndarray, background: BackgroundEstimate) -> np.ndarray:
    """Bool (k, j, i): what is not background or padding that reaches the faces of the image.

    Hollows such as lungs belong to the object. Large images are looked at on every n-th voxel along each axis. All of
    the image where nothing stands out from the background.
    """
    step = max(1, int(np.ceil((voxels.size / _LOOKED_AT) ** (1 / voxels.ndim))))
    sample = np.asarray(voxels[(slice(None, None, step),) * voxels.ndim], np.float32)
    paddings = [padding.value for padding in background.paddings]
    measured = sample[np.isfinite(sample) & ~np.isin(sample, paddings)]
    if not measured.size:
        return np.ones(voxels.shape, bool)
    low, high = np.percentile(measured, [1, 99])
    reach = _LIKE_BACKGROUND * (high - low)
    # Most images are brighter than their background; a radiograph may be darker.
    outside = np.abs(sample - background.value) <= reach
    if background.value < low + reach:
        outside |= sample <= background.value + reach
    outside |= np.isin(sample, paddings) | ~np.isfinite(sample)
    inside = ~connected_to_faces(outside)
    if not inside.any():
        return np.ones(voxels.shape, bool)
    if step == 1:
        return inside
    sizes = zip(voxels.shape, inside.shape, strict=True)
    return inside[np.ix_(*(np.minimum((np.arange(n) + step // 2) // step, m - 1) for n, m in sizes))]
