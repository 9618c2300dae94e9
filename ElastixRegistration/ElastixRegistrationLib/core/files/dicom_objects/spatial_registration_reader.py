"""Spatial Registrations and Deformable Spatial Registrations of any vendor as itk transforms. LPS mm."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry
from ...transforms.inverse import invert
from ...transforms.itk_transforms import affine_from_matrix
from .modules import read_dataset
from .spatial_registration import REGISTRATIONS, SPATIAL_REGISTRATION, deformation


def read_registration(path: str | os.PathLike, fixed_frame: str | None = None, moving_frame: str | None = None) -> Any:
    """itk transform, fixed to moving points, LPS mm, of a Spatial or Deformable Spatial Registration of any vendor.

    Without frames of reference, the fixed one is the registered one, and the moving one the only other that the object
    speaks of. Raises InputError: no such object, frames that it does not relate, or several that could be meant.
    """
    dataset = read_dataset(path, REGISTRATIONS, "DICOM registration")
    try:
        if str(dataset.SOPClassUID) == SPATIAL_REGISTRATION:
            return affine_from_matrix(_matrix_between(dataset, path, fixed_frame, moving_frame))
        return _deformation_between(dataset, path, fixed_frame, moving_frame)
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, np.linalg.LinAlgError) as error:
        raise InputError(f"The DICOM registration {path} is damaged: {' '.join(str(error).split())[:200]}.") from error


def _matrix_between(dataset: Any, path: Any, fixed_frame: str | None, moving_frame: str | None) -> np.ndarray:
    """(4, 4), fixed to moving points, LPS mm."""
    registered = str(dataset.get("FrameOfReferenceUID", ""))
    to_registered = {registered: np.eye(4)}
    for number, item in enumerate(dataset.RegistrationSequence):
        frame = str(item.get("FrameOfReferenceUID", "")) or f"item {number + 1}"
        matrix = np.eye(4)
        for entry in item.MatrixRegistrationSequence[0].MatrixSequence:
            matrix = matrix @ _matrix(entry)  # the order of the items is that of the multiplication
        if frame in to_registered and not np.allclose(matrix, to_registered[frame]) and frame != registered:
            raise InputError(f"The DICOM registration {path} has several matrices for one frame of reference.")
        if frame == registered and not np.allclose(matrix, np.eye(4)):
            # Two series of one frame of reference, one of which moved: they can be told apart by their images only.
            frame = f"item {number + 1}"
        to_registered[frame] = matrix
    fixed, moving = _chosen_frames(list(to_registered), registered, path, fixed_frame, moving_frame)
    return np.asarray(np.linalg.inv(to_registered[moving]) @ to_registered[fixed])


def _deformation_between(dataset: Any, path: Any, fixed_frame: str | None, moving_frame: str | None) -> Any:
    registered = str(dataset.get("FrameOfReferenceUID", ""))
    items = {registered: None}
    for number, item in enumerate(dataset.DeformableRegistrationSequence):
        frame = str(item.get("SourceFrameOfReferenceUID", "")) or f"item {number + 1}"
        if frame == registered and "DeformableRegistrationGridSequence" not in item:
            continue
        items[frame if frame != registered else f"item {number + 1}"] = item
    fixed, moving = _chosen_frames(list(items), registered, path, fixed_frame, moving_frame)
    if fixed == registered:
        return _transform_of_item(items[moving])
    if moving == registered:
        return invert(_transform_of_item(items[fixed]), _grid_of_item(items[fixed], path)).transform
    raise InputError(f"The DICOM registration {path} relates both frames of reference to a third one only.")


def _grid_of_item(item: Any, path: Any) -> Geometry:
    if "DeformableRegistrationGridSequence" not in item:
        raise InputError(f"The DICOM registration {path} has no grid for the frame of reference that is asked for.")
    return _field_of(item.DeformableRegistrationGridSequence[0])[1]


def _chosen_frames(
    frames: list[str], registered: str, path: Any, fixed_frame: str | None, moving_frame: str | None
) -> tuple[str, str]:
    for wanted in (fixed_frame, moving_frame):
        if wanted is not None and wanted not in frames:
            raise InputError(
                f"The DICOM registration {path} does not speak of the frame of reference {wanted} of the image; it"
                f" relates {', '.join(frames)}."
            )
    fixed = fixed_frame or (registered if moving_frame != registered else None)
    others = [frame for frame in frames if frame not in (fixed, moving_frame)]
    if fixed is None and len(others) == 1:
        fixed = others[0]
    moving = moving_frame or (others[0] if len(others) == 1 else None)
    if moving is None and not others:
        moving = fixed  # the identity, in one frame of reference
    if fixed is None or moving is None:
        raise InputError(
            f"The DICOM registration {path} relates {len(frames)} frames of reference; give both images as DICOM, so"
            " that it is known which two are meant."
        )
    return fixed, moving


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
