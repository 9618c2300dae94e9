"""Reads a folder or zip of parameter files, such as a copy of SuperElastix/ElastixModelZoo, as an import does, and runs
every preset that comes of it on a small made pair: how many files are read, how many presets result, how many run.

    python Testing/benchmarks/model_zoo.py FOLDER [--presets N] [--json]

Nothing of the folder is kept. A run is cut to a few iterations: it shows that elastix takes the stages, not how well
they register.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "ElastixRegistration"), str(ROOT / "Testing" / "core")]

from ElastixRegistrationLib.core.presets.import_report import REFUSED, SKIPPED, UPGRADED  # noqa: E402
from ElastixRegistrationLib.core.presets.importing import examine, remaining_problems  # noqa: E402

ITERATIONS, SAMPLES = "5", 400
POINTS_METRIC = "CorrespondingPointsEuclideanDistanceMetric"


def measure(path: str | Path, most: int | None = None) -> dict[str, Any]:
    """Figures of an import of ``path``; at most ``most`` of its presets, evenly taken, are run."""
    started = time.perf_counter()
    report = examine(path)
    seconds = time.perf_counter() - started
    usable = [found for found in report.found if not found.unusable]
    chosen = usable if most is None else usable[:: max(1, -(-len(usable) // most))]
    stages = {tuple(sorted(stage.items())) for found in usable for stage in found.preset.stages()}
    valid = sum(not _errors(dict(stage)) for stage in stages)
    runs = [
        (found.preset.title, dimension, _run_alone(found, dimension)) for found in chosen for dimension in _axes(found)
    ]
    is_parameters = [file for file in report.files if file.state != SKIPPED and file.path.endswith((".txt", ".toml"))]
    transforms = [file for file in report.files if file.state == SKIPPED and "transform" in file.reason]
    ran = sum(not problem for _title, _dimension, problem in runs)
    return {
        "parameter files": len(is_parameters) + len(transforms),
        "read": sum(file.state != REFUSED for file in is_parameters) + len(transforms),
        "of these results of a registration": len(transforms),
        "upgraded": report.count(UPGRADED),
        "presets": len(report.found),
        "usable presets": len(usable),
        "unusable": dict(Counter(found.unusable for found in report.found if found.unusable)),
        "different stages in usable presets": len(stages),
        "of these valid": valid,
        "runs": len(runs),
        "ran": ran,
        "ran, %": round(100 * ran / max(1, len(runs)), 1),
        "failed": [f"{title}, {dimension}D: {problem}" for title, dimension, problem in runs if problem],
        "seconds to read": round(seconds, 2),
        "seconds": round(time.perf_counter() - started),
    }


def _axes(found: Any) -> list[int]:
    stages = found.preset.stages()
    return [
        axes
        for axes in found.preset.dimension
        if not any(p.severity == "error" for p in remaining_problems(stages, axes))
    ]


def _errors(stage: Any) -> bool:
    return all(any(p.severity == "error" for p in remaining_problems([stage], axes)) for axes in (2, 3))


_pool: ProcessPoolExecutor | None = None


def _run_alone(found: Any, dimension: int) -> str:
    """Why elastix did not run these stages, "" when it did. In a process that may crash."""
    global _pool
    _pool = _pool or ProcessPoolExecutor(1)
    try:
        return _pool.submit(_run, found.preset.stages(), dimension).result(timeout=300)
    except BrokenProcessPool:
        _pool = None
        return "elastix crashed"


def _run(stages: list[dict[str, tuple[str, ...]]], dimension: int) -> str:
    from ElastixRegistrationLib.core.errors import ElastixRegistrationError
    from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
    from ElastixRegistrationLib.core.registration.register import register
    from phantoms import blobs, grid

    stages = [_short(stage) for stage in stages]
    # An image of the size that the parameters are made for: a mouse's brain has a grid of 0.5 mm.
    spacing = min([6.0, *(_smallest(stage, "FinalGridSpacingInPhysicalUnits") / 4 for stage in stages)])
    spacing = max([spacing, *(max(_numbers(stage, "SampleRegionSize"), default=0) / 30 for stage in stages)])
    geometry = grid({2: (80, 72), 3: (44, 40, 36)}[dimension], (spacing,) * dimension, (0.0,) * dimension)
    shift = np.full(dimension, 0.8 * spacing)
    fixed, moving = blobs(geometry), blobs(geometry, shift)
    arguments: dict[str, Any] = {}
    if any("RandomSparseMask" in stage.get("ImageSampler", ()) for stage in stages):
        inside = np.zeros(array_view(fixed).shape, np.uint8)
        inside[(slice(4, -4),) * dimension] = 1
        arguments["fixed_mask"] = image_from_array(inside, geometry)
        stages = [stage | {"ErodeMask": ("false",)} for stage in stages]
    if any(POINTS_METRIC in stage.get("Metric", ()) for stage in stages):
        points = geometry.center() + np.random.default_rng(1).uniform(-0.3, 0.3, (12, dimension)) * 36 * spacing
        arguments |= {"fixed_points": points, "moving_points": points + shift}
    try:
        register(fixed, moving, stages, threads=2, seed=1, **arguments)
    except ElastixRegistrationError as error:
        return str(error)
    return ""


def _short(stage: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    samples = [str(min(SAMPLES, int(float(value)))) for value in stage.get("NumberOfSpatialSamples", ("400",))]
    return stage | {"MaximumNumberOfIterations": (ITERATIONS,), "NumberOfSpatialSamples": tuple(samples)}


def _smallest(stage: dict[str, tuple[str, ...]], name: str) -> float:
    return min(_numbers(stage, name), default=np.inf)


def _numbers(stage: dict[str, tuple[str, ...]], name: str) -> list[float]:
    return [float(value) for value in stage.get(name, ())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", metavar="FOLDER")
    parser.add_argument("--presets", type=int, metavar="N", help="run only N of them")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.path, options.presets)
    if options.json:
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
        return 0
    for name, value in figures.items():
        lines = [f"    {count} {reason}" for reason, count in value.items()] if isinstance(value, dict) else value
        text = "\n" + "\n".join(lines) if isinstance(lines, list) else value
        sys.stdout.write(f"{name}: {text}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
