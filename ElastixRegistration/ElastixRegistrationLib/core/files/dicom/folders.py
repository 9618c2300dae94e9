"""Find DICOM images in folders, among the other files that disks, archives and copies leave there."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...wording import said
from .headers import Instance, has_pixels, instance_of, is_dicom

_MAX_FILES = 50_000


def instances_in(folder: Path) -> list[Instance]:
    """Return the images in ``folder``, sorted by path. If it has none itself, return those of all folders below it.

    Raises InputError for slice files that are empty or have no usable header. Otherwise nobody would notice a slice
    that is missing at the end of a stack.
    """
    files = sorted(path for path in folder.iterdir() if _may_be_image(path) and is_dicom(path))
    read = [instance_of(path) for path in files]
    if not any(map(has_pixels, read)):
        # The folder has at most a report or the index of a disk.
        below = (path for path in sorted(folder.rglob("*")) if _may_be_image(path))
        read = [instance_of(path) for _, path in zip(range(_MAX_FILES), below, strict=False) if is_dicom(path)]
    for path in [*_empty(folder), *(one.path for one in read if _is_blank(one))]:
        raise InputError(
            said(
                "The DICOM file {path} is empty or damaged: its header has no content. Copy the series again.",
                path=path,
            )
        )
    return [instance for instance in read if has_pixels(instance)]


def _empty(folder: Path) -> list[Path]:
    """Return the empty files that have the name of a slice."""
    named = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".dcm", ".ima"))
    return [path for path in named if _may_be_image(path) and path.stat().st_size == 0]


def _may_be_image(path: Path) -> bool:
    """Return whether a file may be an image. The index of a disk, and the files that macOS adds on foreign disks,
    are not."""
    return path.is_file() and path.name != "DICOMDIR" and not path.name.startswith("._")


def _is_blank(instance: Instance) -> bool:
    """Return whether the header has neither pixels nor an object class. Reports have a class, and so does an index,
    in the file header."""
    meta = getattr(instance.header, "file_meta", None)
    return not (has_pixels(instance) or instance.sop_class_uid or (meta and meta.get("MediaStorageSOPClassUID")))
