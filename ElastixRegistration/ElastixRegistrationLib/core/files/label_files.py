"""Read masks and label maps: images, and structures and segments by name (``FILE:NAME``, ``FILE:NAME,NAME``)."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, geometry_of, image_from_array
from ..images.labels import as_labels, as_mask
from ..system.file_names import split_choice
from ..wording import Said, named_role, said
from .dicom.structures import StructureSet, is_structure_set, read_structures, structures_image
from .formats.choice import chosen_names, listed, names_in
from .formats.segment_entries import segment_layers, segment_names, set_segments
from .image_files import read_volume

if TYPE_CHECKING:
    from .dicom.volumes import DicomSeries

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """The image on which contours were drawn and are rasterized: its ``grid``, and its DICOM series if it has one."""

    grid: Geometry | None = None
    series: DicomSeries | None = None


def read_mask(path: str | os.PathLike, role: str, on: Drawn) -> Any:
    """Read a mask as an ITK image that is nonzero inside. ``path`` is an image file, or names structures or segments of
    a file, whose union is returned.

    Raises InputError, with ``role``, for a file that cannot be read, and for a structure set with several structures if
    none is chosen.
    """
    file, choice = split_choice(path)
    if is_structure_set(file):
        structures = read_structures(file)
        if not choice and len(structures.areas) > 1:
            raise InputError(
                said(
                    "The {role} {file} has {count} structures; choose by {name}:NAME or {name}:NAME,NAME: {known}.",
                    role=named_role(role),
                    file=file,
                    count=len(structures.areas),
                    name=file.name,
                    known=listed([one.name for one in structures.areas]),
                )
            )
        return as_mask(_on_grid(structures, choice, role, on))
    image = _read_placed(file, role, on)
    return as_mask(
        only(image, choice, said("the {role} {file}", role=named_role(role), file=file)) if choice else image
    )


def read_labels(path: str | os.PathLike, role: str, on: Drawn) -> Any:
    """Read an ITK label map with a label for each chosen structure or segment, by default for all of them.

    Raises InputError, with ``role``, for a file that cannot be read, and if the structures overlap.
    """
    file, _ = split_choice(path)
    name = f"{role} {file}"
    try:
        return as_labels(read_segments(path, role, on), name)
    except InputError as error:
        if "overlap" not in str(error) or not is_structure_set(file):
            raise
        raise InputError(
            said(
                "The {role} {file} has overlapping structures, which do not fit in one label map; choose "
                "others with {name}:NAME,NAME.",
                role=named_role(role),
                file=file,
                name=file.name,
            )
        ) from error


def read_segments(path: str | os.PathLike, role: str, on: Drawn) -> Any:
    """Work like ``read_labels``, but put overlapping segments into different layers (components)."""
    file, choice = split_choice(path)
    if is_structure_set(file):
        return _on_grid(read_structures(file), choice, role, on)
    image = _read_placed(file, role, on)
    return only(image, choice, said("the {role} {file}", role=named_role(role), file=file)) if choice else image


def _read_placed(file: Path, role: str, on: Drawn) -> Any:
    """Read an image. Raises InputError if it is a DICOM segmentation in another frame of reference than its image."""
    _check_exact(file, role)
    volume = read_volume(file, role)
    for note in volume.notes:
        _log.warning("%s", note)
    if volume.series is None or on.series is None:
        return volume.image
    place, other = volume.series.place, on.series.place
    if place.object and place.frame and other.frame and place.frame != other.frame:
        place.check_lies_on(other, _image_of(role))
    if place.object and place.lies_on(other) is False:
        _log.warning("The %s was drawn on a different series from the %s.", role, _image_of(role))
    return volume.image


def _check_exact(file: Path, role: str) -> None:
    """Raise InputError for JPEG images. Their compression changes labels, and the zeros outside a mask."""
    with contextlib.suppress(OSError), open(file, "rb") as content:
        if content.read(3) == b"\xff\xd8\xff":
            raise InputError(
                said(
                    "The {role} {file} is a JPEG image, which does not keep exact values; save the original as "
                    "PNG or TIFF.",
                    role=named_role(role),
                    file=file,
                )
            )


def _image_of(role: str) -> str:
    """Return the name of the image that a mask or a label map with the given ``role`` belongs to."""
    return role.replace("label map", "image").replace("mask", "image")


def read_label_pair(paths: Sequence[str | os.PathLike], on: Sequence[Drawn]) -> tuple[Any, Any]:
    """Read the fixed and the moving label map. If the names of their segments match, the moving labels get the numbers
    of the fixed ones."""
    fixed, moving = (
        read_labels(path, f"{side} label map", place)
        for path, side, place in zip(paths, ("fixed", "moving"), on, strict=True)
    )
    return fixed, numbered_alike(fixed, moving)


def _on_grid(structures: StructureSet, choice: str, role: str, on: Drawn) -> Any:
    if on.grid is None:
        raise InputError(
            said(
                "The {role} {path} contains contours, which need the grid of their image; give that image too.",
                role=named_role(role),
                path=structures.path,
            )
        )
    structures.check_drawn_on(on.series, _image_of(role))
    chosen = structures.chosen(names_in(choice, [one.name for one in structures.structures]))
    image, notes = structures_image(chosen, on.grid, role)
    for note in notes:
        _log.info("%s", note)
    return image


def only(image: Any, choice: str, whole: Said) -> Any:
    """Return a label map with only the segments that ``choice`` names. Raises InputError for images without named
    segments."""
    names = segment_names(image)
    if not names:
        raise InputError(
            said("{whole} has no segment names, so segments cannot be chosen by name.", whole=whole.as_a_sentence())
        )
    wanted = chosen_names(names_in(choice, list(names.values())), list(names.values()), whole)
    kept = {value: name for value, name in names.items() if name in wanted}
    layer_of = segment_layers(image)
    voxels = np.asarray(array_view(image))
    if voxels.ndim > geometry_of(image).dimension:
        masks = {value: voxels[..., layer_of.get(value, 0)] == value for value in kept}
    else:
        masks = {value: voxels == value for value in kept}
    result = np.zeros(next(iter(masks.values())).shape, np.uint16)
    for value, mask in masks.items():
        if result[mask].any():
            raise InputError(said("The chosen segments of {whole} overlap; choose some that do not.", whole=whole))
        result[mask] = value
    labels = image_from_array(result, geometry_of(image))
    set_segments(labels, kept, {})
    return labels


def numbered_alike(fixed: Any, moving: Any) -> Any:
    """Return ``moving`` with the label numbers of ``fixed`` where segments have the same names. Other labels get free
    numbers. Either may be None."""
    if fixed is None or moving is None:
        return moving
    numbers = {name: value for value, name in segment_names(fixed).items()}
    names = segment_names(moving)
    shared = {value: numbers[name] for value, name in names.items() if name in numbers}
    if all(value == number for value, number in shared.items()):
        return moving
    free = max(*numbers.values(), *names, 0) + 1
    renumbered = {value: shared.get(value, free + place) for place, value in enumerate(names)}
    voxels = np.asarray(array_view(moving))
    result = np.zeros(voxels.shape, np.uint16 if max(renumbered.values()) < 2**16 else np.uint32)
    for value, number in renumbered.items():
        result[voxels == value] = number
    labels = image_from_array(result, geometry_of(moving))
    set_segments(labels, {renumbered[value]: name for value, name in names.items()}, {})
    return labels


def same_segments(fixed: Any, moving: Any) -> Any:
    """Return ``moving`` as ``numbered_alike`` does. Raises InputError if both have named segments, but none of the same
    name, whose numbers then mean nothing."""
    if fixed is not None and moving is not None:
        names = [list(segment_names(image).values()) for image in (fixed, moving)]
        if all(names) and not set(names[0]) & set(names[1]):
            raise InputError(
                said(
                    "The sliding mask has the segments {names}, but the moving sliding mask has {others}; their names "
                    "must be the same.",
                    names=listed(names[0]),
                    others=listed(names[1]),
                )
            )
    return numbered_alike(fixed, moving)
