"""The report: one file that loads nothing, names nobody, and appears whole or not at all."""

from __future__ import annotations

import base64
import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.plausibility import plausibility_of
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.quality.confidence import ConfidenceMap, UncertainPlace
from ElastixRegistrationLib.core.quality.similarity import compare
from ElastixRegistrationLib.core.report.convergence_plot import convergence_svgs
from ElastixRegistrationLib.core.report.page import (
    Report,
    report_html,
    write_report,
)
from ElastixRegistrationLib.core.report.reproduction import anonymous_command, software_versions, voxel_checksum

VOID = {"meta", "img", "br", "link", "line", "circle", "polyline"}


@dataclass
class Row:
    stage: int
    resolution: int
    iteration: int
    metric: float | None


class Page(HTMLParser):
    """Elements of a page; fails where tags do not nest."""

    def __init__(self, text: str):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def images(self):
        return {attributes["alt"]: attributes for tag, attributes in self.elements if tag == "img"}


def _geometry(size=(24, 20, 12), spacing=(1.0, 1.0, 2.0)):
    dimension = len(size)
    axes = tuple(tuple(float(i == j) for j in range(dimension)) for i in range(dimension))
    return Geometry(size, spacing[:dimension], (0.0,) * dimension, axes)


def _report(size=(24, 20, 12), **more):
    geometry = _geometry(size)
    random = np.random.default_rng(0)
    fixed = random.normal(100, 20, size[::-1]).cumsum(-1).astype(np.float32)
    before, after = np.roll(fixed, 4, -1), fixed + 1
    moved = plausibility_of(np.array([0.8, 1.0, 1.2]))
    comparison = compare(fixed, before, after, deformation=moved)
    return Report(fixed, before, after, geometry, comparison, **more)


def _full_report():
    rows = [Row(s, r, i, -1 / (1 + i + 5 * r + s)) for s in (0, 1) for r in (0, 1, 2) for i in range(60)]
    stages = [{"Transform": ("EulerTransform",), "Metric": ("M1", "M2"), "OutputDirectory": ("/home/smith",)}]
    stages.append({"Transform": ("BSplineTransform",), "Text": ("<b>&",)})
    return _report(
        displacement=np.zeros((12, 20, 24, 3), np.float32),
        iterations=rows,
        stages=stages,
        settings={"Preset": "brain", "Seed": 7},
        checksums={"fixed": "abc123"},
        command="elastix-registration register FIXED MOVING",
    )


def test_page_loads_nothing_from_elsewhere():
    text = report_html(_full_report())
    page = Page(text)
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "iframe", "object"}
        for name, value in attributes.items():
            assert not name.startswith("on"), "no script in attributes"
            if name in {"src", "href", "data"}:
                assert value.startswith("data:image/png;base64,")
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_pictures_of_three_planes_before_and_after():
    images = Page(report_html(_full_report())).images()
    planes = ("axial", "coronal", "sagittal")
    kinds = ("Color overlay", "Checkerboard", "Difference")
    expected = {f"{kind} {when} {plane}" for kind in kinds for when in ("before", "after") for plane in planes}
    only_after = {f"{kind} after {plane}" for kind in ("Deformation", "Vector field") for plane in planes}
    assert images.keys() == expected | only_after
    for attributes in images.values():
        data = base64.b64decode(attributes["src"].partition(",")[2])
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
        assert (str(width), str(height)) == (attributes["width"], attributes["height"])
    assert images["Color overlay before axial"]["src"] != images["Color overlay after axial"]["src"]


def test_page_holds_what_is_needed_to_judge_and_to_repeat():
    words = " ".join(Page(report_html(_full_report())).words)
    for text in (
        "Better aligned: the mutual information went from",
        "Folded voxels",
        "Stage 1: EulerTransform",
        "BSplineTransform",
        "<b>&",  # escaped in the source, as it was in the text
        "resolution 3",
        "Preset",
        "abc123",
        "elastix-registration register FIXED MOVING",
        "itk-elastix",
    ):
        assert text in words, text


