"""Read NIfTI headers: the exact position of the voxels, LPS mm, where ITK does not give it, and their size in bytes.

ITK uses the sform if its code is 1 or if there is no qform, and otherwise the qform. It accepts only orthonormal axes.
This module uses the same form, with its shear. The layout is that of nifti1.h and nifti2.h.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry, array_view, component_count, geometry_of, image_from_array, set_geometry
from ...wording import said

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: Smaller deviations of the axes are rounding errors, as in file formats with 6 digits.
_ROUNDING = 1e-4
#: Axes that deviate by less than this, in voxels at the corners, are taken as perpendicular.
_SMALL = 0.1
#: Largest compression ratio of gzip.
_MAX_PACKED = 1032
#: Relative difference below which voxel sizes are equal.
_SAME_SIZE = 1e-3
_MILLIMETERS = {1: 1000.0, 3: 0.001}
_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}


def opened_plain(path: Path) -> BinaryIO:
    """Open a binary file. A gzipped file is decompressed as it is read."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path) if is_packed else open(path, "rb"))


@dataclass(frozen=True)
class NiftiHeader:
    """A NIfTI header. ``size`` has no trailing ones. ``matrix`` is (4, 4), voxel indices to LPS mm, or None.

    ``form`` is the source of ``matrix``: "sform" or "qform", or empty if only the spacing is known. ``other_matrix`` is
    that of the unused form, if the file has both. ``lost_form`` names a form whose numbers are not finite, or is empty.
    ``least_offset`` is the smallest offset of the voxels in bytes that the standard allows. ``spacing`` is the separate
    field of the header, mm.
    """

    order: str
    size: tuple[int, ...]
    data_type: int
    bits: int
    offset: int
    slope: float
    intercept: float
    matrix: np.ndarray | None
    other_matrix: np.ndarray | None
    form: str
    version: int = 1
    lost_form: str = ""
    least_offset: int = 0
    spacing: tuple[float, ...] = ()

    @property
    def voxel_bytes(self) -> int:
        return int(np.prod(self.size)) * self.bits // 8

    @property
    def has_stray_intercept(self) -> bool:
        """Return whether the header has an intercept without a slope. The standard ignores it, but ITK adds it."""
        return self.slope == 0 and self.intercept != 0 and np.isfinite(self.intercept)

    @property
    def is_misread_by_itk(self) -> bool:
        """Return whether ITK misreads the file. It also takes voxels from within the header, and forms that are not
        finite."""
        return self.has_stray_intercept or self.offset < self.least_offset or bool(self.lost_form)

    @property
    def is_scaled(self) -> bool:
        return self.slope not in (0.0, 1.0) or (self.slope != 0 and self.intercept != 0)


def read_header(path: Path) -> NiftiHeader | None:
    """Return the header of a file; None for damaged headers and for files without one, such as Analyze."""
    try:
        with opened_plain(path) as file:
            data = file.read(540)
        return _parsed(data)
    except (OSError, EOFError, zlib.error, struct.error, ValueError, OverflowError):
        return None


def _parsed(data: bytes) -> NiftiHeader | None:
    for order in "<>":
        length = struct.unpack_from(f"{order}i", data)[0]
        if length == 348 and data[344:348] in (b"n+1\0", b"ni1\0"):
            return replace(_nifti1(data, order), least_offset=352 if data[345:346] == b"+" else 0)
        if length == 540 and data[4:8] in (b"n+2\0", b"ni2\0"):
            return replace(_nifti2(data, order), least_offset=544 if data[5:6] == b"+" else 0)
    return None


def _nifti1(data: bytes, order: str) -> NiftiHeader:
    dims = struct.unpack_from(f"{order}8h", data, 40)
    data_type, bits = struct.unpack_from(f"{order}2h", data, 70)
    spacing = struct.unpack_from(f"{order}8f", data, 76)
    offset, slope, intercept = struct.unpack_from(f"{order}3f", data, 108)
    forms = struct.unpack_from(f"{order}2h", data, 252)
    quaternion = struct.unpack_from(f"{order}6f", data, 256)
    rows = struct.unpack_from(f"{order}12f", data, 280)
    return _header(order, dims, data_type, bits, spacing, offset, slope, intercept, data[123], forms, quaternion, rows)


