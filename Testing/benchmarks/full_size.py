"""Seconds, memory and error on scans of full size: one pair of images, sampled ever finer, judged by one truth.

    python Testing/benchmarks/full_size.py [--sizes 115x157x129 256x256x256 512x512x400 ...] [--presets ID ...]
        [--runs 3] [--data FOLDER] [--format .mha] [--full-resolution] [--others elastix ants greedy]
        [--python PYTHON] [--json FILE]

Each run is a process of its own, from image files (uncompressed, or as ``--format`` says) to a transform and a
resampled image as files; all methods take turns, a line goes to standard error after each run, and medians are printed:
seconds by the clock, and of all cores, which count where others use the machine too. Memory is that of the process and
all that it has started, together, at its peak (Linux), and before it what the program expects. The first size is the
original one. FOLDER holds ``lung`` (default: shared/data beside the checkout); without it, the phantom of ``made_pair``
is used, whose motion is known everywhere. The elastix executable gets the parameter files of the preset and the images
as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing"), str(Path(__file__).parent)]

from ElastixRegistrationLib.core.files.image_files import read_image, write_image  # noqa: E402
from ElastixRegistrationLib.core.files.point_files import read_points  # noqa: E402
from ElastixRegistrationLib.core.files.transform_files import read_transform  # noqa: E402
from ElastixRegistrationLib.core.images.geometry import Geometry, geometry_of, image_from_array  # noqa: E402
from ElastixRegistrationLib.core.presets.catalog import find_preset  # noqa: E402
from ElastixRegistrationLib.core.registration.memory import run_bytes  # noqa: E402
from ElastixRegistrationLib.core.resampling.images import resample  # noqa: E402
from ElastixRegistrationLib.core.transforms.itk_transforms import identity, map_points  # noqa: E402
from processes import Cost, ProcessFailed, machine  # noqa: E402
from rivals import Case, libraries  # noqa: E402

THREADS = str(os.cpu_count())
SIZES = ("115x157x129", "256x256x256", "512x512x200", "512x512x400", "512x512x800")
PRESETS = ("rigid", "automatic", "ct-lung")


@dataclass(frozen=True)
class Pair:
    """Images, and (N, 3) points of both, LPS mm."""

    fixed: Any
    moving: Any
    fixed_points: np.ndarray
    moving_points: np.ndarray
    fill: float

    def error(self, transform: Any) -> float:
        """Mean distance, mm."""
        return float(np.linalg.norm(map_points(transform, self.fixed_points) - self.moving_points, axis=1).mean())


def main() -> None:
    options = _options()
    print(f"{machine()}; load before {os.getloadavg()[0]:.1f}; {options.runs} runs of each, medians\n")
    print(f"{'voxels':14}{'method':34}{'seconds':>9}{'of cores':>9}{'expected':>9}{'MB, all':>9}{'mm':>8}{'worst':>8}")
    pair = lung(options.data) if (options.data / "lung").is_dir() else made_pair()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            rows += _rows_of_size(size, pair, options, Path(folder))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--format", default=".mha", help="of the images: .mha, .nrrd, .nii.gz; packed where it can be")
    parser.add_argument("--full-resolution", action="store_true", help="let elastix work on all voxels")
    parser.add_argument("--others", nargs="*", choices=("elastix", "ants", "greedy"), default=[])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def lung(data: Path) -> Pair:
    """Breath-hold CT with 51 landmarks."""
    folder = data / "lung"
    points = [read_points(folder / f"{side}_points.txt").coordinates for side in ("fixed", "moving")]
    return Pair(*(read_image(folder / f"{side}.mha") for side in ("fixed", "moving")), *points, fill=-2048.0)


def made_pair() -> Pair:
    """Smoothed noise in a body, 330 mm long, that breathes by up to 12 mm."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    geometry = Geometry((120, 120, 132), (2.5,) * 3, (-150.0, -150.0, -165.0), tuple(map(tuple, np.eye(3).tolist())))
    random = np.random.default_rng(4)
    index = np.stack(np.meshgrid(*(np.arange(float(n)) for n in geometry.size[::-1]), indexing="ij")[::-1], -1)
    points = geometry.points_of(index)
    body = np.hypot(points[..., 0] / 130, points[..., 1] / 100) < 1
    texture = sum(gaussian_filter(random.normal(size=body.shape), width) * width**1.5 for width in (1.0, 2.0, 4.0))
    voxels = np.where(body, 300 * texture, -1000).astype(np.float32)

    def moved(at: np.ndarray) -> np.ndarray:
        inside = np.exp(-((at[..., 0] / 130) ** 2) - (at[..., 1] / 100) ** 2)
        return at + 12 * inside[..., None] * np.array([0.0, -0.2, 1.0]) * np.cos(at[..., 2:] / 120)

    def fixed_voxels() -> np.ndarray:
        places = geometry.indices_of(moved(points))[..., ::-1]
        return map_coordinates(voxels, np.moveaxis(places, -1, 0), order=1, mode="nearest")

    chosen = points[body & (random.random(body.shape) < 5e-4)]
    images = [image_from_array(np.round(v).astype(np.int16), geometry) for v in (fixed_voxels(), voxels)]
    return Pair(*images, chosen, moved(chosen), fill=-1000.0)