def test_no_path_and_no_name_stands_on_the_page_unless_given():
    report = _full_report()
    text = report_html(report)
    assert "smith" not in text
    assert not re.search(r"/(home|tmp|Users)/", text)
    report.names = ("CT <1>", "Smith^Anna")
    words = Page(report_html(report)).words
    assert "CT <1>" in words
    assert "Smith^Anna" in words


def test_unlike_images_get_no_difference_picture():
    report = _report()
    report.after = np.random.default_rng(5).normal(size=report.fixed.shape)
    report.comparison = compare(report.fixed, report.before, report.after)
    assert not any(name.startswith("Difference") for name in Page(report_html(report)).images())
    report.same_modality = True
    assert any(name.startswith("Difference") for name in Page(report_html(report)).images())


def test_two_dimensions_and_single_slices():
    assert set(Page(report_html(_report((30, 20)))).images()) >= {"Checkerboard after slice"}
    assert set(Page(report_html(_report((30, 20, 1)))).images()) >= {"Checkerboard after axial"}


def test_pictures_are_taken_where_the_mask_is():
    report = _report()
    report.mask = np.zeros(report.fixed.shape, np.uint8)
    report.mask[2, 3:5, 4:6] = 1
    masked = Page(report_html(report)).images()["Color overlay before axial"]["src"]
    report.mask = None
    assert masked != Page(report_html(report)).images()["Color overlay before axial"]["src"]


def test_report_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = tmp_path / "new" / "folder"
    path = write_report(folder, _report())
    assert path == folder / "report.html"
    assert path.read_text(encoding="utf-8").endswith("</html>\n")
    assert [p.name for p in folder.iterdir()] == ["report.html"]

    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_report(folder, _report())
    assert [p.name for p in folder.iterdir()] == ["report.html"], "nothing half-written stays behind"
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes into read-only folders")
def test_read_only_folder_is_refused_in_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written into"):
        write_report(tmp_path, _report())


def test_a_file_in_place_of_the_folder_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="taken"):
        write_report(tmp_path / "taken", _report())


def test_images_on_another_grid_are_refused():
    report = _report()
    report.after = report.after[1:]
    with pytest.raises(InputError, match="after"):
        report_html(report)


def test_anonymous_command_keeps_settings_and_drops_paths():
    channels = [["/m/Smith2.nrrd", "n.nrrd", "weight=0.5", "fixed-mask=/m/Smith.nrrd"], ["c.nrrd", "d.nrrd"]]
    options = {"preset": "lung", "parameters": None, "fixed_mask": "/m/Smith.nrrd", "channel": channels, "seed": 3}
    options |= {"parameters": ["one.txt", "two.txt"], "inverse_consistency": True, "report": "/r/Smith"}
    assert anonymous_command(options) == (
        "elastix-registration register FIXED MOVING --preset lung --parameters PARAMETERS PARAMETERS"
        " --fixed-mask FIXED_MASK --channel CHANNEL CHANNEL weight=0.5 CHANNEL --channel CHANNEL CHANNEL --seed 3"
        " --inverse-consistency --report REPORT"
    )


def test_anonymous_command_can_be_called_and_has_no_option_without_effect():
    options = {"set": ["Metric=A B", "2:Iterations=4"], "seed": 0, "tolerance": ["tre=2", "dice=0.9"]}
    options |= {"pairing": "auto", "inverse_method": "iterative", "registration_grid": 3.0}
    said = "elastix-registration register FIXED MOVING --set 'Metric=A B' 2:Iterations=4 --seed 0 --tolerance tre=2"
    assert anonymous_command(options) == f"{said} --tolerance dice=0.9"
    used = {"fixed_points": "p.fcsv", "output_inverse": "i.h5", "output_registration": "r.dcm"}
    assert anonymous_command(options | used).count("--") == 10


