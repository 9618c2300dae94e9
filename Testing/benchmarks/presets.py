"""How well and how fast presets register pairs with a truth, beside others on the same machine in the same run.

    python Testing/benchmarks/presets.py [--pairs NAME ...] [--presets ID ...] [--runs 3] [--data FOLDER]
        [--folder FOLDER ...] [--brain FOLDER] [--slicer-elastix FOLDER] [--their-presets ID ...]
        [--others ants greedy simpleitk] [--python PYTHON] [--plot FILE.svg] [--json FILE]

Each run is a process of its own, from image files to a transform and a resampled image as files; runs of all methods
take turns, each round with another seed, and medians are printed: seconds, those of all cores, and peak memory of the
process, error (mean distance in mm of points to where they truly are, or 1 - Dice), the worst error of the seeds, Dice,
and the share of folded voxels. Then, for each pair, whether "automatic" is worse than the best of the other presets by
more than 10 %.

FOLDER of --data holds ``lung``, ``head2d`` and ``spinal_cord`` (default: shared/data beside the checkout); of --brain
the brain template that ``dev.py demo`` fetches (default: demo-output/data); of --folder a pair of your own: images
``fixed`` and ``moving`` with ``_mask``, ``_labels``, ``_points``. --slicer-elastix is a local copy of
lassoan/SlicerElastix: its default preset, or --their-presets, run with the elastix executable as it runs them. ants,
greedy and simpleitk are used where --python, an interpreter (default: this one), has antspyx, picsl-greedy and
SimpleITK. ``--presets all`` tries every preset of the pair's dimension instead of those that suit it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing"), str(Path(__file__).parent)]

import pairs as made  # noqa: E402
from ElastixRegistrationLib.core.errors import InputError  # noqa: E402
from ElastixRegistrationLib.core.files.image_files import write_image  # noqa: E402
from ElastixRegistrationLib.core.presets.catalog import DEFAULT_PRESET, list_presets  # noqa: E402
from processes import Cost, ProcessFailed, machine  # noqa: E402
from rivals import Case, Rival, libraries, ours, slicer_elastix, unlike  # noqa: E402
from scatter import Dot, scatter_svg  # noqa: E402

ALLOWED_OVER_BEST = 1.1
_CT = ["deformable", "deformable-ct-fast", "deformable-ct", "deformable-ct-precise", "ct-abdomen"]
_LUNG = [*_CT, "ct-lung", "ct-lung-fast"]
_RIGID = ["rigid", "spine", "affine", "deformable", "deformable-multimodal"]
_BRAIN = ["rigid", "affine", "deformable", "deformable-mr-fast", "deformable-mr", "deformable-mr-precise",
    "deformable-multimodal", "brain-between-subjects"]  # fmt: skip
_FLAT = ["rigid", "affine", "deformable", "xray", "histology"]


@dataclass(frozen=True)
class Choice:
    """A pair by name: how to make it from the folders of data and of the brain, and whose presets suit it."""

    make: Callable[[Path, Path], made.Pair]
    presets: list[str]


def _cord(moved: bool, swapped: bool) -> Choice:
    return Choice(lambda data, _: made.spinal_cord(data, moved, swapped), _RIGID)


def _brain(**kind: object) -> Choice:
    return Choice(lambda _, brain: made.brain(brain, 1, 2, **kind), _BRAIN)


CHOICES = {
    "lung+masks": Choice(lambda data, _: made.lung(data, True), _LUNG),
    "lung": Choice(lambda data, _: made.lung(data, False), _LUNG),
    "cord": _cord(False, False),
    "cord-moved": _cord(True, False),
    "cord-swapped": _cord(False, True),
    "cord-swapped-moved": _cord(True, True),
    "head2d": Choice(lambda data, _: made.head2d(data), _FLAT),
    "histology": Choice(lambda data, _: made.histology(data, 1), _FLAT),
    "breathing": Choice(lambda data, _: made.breathing(data, 1), [*_LUNG, "mr-liver"]),
    "brain": _brain(),
    "brain-t1-t2": _brain(contrast="other"),
    "brain-subjects": _brain(deviation=8.0),
}
USUAL = ["lung+masks", "lung", "cord", "cord-moved", "cord-swapped", "head2d", "histology", "breathing", "brain"]


@dataclass
class Measured:
    """Runs of one method on one pair."""

    rival: Rival
    costs: list[Cost] = field(default_factory=list)
    figures: list[dict[str, float]] = field(default_factory=list)
    failure: str = ""

    def median(self, name: str) -> float:
        return statistics.median(figures[name] for figures in self.figures)

    @property
    def errors(self) -> list[float]:
        return list(map(error_of, self.figures))

    @property
    def error(self) -> float:
        return statistics.median(self.errors)

    @property
    def cost(self) -> Cost:
        return Cost(*map(statistics.median, zip(*self.costs, strict=True)))

    def row(self) -> str:
        begin = f"  {self.rival.group:14}{self.rival.name:28}"
        if self.failure:
            return f"{begin}  {self.failure}"
        dice = f"{self.median('dice'):9.4f}" if "dice" in self.figures[0] else " " * 9
        cost = self.cost
        numbers = f"{cost.seconds:8.1f}{cost.cpu:8.1f}{cost.memory:8.0f}"
        return f"{begin}{numbers}{self.error:9.4f}{max(self.errors):9.4f}{dice}{self.median('folded'):9.2%}"


def main() -> None:
    options = _options()
    print(f"{machine()}; load before {os.getloadavg()[0]:.1f}; {options.runs} runs of each\n")
    print(f"  {'':42}{'seconds':>8}{'CPU':>8}{'MB':>8}{'error':>9}{'worst':>9}{'Dice':>9}{'folded':>9}")
    results: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, make, presets in _chosen(options):
            try:
                pair = make()
            except InputError as error:
                print(f"{name}: left out, {error}")
                continue
            results[name] = _measure(pair, _rivals(options, pair, presets), options, Path(folder))
            _say(name, pair, results[name])
    _judge(results)
    if options.plot and results:
        _plot(options.plot, results)
    if options.json:
        document = {
            name: [
                {"group": m.rival.group, "name": m.rival.name, "costs": [cost._asdict() for cost in m.costs],
                    "figures": m.figures, "failure": m.failure}
                for m in all_of_pair
            ]
            for name, all_of_pair in results.items()
        }  # fmt: skip
        options.json.write_text(json.dumps({"machine": machine(), "pairs": document}, indent=1), encoding="utf-8")


def error_of(figures: dict[str, float]) -> float:
    """mm where points are known, else 1 - Dice."""
    return figures["error"] if "error" in figures else 1 - figures["dice"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", nargs="*", choices=sorted(CHOICES), metavar="NAME", help=", ".join(CHOICES))
    parser.add_argument("--presets", nargs="+", metavar="ID")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--brain", type=Path, default=TOP / "demo-output" / "data")
    parser.add_argument("--folder", type=Path, nargs="+", default=[])
    parser.add_argument("--slicer-elastix", type=Path)
    parser.add_argument("--their-presets", nargs="+", default=["default0"], metavar="ID", help="of SlicerElastix")
    parser.add_argument("--others", nargs="*", choices=("ants", "greedy", "simpleitk"), default=[])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], made.Pair], list[str]]]:
    """(name, what makes the pair, ids of presets that suit it)."""
    names = options.pairs if options.pairs is not None else ([] if options.folder else USUAL)
    for name in names:
        choice = CHOICES[name]
        yield name, partial(choice.make, options.data, options.brain), choice.presets
    for folder in options.folder:
        yield folder.name, partial(made.of_folder, folder), ["rigid", "affine", "deformable"]


def _rivals(options: argparse.Namespace, pair: made.Pair, presets: list[str]) -> list[Rival]:
    dimension = pair.fixed.GetImageDimension()
    if options.presets == ["all"]:
        presets = [preset.id for preset in list_presets(dimension=dimension) if preset.id != "landmarks"]
    elif options.presets:
        presets = options.presets
    else:
        presets = [DEFAULT_PRESET, *presets]
    rivals = [ours(name) for name in unlike(presets)]
    if options.slicer_elastix:
        rivals += slicer_elastix(options.slicer_elastix, options.their_presets)
    return [*rivals, *libraries(options.python, options.others)]


def _measure(pair: made.Pair, rivals: list[Rival], options: argparse.Namespace, folder: Path) -> list[Measured]:
    images = {side: getattr(pair, side) for side in ("fixed", "moving", "fixed_mask", "moving_mask")}
    files = {}
    for side, image in images.items():
        if image is not None:
            files[side] = folder / f"{side}.nrrd"
            write_image(image, files[side], compress=False)
    case = Case(pair.fixed.GetImageDimension(), **files)
    results = [Measured(rival) for rival in rivals]
    for seed in range(1, options.runs + 1):
        for one in results:
            if one.failure:
                continue
            work = Path(tempfile.mkdtemp(dir=folder))
            try:
                cost, transform = one.rival.run(case, seed, work)
            except ProcessFailed as error:
                one.failure = f"failed with seed {seed}: {str(error).splitlines()[-1]}"
            else:
                one.costs.append(cost)
                one.figures.append(pair.score(transform))
            finally:
                shutil.rmtree(work)
    return results


def _say(name: str, pair: made.Pair, results: list[Measured]) -> None:
    start = made.before(pair)
    figures = ", ".join(f"{key} {value:.4g}" for key, value in start.items() if key != "folded")
    print(f"{name} (before: {figures})")
    for one in results:
        print(one.row(), flush=True)


def _judge(results: dict[str, list[Measured]]) -> None:
    rows = []
    for name, all_of_pair in results.items():
        mine = {one.rival.name: one for one in all_of_pair if one.rival.group == "ours"}
        automatic = mine.pop(DEFAULT_PRESET, None)
        others = [one for one in mine.values() if not one.failure]
        if automatic is None or not others:
            continue
        best = min(others, key=lambda one: one.error)
        if automatic.failure:
            rows.append(f"  {name:22} FAILED, best {best.rival.name} {best.error:.4f}")
            continue
        ratio = automatic.error / best.error
        verdict = "holds" if ratio <= ALLOWED_OVER_BEST else "MISSED"
        rows.append(
            f"  {name:22}{verdict:8}{automatic.error:9.4f}, best {best.error:.4f} by {best.rival.name}: {ratio:.2f}"
        )
    if rows:
        print("\n" + "\n".join([f'"{DEFAULT_PRESET}" within 10 % of the best preset for the pair:', *rows]))


def _plot(path: Path, results: dict[str, list[Measured]]) -> None:
    panels, units = {}, {}
    for name, all_of_pair in results.items():
        usable = [one for one in all_of_pair if not one.failure]
        if usable:
            panels[name] = [Dot(one.rival.group, one.rival.name, one.cost.seconds, one.error) for one in usable]
            units[name] = "mean error, mm" if "error" in usable[0].figures[0] else "1 - Dice"
    path.write_text(scatter_svg(panels, units, machine()), encoding="utf-8")
    print(f"\nplot: {path}")


if __name__ == "__main__":
    main()
