"""The test files inside the packages pydicom and nibabel: read as that library does, or refused. tifffile has none.

The list of what was read and what was refused, and why, is printed: ``pytest -m slow -s`` shows it.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_volume
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from pydicom.pixels import apply_color_lut, apply_rescale

pytestmark = pytest.mark.slow
LPS = np.array([-1.0, -1, 1])
#: Of decoders of lossy JPEG, which round differently.
LOSSY = 2.0


def files_of(library, *folders: str) -> list[Path]:
    root = Path(library.__file__).parent.joinpath(*folders)
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))


def by_pydicom(path: Path) -> tuple[np.ndarray, None] | None:
    header = pydicom.dcmread(path, force=True)
    if "ImagePositionPatient" in header and len(list(path.parent.iterdir())) < 40:
        return None  # a slice of a series beside it, which is read with it: see test_any_series
    values = header.pixel_array
    if header.PhotometricInterpretation == "PALETTE COLOR":
        colors = apply_color_lut(values, header)
        return (colors >> 8 if colors.dtype == np.uint16 else colors), None
    if header.Modality == "RTDOSE":
        return values * float(header.DoseGridScaling), None
    return (apply_rescale(values, header) if int(header.SamplesPerPixel) == 1 else values), None


def by_nibabel(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    image = nibabel.load(path)
    values = np.asanyarray(image.dataobj)
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=0).T.swapaxes(0, -2)
        return np.squeeze(values), None
    if "Minc" in type(image).__name__:  # as it lies in the file
        return np.squeeze(values), None
    has_place = isinstance(image, nibabel.Nifti1Pair) and int(image.header["sform_code"]) == 1
    return np.squeeze(values.T), image.affine if has_place else None


LIBRARIES = {
    "pydicom": (pydicom, ("data", "test_files"), by_pydicom),
    "nibabel": (nibabel, ("tests", "data"), by_nibabel),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_files_are_read_as_their_library_does_or_refused(name):
    library, folders, read = LIBRARIES[name]
    lines, wrong = [], []
    for path in files_of(library, *folders):
        place = path.relative_to(Path(library.__file__).parent)
        try:
            image = read_volume(path).image
        except InputError as refusal:
            lines.append(f"refused {place}: {str(refusal).replace(str(path), path.name)}")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                truth = read(path)
            except Exception as error:  # the library alone cannot
                lines.append(f"read    {place}, which {name} alone does not: {type(error).__name__}")
                continue
        if truth is None:
            lines.append(f"read    {place} with its series")
            continue
        values, affine = truth
        mine = np.squeeze(np.asarray(array_view(image)))
        scale = max(1.0, float(np.nanmax(np.abs(values))))
        same = mine.shape == np.squeeze(values).shape
        same = same and np.nanmax(np.abs(mine.astype(float) - np.squeeze(values))) <= max(
            1e-5 * scale, LOSSY * ("pyd" in name)
        )
        if same and affine is not None:
            index = np.array([[0, 0, 0], [3, 2, 1]])
            theirs = nibabel.affines.apply_affine(affine, index) * LPS
            same = np.allclose(
                geometry_of(image).points_of(np.pad(index, [(0, 0), (0, len(geometry_of(image).size) - 3)]))[:, :3],
                theirs,
                atol=1e-3,
            )
        lines.append(f"{'read   ' if same else 'WRONG  '} {place} {mine.shape} {mine.dtype}")
        if not same:
            wrong.append(lines[-1] + f" and {np.squeeze(values).shape} {values.dtype}")
    print("\n".join(lines))
    assert not wrong, "\n".join(wrong)
