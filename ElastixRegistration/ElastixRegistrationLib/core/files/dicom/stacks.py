"""Sort frames into stacks of parallel slices of one size that are evenly spaced, with one slice per position. LPS
mm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry
from ...wording import Said, said, slice_count
from .headers import KINDS, Frame

#: Largest deviation of slices from even spacing, in slice distances, and of orientation and spacing, measured at the
#: corners of the image, in pixels.
TOLERANCE = 0.1
#: Larger deviations from even spacing, in slice distances, get a note.
_NOTICED = 0.01
#: A stack is straight if its last slice lies less than this off the normal through the first, mm.
_STRAIGHT = 1e-3
#: Slices closer than this, mm, are at the same position.
_SAME_PLACE = 1e-3
_ANOTHER_KIND = "images"


@dataclass(frozen=True)
class Stack:
    """Frames that should form one volume, in the order of its third axis. ``geometry_of_stack`` checks that they do.

    ``kind`` and ``label`` say which of several volumes of a series it is, such as "time points" and "2 of 5".
    """

    frames: tuple[Frame, ...]
    kind: str = ""
    label: str = ""

    @property
    def header(self) -> Any:
        return self.frames[0].instance.header

    @property
    def series_uid(self) -> str:
        return self.frames[0].instance.series_uid

    def described(self) -> str:
        """Return modality, name of the series and number of slices, for a user who has to choose."""
        header, frame = self.header, self.frames[0]
        words = [str(header.get("Modality") or "image")]
        if header.get("SeriesNumber") is not None:
            words.append(f"series {header.SeriesNumber}")
        if header.get("SeriesDescription"):
            words.append(f'"{header.SeriesDescription}"')
        slices = f"{len(self.frames)} slice{'s' * (len(self.frames) > 1)} of {frame.size[0]} x {frame.size[1]}"
        return ", ".join([" ".join(words), *([self.label] if self.label else []), slices])


def stacks_of(frames: Sequence[Frame]) -> list[Stack]:
    """Return the volumes among the frames of one series. They differ in size, orientation or spacing, or in time point,
    echo and the like.

    Frames without a position stay together, in the order of their numbers.
    """
    stacks: list[Stack] = []
    for group in _alike(frames):
        stacks += _split(group)
    return stacks


def _alike(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Return groups of frames with the same size, orientation and pixel spacing, within the tolerance."""
    groups: list[list[Frame]] = []
    for frame in sorted(frames, key=lambda one: one.order):
        group = next((group for group in reversed(groups) if _fits(frame, group[0])), None)
        if group is None:
            groups.append([frame])
        else:
            group.append(frame)
    return groups


def _fits(frame: Frame, other: Frame) -> bool:
    if (frame.size, frame.samples) != (other.size, other.samples):
        return False
    if (frame.axes is None) != (other.axes is None) or (frame.spacing is None) != (other.spacing is None):
        return False
    spacing, other_spacing = frame.spacing or (1.0, 1.0), other.spacing or (1.0, 1.0)
    axes, other_axes = (np.eye(3)[:2] if one.axes is None else one.axes for one in (frame, other))
    extents = (np.array(frame.size) - 1)[:, None] * (
        axes * np.array(spacing)[:, None] - other_axes * np.array(other_spacing)[:, None]
    )
    return float(np.linalg.norm(extents, axis=1).max()) <= TOLERANCE * min(*spacing, *other_spacing)


def _split(frames: list[Frame]) -> list[Stack]:
    if any(frame.position is None or frame.axes is None for frame in frames):
        return [Stack(tuple(sorted(frames, key=lambda one: one.order)))]
    ordered, places = _ordered(frames)
    counts = np.bincount(places)
    if counts.max() == 1:
        if _is_even(ordered):
            return [Stack(tuple(ordered))]
        # These may be two acquisitions with slices at different positions.
        return _split_by(frames, lambda groups: len(groups) < len(frames) / 2 and all(map(_is_regular, groups))) or [
            Stack(tuple(ordered))
        ]
    most = int(counts.max())
    found = _split_by(frames, lambda groups: len(groups) == most and all(map(_is_single, groups)))
    if found:
        return found
    if (counts == most).all():
        return _numbered(_by_rank(ordered, places, most), _ANOTHER_KIND)
    return [Stack(tuple(ordered))]


