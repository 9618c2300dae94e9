"""Images of scanners that are no stack of CT or MR slices, and folders in which something went wrong."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image, read_volume
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from phantoms.dicom_series import a_header, random_series, save, set_pixels, write_series
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

RANDOM = np.random.default_rng(7)
NUCLEAR, ULTRASOUND, X_RAY = (f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("20", "3.1", "1.1"))


def nuclear(path, kind, **vectors):
    """12 frames of 6 rows and 5 columns, the first at (10, 20, 30), the next toward the feet."""
    detector = Dataset()
    detector.ImagePositionPatient, detector.ImageOrientationPatient = [10, 20, 30], [1, 0, 0, 0, 1, 0]
    header = a_header(
        NUCLEAR, Modality="NM", PixelSpacing=[4, 4], SliceThickness=4, SpacingBetweenSlices=-4,
        ImageType=["ORIGINAL", "PRIMARY", kind, "EMISSION"], DetectorInformationSequence=pydicom.Sequence([detector]),
    )  # fmt: skip
    for name, values in vectors.items():
        setattr(header, name, values)
    values = RANDOM.integers(0, 999, (12, 6, 5)).astype(np.uint16)
    save(set_pixels(header, values), path)
    return values


def test_reconstructed_slices_are_a_volume(tmp_path):
    values = nuclear(tmp_path / "n.dcm", "RECON TOMO")
    image = read_image(tmp_path / "n.dcm")
    assert np.array_equal(array_view(image), values[::-1])  # from the feet to the head
    assert geometry_of(image).origin == pytest.approx((10, 20, 30 - 44))


def test_gates_are_no_slices(tmp_path):
    gates = {"SliceVector": [1, 2, 3, 4] * 3, "TimeSlotVector": [1] * 4 + [2] * 4 + [3] * 4}
    values = nuclear(tmp_path / "n.dcm", "RECON GATED TOMO", **gates)
    with pytest.raises(InputError, match="contains 3 time slots; choose with"):
        read_image(tmp_path / "n.dcm")
    assert np.array_equal(array_view(read_image(tmp_path / "n.dcm", frame=2)), values[7:3:-1])


@pytest.mark.parametrize("kind", ["DYNAMIC", "TOMO", "WHOLE BODY"])
def test_projections_and_pictures_in_time_are_no_slices(tmp_path, kind):
    values = nuclear(tmp_path / "n.dcm", kind)
    with pytest.raises(InputError, match="contains 12 "):
        read_image(tmp_path / "n.dcm")
    assert np.array_equal(array_view(read_image(tmp_path / "n.dcm", frame=5)), values[4:5])


def test_ultrasound_has_the_spacing_of_its_regions(tmp_path):
    def region(across, down):
        item = Dataset()
        item.PhysicalDeltaX, item.PhysicalDeltaY, item.RegionSpatialFormat = across, down, 1
        item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3  # cm
        return item

    for regions, spacing in (([(0.02, 0.03)] * 2, (0.2, 0.3)), ([(0.02, 0.03), (0.05, 0.05)], (1, 1))):
        header = a_header(ULTRASOUND, Modality="US")
        header.SequenceOfUltrasoundRegions = pydicom.Sequence([region(*one) for one in regions])
        save(set_pixels(header, RANDOM.integers(0, 255, (3, 20, 16)).astype(np.uint8)), tmp_path / "u.dcm")
        volume = read_volume(tmp_path / "u.dcm", frame=2)
        assert geometry_of(volume.image).spacing[:2] == pytest.approx(spacing)
        assert bool(volume.notes) == (spacing == (1, 1))  # that 1 mm is taken


def test_bright_low_values_are_told(tmp_path):
    header = a_header(X_RAY, Modality="DX", ImagerPixelSpacing=[0.2, 0.1])
    values = RANDOM.integers(0, 4000, (20, 16)).astype(np.uint16)
    set_pixels(header, values).PhotometricInterpretation = "MONOCHROME1"
    volume = read_volume(save(header, tmp_path / "x.dcm"))
    assert np.array_equal(array_view(volume.image)[0], values)
    assert geometry_of(volume.image).spacing[:2] == (0.1, 0.2)
    assert "Low values of the image are bright" in volume.notes[0]


def test_values_in_upper_bits_are_refused_and_bits_above_the_values_do_not_count(tmp_path):
    values = RANDOM.integers(-2000, 2000, (20, 16)).astype(np.int16)
    header = set_pixels(a_header(ImagePositionPatient=[0, 0, 0]), values)
    header.BitsStored, header.HighBit = 12, 11
    stored = (values.view(np.uint16) & 0x0FFF) | RANDOM.integers(0, 16, values.shape).astype(np.uint16) << 12
    header.PixelData = stored.tobytes()
    assert np.array_equal(array_view(read_image(save(header, tmp_path / "x.dcm")))[0], values)
    header.HighBit = 15
    with pytest.raises(InputError, match=r"stores its values in the upper bits \(HighBit 15\)"):
        read_image(save(header, tmp_path / "x.dcm"))


def test_two_distances_of_slices_are_told_as_such(tmp_path):
    """CT of a head: the base in thin slices, the rest in thick ones."""
    for number, z in enumerate([0, 1, 2, 3, 4, 5, 10, 15, 20, 25]):
        header = a_header(ImagePositionPatient=[0, 0, z], ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
        header.PixelSpacing, header.InstanceNumber = [1, 1], number
        save(set_pixels(header, RANDOM.integers(0, 99, (6, 5)).astype(np.int16)), tmp_path / f"{number}.dcm")
    with pytest.raises(InputError, match="changes from 1 to 5 mm, as if parts were scanned separately"):
        read_image(tmp_path)


@pytest.mark.parametrize("content", [b"", bytes(5000)])
def test_a_slice_that_was_lost_in_copying_is_not_passed_over(tmp_path, content):
    """At an end of the stack nothing else would tell that it is missing."""
    folder = tmp_path / "scan"
    write_series(random_series(np.random.default_rng(4), tilt=0), folder, np.random.default_rng(5))
    (folder / "lost.dcm").write_bytes(content)
    with pytest.raises(InputError, match=r"lost.dcm is empty or damaged: .* Copy the series again"):
        read_image(folder)


def test_what_else_lies_in_folders_is_passed_over(tmp_path):
    folder = tmp_path / "scan"
    series = random_series(np.random.default_rng(4), tilt=0)
    write_series(series, folder, np.random.default_rng(5))
    report = a_header("1.2.840.10008.5.1.4.1.1.88.11", Modality="SR")
    save(report, folder / "report.dcm")
    index = a_header("1.2.840.10008.1.3.10")
    del index.SOPClassUID
    index.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    pydicom.dcmwrite(folder / "INDEX", index, enforce_file_format=True)
    for name, start in ((".DS_Store", b"\0\0\0\1Bud1"), ("Thumbs.db", b"\xd0\xcf\x11\xe0"), ("._1.dcm", b"\0\5\x16\7")):
        (folder / name).write_bytes(start + bytes(300))
    (folder / "README.txt").write_text("x" * 500, encoding="ascii")
    assert geometry_of(read_image(folder)).size[2] == len(series.slices)
    save(report, tmp_path / "report.dcm")
    assert geometry_of(read_image(tmp_path)).size[2] == len(series.slices)  # a level above, beside a report
