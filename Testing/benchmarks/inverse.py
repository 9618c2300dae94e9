"""Seconds of all cores that the inverse of a registration takes, beside resampling by the registration itself.

    python Testing/benchmarks/inverse.py [--presets ID ...] [--runs 3] [--data FOLDER]

FOLDER holds ``fixed.mha`` and ``moving.mha`` (default: the lung of shared/data beside the checkout). Both are computed
in this process, in turn, and medians printed; seconds of all cores, as others may use the machine too. Residuals: how
far points of the fixed image end up from where they started, there and back.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(Path(__file__).parent)]

from ElastixRegistrationLib import core  # noqa: E402
from ElastixRegistrationLib.core.images.geometry import geometry_of  # noqa: E402
from ElastixRegistrationLib.core.resampling.images import resample  # noqa: E402
from ElastixRegistrationLib.core.transforms.inverse import invert  # noqa: E402
from processes import machine  # noqa: E402

PRESETS = ("ct-lung-fast", "ct-lung", "automatic")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=PRESETS, metavar="ID")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared/data/lung", metavar="FOLDER")
    options = parser.parse_args(arguments)
    fixed, moving = (core.read_image(options.data / f"{name}.mha") for name in ("fixed", "moving"))
    grid = geometry_of(fixed)
    print(machine())
    print(f"{'preset':24}{'resampling, s':>14}{'inverse, s':>12}{'ratio':>7}  residual mean, 99 %, largest, mm")
    for preset in options.presets:
        transform = core.register(fixed, moving, preset=preset, seed=1).transform
        resampling, inverse = [], []
        for _ in range(options.runs):
            resampling.append(_cpu_seconds(lambda t=transform: resample(moving, t, grid))[0])
            seconds, found = _cpu_seconds(lambda t=transform: invert(t, grid))
            inverse.append(seconds)
        direct, back = statistics.median(resampling), statistics.median(inverse)
        residuals = f"{found.mean_residual:.4f}  {found.typical_residual:.3f}  {found.max_residual:.3f}"
        print(f"{preset:24}{direct:14.2f}{back:12.2f}{back / direct:7.1f}  {residuals}")


def _cpu_seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    result = call()
    return time.process_time() - began, result


if __name__ == "__main__":
    main()