def _split_by(frames: list[Frame], is_good: Callable[[list[list[Frame]]], bool]) -> list[Stack]:
    """Return the stacks that the first of ``KINDS`` with good groups gives; none if no kind gives good groups."""
    for name, kind in KINDS:
        values = [frame.kinds.get(name) for frame in frames]
        if any(value is None for value in values) or len(set(values)) < 2:
            continue
        groups: dict[Any, list[Frame]] = {}
        for frame, value in zip(frames, values, strict=True):
            groups.setdefault(value, []).append(frame)
        try:
            wanted = sorted(groups)
        except TypeError:
            wanted = list(groups)
        ordered = [_ordered(groups[value])[0] for value in wanted]
        if is_good(ordered):
            return _numbered(ordered, kind)
    return []


def _numbered(groups: list[list[Frame]], kind: str) -> list[Stack]:
    one = {"echoes": "echo", "kinds of images": "kind of image"}.get(kind, kind.removesuffix("s"))
    return [Stack(tuple(group), kind, f"{one} {number} of {len(groups)}") for number, group in enumerate(groups, 1)]


def _by_rank(ordered: list[Frame], places: np.ndarray, most: int) -> list[list[Frame]]:
    """Return the first, second ... frames at each position, in the order of their numbers."""
    groups: list[list[Frame]] = [[] for _ in range(most)]
    for place in range(int(places.max()) + 1):
        there = [frame for frame, at in zip(ordered, places, strict=True) if at == place]
        for group, frame in zip(groups, sorted(there, key=lambda one: one.order), strict=True):
            group.append(frame)
    return groups


def _positions(frames: Sequence[Frame]) -> np.ndarray:
    """Return the (N, 3) positions of frames. All of them must have one."""
    return np.array([frame.position for frame in frames], float).reshape(-1, 3)


def _ordered(frames: Sequence[Frame]) -> tuple[list[Frame], np.ndarray]:
    """Return the frames sorted along the normal, and the number of each one's position, which several frames may
    share."""
    along = _positions(frames) @ frames[0].normal
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order]) > _SAME_PLACE
    return [frames[n] for n in order], np.concatenate([[0], np.cumsum(steps)])


def _is_single(frames: Sequence[Frame]) -> bool:
    return bool(_ordered(frames)[1][-1] == len(frames) - 1)


def _is_regular(frames: Sequence[Frame]) -> bool:
    return len(frames) > 1 and _is_single(frames) and _is_even(frames)


def _is_even(ordered: Sequence[Frame]) -> bool:
    return len(ordered) < 3 or _unevenness(_positions(ordered), ordered[0].normal).max() <= TOLERANCE


