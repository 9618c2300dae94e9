"""Seconds, peak memory and error of the main job, beside the elastix executable on the same parameter files.

    python Testing/benchmarks/main_job.py [--runs 3] [--data FOLDER]

Each run is a process of its own, all interleaved, medians printed. FOLDER holds ``lung`` and ``head2d`` (default: the
folder shared/data beside the checkout). The executable gets what the core gives elastix: the same masks and images,
padding replaced, as files. It runs the files of a preset as they are; of "automatic" too, which are fitted to the pair
here and not there.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing"), str(Path(__file__).parent)]

from ElastixRegistrationLib.core.files.image_files import read_image, write_image  # noqa: E402
from ElastixRegistrationLib.core.files.point_files import read_points  # noqa: E402
from ElastixRegistrationLib.core.files.transform_files import read_transform  # noqa: E402
from ElastixRegistrationLib.core.images.background import estimate_background, padding_mask  # noqa: E402
from ElastixRegistrationLib.core.images.geometry import array_view, float_copy  # noqa: E402
from ElastixRegistrationLib.core.presets.catalog import DEFAULT_PRESET, find_preset  # noqa: E402
from ElastixRegistrationLib.core.quality.similarity import dice  # noqa: E402
from ElastixRegistrationLib.core.registration.masks import metric_mask  # noqa: E402
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points  # noqa: E402
from processes import machine, timed  # noqa: E402

THREADS = str(os.cpu_count())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    options = parser.parse_args()
    print(f"{machine()}\n")
    print(f"{'case':34}{'run by':22}{'seconds':>9}{'peak MB':>9}  {'quality'}")
    with tempfile.TemporaryDirectory() as folder:
        for title, case in _cases(options.data).items():
            _compare(title, case, options.runs, Path(folder))


def _cases(data: Path) -> dict[str, dict]:
    lung, head = data / "lung", data / "head2d"
    points = (lung / "fixed_points.txt", lung / "moving_points.txt")
    images = {"fixed": lung / "fixed.mha", "moving": lung / "moving.mha", "points": points}
    masks = {"fixed_mask": lung / "fixed_mask.mha", "moving_mask": lung / "moving_mask.mha"}
    flat = {"fixed": head / "fixed.mha", "moving": head / "moving.mha"}
    flat["labels"] = (head / "fixed_mask.mha", head / "moving_mask.mha")
    return {
        "lung, rigid": {"preset": "rigid", **images},
        f"lung, {DEFAULT_PRESET}": {"preset": DEFAULT_PRESET, **images},
        "lung, deformable": {"preset": "deformable", **images},
        f"lung, {DEFAULT_PRESET}, masks": {"preset": DEFAULT_PRESET, **images, **masks},
        "lung, ct-lung, masks": {"preset": "ct-lung", **images, **masks},
        f"head 2D, {DEFAULT_PRESET}": {"preset": DEFAULT_PRESET, **flat},
    }


def _compare(title: str, case: dict, runs: int, folder: Path) -> None:
    rivals = {"this, whole process": _run_ours}
    if shutil.which("elastix"):
        rivals["elastix executable"] = _run_executable
    measured: dict[str, list[tuple[float, float, str]]] = {name: [] for name in rivals}
    for _ in range(runs):
        for name, run in rivals.items():
            work = Path(tempfile.mkdtemp(dir=folder))
            measured[name].append(run(case, work))
            shutil.rmtree(work)
    for name, results in measured.items():
        seconds, memory = (statistics.median(column) for column in list(zip(*results, strict=True))[:2])
        print(f"{title:34}{name:22}{seconds:9.1f}{memory:9.0f}  {results[-1][2]}", flush=True)


def _run_ours(case: dict, work: Path) -> tuple[float, float, str]:
    command = [sys.executable, "-m", "ElastixRegistrationLib", "register", case["fixed"], case["moving"]]
    command += ["--preset", case["preset"], "--output-transform", work / "t.h5", "--output-volume", work / "v.mha"]
    for side in ("fixed_mask", "moving_mask"):
        if side in case:
            command += [f"--{side.replace('_', '-')}", case[side]]
    seconds, memory, _ = timed([*command, "--threads", THREADS, "--quiet"])
    return seconds, memory, _quality(case, read_transform(work / "t.h5"))


def _run_executable(case: dict, work: Path) -> tuple[float, float, str]:
    command = ["elastix", "-out", work, "-threads", THREADS]
    for side in ("fixed", "moving"):
        image = read_image(case[side])
        estimate = estimate_background(image)
        padding = padding_mask(array_view(image), estimate) if estimate.padding is not None else None
        write_image(float_copy(image, replace=padding, by=estimate.value), work / f"{side}.mha", compress=False)
        command += [f"-{side[0]}", work / f"{side}.mha"]
        mask = read_image(case[f"{side}_mask"]) if f"{side}_mask" in case else None
        mask = metric_mask(image, mask, padding, side)
        if mask is not None:
            write_image(mask, work / f"{side}_mask.mha", compress=False)
            command += [f"-{side[0]}Mask", work / f"{side}_mask.mha"]
    preset = find_preset(case["preset"])
    for path in preset.files:
        command += ["-p", path]
    seconds, memory, _ = timed(command)
    last = work / f"TransformParameters.{len(preset.files) - 1}.txt"
    resampling, _, _ = timed(
        ["transformix", "-in", work / "moving.mha", "-out", work, "-tp", last, "-threads", THREADS]
    )
    return seconds + resampling, memory, _quality(case, read_transform(last))


def _quality(case: dict, transform) -> str:
    if "points" in case:
        fixed, moving = (read_points(path).coordinates for path in case["points"])
        distances = np.linalg.norm(map_points(transform, fixed) - moving, axis=1)
        return f"{distances.mean():.2f} mm, {len(distances)} landmarks"
    from ElastixRegistrationLib.core.images.geometry import geometry_of
    from ElastixRegistrationLib.core.resampling.images import resample

    fixed, moving = (read_image(path) for path in case["labels"])
    moved = resample(moving, transform, geometry_of(fixed), interpolation="nearest")
    return f"Dice {dice(array_view(fixed), array_view(moved)):.4f}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
