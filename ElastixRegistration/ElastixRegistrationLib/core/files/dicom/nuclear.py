"""Tell which frames of a nuclear medicine file are slices, time points, gates or energies (PS3.3, C.8.4.8)."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Vectors with one number per frame, and what they count among frames at the same position. SliceVector counts slices.
VECTORS = (
    ("EnergyWindowVector", "energy windows"),
    ("DetectorVector", "detectors"),
    ("PhaseVector", "phases"),
    ("RotationVector", "rotations"),
    ("RRIntervalVector", "intervals"),
    ("TimeSlotVector", "time slots"),
    ("AngularViewVector", "views"),
    ("TimeSliceVector", "time points"),
)


def slice_numbers(header: Any, count: int) -> np.ndarray:
    """Return (count,) the slice of each frame, from 0 on; all 0 if the frames are not slices but projections or time
    points."""
    numbers = _vector(header, "SliceVector", count)
    if numbers is not None:
        return numbers - 1
    is_reconstructed = any("RECON" in str(word) for word in header.get("ImageType") or ())
    return np.arange(count) if is_reconstructed else np.zeros(count, int)


def kinds_of_frame(header: Any, number: int, count: int) -> dict[str, Any]:
    """Return what distinguishes frame ``number``, from 0 on, from others at its position: its numbers in those
    vectors that vary."""
    found = {name: _vector(header, name, count) for name, _ in VECTORS}
    return {name: int(vector[number]) for name, vector in found.items() if vector is not None and np.ptp(vector)}


def _vector(header: Any, name: str, count: int) -> np.ndarray | None:
    values = np.atleast_1d(np.array(header.get(name, ()) or (), int))
    return values if len(values) == count else None
