"""Label maps: which labels they hold, and which of them two have in common."""

from __future__ import annotations

import numpy as np

from ..errors import InputError

_CHUNK = 8_000_000  # voxels that are counted at a time
_MAX_NAMED = 8


def label_values(voxels: np.ndarray) -> np.ndarray:
    """Nonzero values of a label map of any shape, ascending."""
    flat = np.reshape(voxels, -1)
    if not flat.size:
        return flat
    # Counting takes a tenth of the time of sorting, where there are few possible values.
    few = flat.dtype.kind in "iu" and flat.dtype.itemsize <= 2
    lowest = np.iinfo(flat.dtype).min if few else 0
    found = flat[:0]
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        if few:
            values = np.flatnonzero(np.bincount(part.astype(np.int64) - lowest)) + lowest
            found = np.union1d(found, values.astype(flat.dtype))
        else:
            found = np.union1d(found, part)
    return found[found != 0]


def shared_labels(fixed: np.ndarray, moving: np.ndarray, names: str = "fixed and the moving labels") -> list[int]:
    """Labels that both maps hold, ascending. Raises InputError, which names the maps ``names``, without any."""
    of_fixed, of_moving = label_values(fixed), label_values(moving)
    shared = np.intersect1d(of_fixed, of_moving)
    if not shared.size:
        raise InputError(
            f"The {names} have no label in common: the fixed ones hold {_named(of_fixed)}, the moving ones"
            f" {_named(of_moving)}."
        )
    return [int(label) for label in shared]


def _named(labels: np.ndarray) -> str:
    if not labels.size:
        return "none"
    words = [str(int(label)) if float(label).is_integer() else f"{label:g}" for label in labels[:_MAX_NAMED]]
    return ", ".join(words) + ", ..." * (labels.size > _MAX_NAMED)