def _rows_of_size(size: str, pair: Pair, options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    files, grids = {}, {}
    for side in ("fixed", "moving"):
        image = getattr(pair, side)
        grid = _sampled(geometry_of(image), tuple(map(int, size.split("x"))))
        grids[side] = grid
        if grid != geometry_of(image):
            image = resample(image, identity(3), grid, background=pair.fill)
        files[side] = folder / f"{side}{options.format}"
        write_image(image, files[side], compress=options.format != ".mha")
    commands = {f"ours, {preset}": _ours(preset, files, folder, options) for preset in options.presets}
    if "elastix" in options.others:
        commands |= {f"elastix, files of {preset}": _elastix(preset, files, folder) for preset in options.presets}
    expected = {f"ours, {preset}": _expected(preset, grids, options) for preset in options.presets}
    measured: dict[str, list[tuple[float, ...]]] = {name: [] for name in commands}
    others = list(libraries(options.python, [other for other in options.others if other != "elastix"]))
    for seed in range(1, options.runs + 1):
        for name, (command, result) in commands.items():
            cost = run_measured([*command, *(["--seed", str(seed)] if name.startswith("ours") else [])])
            measured[name].append((*cost, pair.error(read_transform(result))))
            print(f"{size} {name}, seed {seed}: {cost.seconds:.1f} s", file=sys.stderr, flush=True)
        for rival in others:
            cost, transform = rival.run(Case(3, **files), seed, Path(tempfile.mkdtemp(dir=folder)))
            measured.setdefault(f"{rival.group}, {rival.name}", []).append(
                (cost.seconds, cost.memory, cost.cpu, pair.error(transform))
            )
    rows = []
    for name, figures in measured.items():
        seconds, memory, cpu, error = (statistics.median(column) for column in zip(*figures, strict=True))
        worst = max(figure[-1] for figure in figures)
        told = expected.get(name)
        row = f"{size:14}{name:34}{seconds:9.1f}{cpu:9.1f}{'' if told is None else f'{told:.0f}':>9}"
        print(f"{row}{memory:9.0f}{error:8.2f}{worst:8.2f}", flush=True)
        cost = {"seconds": seconds, "cpu": cpu, "memory": memory, "expected": told}
        rows.append({"size": size, "name": name, **cost, "error": error, "worst": worst})
    return rows


def _sampled(grid: Geometry, size: tuple[int, ...]) -> Geometry:
    """As many voxels as ``size`` in the same box; a side shorter than the original's keeps its own number."""
    if all(n <= own for n, own in zip(size, grid.size, strict=True)):
        return grid
    spacing = tuple(n * s / wanted for n, s, wanted in zip(grid.size, grid.spacing, size, strict=True))
    first = np.array([(new / old - 1) / 2 for new, old in zip(spacing, grid.spacing, strict=True)])
    return Geometry(size, spacing, tuple(grid.points_of(first).tolist()), grid.direction)


def _ours(preset: str, files: dict[str, Path], folder: Path, options: argparse.Namespace) -> tuple[list[str], Path]:
    result = folder / "ours.h5"
    command = [sys.executable, "-m", "ElastixRegistrationLib", "register", files["fixed"], files["moving"]]
    command += ["--preset", preset, "--threads", THREADS, "--quiet", "--output-transform", result]
    command += ["--output-volume", folder / "ours.mha", *(["--full-resolution"] if options.full_resolution else [])]
    return list(map(str, command)), result


def _elastix(preset: str, files: dict[str, Path], folder: Path) -> tuple[list[str], Path]:
    work = folder / f"elastix-{preset}"
    work.mkdir(exist_ok=True)
    command = ["elastix", "-f", files["fixed"], "-m", files["moving"], "-out", work, "-threads", THREADS]
    parameters = find_preset(preset).files
    for file in parameters:
        command += ["-p", file]
    return list(map(str, command)), work / f"TransformParameters.{len(parameters) - 1}.txt"


def _expected(preset: str, grids: dict[str, Any], options: argparse.Namespace) -> float:
    """MB that the program tells beforehand; its images here have two bytes a voxel."""
    chosen = find_preset(preset)
    settings = {"full_resolution": options.full_resolution, "adapts": chosen.adapts}
    return run_bytes(grids["fixed"], grids["moving"], chosen.stages(), **settings) / 2**20


def run_measured(command: Sequence[str]) -> Cost:
    """Of the process and its descendants; memory is the peak of their sum. Raises ProcessFailed."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP / "ElastixRegistration")},
    )
    peak = 0.0
    while process.poll() is None:
        asked = time.perf_counter()
        peak = max(peak, _memory_of_tree(process.pid))
        time.sleep(max(0.05, 20 * (time.perf_counter() - asked)))  # the kernel walks all pages, which the process pays
    seconds = time.perf_counter() - started
    said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise ProcessFailed(f"{command[0]} failed ({process.returncode}): {said.strip()[-500:]}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(seconds, peak, used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime)


def _memory_of_tree(root: int) -> float:
    """MB, memory that processes share counted once."""
    total, waiting = 0.0, [root]
    while waiting:
        number = waiting.pop()
        folder = Path("/proc") / str(number)
        try:
            for line in (folder / "smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += float(line.split()[1]) / 1024
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_text("ascii").split())
        except OSError:
            continue  # it has ended meanwhile
    return total


if __name__ == "__main__":
    main()
