"""Spatial Registrations and Deformable Spatial Registrations of any vendor as itk transforms. LPS mm."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry
from ...transforms.inverse import invert
from ...transforms.itk_transforms import affine_from_matrix
from ..dicom.volumes import Place
from .modules import read_dataset
from .spatial_registration import REGISTRATIONS, SPATIAL_REGISTRATION, deformation

_log = logging.getLogger(__name__)


def read_registration(path: str | os.PathLike, fixed: Place | None = None, moving: Place | None = None) -> Any:
    """itk transform, fixed to moving points, LPS mm, of a Spatial or Deformable Spatial Registration of any vendor.

    ``fixed`` and ``moving`` say where the images are. Without them, the fixed frame of reference is the registered
    one, and the moving one the only other that the object speaks of. Raises InputError: no such object, frames of
    reference or images that it does not relate, or several that could be meant.
    """
    dataset = read_dataset(path, REGISTRATIONS, "DICOM registration")
    try:
        is_matrix = str(dataset.SOPClassUID) == SPATIAL_REGISTRATION
        sources = _matrices(dataset) if is_matrix else _deformations(dataset)
        of_fixed, of_moving = _Choice(path, sources).pair(fixed, moving)
        if of_fixed is of_moving and fixed is not None and moving is not None:
            _log.warning("Both images lie on the same side of the DICOM registration %s: nothing moves.", path)
        if is_matrix:
            return affine_from_matrix(np.linalg.inv(of_moving.content) @ of_fixed.content)
        return _between(of_fixed, of_moving, path)
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, np.linalg.LinAlgError) as error:
        raise InputError(f"The DICOM registration {path} is damaged: {' '.join(str(error).split())[:200]}.") from error


@dataclass
class _Source:
    """A frame of reference, or images in it, that an object relates to the registered one.

    ``content``: the matrix (4, 4) to the registered frame; of deformations the item, None where nothing moves.
    """

    frame: str
    images: frozenset[str]
    content: Any
    is_registered: bool = False


def _matrices(dataset: Any) -> list[_Source]:
    """The registered frame of reference, and all others."""
    registered = _Source(str(dataset.get("FrameOfReferenceUID", "")), frozenset(), np.eye(4), is_registered=True)
    sources = [registered]
    for item in dataset.RegistrationSequence:
        matrix = np.eye(4)
        for entry in item.MatrixRegistrationSequence[0].MatrixSequence:
            matrix = matrix @ _matrix(entry)  # the order of the items is that of the multiplication
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


def _images(item: Any) -> frozenset[str]:
    return frozenset(str(one.ReferencedSOPInstanceUID) for one in item.get("ReferencedImageSequence") or ())


@dataclass(frozen=True)
class _Choice:
    """Which of the ``sources`` two images are in. The first is the registered one."""

    path: Any
    sources: Sequence[_Source]

    def pair(self, fixed: Place | None, moving: Place | None) -> tuple[_Source, _Source]:
        found = self._of(fixed, "fixed"), self._of(moving, "moving")
        if found[0] is None and found[1] is not self.sources[0]:
            found = self.sources[0], found[1]
        of_fixed, of_moving = (one or self._other_than(found[1 - side]) for side, one in enumerate(found))
        return of_fixed, of_moving

    def _of(self, place: Place | None, role: str) -> _Source | None:
        """None where nothing is known of the image, or its frame of reference has several sources without images."""
        if place is None or not place.frame:
            return None
        found = [one for one in self.sources if one.frame == place.frame]
        if not found:
            raise InputError(
                f"The DICOM registration {self.path} does not speak of the frame of reference {place.frame} of the"
                f" {role} image; it relates {', '.join(dict.fromkeys(one.frame for one in self.sources))}."
            )
        if len(found) == 1:
            return found[0]
        named = [one for one in found if one.images & place.images]
        if place.images and not named and all(one.images for one in found):
            raise InputError(
                f"The DICOM registration {self.path} relates other series than that of the {role} image, all in one"
                " frame of reference."
            )
        return named[0] if len(named) == 1 else None

    def _other_than(self, known: _Source | None) -> _Source:
        others = [one for one in self.sources if one is not known]
        if not others and known is not None:
            return known  # the identity, in one frame of reference
        if len(others) != 1:
            frames = len({one.frame for one in self.sources})
            raise InputError(
                f"The DICOM registration {self.path} relates {frames} frames of reference; give both images as DICOM,"
                " so that it is known which two are meant."
            )
        return others[0]


def _between(fixed: _Source, moving: _Source, path: Any) -> Any:
    """itk transform of deformations, each from the registered frame to the source."""
    if fixed is moving:
        return affine_from_matrix(np.eye(4))
    if fixed.is_registered:
        return _transform_of_item(moving.content)
    if moving.is_registered:
        return invert(_transform_of_item(fixed.content), _grid_of_item(fixed.content, path)).transform
    raise InputError(f"The DICOM registration {path} relates both frames of reference to a third one only.")


def _grid_of_item(item: Any, path: Any) -> Geometry:
    if "DeformableRegistrationGridSequence" not in item:
        raise InputError(f"The DICOM registration {path} has no grid for the frame of reference that is asked for.")
    return _field_of(item.DeformableRegistrationGridSequence[0])[1]


def _transform_of_item(item: Any) -> Any:
    before = _matrix_of_sequence(item.get("PreDeformationMatrixRegistrationSequence"))
    after = _matrix_of_sequence(item.get("PostDeformationMatrixRegistrationSequence"))
    if "DeformableRegistrationGridSequence" not in item:
        return affine_from_matrix(after @ before)
    return deformation(before, *_field_of(item.DeformableRegistrationGridSequence[0]), after)


def _field_of(field: Any) -> tuple[np.ndarray, Geometry]:
    """((k, j, i, 3) displacements, LPS mm; their grid)."""
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
        raise ValueError(f"its grid of {'x'.join(map(str, size))} points has {values.size} numbers")
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
        raise ValueError("its matrix is not homogeneous")
    return matrix