def test_pictures_say_where_the_patients_sides_are():
    text = report_html(_report())
    for plane, letters in (("axial", "RL"), ("coronal", "RL"), ("sagittal", "AP")):
        shown = "".join(f"<span>{letter}</span>" for letter in letters)
        assert re.search(rf'alt="Checkerboard after {plane}">{shown}</figure>', text)
    assert "<span>" not in report_html(_report((24, 20))), "a 2D image does not say what its sides are"


def test_the_scale_of_confidence_ends_below_the_least_certain_place_and_says_so():
    geometry = _geometry((24, 20, 12))
    error = np.ones((12, 20, 24), np.float32)
    error[6, 10, 12] = 30
    place = UncertainPlace(tuple(geometry.points_of(np.array([12.0, 10, 6])).tolist()), 30.0)
    found = ConfidenceMap(geometry, error, np.ones(error.shape, bool), (place,))
    text = report_html(_report(confidence=found))
    assert "from 0 mm (dark) to 1.0 mm or more (yellow): an estimate that shows where to look." in text
    assert "<td>30.0</td>" in text


def test_page_says_what_it_must_not_be_used_for():
    assert "not approved for clinical use" in report_html(_report())


def test_checksum_is_of_type_shape_and_voxels():
    image = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    assert voxel_checksum(image) == voxel_checksum(np.asfortranarray(image))
    others = [image.astype(np.int32), image.reshape(4, 3, 2), image + np.int16(1)]
    assert voxel_checksum(image) not in {voxel_checksum(other) for other in others}


def test_versions_name_what_decides_the_result():
    versions = software_versions()
    assert versions["numpy"] == np.__version__
    assert versions["itk-elastix"] != "unknown"
    assert versions["itk"] != "unknown"


def _plots(rows):
    return [ElementTree.fromstring(svg) for svg in convergence_svgs(rows)]


def _points(plot, name):
    return [
        np.array([pair.split(",") for pair in line.get("points").split()], float)
        for line in plot.iter("polyline")
        if line.get("class") == name
    ]


def test_plot_has_one_line_for_each_resolution_and_marks_the_changes():
    rows = [Row(0, r, i, -r - i / 100) for r in (0, 1, 2) for i in range(100)] + [Row(1, 0, i, 5.0) for i in range(10)]
    first, second = _plots(rows)
    assert len(_points(first, "raw")) == len(_points(first, "trend")) == 3
    assert [line.get("class") for line in first.iter("line")].count("change") == 2
    falling = _points(first, "raw")[0]
    assert np.all(np.diff(falling[:, 0]) > 0)
    assert np.all(np.diff(falling[:, 1]) >= 0), "a falling metric goes down, where SVG's y grows"
    assert len(_points(second, "trend")) == 1


def test_plot_stays_small_and_inside_for_wild_and_missing_metrics():
    random = np.random.default_rng(1)
    metrics = random.normal(-1, 0.01, 20_000)
    metrics[0], metrics[7] = 1e30, np.nan
    (svg,) = convergence_svgs([*(Row(0, 0, i, m) for i, m in enumerate(metrics)), Row(0, 0, 20_000, None)])
    assert len(svg) < 60_000
    plot = ElementTree.fromstring(svg)
    width, height = (float(v) for v in plot.get("viewBox").split()[2:])
    for points in (*_points(plot, "raw"), *_points(plot, "trend")):
        assert np.all((points >= 0) & (points <= (width, height)))
    assert np.ptp(_points(plot, "raw")[0][:, 1]) > 50, "one outlier does not flatten the curve"


@pytest.mark.parametrize("metrics", [[0.5], [0.5, 0.5], [1e7, 2e7], [-1e-6, -2e-6]])
def test_plot_of_very_short_or_extreme_runs(metrics):
    (plot,) = _plots([Row(0, 0, i, m) for i, m in enumerate(metrics)])
    labels = [text.text for text in plot.iter("text") if text.get("class") == "y"]
    assert len(labels) == len(set(labels)) >= 2
    assert convergence_svgs([]) == []
