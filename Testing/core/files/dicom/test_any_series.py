"""A random DICOM series with at most one fault is read to what pydicom says of each slice, or refused by the fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_volume
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from phantoms.dicom_series import Series, random_series, write_enhanced, write_series

FAULTS = {
    "none": None,
    "missing": r"lacks \d slices?: after the slice at",
    "doubled": r"slices more than once",
    "shifted": r"not evenly spaced: distances range from",
    "second time point": r"contains 2 .*; choose with --series 1 to 2",
    "turned": r"differ in orientation, size, spacing or kind",
}


def _with_fault(series: Series, fault: str, random: np.random.Generator) -> Series:
    slices = list(series.slices)
    place = int(random.integers(1, len(slices) - 1))
    distance = float(np.linalg.norm(slices[1].position - slices[0].position))
    if fault == "missing":
        del slices[place]
    elif fault == "doubled":
        slices.append(replace(slices[place], values=slices[place].values[::-1]))
    elif fault == "shifted":
        off = random.normal(size=3)
        off *= distance * random.uniform(0.25, 0.45) / np.linalg.norm(off)
        slices[place] = replace(slices[place], position=slices[place].position + off)
    return replace(series, slices=slices)


def _write(series: Series, fault: str, path: Path, random: np.random.Generator) -> Path:
    if fault == "none" and random.random() < 0.5:
        write_enhanced(series, path / "volume", random)
        return path / "volume"
    if fault == "second time point":
        again = replace(series, slices=[replace(one, values=one.values + 1) for one in series.slices])
        for number, one in enumerate((series, again), 1):
            name = random.choice(["TemporalPositionIdentifier", "AcquisitionNumber", "TriggerTime"])
            write_series(one, path / "scan", random, **({str(name): number} if random.random() < 0.7 else {}))
    elif fault == "turned":
        write_series(replace(series, slices=series.slices[:-2]), path / "scan", random)
        turned = replace(series, slices=series.slices[-2:], axes=series.axes[::-1])
        write_series(turned, path / "scan", random)
    else:
        write_series(series, path / "scan", random)
    return path / "scan"


def _check_draw(seed: int, folder: Path) -> str:
    random = np.random.default_rng(seed)
    fault = list(FAULTS)[int(random.choice(len(FAULTS), p=[0.5, 0.1, 0.1, 0.1, 0.1, 0.1]))]
    series = random_series(random)
    path = _write(_with_fault(series, fault, random), fault, folder, random)
    if FAULTS[fault] is not None:
        with pytest.raises(InputError, match=FAULTS[fault]) as refusal:
            read_volume(path)
        assert str(refusal.value).count(str(folder)) <= 2
        return fault
    image = read_volume(path).image
    voxels, geometry = np.asarray(array_view(image)), geometry_of(image)
    truth, count = series.true_values(), len(series.slices)
    backward = np.cross(*series.axes) @ (series.slices[-1].position - series.slices[0].position) < 0
    assert np.abs(voxels - (truth[::-1] if backward else truth)).max() < 1e-3
    for k in range(count):
        rows, columns = truth.shape[1:]
        for column, row in ((0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)):
            at = geometry.points_of((column, row, count - 1 - k if backward else k))
            assert np.linalg.norm(at - series.place(k, column, row)) < 1e-3
    return fault


@pytest.mark.parametrize("seed", range(24))
def test_a_series_is_read_to_its_truth_or_refused_by_its_fault(tmp_path, seed):
    _check_draw(seed, tmp_path)


@pytest.mark.slow
def test_500_draws_without_a_silent_error(tmp_path):
    met = []
    for seed in range(1000, 1500):
        (tmp_path / str(seed)).mkdir()
        met.append(_check_draw(seed, tmp_path / str(seed)))
    assert set(met) == set(FAULTS)
    print({fault: met.count(fault) for fault in FAULTS})
