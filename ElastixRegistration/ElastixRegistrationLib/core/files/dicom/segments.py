"""Read the frames of a DICOM segmentation as a label map, or as layers if segments overlap. LPS mm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry, image_from_array
from ...wording import Said, said
from ..formats.segment_entries import set_segments
from .headers import Frame
from .layers import Layers
from .pixels import stored_values
from .stacks import TOLERANCE, Stack, geometry_of_stack


def segmentation_image(frames: Sequence[Frame], name: Said, role: str) -> tuple[Any, Geometry, list[str]]:
    """Return the segments of a segmentation as an ITK image that is n in segment n. Its header names the segments.

    Overlapping segments become components, as in Slicer's .seg.nrrd files with layers. Such files leave out slices
    without a segment; these are zero. A fractional segment includes the voxels with at least half its maximum.

    Raises InputError for frames that do not form a regular stack.
    """
    geometry, slices = _grid(frames, name)
    header, stored = stored_values(frames[0].instance.path)
    if header.get("SegmentationType") == "LABELMAP":
        voxels = np.zeros(geometry.size[::-1], stored.dtype)
        for frame, at in zip(frames, slices, strict=True):
            voxels[at] = stored[frame.number]
        return _named(image_from_array(voxels, geometry), header), geometry, []
    least = 1
    if header.get("SegmentationType") == "FRACTIONAL":
        least = (int(header.get("MaximumFractionalValue") or 255) + 1) // 2
    layers = Layers(geometry.size, max([*_segments(header), *(frame.segment or 1 for frame in frames)]))
    for number in dict.fromkeys(frame.segment or 1 for frame in frames):
        inside = np.zeros(geometry.size[::-1], bool)
        for frame, at in zip(frames, slices, strict=True):
            if (frame.segment or 1) == number:
                inside[at] |= stored[frame.number] >= least
        layers.put(number, inside)
    image, layer_of = layers.image(geometry)
    notes = [f"The {role} has overlapping segments; they are kept in {len(layers)} layers."] if len(layers) > 1 else []
    return _named(image, header, layer_of), geometry, notes


def _grid(frames: Sequence[Frame], name: Said) -> tuple[Geometry, list[int]]:
    """Return the grid of all slices, including those that are left out, and the slice of each frame."""
    first = frames[0]
    if any(frame.position is None or frame.axes is None for frame in frames):
        raise InputError(said("{volume} has frames without a position.", volume=name.as_a_sentence()))
    positions = np.array([frame.position for frame in frames])
    along = positions @ first.normal
    apart = np.diff(np.unique(np.round(along, 4)))
    distance = float(apart.min()) if len(apart) else float(first.thickness or 1.0)
    if first.thickness and apart.size and abs(round(distance / first.thickness) * first.thickness - distance) < 1e-3:
        # Every second slice may have no segment.
        distance = first.thickness
    slices = (along - along.min()) / distance
    if np.abs(slices - np.rint(slices)).max() > TOLERANCE:
        raise InputError(said("{volume} has frames that are not evenly spaced.", volume=name.as_a_sentence()))
    numbers = np.rint(slices).astype(int).tolist()
    lowest, highest = frames[int(np.argmin(along))], frames[int(np.argmax(along))]
    plain, _ = geometry_of_stack(Stack((lowest,)), name)
    count = max(numbers) + 1
    direction = np.array(plain.direction)
    if count > 1:
        step = (np.array(highest.position) - np.array(lowest.position)) / (count - 1)
        distance = float(np.linalg.norm(step))
        direction[:, 2] = step / distance
    return (
        Geometry(
            size=(*plain.size[:2], count),
            spacing=(*plain.spacing[:2], distance),
            origin=plain.origin,
            direction=tuple(map(tuple, direction.tolist())),
        ),
        numbers,
    )


def _segments(header: Any) -> dict[int, str]:
    """Return the names of the segments by number."""
    return {
        int(segment.SegmentNumber): str(segment.get("SegmentLabel") or f"Segment {segment.SegmentNumber}")
        for segment in header.get("SegmentSequence") or ()
    }


def _named(image: Any, header: Any, layer_of: dict[int, int] | None = None) -> Any:
    set_segments(image, _segments(header), layer_of or {})
    return image
