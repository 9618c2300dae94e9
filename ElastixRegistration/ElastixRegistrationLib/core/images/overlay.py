"""Small pictures of a result, for pages and notebooks."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import numpy as np

from .geometry import Geometry
from .pictures import normalized, overlay, planes_of, png_bytes, window_of


def side_by_side(tiles: Sequence[np.ndarray], gap: int = 6) -> np.ndarray:
    """RGB pictures of any size in a row, centered on black."""
    height = max(tile.shape[0] for tile in tiles)
    canvas = np.zeros((height, sum(tile.shape[1] for tile in tiles) + gap * (len(tiles) - 1), 3), np.uint8)
    left = 0
    for tile in tiles:
        top = (height - tile.shape[0]) // 2
        canvas[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        left += tile.shape[1] + gap
    return canvas


def overlay_png(fixed: np.ndarray, moved: np.ndarray, geometry: Geometry, max_pixels: int = 180) -> bytes:
    """Fixed in orange over moved in blue, (k, j, i) on ``geometry``, in up to three planes."""
    planes = planes_of(geometry, max_pixels=max_pixels)
    return overlay_of_slices([p.cut(fixed) for p in planes], [p.cut(moved) for p in planes])


def overlay_of_slices(fixed: Sequence[np.ndarray], moved: Sequence[np.ndarray], ignore: Sequence[float] = ()) -> bytes:
    """The same from slices. Values to ``ignore``, such as padding, do not count for the brightness."""
    first, second = (window_of(np.concatenate([one.ravel() for one in each]), ignore=ignore) for each in (fixed, moved))
    return png_bytes(
        side_by_side(
            [
                overlay(normalized(one, first), normalized(other, second))
                for one, other in zip(fixed, moved, strict=True)
            ]
        )
    )


def data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def image_tag(png: bytes, name: str) -> str:
    return f'<img src="{data_uri(png)}" alt="Overlay of {escape(name, quote=True)}" title="fixed orange, moved blue">'
