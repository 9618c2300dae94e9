"""Read Spatial Registrations and Deformable Spatial Registrations of any vendor as itk transforms. LPS mm."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import Fault, InputError
from ...images.geometry import Geometry
from ...transforms.inverse import invert
from ...transforms.itk_transforms import affine_from_matrix
from ...wording import named_role, said, slice_count
from ..dicom.headers import reported_as_damaged
from ..dicom.places import Place, images_by_series
from .modules import read_dataset
from .spatial_registration import REGISTRATIONS, SPATIAL_REGISTRATION, deformation

_log = logging.getLogger(__name__)


def read_registration(path: str | os.PathLike, fixed: Place | None = None, moving: Place | None = None) -> Any:
    """Read a Spatial or Deformable Spatial Registration of any vendor as an itk transform, fixed to moving points, LPS
    mm.

    ``fixed`` and ``moving`` say where the images lie. Without them, the registered frame of reference is that of the
    fixed image, and the only other one in the object is that of the moving image. Raises InputError for other objects,
    for frames of reference or images that the object does not relate, and for several candidates.
    """
    dataset = read_dataset(path, REGISTRATIONS, "DICOM registration")
    with reported_as_damaged(said("The DICOM registration {path}", path=path)):
        is_matrix = str(dataset.SOPClassUID) == SPATIAL_REGISTRATION
        sources = _matrices(dataset) if is_matrix else _deformations(dataset)
        _name_series(sources, dataset)
        of_fixed, of_moving = _Choice(path, sources).pair(fixed, moving)
        if of_fixed is of_moving and fixed is not None and moving is not None:
            what = f"The {moving.object} and the image" if moving.object else "Both images"
            _log.warning("%s are on the same side of the DICOM registration %s: nothing moves.", what, path)
        if is_matrix:
            return affine_from_matrix(np.linalg.inv(of_moving.content) @ of_fixed.content)
        return _between(of_fixed, of_moving, path)


@dataclass
class _Source:
    """A frame of reference, or images in it, that an object relates to the registered one.

    ``content`` is the matrix (4, 4) to the registered frame, LPS mm, or the item of a deformation; None if nothing
    moves. ``listed`` are its images by the UIDs of their series. ``studies`` are UIDs.
    """

    frame: str
    images: frozenset[str]
    content: Any
    is_registered: bool = False
    listed: dict[str, frozenset[str]] = field(default_factory=dict)
    studies: frozenset[str] = frozenset()

    @property
    def place(self) -> Place:
        """Return the place that is compared with that of an image or an object."""
        return Place(self.frame, self.images, frozenset(self.listed), self.studies, listed=self.listed)


def _matrices(dataset: Any) -> list[_Source]:
    """Return the registered frame of reference and all others."""
    registered = _Source(str(dataset.get("FrameOfReferenceUID", "")), frozenset(), np.eye(4), is_registered=True)
    sources = [registered]
    for item in dataset.RegistrationSequence:
        matrix = np.eye(4)
        for entry in item.MatrixRegistrationSequence[0].MatrixSequence:
            matrix = matrix @ _matrix(entry)  # items are in the order of multiplication
        frame, images = str(item.get("FrameOfReferenceUID", "")), _images(item)
        like = next((one for one in sources if one.frame == frame and np.allclose(one.content, matrix)), None)
        if like is None:
            sources.append(_Source(frame, images, matrix))
        else:
            like.images |= images
    return sources


def _deformations(dataset: Any) -> list[_Source]:
    registered = _Source(str(dataset.get("FrameOfReferenceUID", "")), frozenset(), None, is_registered=True)
    sources = [registered]
    for item in dataset.DeformableRegistrationSequence:
        frame, images = str(item.get("SourceFrameOfReferenceUID", "")), _images(item)
        if frame == registered.frame and "DeformableRegistrationGridSequence" not in item:
            registered.images |= images
        else:
            sources.append(_Source(frame, images, item))
    return sources


def _name_series(sources: Sequence[_Source], dataset: Any) -> None:
    """Set the series and studies of each source's images, as far as the object gives them."""
    studies = {str(dataset.get("StudyInstanceUID") or ""): images_by_series(dataset)}
    for item in dataset.get("StudiesContainingOtherReferencedInstancesSequence") or ():
        studies[str(item.get("StudyInstanceUID") or "")] = images_by_series(item)
    for source in sources:
        of_source = {
            study: {uid: images for uid, images in listed.items() if images & source.images}
            for study, listed in studies.items()
        }
        source.listed = {uid: images for listed in of_source.values() for uid, images in listed.items()}
        source.studies = frozenset(study for study, listed in of_source.items() if study and listed)