def _nifti2(data: bytes, order: str) -> NiftiHeader:
    data_type, bits = struct.unpack_from(f"{order}2h", data, 12)
    dims = struct.unpack_from(f"{order}8q", data, 16)
    spacing = struct.unpack_from(f"{order}8d", data, 104)
    offset = struct.unpack_from(f"{order}q", data, 168)[0]
    slope, intercept = struct.unpack_from(f"{order}2d", data, 176)
    forms = struct.unpack_from(f"{order}2i", data, 344)
    quaternion = struct.unpack_from(f"{order}6d", data, 352)
    rows = struct.unpack_from(f"{order}12d", data, 400)
    units = struct.unpack_from(f"{order}i", data, 500)[0]
    found = _header(order, dims, data_type, bits, spacing, offset, slope, intercept, units, forms, quaternion, rows)
    return replace(found, version=2)


def _header(
    order: str,
    dims: Any,
    data_type: int,
    bits: int,
    spacing: Any,
    offset: float,
    slope: float,
    intercept: float,
    units: int,
    forms: Any,
    quaternion: Any,
    rows: Any,
) -> NiftiHeader:
    count = dims[0]
    if not 1 <= count <= 7 or min(dims[1 : count + 1]) < 1:
        raise ValueError(f"{count} dimensions {dims}")
    size = list(dims[1 : count + 1])
    while len(size) > 3 and size[-1] == 1:
        size.pop()
    scale = np.diag([*[_MILLIMETERS.get(units & 7, 1.0)] * 3, 1.0])
    with np.errstate(invalid="ignore"):  # the values are checked below
        of_q = LPS @ scale @ _from_quaternion(quaternion, spacing) if forms[0] > 0 else None
        of_s = LPS @ scale @ np.vstack([np.reshape(rows, (3, 4)), [0, 0, 0, 1]]) if forms[1] > 0 else None
    lost = [name for name, one in (("sform", of_s), ("qform", of_q)) if one is not None and not np.isfinite(one).all()]
    of_s, of_q = None if "sform" in lost else of_s, None if "qform" in lost else of_q
    takes_s = of_s is not None and (forms[1] == 1 or of_q is None)
    matrix, other = (of_s, of_q) if takes_s else (of_q, of_s)
    form = "sform" if takes_s else "qform"
    if matrix is None and not lost:  # as in ITK
        matrix, form = np.diag([*(np.abs(spacing[1:4]) * scale[0, 0]), 1.0]), ""
    return NiftiHeader(
        order=order,
        size=tuple(size),
        data_type=data_type,
        bits=bits,
        offset=int(offset),
        slope=slope,
        intercept=intercept,
        matrix=matrix,
        other_matrix=other,
        form=form,
        lost_form=" and ".join(lost),
        spacing=tuple((np.abs(spacing[1 : 1 + min(count, 3)]) * scale[0, 0]).tolist()),
    )


def _from_quaternion(quaternion: Any, spacing: Any) -> np.ndarray:
    """Return the (4, 4) matrix from voxel indices to RAS mm, by the formula of nifti1.h (method 2)."""
    b, c, d = quaternion[:3]
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * [spacing[1], spacing[2], spacing[3] * (-1 if spacing[0] < 0 else 1)]
    matrix[:3, 3] = quaternion[3:6]
    return matrix


