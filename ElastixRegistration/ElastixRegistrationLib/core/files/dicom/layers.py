"""Put numbered segments into as few label maps as possible. Segments that overlap go into different ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...images.geometry import Geometry, image_from_array, multi_component_image


class Layers:
    """Label maps on a grid of ``size`` (i, j, k). ``highest`` is the largest number of a segment."""

    def __init__(self, size: Sequence[int], highest: int):
        self._maps = [np.zeros(tuple(size)[::-1], np.uint16 if highest > 255 else np.uint8)]
        self._layer_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._maps)

    def put(self, number: int, inside: np.ndarray) -> None:
        """Put segment ``number`` into the first layer that is free where ``inside``, (k, j, i) bool, is true."""
        layer = next((n for n, labels in enumerate(self._maps) if not labels[inside].any()), len(self._maps))
        if layer == len(self._maps):
            self._maps.append(np.zeros_like(self._maps[0]))
        self._maps[layer][inside] = number
        self._layer_of[number] = layer

    def image(self, grid: Geometry) -> tuple[Any, dict[int, int]]:
        """Return an ITK image of the label map, and {}; with several, an image with a component for each, and the
        component of each number."""
        if len(self._maps) == 1:
            return image_from_array(self._maps[0], grid), {}
        return multi_component_image(np.stack(self._maps, -1), grid), dict(self._layer_of)
