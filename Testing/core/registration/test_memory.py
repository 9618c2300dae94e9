"""What the limits of containers and cluster jobs leave, from control groups as Linux shows them."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.registration import memory

FILES = {2: ("memory.max", "memory.current"), 1: ("memory.limit_in_bytes", "memory.usage_in_bytes")}


def group(folder, version, limit, used, cached=0):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip((*FILES[version], "memory.stat"), (limit, used, None), strict=True):
        text = text if text is not None else f"anon 5\nactive_file {cached // 4}\ninactive_file {cached - cached // 4}"
        (folder / name).write_text(f"{text}\n", "ascii")


@pytest.mark.parametrize(
    ("version", "own", "place"),
    [(2, "0::/", "."), (1, "9:cpu:/x\n8:memory:/docker/abc", "memory"), (2, "0::/jobs/7/step", "jobs/7")],
)
def test_files_that_were_read_are_not_taken_for_used_memory(version, own, place, tmp_path):
    (tmp_path / "own").write_text(own, "ascii")
    group(tmp_path / place, version, 8_000_000_000, 7_500_000_000, cached=6_000_000_000)
    assert memory._container_available(tmp_path, tmp_path / "own") == pytest.approx(6.5e9)


def test_the_tightest_of_nested_groups_counts(tmp_path):
    (tmp_path / "own").write_text("0::/jobs/7", "ascii")
    group(tmp_path / "jobs" / "7", 2, "max", 10_000_000)
    group(tmp_path / "jobs", 2, 3_000_000_000, 1_000_000_000)
    assert memory._container_available(tmp_path, tmp_path / "own") == pytest.approx(2e9)


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert memory._container_available(tmp_path, tmp_path / "own") is None
    (tmp_path / "own").write_text("0::/", "ascii")
    assert memory._container_available(tmp_path, tmp_path / "own") is None


def cube(count: int) -> Geometry:
    return Geometry((count,) * 3, (300 / count,) * 3, (0.0,) * 3, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


def test_what_is_told_before_a_run_follows_images_and_resolution():
    """Of small images little is told; of large ones that all voxels take several times what blocks of them do."""
    stages = find_preset("ct-lung").stages()
    small, large = cube(100), cube(480)
    assert memory.run_bytes(small, small, stages) < memory.WORTH_TELLING < memory.run_bytes(large, large, stages)
    of_bytes, of_floats = (memory.run_bytes(large, large, stages, (width, width)) for width in (1.0, 4.0))
    assert of_floats - of_bytes > 2 * 3 * 480**3
    assert memory.run_bytes(large, large, stages, full_resolution=True) > 2 * memory.run_bytes(large, large, stages)
    assert memory.run_bytes(large, large, stages) < 6 * 2 * 4 * 480**3
