"""Matrix files of other tools: FSL's flirt (.mat), FreeSurfer (.lta), AFNI (.aff12.1D).

All are read as, and written from, (4, 4) matrices that map fixed to moving points, LPS mm. FSL's matrices act on scaled
voxel coordinates (fsl.fmrib.ox.ac.uk/fsl/fslwiki/FLIRT/FAQ), FreeSurfer's map the moving image to the fixed one in RAS,
AFNI's map the base to the source in LPS, which AFNI calls DICOM order.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import Fault, InputError, damaged
from ..images.geometry import Geometry
from ..wording import said

LINEAR_SUFFIXES = (".lta", ".1d")
_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_VOXEL_TO_VOXEL, _RAS_TO_RAS = 0, 1
_FREESURFER_TYPES = {14: "register.dat (tkregister coordinates)", 21: "a coronal RAS of FreeSurfer's own"}


def is_linear_form(path: Path) -> bool:
    """Return whether a file has one of these formats, by its suffix, or because it is text with 4 by 4 numbers. ITK's
    .mat is binary."""
    if path.suffix.lower() in LINEAR_SUFFIXES:
        return True
    if path.suffix.lower() not in (".mat", ".fsl", ".xfm", ".txt", "") or path.stat().st_size > 4096:
        return False
    try:
        return _table(path.read_text("ascii")).shape == (4, 4)
    except (OSError, ValueError):
        return False


def read_linear(path: Path, fixed: Geometry | None, moving: Geometry | None) -> np.ndarray:
    """Read the (4, 4) matrix of a file in one of these formats, fixed to moving, LPS mm. Raises InputError naming the
    file."""
    try:
        suffix = path.suffix.lower()
        if suffix == ".lta":
            return _RAS @ np.linalg.inv(_lta(path.read_text("utf-8"))) @ _RAS
        if suffix == ".1d":
            return _afni(path.read_text("ascii"))
        matrix = _table(path.read_text("ascii"))
    except InputError as error:
        raise InputError(said("The transform file {path} {error}", path=path, error=error)) from None
    except (OSError, ValueError, IndexError, np.linalg.LinAlgError) as error:
        raise damaged(said("The transform file {path}", path=path), error) from error
    if fixed is None or moving is None:
        raise InputError(
            said(
                "The transform file {path} is a matrix of FSL's flirt, which refers to the voxels of two images; "
                "give the fixed and the moving image as well.",
                path=path,
            )
        )
    return _world_of(moving) @ np.linalg.inv(matrix) @ np.linalg.inv(_world_of(fixed))


def linear_text(matrix: np.ndarray, path: Path, form: str, fixed: Geometry | None, moving: Geometry | None) -> str:
    """Return the text of a file in the format ``form``: "fsl", "lta" or "afni". Raises InputError if a needed image is
    missing."""
    if matrix.shape != (4, 4):
        raise InputError(
            said(
                "{path} is a format for 3D transforms, and this one has {count} dimensions.",
                path=path.name,
                count=len(matrix) - 1,
            )
        )
    if form == "afni":
        numbers = " ".join(repr(float(value)) for value in matrix[:3].ravel())
        return f"# 3dvolreg matrices (DICOM-to-DICOM, row-by-row):\n{numbers}\n"
    if form == "lta":
        return _lta_text(_RAS @ np.linalg.inv(matrix) @ _RAS, moving, fixed)
    if fixed is None or moving is None:
        raise InputError(said("A matrix of FSL's flirt refers to the voxels of two images: give --fixed and --moving."))
    flirt = np.linalg.inv(_world_of(moving)) @ matrix @ _world_of(fixed)
    return "".join("  ".join(f"{value:.16g}" for value in row) + "\n" for row in np.linalg.inv(flirt))


def _table(text: str) -> np.ndarray:
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return np.array(rows, float)


def _world_of(image: Geometry) -> np.ndarray:
    """Return the (4, 4) matrix from FSL's coordinates of an image to LPS mm. FSL counts mm from the first voxel; if the
    axes are right-handed, it counts x from the other end."""
    to_world = image.index_to_physical()
    scale = np.diag([*image.spacing, 1.0])
    if np.linalg.det(to_world[:3, :3]) > 0:
        scale[0, 0], scale[0, 3] = -image.spacing[0], (image.size[0] - 1) * image.spacing[0]
    return np.asarray(to_world @ np.linalg.inv(scale))


def _afni(text: str) -> np.ndarray:
    values = _table(text)
    if values.shape not in ((1, 12), (3, 4)):
        what = f"{len(values)} matrices" if values.ndim == 2 and values.shape[1] == 12 else "other numbers"
        raise InputError(said("contains {what}; a single AFNI matrix of 12 numbers is needed.", what=what))
    return np.vstack([values.reshape(3, 4), [0, 0, 0, 1]])


def _lta(text: str) -> np.ndarray:
    """Return the (4, 4) matrix in an LTA file, from the source (moving) to the destination (fixed), RAS mm."""
    entries = dict(re.findall(r"^(\w+)[ \t]*=[ \t]*([^#\n]*)", text, re.MULTILINE))
    kind, count = int(entries["type"]), int(entries.get("nxforms", 1))
    if count != 1:
        raise InputError(said("contains {count} matrices; a single one is needed.", count=count))
    if kind not in (_VOXEL_TO_VOXEL, _RAS_TO_RAS):
        raise InputError(
            said(
                "is of type {kind} of FreeSurfer, {value}; write it as RAS to RAS: lta_convert --inlta "
                "IN --outlta OUT --ltatype 1.",
                kind=kind,
                value=_FREESURFER_TYPES.get(kind, "unknown"),
            )
        )
    start = re.search(r"^1\s+4\s+4\s*$", text, re.MULTILINE)
    if start is None:
        raise Fault(said("it has no matrix of 4 by 4 numbers"))
    matrix = np.array([line.split() for line in text[start.end() :].split("\n")[1:5]], float)
    if matrix.shape != (4, 4):
        raise Fault(said("it has no matrix of 4 by 4 numbers"))
    if kind == _RAS_TO_RAS:
        return matrix
    source, destination = (_volume_of(text, name) for name in ("src", "dst"))
    return np.asarray(destination @ matrix @ np.linalg.inv(source))


def _volume_of(text: str, name: str) -> np.ndarray:
    """Return the (4, 4) matrix from voxel indices to RAS mm of the volume that an LTA file calls ``name``: the source
    or the destination."""
    part = text.split(f"{name} volume info", 1)[1]
    values = dict(re.findall(r"^(\w+)[ \t]*=[ \t]*([^#\n]*)", part, re.MULTILINE)[::-1])
    size, spacing, *axes, center = (
        np.array(values[key].split(), float) for key in ("volume", "voxelsize", "xras", "yras", "zras", "cras")
    )
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack(axes) * spacing
    matrix[:3, 3] = center - matrix[:3, :3] @ (size / 2)
    return matrix


def _lta_text(matrix: np.ndarray, source: Geometry | None, destination: Geometry | None) -> str:
    rows = [" ".join(f"{value:.15e}" for value in row) for row in matrix]
    lines = [
        "type      = 1 # LINEAR_RAS_TO_RAS",
        "nxforms   = 1",
        "mean      = 0.0000 0.0000 0.0000",
        "sigma     = 1.0",
    ]
    lines += ["1 4 4", *rows]
    for name, volume in (("src", source), ("dst", destination)):
        lines += [f"{name} volume info", *_volume_lines(volume)]
    return "\n".join([*lines, "subject ", "fscale 0.000000"]) + "\n"


def _volume_lines(volume: Geometry | None) -> list[str]:
    if volume is None or volume.dimension != 3:
        return ["valid = 0  # volume info invalid"]
    axes = np.diag([-1.0, -1, 1]) @ np.asarray(volume.direction)
    center = _RAS[:3, :3] @ volume.points_of(np.array(volume.size) / 2)
    vectors = {"voxelsize": volume.spacing, "xras": axes[:, 0], "yras": axes[:, 1], "zras": axes[:, 2], "cras": center}
    described = [f"{key:9} = {' '.join(f'{value:.15e}' for value in vector)}" for key, vector in vectors.items()]
    size = f"volume    = {' '.join(map(str, volume.size))}"
    return ["valid = 1  # volume info valid", "filename = ", size, *described]