def _unevenness(positions: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Return how far each of N positions is from even steps between the first and the last, in slice distances."""
    step = (positions[-1] - positions[0]) / (len(positions) - 1)
    off = positions - (positions[0] + np.arange(len(positions))[:, None] * step)
    return np.asarray(np.linalg.norm(off, axis=1) / abs(float(step @ normal)))


def geometry_of_stack(stack: Stack, name: Said, role: str = "image") -> tuple[Geometry, list[str]]:
    """Return the grid of a stack, which is sheared if the slices are, and sentences for the user about it.

    Errors call the stack ``name``, such as "the DICOM series in ...". Notes, which reports show without file names,
    call it ``role``. Raises InputError if slices are missing, duplicate, shifted, or without a position.
    """
    first, notes = stack.frames[0], []
    if first.spacing is None:
        notes.append(f"The {role} has no pixel spacing; 1 mm is assumed.")
    spacing = first.spacing or (1.0, 1.0)
    axes = np.eye(3)[:2] if first.axes is None else first.axes
    normal = first.normal
    origin = np.zeros(3) if first.position is None else first.position
    step = normal * (first.thickness or 1.0)
    if len(stack.frames) > 1:
        if any(frame.position is None or frame.axes is None for frame in stack.frames):
            raise InputError(
                said(
                    "{volume} has {count} slices without a position or an orientation, so that they do not form "
                    "a volume; choose one with --frame.",
                    volume=name.as_a_sentence(),
                    count=len(stack.frames),
                )
            )
        _check_places(stack.frames, name)
        positions = _positions(stack.frames)
        step = (positions[-1] - positions[0]) / (len(positions) - 1)
        worst = float(_unevenness(positions, normal).max()) if len(positions) > 2 else 0.0
        if worst > _NOTICED:
            millimeters = worst * abs(float(step @ normal))
            notes.append(
                f"Slices of the {role} are up to {millimeters:.2g} mm off even spacing; they are treated as "
                "evenly spaced."
            )
        lateral = step - (step @ normal) * normal
        if np.linalg.norm(lateral) * (len(positions) - 1) <= _STRAIGHT:
            step = (step @ normal) * normal
        else:
            angle = np.degrees(np.arctan2(np.linalg.norm(lateral), abs(step @ normal)))
            notes.append(
                f"The slices of the {role} are tilted by {angle:.1f} degrees (gantry tilt); the volume keeps that "
                "shear, so that voxels stay where they were scanned."
            )
    length = float(np.linalg.norm(step))
    direction = np.column_stack([axes[0], axes[1], step / length])
    geometry = Geometry(
        size=(*first.size, len(stack.frames)),
        spacing=(*spacing, length),
        origin=tuple(origin.tolist()),
        direction=tuple(map(tuple, direction.tolist())),
    )
    return geometry, notes


def _check_places(frames: Sequence[Frame], name: Said) -> None:
    """Raise InputError if the slices, in the order of their positions, do not form a regular stack."""
    _, places = _ordered(frames)
    doubled = int((np.bincount(places) > 1).sum())
    if doubled:
        raise InputError(
            said(
                "{volume} has {doubled} of its {places} slices more than once, and nothing says which ones are "
                "right; remove the others from the folder.",
                volume=name.as_a_sentence(),
                doubled=doubled,
                places=places[-1] + 1,
            )
        )
    if len(frames) > 2 and not _is_even(frames):
        raise InputError(_uneven(frames, name))


def _uneven(frames: Sequence[Frame], name: Said) -> Said:
    """Return a sentence on what is wrong with the distances of slices, which are in the order of their positions."""
    normal = frames[0].normal
    along = _positions(frames) @ normal
    distances = np.diff(along)
    distance = float(np.median(distances))
    steps = np.maximum(np.rint(distances / distance), 1)
    if steps.max() == 1 or np.abs(distances / distance - steps).max() > TOLERANCE:
        distance = float(distances.min())
        steps = np.maximum(np.rint(distances / distance), 1)
    missing = int((steps - 1).sum())
    if missing and _fits_steps(_positions(frames), steps, normal):
        if missing >= len(frames) / 2 and (steps > 1).sum() > 2:
            return said(
                "The slice distance of {name} changes from {least:.4g} to {most:.4g} mm, as if "
                "parts were scanned separately. Load the series into Slicer, whose DICOM module makes the "
                "spacing even, and save the volume from there.",
                name=name,
                least=distances.min(),
                most=distances.max(),
            )
        where = float(along[int(np.argmax(steps))])
        return said(
            "{volume} lacks {slices}: after the slice at {where:.4g} mm along the normal, the next is {gap:.4g} mm "
            "away instead of {distance:.4g} mm. Find the missing files, or let Slicer's DICOM module fill the gap "
            "and save the volume from there.",
            volume=name.as_a_sentence(),
            slices=slice_count(missing),
            where=where,
            gap=distances.max(),
            distance=distance,
        )
    culprit, off = _most_shifted(_positions(frames))
    file = frames[culprit].instance.path.name
    of_file = f"frame {frames[culprit].number + 1} of {file}" if frames[culprit].instance.frame_count > 1 else file
    return said(
        "The slices of {name} are not evenly spaced: distances range from {least:.4g} to "
        "{most:.4g} mm, and {of_file} lies {off:.3g} mm away from its expected position. Load the "
        "series into Slicer, whose DICOM module makes the spacing even, and save the volume from there.",
        name=name,
        least=distances.min(),
        most=distances.max(),
        of_file=of_file,
        off=off,
    )


def _fits_steps(positions: np.ndarray, steps: np.ndarray, normal: np.ndarray) -> bool:
    """Return whether the positions lie on whole ``steps``, within the tolerance."""
    numbers = np.concatenate([[0], np.cumsum(steps)])
    step = (positions[-1] - positions[0]) / numbers[-1]
    off = positions - (positions[0] + numbers[:, None] * step)
    return bool(np.linalg.norm(off, axis=1).max() <= TOLERANCE * abs(float(step @ normal)))


def _most_shifted(positions: np.ndarray) -> tuple[int, float]:
    """Return the slice that is farthest from its place on an evenly spaced line through the others, and that
    distance, mm."""
    numbers = np.arange(len(positions), dtype=float)
    base = np.column_stack([numbers, np.ones(len(numbers))])
    left_out = []
    for n in range(len(positions)):
        others = np.delete(np.arange(len(positions)), n)
        line, *_ = np.linalg.lstsq(base[others], positions[others], rcond=None)
        rest = np.linalg.norm(positions[others] - base[others] @ line, axis=1).max()
        left_out.append((rest, float(np.linalg.norm(positions[n] - base[n] @ line))))
    culprit = int(np.argmin([rest for rest, _ in left_out]))
    return culprit, left_out[culprit][1]