def _images(item: Any) -> frozenset[str]:
    return frozenset(str(one.ReferencedSOPInstanceUID) for one in item.get("ReferencedImageSequence") or ())


@dataclass(frozen=True)
class _Choice:
    """Find the ``sources`` to which two images belong. The first source is the registered one."""

    path: Any
    sources: Sequence[_Source]

    def pair(self, fixed: Place | None, moving: Place | None) -> tuple[_Source, _Source]:
        found = self._of(fixed, "fixed"), self._of(moving, "moving")
        if found[0] is None and found[1] is not self.sources[0]:
            found = self.sources[0], found[1]
        of_fixed, of_moving = (one or self._other_than(found[1 - side]) for side, one in enumerate(found))
        for place, known, taken, role in (
            (fixed, found[0], of_fixed, "fixed"),
            (moving, found[1], of_moving, "moving"),
        ):
            if known is None and place is not None and place.frame:
                _tell_assumed(place, role, taken)
        return of_fixed, of_moving

    def _of(self, place: Place | None, role: str) -> _Source | None:
        """Return the source of an image. Return None if nothing is known about the image, or if several sources in its
        frame of reference cannot be told apart.

        Raises InputError for a frame of reference, or images in one, that the object does not contain.
        """
        if place is None or not place.frame:
            return None
        what = place.object or named_role(f"{role} image")
        found = [one for one in self.sources if one.frame == place.frame]
        if not found:
            raise InputError(
                said(
                    "The DICOM registration {path} does not contain the frame of reference {frame} of the "
                    "{what}; it relates {frames}.",
                    path=self.path,
                    frame=place.frame,
                    what=what,
                    frames=", ".join(dict.fromkeys(one.frame for one in self.sources)),
                )
            )
        known = [place.lies_on(one.place) for one in found]
        named = [one for one, lies_on in zip(found, known, strict=True) if lies_on]
        if len(named) == 1:
            self._check_whole(place, named[0], role)
            return named[0]
        if all(lies_on is False for lies_on in known):
            return self._of_another_series(place, found, role)
        return found[0] if len(found) == 1 else _by_study(place, found, what)

    def _of_another_series(self, place: Place, found: Sequence[_Source], role: str) -> _Source:
        """Return the source of an image in a frame of reference of which the object names only other images."""
        what = place.object or named_role(f"{role} image")
        if len(found) > 1:
            raise InputError(
                said(
                    "The DICOM registration {path} relates series other than that of the {what}, all in one "
                    "frame of reference.",
                    path=self.path,
                    what=what,
                )
            )
        if place.is_drawn:
            raise InputError(
                said(
                    "The {what} was drawn on a series that the DICOM registration {path} does not relate, in "
                    "the same frame of reference; if nothing moved between the two, first carry it over to "
                    "that series, with apply identity.",
                    what=what,
                    path=self.path,
                )
            )
        _log.warning(
            "The DICOM registration names images other than those of the %s, in the same frame of reference: it "
            "is valid only if nothing moved between them.",
            what,
        )
        return found[0]

    def _check_whole(self, place: Place, source: _Source, role: str) -> None:
        """Raise InputError if slices of a series that the object names are missing, or if a drawn object names
        slices that the registration does not name."""
        if place.is_drawn:
            place.check_whole(source.place, f"series in the DICOM registration {self.path}")
        elif not place.object:
            lacking = source.place.lacking(place)
            if lacking:
                raise InputError(
                    said(
                        "The {role} lacks {slices} that the DICOM registration {path} names; give the "
                        "whole series, or, for a part of it, the transform alone (convert REG.dcm t.h5).",
                        role=named_role(f"{role} image"),
                        slices=slice_count(len(lacking)),
                        path=self.path,
                    )
                )

    def _other_than(self, known: _Source | None) -> _Source:
        others = [one for one in self.sources if one is not known]
        if not others and known is not None:
            # The transform is the identity within one frame of reference.
            return known
        if len(others) != 1:
            frames = len({one.frame for one in self.sources})
            raise InputError(
                said(
                    "The DICOM registration {path} relates {frames} frames of reference; give both images as "
                    "DICOM to choose two of them.",
                    path=self.path,
                    frames=frames,
                )
            )
        return others[0]


