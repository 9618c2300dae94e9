"""Read displacement fields, fixed to moving, LPS mm, and recognize similar files of other tools."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, component_count, geometry_of
from ..transforms.itk_transforms import displacement_field_transform
from ..wording import said
from .formats.itk_readers import image_suffix_of
from .formats.nifti import read_header
from .formats.nrrd import is_modeling_field
from .image_files import read_image
from .itk_transform_files import inverted

_VECTOR, _DISPLACEMENT = 1007, 1006
_FSL = said(
    "is an FSL warp, whose vectors are in FSL's own coordinates. Convert it to an ITK displacement field: {command}.",
    command="wb_command -convert-warpfield -from-fnirt IN MOVING -to-itk OUT.nii.gz",
)
_NIFTYREG = said(
    "is a NiftyReg transform, which contains positions or control points in RAS. Convert it to an ITK displacement "
    "field: {command}, then flip the signs of x and y.",
    command="reg_transform -disp",
)
_POSITIONS = said(
    "contains positions in the other image, like SPM's deformations (y_*.nii), not displacements. Convert it to an ITK "
    "displacement field: subtract the position of each voxel, and flip the signs of x and y if they are RAS."
)
_VOLUMES = said(
    "has three volumes instead of vectors, as FSL and AFNI write warps. They are in the coordinates of those programs. "
    "Convert it to an ITK displacement field: {fsl} (FSL), or {afni} (AFNI).",
    fsl="wb_command -convert-warpfield",
    afni="3dNwarpCat, nitransforms",
)
#: Largest share of the variance of a field of positions that remains after subtracting the position of each voxel.
_MAX_RESIDUAL = 0.1


def read_field(path: Path) -> Any:
    """Read a displacement field with ITK and return its transform. Raises InputError naming the file."""
    check_header(path)
    image = read_image(path, "displacement field")
    geometry = geometry_of(image)
    if component_count(image) != geometry.dimension:
        raise InputError(
            said(
                "The file {path} is not a transform: its voxels have {count} components, but displacements in "
                "{dimension} dimensions have {dimension}.",
                path=path,
                count=component_count(image),
                dimension=geometry.dimension,
            )
        )
    return displacements(np.asarray(array_view(image), np.float64), geometry, path)


def displacements(vectors: np.ndarray, geometry: Geometry, path: Path) -> Any:
    """Return the transform of (k, j, i, D) vectors, LPS mm, that were read from ``path``. Raises InputError if they are
    not displacements."""
    _check_vectors(vectors, geometry, path)
    field = displacement_field_transform(vectors, geometry)
    return inverted(field, path) if is_modeling_field(path) else field


def check_header(path: Path) -> None:
    """Raise InputError if the header of a NIfTI file identifies it as another tool's warp."""
    header = read_header(path) if image_suffix_of(path) in (".nii", ".nii.gz") else None
    if header is None:
        return
    code, name = _intent(path, header.order, header.version)
    what = ""
    if 2006 <= code <= 2009:
        what = _FSL
    elif name == "NREG_TRANS":
        what = _NIFTYREG
    elif name == "Mapping":
        what = _POSITIONS
    elif code not in (_VECTOR, _DISPLACEMENT) and header.size[3:] in ((3,), (1, 3)):
        what = _VOLUMES
    if what:
        raise InputError(said("The file {path} {what}", path=path, what=what))


def _intent(path: Path, order: str, version: int) -> tuple[int, str]:
    try:
        with (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb") as file:
            data = file.read(540)
        form, at, name_at = (f"{order}h", 68, 328) if version == 1 else (f"{order}i", 504, 508)
        name = data[name_at : name_at + 16].partition(b"\0")[0].decode("ascii", "replace")
        return int(struct.unpack_from(form, data, at)[0]), name
    except (OSError, EOFError, zlib.error, struct.error):
        return 0, ""


def _check_vectors(vectors: np.ndarray, geometry: Geometry, path: Path) -> None:
    """Raise InputError if (k, j, i, D) vectors are approximately the positions of the voxels, LPS or RAS mm."""
    steps = tuple(slice(None, None, max(1, n // 12)) for n in vectors.shape[:-1])
    indices = np.stack(np.meshgrid(*(np.arange(n) for n in vectors.shape[:-1]), indexing="ij"), -1)[steps][..., ::-1]
    places = geometry.points_of(indices.reshape(-1, geometry.dimension))
    found = vectors[steps].reshape(places.shape)
    found, places = (one[np.isfinite(found).all(1)] for one in (found, places))
    flip = np.where(np.arange(geometry.dimension) < 2, -1.0, 1.0)
    if any(_variance(found - turned) < _MAX_RESIDUAL * _variance(found) for turned in (places, places * flip)):
        raise InputError(said("The file {path} {positions}", path=path, positions=_POSITIONS))


def _variance(vectors: np.ndarray) -> float:
    return float(vectors.var(0).sum()) if len(vectors) > 1 else 0.0
