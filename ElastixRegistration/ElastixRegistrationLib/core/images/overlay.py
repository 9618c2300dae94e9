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
    windows = window_of(fixed), window_of(moved)
    planes = planes_of(geometry, max_pixels=max_pixels)
    return png_bytes(
        side_by_side(
            [overlay(normalized(p.cut(fixed), windows[0]), normalized(p.cut(moved), windows[1])) for p in planes]
        )
    )


def data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def image_tag(png: bytes, name: str) -> str:
    return f'<img src="{data_uri(png)}" alt="Overlay of {escape(name, quote=True)}" title="fixed orange, moved blue">'
