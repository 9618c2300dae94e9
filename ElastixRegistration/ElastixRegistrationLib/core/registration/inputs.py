"""The files of one registration, read and matched: dimensions, masks, landmarks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, NothingToChoose
from ..files.dicom.places import Place
from ..files.dicom.volumes import place_of
from ..files.image_files import Volume, read_image, read_volume
from ..files.label_files import Drawn, read_label_pair, read_labels, read_mask, same_segments
from ..files.point_files import read_points
from ..files.transform_files import read_transform
from ..images.channels import Channel, label_channels
from ..images.geometry import Geometry, flattened, geometry_of, one_slice
from ..transforms.landmarks import LandmarkPairs, pair_landmarks
from ..wording import said
from .checks import JUDGED_BY, pair_dimension
from .slices import SlicePair

if TYPE_CHECKING:
    from ..files.dicom.volumes import DicomSeries

SIDES = ("fixed", "moving")

PathLike = str | os.PathLike


@dataclass(frozen=True)
class RegistrationInputs:
    """ITK images, and landmarks (N, D), LPS mm, that correspond row by row; None if not given.

    ``labels``: of the landmarks. ``notes``: sentences on how files were read and which landmarks were left out.
    ``series``: the DICOM series of the two images, None for other files; ``grids``: grids of the files. ``slices``: the
    two single-slice volumes of which ``fixed`` and ``moving`` are the 2D images; ``fixed_slice``: the grid of the fixed
    one if the moving image was 2D. ``sliding_mask`` and ``moving_sliding_mask``: labels in the space of the fixed and
    of the moving image.
    """

    fixed: Any
    moving: Any
    fixed_mask: Any = None
    moving_mask: Any = None
    fixed_points: np.ndarray | None = None
    moving_points: np.ndarray | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    slices: SlicePair | None = None
    fixed_slice: Geometry | None = None
    series: tuple[DicomSeries | None, ...] = (None, None)
    grids: tuple[Geometry, ...] = ()
    sliding_mask: Any = None
    moving_sliding_mask: Any = None

    @property
    def has_masks(self) -> tuple[bool, bool]:
        return self.fixed_mask is not None, self.moving_mask is not None

    @property
    def masks_and_points(self) -> dict[str, Any]:
        """Arguments that both ``core.register`` and ``core.assess`` take, by name."""
        return {name: getattr(self, name) for name in JUDGED_BY}

    def swapped(self) -> RegistrationInputs:
        """The same inputs with fixed and moving swapped; a sliding mask of only the fixed image is left out."""
        return replace(
            self,
            fixed=self.moving,
            moving=self.fixed,
            fixed_mask=self.moving_mask,
            moving_mask=self.fixed_mask,
            fixed_points=self.moving_points,
            moving_points=self.fixed_points,
            slices=None,
            fixed_slice=None,
            series=self.series[::-1],
            grids=self.grids[::-1],
            sliding_mask=self.moving_sliding_mask,
            moving_sliding_mask=None if self.moving_sliding_mask is None else self.sliding_mask,
        )

    def placed(self, image: Any) -> Any:
        """An image on the grid of ``fixed``, in 3D if the file of the fixed image is 3D."""
        if self.slices is not None:
            return self.slices.placed(image)
        return image if self.fixed_slice is None else one_slice(image, self.fixed_slice)

    def fitting(self, image: Any, side: str) -> Any:
        """Labels, for example, of the "fixed" or "moving" image, in 2D if that image is a slice of a volume."""
        if self.slices is not None:
            return self.slices.flat(image, 0 if side == "fixed" else 1)
        return as_flat_as(image, getattr(self, side))

    def drawn_on(self, side: str) -> Drawn:
        """The grid on which contours of the "fixed" or "moving" image are read."""
        number = SIDES.index(side)
        return Drawn(self.grids[number] if self.grids else geometry_of(getattr(self, side)), self.series[number])

    def read_label_pair(self, fixed: PathLike, moving: PathLike) -> tuple[Any, Any]:
        """Label maps that match both images. Raises InputError that names the file."""
        labels = read_label_pair((fixed, moving), (self.drawn_on("fixed"), self.drawn_on("moving")))
        return self.fitting(labels[0], "fixed"), self.fitting(labels[1], "moving")

    @property
    def places(self) -> tuple[Place | None, Place | None]:
        """The places of both images, if they are DICOM."""
        return place_of(self.series[0]), place_of(self.series[1])

    def read_transform(self, path: PathLike) -> Any:
        """A transform between the files. Raises InputError, also for a DICOM registration of other images."""
        return read_transform(path, fixed=geometry_of(self.fixed), moving=geometry_of(self.moving), places=self.places)

    def start(self, transform: Any) -> Any:
        """An initial transform for ``fixed`` and ``moving``. Raises InputError where slices cannot start from it."""
        return transform if self.slices is None else self.slices.flat_start(transform)

    def result(self, transform: Any, *, inverse: bool = False) -> Any:
        """A transform between ``fixed`` and ``moving`` as one between their files. It is 3D for slices that are not
        axial, because other programs cannot interpret coordinates within their plane.
        """
        if self.slices is None or self.slices.is_axial:
            return transform
        return self.slices.lifted(transform, inverse=inverse)

    @property
    def is_lifted(self) -> bool:
        """Whether ``result`` changes transforms."""
        return self.slices is not None and not self.slices.is_axial

    @property
    def result_grid(self) -> Geometry:
        """The grid of the fixed image for transforms of ``result``."""
        return self.slices.grids[0] if self.slices is not None and self.is_lifted else geometry_of(self.fixed)


def read_inputs(
    fixed: PathLike,
    moving: PathLike,
    fixed_mask: PathLike | None = None,
    moving_mask: PathLike | None = None,
    fixed_points: PathLike | None = None,
    moving_points: PathLike | None = None,
    *,
    pairing: str = "auto",
    series: Sequence[str] = (),
    frames: Sequence[int] = (),
    sliding_mask: PathLike | None = None,
    moving_sliding_mask: PathLike | None = None,
) -> RegistrationInputs:
    """Read the files; None for each one not given. Two volumes of one slice each, and their masks, come as 2D images.

    ``pairing`` says how landmarks correspond: see ``core.landmarks.pair_landmarks``. ``series`` and ``frames`` choose
    among several images of a file or folder, as in ``read_volume``: none, one for those that hold several, or one for
    the fixed and one for the moving image.

    Raises InputError that names the role and the file.
    """
    read = _read_pair((fixed, moving), series, frames)
    notes = (*(note for volume in read for note in volume.notes), *_of_two_patients(*(one.series for one in read)))
    volumes = read[0].image, read[1].image
    slices = SlicePair.of(*volumes)
    images = same_dimension(*volumes) if slices is None else (slices.flat(volumes[0], 0), slices.flat(volumes[1], 1))
    dimension = pair_dimension(*images)
    fixed_slice = geometry_of(volumes[0]) if slices is None and images[0] is not volumes[0] else None
    given = RegistrationInputs(*images, notes=notes, slices=slices, fixed_slice=fixed_slice)
    given = replace(given, series=(read[0].series, read[1].series), grids=tuple(map(geometry_of, volumes)))
    masks = [
        given.fitting(read_mask(path, f"{side} mask", given.drawn_on(side)), side) if path else None
        for side, path in zip(SIDES, (fixed_mask, moving_mask), strict=True)
    ]
    given = replace(given, fixed_mask=masks[0], moving_mask=masks[1])
    sliding = [
        given.fitting(read_labels(path, role, given.drawn_on(side)), side) if path else None
        for path, role, side in (
            (sliding_mask, "sliding mask", "fixed"),
            (moving_sliding_mask, "moving sliding mask", "moving"),
        )
    ]
    given = replace(given, sliding_mask=sliding[0], moving_sliding_mask=same_segments(*sliding))
    paths = fixed_points, moving_points
    points = [
        read_points(path, geometry_of(volume)) if path else None for path, volume in zip(paths, volumes, strict=True)
    ]
    of_fixed, of_moving = (
        None if one is None else _in_space_of(one.coordinates, side, given, geometry_of(volume), dimension, path)
        for side, (one, volume, path) in enumerate(zip(points, volumes, paths, strict=True))
    )
    given = replace(given, fixed_points=of_fixed, moving_points=of_moving)
    if of_fixed is None or of_moving is None:
        return given
    names = f"points in {fixed_points} and {moving_points}"
    labels = [() if one is None else one.labels for one in points]
    pairs = pair_landmarks(of_fixed, of_moving, labels[0], labels[1], pairing, names)
    return replace(
        given,
        fixed_points=pairs.fixed,
        moving_points=pairs.moving,
        labels=pairs.labels,
        notes=(*notes, *pairs.notes),
    )


def _of_two_patients(fixed: DicomSeries | None, moving: DicomSeries | None) -> list[str]:
    """A sentence if the headers of the two series name different patients. It contains no names, because reports
    include it."""
    if fixed is None or moving is None or not fixed.patient.is_another_than(moving.patient):
        return []
    return ["According to their DICOM headers, the fixed and the moving image belong to different patients."]


def _read_pair(paths: tuple[PathLike, PathLike], series: Sequence[str], frames: Sequence[int]) -> list[Volume]:
    """The fixed and the moving image. A single choice applies to each file that holds several images."""
    for words, what in ((series, "--series"), (frames, "--frame")):
        if len(words) > 2:
            raise InputError(
                said(
                    "{what} is given {count} times; give it once for both images, or once for each.",
                    what=what,
                    count=len(words),
                )
            )
    read, refused = [], []
    for number, (path, side) in enumerate(zip(paths, SIDES, strict=True)):
        wanted = {name: given[min(number, len(given) - 1)] for name, given in _named(series, frames) if given}
        try:
            read.append(read_volume(path, f"{side} image", **wanted))
        except NothingToChoose as error:
            apart = {name: word[number] for name, word in _named(series, frames) if len(word) == 2}
            if len(wanted) == len(apart):
                raise
            refused.append(error)
            read.append(read_volume(path, f"{side} image", **apart))
    if len(refused) == len(paths):
        raise refused[0]
    return read


def _named(series: Sequence[str], frames: Sequence[int]) -> tuple[tuple[str, Sequence[Any]], ...]:
    return ("series", series), ("frame", frames)


def read_points_pair(fixed: PathLike, moving: PathLike, pairing: str = "auto") -> LandmarkPairs:
    """Corresponding landmarks of two files, read without their images: (N, D), LPS mm."""
    one, other = read_points(fixed), read_points(moving)
    names = f"points in {fixed} and {moving}"
    if one.coordinates.shape[1] != other.coordinates.shape[1]:
        raise InputError(said("The {names} have different dimensions.", names=names))
    return pair_landmarks(one.coordinates, other.coordinates, one.labels, other.labels, pairing, names)


def read_channels(groups: Sequence[Sequence[str]], given: RegistrationInputs) -> list[Channel]:
    """Further pairs of images of the command line: each two files, and words ``name=value``.

    Names are fixed-mask, moving-mask, weight, metric, and kind: "image", or "distance" and "labels" for label maps, of
    which each label becomes a channel. ``given`` are the first images. Raises InputError naming the problem.
    """
    channels = []
    for number, group in enumerate(groups, 2):
        paths = [word for word in group if "=" not in word]
        words = dict(word.split("=", 1) for word in group if "=" in word)
        if len(paths) != 2 or not set(words) <= _CHANNEL_WORDS:
            raise InputError(
                said(
                    "A channel consists of a fixed and a moving image, and options such as weight=0.5 "
                    "({options}), not {words}.",
                    options=", ".join(sorted(_CHANNEL_WORDS)),
                    words=" ".join(group),
                )
            )
        weight = _number(words.get("weight", "1"))
        if words.get("kind", "image") != "image":
            labels = given.read_label_pair(paths[0], paths[1])
            channels += label_channels(*labels, kind=words["kind"], weight=weight)
            continue
        images = [
            given.fitting(read_image(path, f"{side} image {number}"), side)
            for side, path in zip(SIDES, paths, strict=True)
        ]
        masks = [
            given.fitting(read_mask(words[f"{side}-mask"], f"{side} mask {number}", given.drawn_on(side)), side)
            if f"{side}-mask" in words
            else None
            for side in SIDES
        ]
        (of_fixed, of_moving), (fixed_mask, moving_mask) = images, masks
        metric, name = words.get("metric"), f"image {number}"
        channels.append(Channel(of_fixed, of_moving, fixed_mask, moving_mask, weight, metric, name=name))
    return channels


_CHANNEL_WORDS = {"fixed-mask", "moving-mask", "weight", "metric", "kind"}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(said("The weight of a channel is {text}; it must be a number.", text=repr(text))) from None


def _in_space_of(
    points: np.ndarray, side: int, given: RegistrationInputs, volume: Geometry, dimension: int, path: Any
) -> np.ndarray:
    """(N, ``dimension``) of (N, 2 or 3) points, LPS mm; third coordinates are dropped if they are equal."""
    if given.slices is not None and points.shape[1] == 3:
        return given.slices.flat_points(points, side)
    if points.shape[1] == dimension or dimension > 2:
        return points  # the registration reports missing coordinates
    thickness = volume.spacing[2] if volume.dimension == 3 else 1e-3
    apart = float(np.ptp(points[:, 2])) if len(points) else 0.0
    if apart > thickness:
        raise InputError(
            said(
                "The points in {path} are up to {apart:.4g} mm apart across the plane of the 2D image; all "
                "must lie in the plane.",
                path=path,
                apart=apart,
            )
        )
    return points[:, :2]


def same_dimension(fixed: Any, moving: Any) -> tuple[Any, Any]:
    """Two single-slice volumes, or one and a 2D image, as 2D images; anything else unchanged."""
    flat = in_dimension(fixed, 2), in_dimension(moving, 2)
    return flat if all(image.GetImageDimension() == 2 for image in flat) else (fixed, moving)


def in_dimension(image: Any, dimension: int) -> Any:
    """``image``, as a 2D image if ``dimension`` is 2 and it has one slice."""
    is_slice = image.GetImageDimension() == 3 and geometry_of(image).size[2] == 1
    return flattened(image) if dimension == 2 and is_slice else image


def as_flat_as(mask: Any, image: Any) -> Any:
    """``mask``, as a 2D image if ``image`` is 2D."""
    return flattened(mask) if mask.GetImageDimension() == 3 and image.GetImageDimension() == 2 else mask
