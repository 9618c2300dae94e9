"""Kinds of DICOM images other than one plain stack, each against what its header says."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry, read_dicom
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_image, read_volume
from ElastixRegistrationLib.core.images.geometry import array_view, component_count, geometry_of
from phantoms.dicom_series import (
    CT,
    Series,
    Slice,
    a_header,
    random_series,
    save,
    set_pixels,
    text,
    write_series,
)
from pydicom.dataset import Dataset

RANDOM = np.random.default_rng(5)
DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
AXIAL = np.eye(3)[:2]


def a_series(count=5, distance=2.0, start=(-10.0, -20.0, 30.0), axes=AXIAL, scale=(1.0, 0.0)) -> Series:
    normal = np.cross(*axes)
    slices = [
        Slice(RANDOM.integers(0, 900, (6, 8)).astype(np.int16), np.array(start) + k * distance * normal, *scale)
        for k in range(count)
    ]
    return Series(slices, axes, (1.5, 1.2))


@pytest.mark.parametrize("start", [-143.7, -143.67142857142855, -143.6])
@pytest.mark.parametrize("distance", [0.6, 0.7, 1.1])
def test_distances_that_only_decimals_make_uneven_are_even(tmp_path, start, distance):
    write_series(a_series(12, distance, (0.0, 0.0, float(start))), tmp_path, RANDOM)
    assert geometry_of(read_image(tmp_path)).spacing[2] == pytest.approx(distance, abs=1e-9)


def test_a_tilted_gantry_stays_tilted_and_is_said(tmp_path):
    series = random_series(np.random.default_rng(3), tilt=15.0)
    write_series(series, tmp_path, RANDOM)
    volume = read_volume(tmp_path)
    assert not geometry_of(volume.image).is_orthogonal
    assert any("tilted by 15.0 degrees" in note for note in volume.notes)


def test_one_scale_that_is_whole_keeps_whole_numbers_and_others_make_floats(tmp_path):
    write_series(a_series(scale=(1.0, -1024.0)), tmp_path / "ct", RANDOM)
    assert array_view(read_image(tmp_path / "ct")).dtype == np.int16
    pet = a_series()
    for k, one in enumerate(pet.slices):
        one.slope = 0.001 * (k + 1)
    write_series(pet, tmp_path / "pet", RANDOM)
    voxels = array_view(read_image(tmp_path / "pet"))
    assert voxels.dtype == np.float32
    assert voxels == pytest.approx(pet.true_values(), rel=1e-6)


def test_thickness_that_differs_in_the_last_digit_is_one_series(tmp_path):
    series = a_series(6)
    halves = (Series(series.slices[:3], AXIAL, series.spacing), Series(series.slices[3:], AXIAL, series.spacing))
    for half, thickness in zip(halves, ("2", "1.9999999"), strict=True):
        write_series(half, tmp_path, RANDOM, SpacingBetweenSlices=thickness)
    assert geometry_of(read_image(tmp_path)).size == (8, 6, 6)


def test_several_series_are_chosen_from_by_number_or_uid(tmp_path):
    first, second = a_series(4), a_series(5)
    write_series(first, tmp_path / "a", RANDOM, SeriesInstanceUID="1.2.3.1", SeriesNumber=1, SeriesDescription="Thorax")
    write_series(second, tmp_path / "b", RANDOM, SeriesInstanceUID="1.2.3.2", SeriesNumber=2)
    with pytest.raises(InputError, match=r'2 DICOM series: 1: CT series 1 "Thorax", 4 slices of 8 x 6; 2: CT .*choose'):
        read_image(tmp_path, "fixed image")
    for choice in ("2", "1.2.3.2"):
        assert np.array_equal(array_view(read_image(tmp_path, series=choice)), second.true_values())
    with pytest.raises(InputError, match="no number 3 among the 2 volumes"):
        read_image(tmp_path, series="3")
    with pytest.raises(InputError, match=r"has no series 9\.9"):
        read_image(tmp_path, series="9.9")


@pytest.mark.parametrize("tag", ["TemporalPositionIdentifier", "EchoTime", "AcquisitionNumber", None])
def test_time_points_are_chosen_from_by_frame(tmp_path, tag):
    points = [a_series() for _ in range(3)]
    for number, series in enumerate(points, 1):
        write_series(series, tmp_path, RANDOM, **({tag: number} if tag else {}))
    with pytest.raises(InputError, match="choose with --series 1 to 3, or --frame 1 to 3"):
        read_image(tmp_path)
    if tag:
        for number, series in enumerate(points, 1):
            assert np.array_equal(array_view(read_image(tmp_path, frame=number)), series.true_values())


def test_a_single_file_of_a_series_is_the_series(tmp_path):
    series = a_series()
    write_series(series, tmp_path, RANDOM)
    volume = read_volume(sorted(tmp_path.iterdir())[2])
    assert np.array_equal(array_view(volume.image), series.true_values())
    assert "4 others in the same folder were read with it" in volume.notes[0]


def test_a_copy_of_a_slice_is_read_once_and_said(tmp_path):
    write_series(a_series(), tmp_path, RANDOM)
    slice_file = sorted(tmp_path.iterdir())[0]
    (tmp_path / "again").write_bytes(slice_file.read_bytes())
    volume = read_volume(tmp_path)
    assert geometry_of(volume.image).size[2] == 5
    assert "contains 1 copy of a slice" in volume.notes[0]


def test_color_slices_stay_color(tmp_path):
    series, colors = a_series(4), RANDOM.integers(0, 256, (4, 6, 8, 3)).astype(np.uint8)
    for k, one in enumerate(series.slices):
        header = a_header(SECONDARY_CAPTURE)
        header.ImagePositionPatient, header.ImageOrientationPatient = one.position.tolist(), [1, 0, 0, 0, 1, 0]
        header.PixelSpacing = [1.5, 1.2]
        header = set_pixels(header, colors[k, ..., 0])
        header.SamplesPerPixel, header.PhotometricInterpretation, header.PlanarConfiguration = 3, "RGB", 0
        header.PixelData = colors[k].tobytes()
        save(header, tmp_path / f"{9 - k}")
    image = read_image(tmp_path)
    assert component_count(image) == 3
    assert np.array_equal(array_view(image), colors)


@pytest.mark.parametrize("offsets", [[0, 3, 6, 9], [0, -3, -6, -9], [40, 43, 46, 49]])
def test_a_dose_grid_is_in_gray_at_its_offsets(tmp_path, offsets):
    stored = RANDOM.integers(0, 2**31, (4, 5, 7)).astype(np.uint32)
    header = a_header(DOSE, Modality="RTDOSE", DoseGridScaling="1.25e-9", GridFrameOffsetVector=offsets)
    header.ImagePositionPatient, header.ImageOrientationPatient = [-5, 6, 40], [1, 0, 0, 0, 1, 0]
    header.PixelSpacing, header.DoseUnits = [2.5, 2], "GY"
    path = save(set_pixels(header, stored), tmp_path / "dose.dcm")
    image = read_image(path)
    for k, offset in enumerate(offsets):
        index = geometry_of(image).indices_of((-5 + 2 * 3, 6 + 2.5 * 4, 40 + offset - offsets[0]))
        i, j, slice_number = np.rint(index).astype(int)
        assert index == pytest.approx((3, 4, slice_number), abs=1e-9)
        assert array_view(image)[slice_number, j, i] == pytest.approx(stored[k, 4, 3] * 1.25e-9, rel=1e-6)


def a_segmentation(path, masks: dict[int, np.ndarray], positions: np.ndarray):
    """One frame for each segment and slice where the segment is; bits are packed from the lowest on."""
    header = a_header(SEGMENTATION, Modality="SEG", SegmentationType="BINARY")
    header.SegmentSequence = []
    for number in masks:
        segment = Dataset()
        segment.SegmentNumber, segment.SegmentLabel = number, f"organ {number}"
        header.SegmentSequence.append(segment)
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SpacingBetweenSlices = [1.5, 1.2], 2
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    header.SharedFunctionalGroupsSequence = [shared]
    frames, planes = [], []
    for number, mask in masks.items():
        for k, plane in enumerate(mask):
            if not plane.any():
                continue
            own, place, which = Dataset(), Dataset(), Dataset()
            place.ImagePositionPatient, which.ReferencedSegmentNumber = positions[k].tolist(), number
            own.PlanePositionSequence, own.SegmentIdentificationSequence = [place], [which]
            frames.append(own)
            planes.append(plane)
    header.PerFrameFunctionalGroupsSequence = frames
    set_pixels(header, np.array(planes).astype(np.uint8))
    header.BitsAllocated = header.BitsStored = 1
    header.HighBit = 0
    packed = np.packbits(np.array(planes).ravel(), bitorder="little").tobytes()
    header.PixelData = packed + b"\0" * (len(packed) % 2)
    return save(header, path)


def test_segments_are_labels_with_names_and_empty_slices_between(tmp_path):
    masks = {n: np.zeros((7, 6, 8), bool) for n in (1, 2)}
    masks[1][1, 2:4, 1:3] = masks[1][5, 1:3, 2:6] = True
    masks[2][3, 4:6, 5:8] = True
    positions = np.array([[-10, -20, 30 + 2.0 * k] for k in range(7)])
    volume = read_dicom(a_segmentation(tmp_path / "seg.dcm", masks, positions))
    labels = array_view(volume.image)
    assert geometry_of(volume.image).origin == pytest.approx(positions[1])
    assert np.array_equal(labels, (masks[1] + 2 * masks[2])[1:6])
    from ElastixRegistrationLib.core.files.segmentation_files import segment_names

    assert segment_names(volume.image) == {1: "organ 1", 2: "organ 2"}


def test_segments_that_overlap_become_layers(tmp_path):
    masks = {n: np.zeros((3, 6, 8), bool) for n in (1, 2)}
    masks[1][:, 1:4, 1:5] = masks[2][:, 2:6, 2:7] = True
    positions = np.array([[0, 0, 2.0 * k] for k in range(3)])
    volume = read_dicom(a_segmentation(tmp_path / "seg.dcm", masks, positions))
    layers = array_view(volume.image)
    assert np.array_equal(layers[..., 0] == 1, masks[1])
    assert np.array_equal(layers[..., 1] == 2, masks[2])
    assert "overlap" in volume.notes[0]


def test_what_refers_to_a_series_finds_its_uids_in_order(tmp_path):
    series = a_series(4)
    write_series(series, tmp_path, RANDOM, SeriesDescription="Thorax")
    volume = read_dicom(tmp_path)
    assert volume.series.instance_uid == "1.2.3.4"
    assert volume.series.frame_of_reference_uid == "1.2.3.9"
    assert str(volume.series.attributes.PatientID) == "7"
    heights = [float(one.header.ImagePositionPatient[2]) for one in volume.series.instances]
    assert heights == sorted(heights)
    assert len({one.uid for one in volume.series.instances}) == 4
    assert {one.sop_class_uid for one in volume.series.instances} == {CT}
    geometry, found = dicom_geometry(tmp_path)
    assert geometry == volume.geometry == read_geometry(tmp_path)
    assert found.instance_uid == volume.series.instance_uid


def test_decimals_of_16_characters_hold_a_position():
    assert text(1 / 3) == "0.33333333333333"
    assert len(text(-1e-7 / 3)) <= 16
