"""RTSTRUCT as masks and labels: exact in the slices it was drawn on, on any grid, with names; and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.dicom.structures import read_structures, structures_image
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry
from ElastixRegistrationLib.core.files.label_files import Drawn, read_label_pair, read_labels, read_mask
from ElastixRegistrationLib.core.files.segmentation_files import segment_names
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, component_count
from phantoms.dicom_patient import GRID, Region, centers, ellipses, holds, write_ct, write_structure_set
from phantoms.dicom_series import save
from phantoms.images import oblique

ON = Drawn(GRID)


def ring(x: float, y: float, radius: float, z: float, corners: int = 120) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle), np.full(corners, z)])


def slice_z(k: int) -> float:
    return float(GRID.points_of([0, 0, k])[2])


def test_organs_are_the_voxels_whose_centers_they_hold(tmp_path):
    names = ("Liver", "GTV", "Spine")
    path = write_structure_set(
        tmp_path / "rs", {name: Region(ellipses(name, corners=2000 if name == "GTV" else 500)) for name in names}, "1.2"
    )
    for name in names:
        mask = array_view(read_mask(f"{path}:{name}", "fixed mask", ON)) != 0
        assert (mask != holds(name, centers(GRID))).sum() <= 1
    structures = read_structures(path)
    image, notes = structures_image(structures.chosen(["Spine", "liver"]), GRID)
    assert notes == []
    assert segment_names(image) == {3: "Liver", 5: "Spine"}
    assert set(np.unique(array_view(image))) == {0, 3, 5}
    (tmp_path / "series").mkdir()
    path.rename(tmp_path / "series" / "1-1.dcm")
    assert array_view(read_mask(f"{tmp_path / 'series'}:GTV", "mask", ON)).any()


def test_holes_and_parts_of_a_slice_count_by_the_even_odd_rule(tmp_path):
    z = slice_z(4)
    outer, hole, other = ring(-5, 0, 20, z), ring(-3, 2, 9, z), ring(32, 20, 8, z)
    channel = np.concatenate([outer, outer[:1], hole, hole[:1]])
    points = centers(GRID)[4]
    expected = (np.hypot(points[..., 0] + 5, points[..., 1]) < 20) & (
        np.hypot(points[..., 0] + 3, points[..., 1] - 2) > 9
    )
    expected |= np.hypot(points[..., 0] - 32, points[..., 1] - 20) < 8
    regions = {
        "nested": Region([outer, hole, other]),
        "XOR": Region([outer, hole, other], kind="CLOSEDPLANAR_XOR"),
        "keyhole": Region([channel, other]),
        "twice": Region([outer, hole, other, outer]),
    }
    path = write_structure_set(tmp_path / "rs", regions, "1.2")
    for name in regions:
        mask = array_view(read_mask(f"{path}:{name}", "mask", ON)) != 0
        assert (mask[4] != expected).sum() <= 2, name
        assert mask.sum() == mask[4].sum()


def test_slices_between_contours_are_filled_where_others_are_as_far_apart(tmp_path, caplog):
    every_other = [ring(0, 0, 10 + k, slice_z(k)) for k in range(2, 12, 2)]
    with_a_gap = [ring(0, 0, 15, slice_z(k)) for k in (2, 3, 4, 5, 8, 9, 10)]
    path = write_structure_set(tmp_path / "rs", {"sparse": Region(every_other), "gap": Region(with_a_gap)}, "1.2")
    caplog.set_level("INFO")
    mask = array_view(read_mask(f"{path}:sparse", "mask", ON)) != 0
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == list(range(2, 11))
    areas = mask[2:11].sum(axis=(1, 2)) * 2.5**2
    assert areas == pytest.approx(np.pi * (10 + np.arange(2, 11.0)) ** 2, rel=0.05)
    assert not caplog.records
    caplog.clear()
    short = Drawn(replace(GRID, size=(*GRID.size[:2], 9)))
    read_mask(f"{path}:sparse", "mask", short)
    assert "sparse has contours on 1 slice beyond the ends of the image" in caplog.text
    mask = array_view(read_mask(f"{path}:gap", "mask", ON)) != 0
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == [2, 3, 4, 5, 8, 9, 10]
    assert "gap has no contour on 2 slices between its contours" in caplog.text


@pytest.mark.parametrize("left_handed", [False, True])
def test_contours_come_on_an_oblique_grid(tmp_path, left_handed):
    turn = oblique(4, left_handed=left_handed)
    center = np.array([12.0, -6.0, -4.0])
    size, spacing = np.array([40, 36, 32]), np.array([1.5, 1.5, 2.0])
    origin = center - turn * spacing @ ((size - 1) / 2)
    grid = Geometry(
        tuple(size.tolist()), tuple(spacing.tolist()), tuple(origin.tolist()), tuple(map(tuple, turn.tolist()))
    )
    path = write_structure_set(tmp_path / "rs", {"Liver": Region(ellipses("Liver"))}, "1.2")
    mask = array_view(read_mask(path, "mask", Drawn(grid))) != 0
    truth = holds("Liver", centers(grid))
    assert 2 * (mask & truth).sum() / (mask.sum() + truth.sum()) > 0.97


def test_overlapping_structures_become_layers_and_no_label_map(tmp_path):
    regions = {name: Region(ellipses(name)) for name in ("Body", "Liver", "Spine")}
    path = write_structure_set(tmp_path / "rs.dcm", regions, "1.2")
    image, _ = structures_image(read_structures(path).chosen([]), GRID)
    assert component_count(image) == 2
    with pytest.raises(
        InputError, match=r"overlapping structures, which do not fit in one label map; choose .* with rs\.dcm:NAME,NAME"
    ):
        read_labels(path, "fixed label map", ON)
    labels = read_labels(f"{path}:Liver, Spine", "fixed label map", ON)
    assert segment_names(labels) == {4: "Liver", 5: "Spine"}


def test_labels_of_two_structure_sets_belong_together_by_their_names(tmp_path):
    liver, spine = Region(ellipses("Liver")), Region(ellipses("Spine"))
    one = write_structure_set(tmp_path / "one", {"Liver": liver, "Spine": spine}, "1.2")
    other = write_structure_set(
        tmp_path / "other", {"Extra": Region([ring(-40, -40, 3, 0.0)]), "Spine": spine, "Liver": liver}, "1.3"
    )
    fixed, moving = read_label_pair((one, other), (ON, ON))
    assert segment_names(fixed) == {3: "Liver", 4: "Spine"}
    assert segment_names(moving) == {3: "Liver", 4: "Spine", 6: "Extra"}
    for value in (3, 4):
        assert ((array_view(fixed) == value) == (array_view(moving) == value)).all()


def test_structures_of_other_images_are_refused(tmp_path):
    write_ct(tmp_path / "ct", "1.2.5", moving=True)
    _, series = dicom_geometry(tmp_path / "ct")
    uids = [one.uid for one in series.instances]
    contours = ellipses("Liver")
    cases = {
        "right": ("1.2.5", "1.2.5.1", uids[:3], None),
        "frame": ("1.2.6", "1.2.5.1", (), "is in a different frame of reference from the fixed image"),
        "series": ("1.2.5", "1.2.5.2", (), "was drawn on a different series from the fixed image"),
        "slices": ("1.2.5", "1.2.5.1", ["1.9.1", "1.9.2", uids[0]], "was drawn on 2 slices that the fixed image lacks"),
    }
    for name, (frame, of_series, images, says) in cases.items():
        path = write_structure_set(tmp_path / name, {"Liver": Region(contours, images=images)}, frame, of_series)
        if says is None:
            assert array_view(read_mask(path, "fixed mask", Drawn(GRID, series))).any()
        else:
            with pytest.raises(InputError, match=says):
                read_mask(path, "fixed mask", Drawn(GRID, series))


def test_a_damaged_structure_set_is_told_without_words_of_python(tmp_path):
    def without_name(header):
        del header.StructureSetROISequence[0].ROINumber

    def without_contours(header):
        del header.StructureSetROISequence

    def of_text(header):
        header.ROIContourSequence[0].ContourSequence[0].ContourData = ["1", "2"]

    for spoil, reason in (
        (without_name, ": it lacks ROINumber"),
        (without_contours, ": it lacks StructureSetROISequence"),
        (of_text, ""),
    ):
        path = write_structure_set(tmp_path / "rs.dcm", {"Liver": Region(ellipses("Liver"))}, "1.2")
        header = pydicom.dcmread(path)
        spoil(header)
        save(header, path)
        with pytest.raises(InputError) as raised:
            read_structures(path)
        assert str(raised.value) == f"The structure set {path} is damaged{reason}."


def test_what_cannot_be_a_mask_is_said(tmp_path):
    regions = {
        "Liver": Region(ellipses("Liver")),
        "Point": Region([np.zeros((1, 3))], kind="POINT"),
        "Far": Region([ring(900, 0, 5, 0.0)]),
        "Bent": Region([ring(0, 0, 20, 0.0), ring(0, 0, 20, 0.0)[:, [0, 2, 1]]]),
    }
    path = write_structure_set(tmp_path / "rs.dcm", regions, "1.2")
    for choice, says in (
        ("", r"has 3 structures; choose by rs\.dcm:NAME or rs\.dcm:NAME,NAME: Liver, Far, Bent"),
        (":Livr", "There is no Livr in the structure set .*; did you mean Liver"),
        (":Point", "The structure Point of .* has no area"),
        (":Far", "contains a voxel of the image"),
        (":Bent", "are not in parallel planes"),
    ):
        with pytest.raises(InputError, match=says):
            read_mask(f"{path}{choice}", "fixed mask", ON)
    with pytest.raises(InputError, match="give that image too"):
        read_mask(f"{path}:Liver", "fixed mask", Drawn())
    flat = replace(GRID, size=(4, 4), spacing=(1.0, 1.0), origin=(0.0, 0.0), direction=((1.0, 0), (0, 1.0)))
    with pytest.raises(InputError, match="the image has 2 dimensions"):
        read_mask(f"{path}:Liver", "fixed mask", Drawn(flat))
    write_ct(tmp_path / "ct", "1.2.5", moving=True)
    with pytest.raises(InputError, match="is not a structure set"):
        read_structures(next((tmp_path / "ct").iterdir()))
