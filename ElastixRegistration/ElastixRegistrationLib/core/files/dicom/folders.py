"""DICOM files in folders, as disks, archives and copies leave them."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from .headers import Instance, has_pixels, instance_of, is_dicom

_MAX_FILES = 50_000


def instances_in(folder: Path) -> list[Instance]:
    """Images in ``folder``; where that has none itself, in all folders below it. Sorted by path.

    Raises InputError for files that were slices and are empty or say nothing: at an end of a stack nothing else tells
    that one is missing.
    """
    files = sorted(path for path in folder.iterdir() if _may_be_image(path) and is_dicom(path))
    read = [instance_of(path) for path in files]
    if not any(map(has_pixels, read)):  # at most a report, or the index of a disk
        below = (path for path in sorted(folder.rglob("*")) if _may_be_image(path))
        read = [instance_of(path) for _, path in zip(range(_MAX_FILES), below, strict=False) if is_dicom(path)]
    for path in [*_empty(folder), *(one.path for one in read if _is_blank(one))]:
        raise InputError(
            f"The DICOM file {path} is empty or damaged: it does not say what it is. Copy the series again."
        )
    return [instance for instance in read if has_pixels(instance)]


def _empty(folder: Path) -> list[Path]:
    """Files that were slices: their names say so, and nothing is in them."""
    named = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".dcm", ".ima"))
    return [path for path in named if _may_be_image(path) and path.stat().st_size == 0]


def _may_be_image(path: Path) -> bool:
    """Excludes the index of a disk, and the files that macOS adds on foreign disks."""
    return path.is_file() and path.name != "DICOMDIR" and not path.name.startswith("._")


def _is_blank(instance: Instance) -> bool:
    """Of objects without pixels, as reports, the class is known at least, of an index by the header of the file."""
    meta = getattr(instance.header, "file_meta", None)
    return not (has_pixels(instance) or instance.sop_class_uid or (meta and meta.get("MediaStorageSOPClassUID")))
