"""A small picture of a result: overlay of the fixed and the moved image in three planes side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.images.geometry import Geometry
from ..core.images.pictures import normalized, overlay, planes_of, png_bytes, window_of

_SIDE = 112
_GAP = 4


def preview_png(fixed: np.ndarray, moved: np.ndarray, geometry: Geometry, ignore: Sequence[float] = ()) -> bytes:
    """PNG of both on the grid ``geometry``, (k, j, i): fixed in orange, moved in blue, gray where they agree.

    Values to ``ignore``, background and padding, do not count for the brightness.
    """
    windows = window_of(fixed, ignore=ignore), window_of(moved, ignore=ignore)
    pictures = []
    for plane in planes_of(geometry, max_pixels=_SIDE):
        pair = [normalized(plane.cut(array), window) for array, window in zip((fixed, moved), windows, strict=True)]
        pictures.append(overlay(*pair))
    height = max(picture.shape[0] for picture in pictures)
    width = sum(picture.shape[1] for picture in pictures) + _GAP * (len(pictures) - 1)
    canvas = np.zeros((height, width, 3), np.uint8)
    left = 0
    for picture in pictures:
        top = (height - picture.shape[0]) // 2
        canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        left += picture.shape[1] + _GAP
    return png_bytes(canvas)