def _by_study(place: Place, found: Sequence[_Source], what: str) -> _Source | None:
    """Return the only source in the study of an object, and log that, because doses are planned in the study of
    their image. Return None if the study of a source is unknown or fits several."""
    named = [one for one in found if one.studies & place.studies]
    if not place.object or len(named) != 1 or not all(one.studies for one in found):
        return None
    _log.info("The %s names no image; it is assumed to lie on the image of its study.", what)
    return named[0]


def _tell_assumed(place: Place, role: str, taken: _Source) -> None:
    _log.warning(
        "Both images of the DICOM registration share a frame of reference, and the %s does not say on which one "
        "it lies; it is assumed to lie on the %s image.%s",
        place.object or f"{role} image",
        "fixed" if taken.is_registered else "moving",
        " If that is wrong, name the image with --lies-on." if place.object and role == "moving" else "",
    )


def _between(fixed: _Source, moving: _Source, path: Any) -> Any:
    """Return the itk transform from the fixed to the moving image. Each deformation goes from the registered frame
    to its source."""
    if fixed is moving:
        return affine_from_matrix(np.eye(4))
    if fixed.is_registered:
        return _transform_of_item(moving.content)
    if moving.is_registered:
        return invert(_transform_of_item(fixed.content), _grid_of_item(fixed.content, path)).transform
    raise InputError(
        said("The DICOM registration {path} relates the two frames of reference only to a third one.", path=path)
    )


def _grid_of_item(item: Any, path: Any) -> Geometry:
    if "DeformableRegistrationGridSequence" not in item:
        raise InputError(
            said("The DICOM registration {path} has no grid for the requested frame of reference.", path=path)
        )
    return _field_of(item.DeformableRegistrationGridSequence[0])[1]


def _transform_of_item(item: Any) -> Any:
    before = _matrix_of_sequence(item.get("PreDeformationMatrixRegistrationSequence"))
    after = _matrix_of_sequence(item.get("PostDeformationMatrixRegistrationSequence"))
    if "DeformableRegistrationGridSequence" not in item:
        return affine_from_matrix(after @ before)
    return deformation(before, *_field_of(item.DeformableRegistrationGridSequence[0]), after)


def _field_of(field: Any) -> tuple[np.ndarray, Geometry]:
    """Return the displacements (k, j, i, 3), LPS mm, and their grid."""
    size = tuple(map(int, field.GridDimensions))
    rows = np.array(field.ImageOrientationPatient, float).reshape(2, 3)
    direction = np.stack([*rows, np.cross(*rows)], axis=1)
    grid = Geometry(
        size,
        tuple(map(float, field.GridResolution)),
        tuple(map(float, field.ImagePositionPatient)),
        tuple(map(tuple, direction.tolist())),
    )
    data = field.VectorGridData
    values = np.frombuffer(data, "<f4") if isinstance(data, bytes) else np.asarray(data, np.float32)
    if len(size) != 3 or values.size != 3 * int(np.prod(size)):
        raise Fault(
            said("its grid of {names} points has {size} numbers", names="x".join(map(str, size)), size=values.size)
        )
    vectors = values.reshape(*size[::-1], 3).astype(float)
    return np.where(np.isfinite(vectors), vectors, 0.0), grid


def _matrix_of_sequence(sequence: Any) -> np.ndarray:
    matrix = np.eye(4)
    for entry in sequence or ():
        matrix = matrix @ _matrix(entry)
    return matrix


def _matrix(entry: Any) -> np.ndarray:
    matrix = np.array(entry.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)
    if not np.isfinite(matrix).all() or not np.allclose(matrix[3], (0, 0, 0, 1)):
        raise Fault(said("its matrix is not homogeneous"))
    return matrix