def analyze_said(image: Any, path: Path, name: str) -> tuple[Any, list[str]]:
    """Return ``image``, of an Analyze 7.5 file, with the scale that SPM stores in one of its fields, and sentences
    about that.

    Other images are unchanged. The sentences call it ``name``, such as "the image".
    """
    try:
        data = path.read_bytes()[:348] if path.suffix.lower() == ".hdr" else b""
        order = next(order for order in "<>" if struct.unpack_from(f"{order}i", data)[0] == 348)
        slope, intercept = struct.unpack_from(f"{order}2f", data, 112)
    except (OSError, struct.error, StopIteration):
        return image, []
    notes = [
        f"The file of {name} is in Analyze 7.5 format, which does not give the position of its voxels. They are "
        "placed as in ITK, columns to the left and rows to posterior; check left and right."
    ]
    if not np.isfinite([slope, intercept]).all() or slope in (0.0, 1.0) or component_count(image) > 1:
        return image, notes
    values = array_view(image).astype(np.float64) * slope + intercept
    notes.append(f"The values of {name} are multiplied by {slope:g}, as its header says by SPM's convention.")
    return image_from_array(values.astype(np.float32), geometry_of(image)), notes


def placed(header: NiftiHeader, image: Any, name: str) -> tuple[Any, list[str]]:
    """Return ``image`` at the position in the header, and sentences about that, which call it ``name``, such as "the
    image".

    Raises InputError if the position in the header is invalid.
    """
    notes: list[str] = []
    if header.lost_form:
        if header.matrix is None:
            raise InputError(
                said(
                    "The {lost_form} of {name} contains numbers that are not finite, so its position is "
                    "unknown: the header is damaged.",
                    lost_form=header.lost_form,
                    name=name,
                )
            )
        notes.append(f"The {header.lost_form} of {name} contains numbers that are not finite; it is ignored.")
    if header.matrix is None or image.GetImageDimension() < 3:
        return image, notes
    size = tuple(int(n) for n in image.GetLargestPossibleRegion().GetSize())
    spacing = np.linalg.norm(header.matrix[:3, :3], axis=0)
    if not (spacing > 0).all() or abs(np.linalg.det(header.matrix[:3, :3] / spacing)) < 1e-6:
        taken = " x ".join(f"{one:.4g}" for one in list(image.GetSpacing())[:3])
        return image, [
            *notes,
            f"The {header.form or 'spacing'} of {name} is singular; a grid of {taken} mm is assumed.",
        ]
    notes += _doubts(header, spacing, size[:3], name)
    axes = header.matrix[:3, :3] / spacing
    error = float(np.abs(axes.T @ axes - np.eye(3)).max())
    if error > _ROUNDING:
        center = (np.array(size[:3]) - 1) / 2
        left, _, right = np.linalg.svd(axes)
        straight = left @ right
        off = float((np.abs((axes - straight) * spacing) @ np.abs(center)).max() / spacing.min())
        if off < _SMALL:
            origin = header.matrix[:3, :3] @ center + header.matrix[:3, 3] - straight * spacing @ center
            notes.append(
                f"The axes of {name} deviate from perpendicular by {error:.1g}; they are made perpendicular, "
                f"which moves voxels by at most {off * spacing.min():.2g} mm."
            )
            return _set(image, straight, spacing, origin), notes
        notes.append(f"The axes of {name} are not perpendicular; the shear is kept.")
    return _set(image, axes, spacing, header.matrix[:3, 3]), notes


def _doubts(header: NiftiHeader, spacing: np.ndarray, size: tuple[int, ...], name: str) -> list[str]:
    """Return sentences about a header whose matrix is ambiguous or contradicts other fields."""
    notes = []
    if not header.form:
        notes.append(
            f"The header of {name} does not give the position of its voxels. As in ITK, columns to the left and "
            "rows to posterior are assumed; check left and right."
        )
    header_spacing = np.array(header.spacing)
    if (
        header.form == "sform"
        and len(header_spacing) == 3
        and (header_spacing > 0).all()
        and not np.allclose(spacing, header_spacing, rtol=_SAME_SIZE)
    ):
        found, other = (" x ".join(f"{one:.4g}" for one in sizes) for sizes in (spacing, header_spacing))
        notes.append(
            f"By its sform, {name} has voxels of {found} mm, but its spacing field says {other} mm; the sform is "
            "used. ITK and Slicer use the spacing, so the image may look different there."
        )
    if header.matrix is not None and header.other_matrix is not None:
        corners = _corners(size)
        apart = float(np.linalg.norm((corners @ (header.matrix - header.other_matrix).T)[:, :3], axis=1).max())
        if apart > _SMALL * float(np.linalg.norm(header.matrix[:3, :3], axis=0).min()):
            other = {"sform": "qform", "qform": "sform"}[header.form]
            notes.append(
                f"The {header.form} and the {other} of {name} place its voxels up to {apart:.3g} mm apart; the "
                f"{header.form} is used, as in ITK and Slicer."
            )
    return notes


