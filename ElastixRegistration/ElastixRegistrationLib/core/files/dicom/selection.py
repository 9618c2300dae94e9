"""Choose one of the volumes in a folder or a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import InputError, NothingToChoose
from ...wording import Said, named_role, said
from .folders import instances_in
from .headers import Instance, frames_of, instance_of
from .stacks import Stack, stacks_of

#: Largest number of volumes listed in a sentence.
_MAX_LISTED = 8


def volumes_in(path: Path, name: str) -> tuple[list[Stack], list[str]]:
    """Return the volumes of a folder, or those of a file and the slices of its series in the same folder, and notes.

    They are sorted by the number and the UID of their series. Raises InputError for a folder without DICOM images.
    """
    notes: list[str] = []
    if path.is_dir():
        instances = instances_in(path)
        if not instances:
            raise InputError(
                said("The folder {path} of the {name} has no DICOM images.", path=path, name=named_role(name))
            )
    else:
        own = instance_of(path)
        # This raises the error that names the fault of this file.
        frames_of(own)
        instances = _with_siblings(own)
    by_series: dict[str, list[Instance]] = {}
    for instance in _without_copies(instances, path, name, notes):
        by_series.setdefault(instance.series_uid, []).append(instance)
    stacks: list[Stack] = []
    for series in sorted(by_series.values(), key=_series_key):
        apart = [[one] for one in series] if series[0].is_segmentation else [series]
        for group in apart:
            frames = [frame for instance in group for frame in frames_of(instance)]
            stacks += [Stack(tuple(frames))] if series[0].is_segmentation else stacks_of(frames)
    if path.is_file():
        stacks = [stack for stack in stacks if any(frame.instance.path == path for frame in stack.frames)]
        others = sum(frame.instance.path != path for frame in stacks[0].frames)
        if len(stacks) == 1 and others:
            notes.append(
                f"The file of the {name} is one slice of a series; {others} other{'s' * (others > 1)} in the same "
                f"folder {'were' if others > 1 else 'was'} read with it."
            )
    return stacks, notes


def _with_siblings(own: Instance) -> list[Instance]:
    """Return the files of a slice's series in its folder, including itself. For other images, return only the file
    itself."""
    stands_alone = own.frame_count > 1 or own.is_segmentation or "ImagePositionPatient" not in own.header
    if stands_alone or not own.series_uid:
        return [own]
    others = (one for one in instances_in(own.path.parent) if one.path != own.path)
    return [own, *(one for one in others if one.series_uid == own.series_uid)]


def _without_copies(instances: Sequence[Instance], path: Path, name: str, notes: list[str]) -> list[Instance]:
    """Keep one of several files with the same image UID."""
    kept: dict[str, Instance] = {}
    for instance in instances:
        kept.setdefault(instance.uid or str(instance.path), instance)
    if len(kept) < len(instances) and path.is_dir():
        copies = len(instances) - len(kept)
        counted = f"{copies} {'copy' if copies == 1 else 'copies'} of a slice"
        notes.append(f"The folder of the {name} contains {counted}; each slice is read once.")
    return list(kept.values())


def _series_key(series: Sequence[Instance]) -> tuple[int, str]:
    number = series[0].header.get("SeriesNumber")
    return (int(number) if number is not None else 0, series[0].series_uid)


def chosen_stack(stacks: Sequence[Stack], path: Path, name: str, series: str | None, frame: int | None) -> Stack:
    """Return the one stack that the choices leave.

    ``series`` is the UID of a series, or its number, from 1 on, in the list of choices. ``frame``, from 1 on, chooses
    among several time points, echoes ... of a series, or among frames without a position. Raises InputError, which
    lists the choices, if they do not leave one stack.
    """
    found = _of_series(stacks, path, name, series)
    if frame is not None:
        one_series = len({stack.series_uid for stack in found}) == 1 and found[0].kind
        if len(found) > 1 and one_series:
            return found[
                _index(
                    frame,
                    len(found),
                    said("{kind} in {path} of the {name}", kind=found[0].kind, path=path, name=named_role(name)),
                )
            ]
        if len(found) == 1 and len(found[0].frames) > 1 and found[0].frames[0].position is None:
            frames = found[0].frames
            return Stack(
                (
                    frames[
                        _index(
                            frame, len(frames), said("frames in {path} of the {name}", path=path, name=named_role(name))
                        )
                    ],
                )
            )
        if len(found) == 1 and frame != 1:
            raise NothingToChoose(
                said(
                    "{path} of the {name} is a single volume; it has no frame {frame}.",
                    path=path,
                    name=named_role(name),
                    frame=frame,
                )
            )
    if len(found) == 1:
        return found[0]
    raise InputError(_what_there_is(found, stacks, path, name))


def _index(frame: int, count: int, of: str) -> int:
    if not 1 <= frame <= count:
        raise InputError(
            said(
                "There is no number {frame} among the {count} {of}; give a number from 1 to {count}.",
                frame=frame,
                count=count,
                of=of,
            )
        )
    return frame - 1


def _of_series(stacks: Sequence[Stack], path: Path, name: str, series: str | None) -> list[Stack]:
    if series is None:
        return list(stacks)
    if series.isdigit() and len(series) < 6:
        if len(stacks) == 1:
            return list(stacks)
        return [
            stacks[
                _index(
                    int(series), len(stacks), said("volumes in {path} of the {name}", path=path, name=named_role(name))
                )
            ]
        ]
    found = [stack for stack in stacks if stack.series_uid == series]
    if not found:
        raise NothingToChoose(
            said(
                "{path} of the {name} has no series {series}; {choices}.",
                path=path,
                name=named_role(name),
                series=series,
                choices=_list(stacks),
            )
        )
    return found


def _what_there_is(found: Sequence[Stack], stacks: Sequence[Stack], path: Path, name: str) -> Said:
    kinds, uids = {stack.kind for stack in found}, {stack.series_uid for stack in found}
    numbers = [stacks.index(stack) + 1 for stack in found]
    place = {"path": path, "name": named_role(name), "count": len(found)}
    ends = {"first": numbers[0], "last": numbers[-1]}
    if len(uids) == 1 and all(len(stack.frames) == 1 for stack in found) and kinds == {""}:
        return said(
            "The {count} slices of the series in {path} of the {name} differ in orientation, size or spacing, so that "
            "they do not form a volume; choose one with --series {first} to {last}.",
            **place,
            **ends,
        )
    if len(uids) == 1 and len(kinds) == 1 and (kind := kinds.pop()):
        return said(
            "The series in {path} of the {name} contains {count} {kind}; choose with --series {first} to {last}, or "
            "--frame 1 to {count}.",
            kind=kind,
            **place,
            **ends,
        )
    choices = _list(found, numbers)
    if len(uids) == len(found):
        return said(
            "{path} of the {name} contains {count} DICOM series: {choices}; choose with --series NUMBER or UID.",
            choices=choices,
            **place,
        )
    if len(uids) == 1:
        return said(
            "{path} of the {name} contains {count} DICOM volumes of slices that differ in orientation, size, spacing "
            "or kind: {choices}; choose with --series NUMBER or UID.",
            choices=choices,
            **place,
        )
    return said(
        "{path} of the {name} contains {series} DICOM series with {count} volumes: {choices}; choose with --series "
        "NUMBER or UID.",
        series=len(uids),
        choices=choices,
        **place,
    )


def _list(stacks: Sequence[Stack], numbers: Sequence[int] | None = None) -> str:
    numbered = zip(numbers or range(1, len(stacks) + 1), stacks, strict=True)
    rows = [f"{number}: {stack.described()}" for number, stack in numbered]
    more = len(rows) - _MAX_LISTED
    return "; ".join(rows[:_MAX_LISTED] + ([f"and {more} more"] if more > 0 else []))
