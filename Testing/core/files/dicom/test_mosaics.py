"""Siemens mosaics, against nibabel's reader and its own files of a scanner."""

from __future__ import annotations

import gzip
import struct
import warnings
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from nibabel.nicom import csareader, dicomwrappers

SCANS = Path(nibabel.__file__).parent / "nicom" / "tests" / "data"


@pytest.fixture(params=["siemens_dwi_0", "siemens_dwi_1000"])
def scan(request):
    with gzip.open(SCANS / f"{request.param}.dcm.gz") as file:
        return pydicom.dcmread(file)


def csa_header(scan, **changed):
    """The private header of a scan, in its layout, with other values of some entries."""
    tags = csareader.get_csa_header(scan, "image")["tags"]
    data = b"SV10\x04\x03\x02\x01" + struct.pack("<2I", len(tags), 77)
    for name, tag in tags.items():
        items = changed.get(name, tag["items"])
        data += struct.pack("<64si4s3i", name.encode(), tag["vm"], tag["vr"].encode(), 0, max(len(items), 6), 77)
        for n in range(max(len(items), 6)):
            text = f"{items[n]}\0".encode() if n < len(items) else b""
            data += struct.pack("<4i", *[len(text)] * 4) + text + b"\0" * (-len(text) % 4)
    return data


def saved(scan, path):
    scan.save_as(path)
    return path


def check(path, scan):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        truth = dicomwrappers.wrapper_from_data(scan)
        values, affine = truth.get_data(), truth.affine[:, [1, 0, 2, 3]]  # nibabel has rows first
    image = read_image(path)
    assert np.array_equal(array_view(image), values.transpose(2, 0, 1))
    for geometry in (geometry_of(image), read_geometry(path)):
        assert geometry.index_to_physical() == pytest.approx(affine, abs=1e-3)


def test_tiles_are_the_slices_of_a_volume(scan, tmp_path):
    check(saved(scan, tmp_path / "scan.dcm"), scan)


def test_the_next_slice_lies_where_siemens_says(scan, tmp_path):
    """Also against the normal of rows and columns: then the last tile is the first slice."""
    normal = [f"{-float(value):.8f}" for value in csareader.get_slice_normal(csareader.get_csa_header(scan, "image"))]
    scan.private_block(0x29, "SIEMENS CSA HEADER")[0x10].value = csa_header(scan, SliceNormalVector=normal)
    path = saved(scan, tmp_path / "scan.dcm")
    image = read_image(path)
    tiles = scan.pixel_array.reshape(7, 128, 7, 128).swapaxes(1, 2).reshape(49, 128, 128)[:48]
    assert np.array_equal(array_view(image), tiles[::-1])
    step = geometry_of(image).index_to_physical()[:3, 2]
    first = np.array(scan.ImagePositionPatient, float) + 384 * 1.796875 * np.reshape(
        scan.ImageOrientationPatient, (2, 3)
    ).sum(0)
    assert geometry_of(image).points_of([0, 0, 47]) == pytest.approx(first, abs=1e-3)
    assert step @ np.array(normal, float) == pytest.approx(-3.0)


def test_volumes_of_a_series_are_chosen(scan, tmp_path):
    for number in (1, 2, 3):
        scan.AcquisitionNumber = scan.InstanceNumber = number
        scan.SOPInstanceUID = scan.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        scan.PixelData = (scan.pixel_array + number).astype(np.uint16).tobytes()
        saved(scan, tmp_path / f"{number}.dcm")
    with pytest.raises(InputError, match="contains 3 acquisitions; choose with --series 1 to 3, or --frame 1 to 3"):
        read_image(tmp_path)
    first, third = (array_view(read_image(tmp_path, frame=frame)) for frame in (1, 3))
    assert np.unique(third.astype(int) - first).tolist() == [5]
    assert np.array_equal(array_view(read_image(tmp_path / "3.dcm")), third)


@pytest.mark.parametrize("lost", ["all", "normal", "damaged"])
def test_without_the_private_header_it_is_refused(scan, tmp_path, lost):
    block = scan.private_block(0x29, "SIEMENS CSA HEADER")
    if lost == "all":
        scan.remove_private_tags()
    elif lost == "normal":
        block[0x10].value = csa_header(scan, SliceNormalVector=[])
    else:
        block[0x10].value = block[0x10].value[:300]
    with pytest.raises(InputError, match=r"is a mosaic.*private Siemens header.*dcm2niix"):
        read_image(saved(scan, tmp_path / "scan.dcm"))