def _set(image: Any, axes: np.ndarray, spacing: np.ndarray, origin: np.ndarray) -> Any:
    """Place an image of 3 or more dimensions in space. Other images are unchanged."""
    count = image.GetImageDimension()
    direction = np.eye(count)
    direction[:3, :3] = axes
    size = tuple(int(n) for n in image.GetLargestPossibleRegion().GetSize())
    more_spacing = [float(image.GetSpacing()[axis]) for axis in range(3, count)]
    more_origin = [float(image.GetOrigin()[axis]) for axis in range(3, count)]
    geometry = Geometry(
        size=size,
        spacing=(*spacing.tolist(), *more_spacing),
        origin=(*origin.tolist(), *more_origin),
        direction=tuple(map(tuple, direction.tolist())),
    )
    return set_geometry(image, geometry)


def write_shear(path: Path, geometry: Geometry) -> None:
    """Write the exact axes of a sheared grid to the sform of a NIfTI-1 file that ITK has written with perpendicular
    axes."""
    is_packed = path.suffix.lower() == ".gz"
    with (gzip.open if is_packed else open)(path, "rb") as file:
        content = bytearray(file.read())
    order = "<" if struct.unpack_from("<i", content)[0] == 348 else ">"
    matrix = np.eye(4)
    matrix[:3] = (LPS @ geometry.index_to_physical()[np.ix_([0, 1, 2, -1], [0, 1, 2, -1])])[:3]
    # The header gets no qform, because that cannot hold shear.
    struct.pack_into(f"{order}2h", content, 252, 0, 2)
    struct.pack_into(f"{order}12f", content, 280, *matrix[:3].ravel().tolist())
    with (gzip.open if is_packed else open)(path, "wb") as file:
        file.write(content)


def _corners(size: tuple[int, ...]) -> np.ndarray:
    """Return the (8, 4) homogeneous indices of the corner voxels."""
    ends = np.stack(np.meshgrid(*[(0, n - 1) for n in size], indexing="ij"), -1).reshape(-1, 3)
    return np.column_stack([ends, np.ones(len(ends))])


def read_voxels(header: NiftiHeader, path: Path) -> Any | None:
    """Read the image of a file that ITK refuses because of its axes, without its position. Return None for unsupported
    voxel types.

    Raises OSError, EOFError, zlib.error or ValueError if the file is damaged.
    """
    if header.data_type not in _TYPES or len(header.size) not in (3, 4):
        return None
    if path.suffix.lower() == ".hdr":
        path, offset = path.with_suffix(".img"), 0
    else:
        offset = max(header.offset, header.least_offset)
    if header.voxel_bytes > path.stat().st_size * _MAX_PACKED:
        # This is checked before memory is allocated.
        raise EOFError(f"{header.voxel_bytes} bytes of voxels")
    with opened_plain(path) as file:
        file.seek(offset)
        data = file.read(header.voxel_bytes)
    voxels = np.frombuffer(data, header.order + _TYPES[header.data_type])
    # This raises ValueError if there are too few voxels.
    voxels = voxels.reshape(header.size[::-1])
    if header.is_scaled:
        voxels = (voxels * np.float64(header.slope) + header.intercept).astype(np.float32)
    native = voxels.astype(voxels.dtype.newbyteorder("="))
    return image_from_array(native, plain_geometry(header.size))


def plain_geometry(size: tuple[int, ...]) -> Geometry:
    """Return a grid of 1 mm voxels at the origin."""
    count = len(size)
    return Geometry(size, (1.0,) * count, (0.0,) * count, tuple(map(tuple, np.eye(count).tolist())))
