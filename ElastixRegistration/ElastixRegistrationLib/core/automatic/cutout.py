"""Objects cut out of their surroundings, such as a brain without its head, against an image of the whole.

Around a cut-out object, an image has one exact value. Where the other image shows structure there, this value means
that nothing is known: without a mask, a metric stretches the object until it fills what was cut off. A brain registered
to a head reached a Dice of 0.58 as it is, and 0.64 with its surroundings masked out. Two images that were cut out alike
keep these surroundings, because the outline of an object helps to align it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..images.geometry import array_view, image_from_array
from ..images.grid_sample import connected_to_faces
from .evidence import Evidence
from .windows import window_means
from .working_pair import OneImage, WorkingPair

#: Least share of an image that its surroundings must have in one exact value.
_LEAST_FLAT = 0.1
#: Structure of the other image in the surroundings, relative to its structure in the object, from which the object
#: counts as cut out. After an affine stage: 0.31 for a brain in a head; at most 0.10 for 35 other pairs
#: with flat surroundings.
_LEAST_UNMATCHED = 0.2
#: So many windows away from the object, where no misalignment reaches.
_AWAY = 2


def without_holes(evidence: Evidence, transform: Any) -> tuple[WorkingPair, list[str]]:
    """The pair of ``evidence``, with the surroundings of cut-out objects masked out, and the sides that have some:
    "fixed", "moving". ``transform``: itk transform, fixed to moving points, that is roughly right."""
    sides: dict[str, Any] = {"fixed": evidence.pair.fixed, "moving": evidence.pair.moving}
    masked = []
    for side, one in sides.items():
        flat = _flat_surroundings(one)
        if flat is not None and _unmatched(evidence, transform, side, flat) >= _LEAST_UNMATCHED:
            inside = ~flat if one.inside is None else one.inside & ~flat
            sides[side] = replace(one, mask=image_from_array(inside.view(np.uint8), one.geometry))
            masked.append(side)
    return replace(evidence.pair, **sides), masked


def _flat_surroundings(one: OneImage) -> np.ndarray | None:
    """Boolean (k, j, i): voxels of exactly the background value that are connected to the faces of the image; None if
    they are few, or all."""
    flat = np.asarray(array_view(one.image)) == np.float32(one.background)
    if flat.mean() < _LEAST_FLAT:
        return None
    flat = connected_to_faces(flat)
    return flat if _LEAST_FLAT <= flat.mean() < 1 else None


def _unmatched(evidence: Evidence, transform: Any, side: str, flat: np.ndarray) -> float:
    """Structure of the other image in ``flat``, the surroundings in this one, relative to its structure in the rest."""
    pair, grid = evidence.pair, evidence.grid
    values = flat.astype(np.float32)
    if side == "moving":
        share, known = pair.moving_at(values, transform, grid)
        content, seen = (share < 0.5) & known, evidence.structured & known
    else:
        content, seen = pair.fixed.at_voxels(values, grid) < 0.5, evidence.moving_structured(transform)
    radii = [_AWAY * radius if n > 1 else 0 for radius, n in zip(evidence.radii, content.shape, strict=True)]
    away = window_means(content.astype(np.float32), radii) < 1e-4
    return float((seen & away).sum() / max((seen & content).sum(), 1))
