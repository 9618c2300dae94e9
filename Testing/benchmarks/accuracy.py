"""How well Automatic does on any folder of pairs with a truth, beside other tools; the source of docs/accuracy.md.

    python Testing/benchmarks/accuracy.py run FOLDER ... [--results FILE.jsonl] [--presets automatic ...]
        [--efforts normal ...] [--seeds 1 2 3] [--only NAME ...] [--moved MM DEGREES]
        [--slicer-elastix FOLDER] [--others ants greedy] [--python PYTHON]
    python Testing/benchmarks/accuracy.py page [--results FILE.jsonl] [--peers FILE.tsv] [--unseen FIRST.jsonl]
        [--page docs/accuracy.md]

FOLDER holds pairs, each a folder with images ``fixed`` and ``moving`` of any format, and of both ``_labels`` (numbers
mean the same in both) or ``_points``; ``_mask`` of one or both goes to the registration. Each run is a process of its
own, from image files to a transform and a resampled image; every result becomes a line of FILE at once, and a run that
has its line is not done again, so that a benchmark of hours may be stopped and gone on with.

Figures: mean Dice over the labels of both images, each resampled to the nearest voxel; mean and 95th percentile of the
distance of points, mm; share of the voxels of the fixed image, in full resolution, whose local volume is not positive;
largest displacement gradient between neighboring voxels, mm per mm; seconds, seconds of all cores, peak memory.
--moved turns and shifts the header of the moving image (labels and points with it), in a direction told by the seed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(Path(__file__).parent)]

from ElastixRegistrationLib.core.automatic.field_transform import largest_displacement_gradient  # noqa: E402
from ElastixRegistrationLib.core.deformation.jacobian import jacobian_determinant  # noqa: E402
from ElastixRegistrationLib.core.errors import InputError  # noqa: E402
from ElastixRegistrationLib.core.files.image_files import read_image, write_image  # noqa: E402
from ElastixRegistrationLib.core.files.point_files import read_points  # noqa: E402
from ElastixRegistrationLib.core.images.geometry import (  # noqa: E402
    Geometry,
    array_view,
    geometry_of,
    image_from_array,
)
from ElastixRegistrationLib.core.quality.similarity import dice  # noqa: E402
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix  # noqa: E402
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field, map_points  # noqa: E402
from ElastixRegistrationLib.core.transforms.resampling import resample  # noqa: E402
from processes import ProcessFailed, machine  # noqa: E402
from rivals import Case, Rival, libraries, ours, slicer_elastix  # noqa: E402

RESULTS = TOP / "accuracy.jsonl"
PAGE = TOP / "docs" / "accuracy.md"
#: What a difference must exceed to be one: of Dice, and of an error in mm as a share of it.
DICE_NOISE, ERROR_NOISE = 0.01, 0.05


@dataclass(frozen=True)
class TruePair:
    """Files of a pair: ``files`` by name, such as ``fixed_labels``."""

    name: str
    files: dict[str, Path]

    def image(self, name: str) -> Any:
        return read_image(self.files[name]) if name in self.files else None

    def points(self, side: str) -> np.ndarray:
        return read_points(self.files[f"{side}_points"]).coordinates

    @property
    def has_points(self) -> bool:
        return "fixed_points" in self.files and "moving_points" in self.files


def pairs_in(folders: list[Path], only: list[str]) -> Iterator[TruePair]:
    for folder in folders:
        for place in sorted(path for path in [folder, *folder.iterdir()] if path.is_dir()):
            files = {path.name.split(".")[0]: path for path in sorted(place.iterdir()) if path.is_file()}
            if "fixed" in files and "moving" in files and (not only or place.name in only):
                yield TruePair(place.name, files)


def figures_of(pair: TruePair, transform: Any, moved: np.ndarray) -> dict[str, float]:
    """``moved``: homogeneous matrix by which the header of the moving image was moved, LPS mm."""
    figures: dict[str, float] = {}
    if pair.has_points:
        there = moved_points(moved, pair.points("moving"))
        distances = np.linalg.norm(map_points(transform, pair.points("fixed")) - there, axis=1)
        figures |= {"tre": float(distances.mean()), "p95": float(np.percentile(distances, 95))}
    kinds = [kind for kind in ("_labels", "_mask") if f"fixed{kind}" in pair.files and f"moving{kind}" in pair.files]
    if kinds and not pair.has_points:
        fixed, moving = pair.image(f"fixed{kinds[0]}"), pair.image(f"moving{kinds[0]}")
        shared = np.intersect1d(np.unique(array_view(fixed)), np.unique(array_view(moving)))
        on_fixed = resample(
            with_moved_header(moving, moved), transform, geometry_of(fixed), interpolation="nearest", background=0
        )
        drawn, found = array_view(fixed), array_view(on_fixed)
        figures |= {"dice": float(np.mean([dice(drawn == n, found == n) for n in shared if n != 0]))}
    grid = geometry_of(pair.image("fixed"))
    vectors = np.asarray(array_view(displacement_field(transform, grid)))
    volume = jacobian_determinant(vectors, grid.spacing, grid.direction)
    return figures | {
        "folded": float(np.mean(~(volume > 0))),
        "smallest volume": float(volume.min()),
        "largest volume": float(volume.max()),
        "largest gradient": largest_displacement_gradient(vectors - vectors.mean((0, 1)), grid.spacing),
    }


def movement(geometry: Geometry, millimeters: float, degrees: float, seed: int) -> np.ndarray:
    """Homogeneous matrix, LPS mm, that turns about the center of a grid and shifts, in directions told by ``seed``."""
    dimension = geometry.dimension
    random = np.random.default_rng(seed)

    def direction(count: int) -> np.ndarray:
        vector = random.normal(size=count)
        return vector / np.linalg.norm(vector)

    angles = np.radians(degrees) * direction(1 if dimension == 2 else 3)
    return rigid_matrix(np.concatenate([angles, millimeters * direction(dimension)]), geometry.center())


def with_moved_header(image: Any, matrix: np.ndarray) -> Any:
    """The same voxels, each of them elsewhere."""
    if np.array_equal(matrix, np.eye(len(matrix))):
        return image
    grid = geometry_of(image)
    origin = moved_points(matrix, np.array([grid.origin]))[0]
    direction = matrix[:-1, :-1] @ np.asarray(grid.direction)
    moved = Geometry(grid.size, grid.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    return image_from_array(np.array(array_view(image)), moved)


class Results:
    """Lines of JSON, one for each run; a line that was cut off counts for nothing."""

    def __init__(self, path: Path):
        self.path = path
        self.lines: list[dict[str, Any]] = []
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    self.lines.append(json.loads(line))
                except ValueError:
                    continue

    def has(self, **key: Any) -> bool:
        return any(all(line.get(name) == value for name, value in key.items()) for line in self.lines)

    def add(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def run(options: argparse.Namespace) -> None:
    results = Results(options.results)
    rivals: list[Rival] = [ours(preset, effort) for preset in options.presets for effort in options.efforts]
    if options.slicer_elastix:
        rivals += slicer_elastix(options.slicer_elastix, ["default0"])
    rivals += libraries(options.python, options.others)
    millimeters, degrees = options.moved
    for seed in options.seeds:
        for pair in pairs_in(options.folders, options.only):
            geometry = geometry_of(pair.image("moving"))
            matrix = np.eye(geometry.dimension + 1)
            if millimeters or degrees:
                matrix = movement(geometry, millimeters, degrees, seed)
            for rival in rivals:
                key = {"pair": pair.name, "method": f"{rival.group}: {rival.name}", "seed": seed,
                    "moved": [millimeters, degrees]}  # fmt: skip
                if results.has(**key):
                    continue
                line = {**key, **_measured(pair, rival, seed, matrix), "machine": machine()}
                line["load"] = round(os.getloadavg()[0], 1)
                results.add(line)
                print(json.dumps(line), flush=True)


def _measured(pair: TruePair, rival: Rival, seed: int, matrix: np.ndarray) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        files = {}
        for side in ("fixed", "moving", "fixed_mask", "moving_mask"):
            image = pair.image(side)
            # A mask that is all there is to measure by is no help for the registration.
            if image is None or (side.endswith("mask") and not _is_help(pair)):
                continue
            files[side] = work / f"{side}.nrrd"
            write_image(with_moved_header(image, matrix) if "moving" in side else image, files[side], compress=False)
        empty = work / "out"
        empty.mkdir()
        try:
            cost, transform = rival.run(Case(geometry_of(pair.image("fixed")).dimension, **files), seed, empty)
        except (ProcessFailed, InputError) as error:
            return {"failure": str(error).splitlines()[-1]}
        figures = figures_of(pair, transform, matrix)
        shutil.rmtree(empty)
    return {"figures": figures, "seconds": cost.seconds, "cpu": cost.cpu, "memory": cost.memory}


def _is_help(pair: TruePair) -> bool:
    return pair.has_points or "fixed_labels" in pair.files


# --- the page ---


def page(options: argparse.Namespace) -> None:
    lines = Results(options.results).lines
    first = Results(options.unseen).lines if options.unseen else []
    unseen = {line["pair"] for line in first}
    still = [line for line in lines if line["moved"] == [0.0, 0.0] and line["pair"] not in unseen]
    peers = _peers(options.peers) if options.peers else {}
    methods = sorted({line["method"] for line in still}, key=lambda name: (not name.startswith("ours"), name))
    names = sorted({line["pair"] for line in still})
    columns = [*methods, *sorted({tool for row in peers.values() for tool in row})]
    text = [_HEAD.format(machine=lines[-1]["machine"] if lines else "no machine yet")]
    titles = [column.removeprefix("ours: ").capitalize() if column in methods else column for column in columns]
    text += ["| pair | " + " | ".join(titles) + " | largest share folded | seconds of all cores |"]
    text += ["|---" * (len(columns) + 3) + "|"]
    for name in names:
        rows = {method: [x for x in still if x["pair"] == name and x["method"] == method] for method in methods}
        cells = [_cell(rows[method]) for method in methods]
        cells += [peers.get(name, {}).get(column, "-") for column in columns[len(methods) :]]
        mine = [x for method in methods if method.startswith("ours") for x in rows[method] if "figures" in x]
        folded = max((x["figures"]["folded"] for x in mine), default=float("nan"))
        cpu = [x["cpu"] for x in mine]
        text.append(f"| {name} | " + " | ".join(cells) + f" | {folded:.2%} | {statistics.median(cpu):.0f} |" if cpu else
            f"| {name} | " + " | ".join(cells) + " | - | - |")  # fmt: skip
    text += _unseen_table(first, lines) + _moved_table(lines)
    options.page.write_text("\n".join([*text, _TAIL]), encoding="utf-8")
    print(options.page)


def _unseen_table(first: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[str]:
    """Pairs on which no constant had been chosen in the ``first`` run, beside what became of them since."""
    if not first:
        return []
    text = ["", *_UNSEEN.splitlines(), ""]
    others = sorted({line["method"] for line in first if not line["method"].startswith("ours")})
    text += ["| pair | Automatic, first run | Automatic | " + " | ".join(others) + " | seconds of all cores |"]
    text += ["|---" * (len(others) + 4) + "|"]
    for name in sorted({line["pair"] for line in first}):
        mine = [[x for x in runs if x["pair"] == name and x["method"].startswith("ours")] for runs in (first, lines)]
        cells = [_cell(runs) for runs in mine]
        cells += [_cell([x for x in first if x["pair"] == name and x["method"] == other]) for other in others]
        cpu = [x["cpu"] for x in mine[1] if "cpu" in x]
        text.append(f"| {name} | " + " | ".join(cells) + f" | {f'{statistics.median(cpu):.0f}' if cpu else '-'} |")
    return text


def _moved_table(lines: list[dict[str, Any]]) -> list[str]:
    """What becomes of a pair when the header of its moving image is moved, beside the same as it was scanned."""
    moved = [line for line in lines if any(line["moved"])]
    if not moved:
        return []
    text = [
        "",
        "## With the header of the moving image moved",
        "",
        "Measured before the latest changes for 2D images and livers.",
        "",
    ]
    text += ["| pair | method | moved by | result | original header |", "|---|---|---|---|---|"]
    for name, method in sorted({(line["pair"], line["method"]) for line in moved}):
        rows, still = ([x for x in lines if (x["pair"], x["method"], any(x["moved"])) == (name, method, is_moved)]
                       for is_moved in (True, False))  # fmt: skip
        by = ", ".join(sorted({f"{line['moved'][0]:g} mm and {line['moved'][1]:g} degrees" for line in rows}))
        title = method.removeprefix("ours: ").capitalize()
        text.append(f"| {name} | {title} | {by} | {_cell(rows)} | {_cell(still)} |")
    return text


_UNSEEN = """## Other kinds of pairs

These pairs were collected, and run for the first time, after all constants had been chosen. Because of that first run,
three things were changed: the initial resolution for 2D images, how large motion of a liver is followed, and how far a
deformation across contrasts may move one body. Names that end in "rigid_known" have a known rigid ground truth. The
ground truth is weak for abdomens (labels from a network), "rigid_patient" (the mean of other registrations), prostates
(an outline and two points), diffusion, marmosets and persons to MNI (labels from two sources); vertebrae and the spinal
cord are short pieces in a long image. Errors in histology are in pixels. A dash means that the pair was not run
(again)."""

_HEAD = """# Accuracy

Results of *Automatic* on image pairs with ground truth: the mean Dice over the labels that both images have (higher is
better), or the mean landmark distance in mm (lower is better). Each value is the worst of several seeds, with their
number in parentheses. `Testing/benchmarks/accuracy.py` computes them for any folder of pairs; these pairs are from
public repositories and are not part of this project. Figures of other tools are from one run each, some on another,
busy machine, so compare errors, not seconds. Differences of less than 0.01 in Dice, or 5 % in error, are not
significant.

Machine: {machine}, shared with other work.
"""


_TOOLS = {"se": "SlicerElastix", "greedy": "Greedy", "ants:SyNRA": "ANTs SyN"}
_CONSTANTS = (
    ("share of window correlations with the same sign, for one contrast", "0.85",
     "0.91 to 1.00 for aligned images of one contrast; at most 0.77 for T2 and FLAIR, T1 and T2, CT and MR"),
    ("the same after a coarse dense deformation, if it was 0.7 to 0.85 before", "0.92",
     "0.97 for two hippocampi; 0.85 for T2 and FLAIR"),
    ("share of the squared block motion that neighbors agree on, to deform across contrasts", "0.25",
     "0.06 to 0.19 if a deformation harmed or did not help; 0.51 if it helped"),
    ("largest motion of one body by a B-spline across contrasts, relative to single blocks", "1.5",
     "2.0 for T1 and PET of one head that were moved apart by 11 mm, the only available pair of this kind"),
    ("change of size between two bodies: deform across contrasts if all criteria support it", "3 %",
     "scanner error, not fitted; 1 % for one neck, 12 % between two babies"),
    ("score ratio of the best start to others: no more rotations are tried", "1.1",
     "at least 1.14 if it was right, 1.02 if it was wrong"),
    ("share of textured tissue that stands still while neighbors move, to examine sliding", "0.02",
     "0.05 to 0.18 for livers, 0.01 for one with little motion; at most 0.01 for others"),
    ("motion of sliding sides along each other, relative to their motion apart", "4",
     "5.0 to 5.6 for livers; 2.9 and 3.2 if hippocampi and mice were torn by mistake"),
    ("standard errors between blocks from which a difference is certain", "3; 2 for a start or an affine transform",
     "statistics, not fitted"),
    ("plausible local volume, after / before", "0.2 to 5", "plausible for tissue, not fitted"),
)  # fmt: skip
_TAIL = f"""
## Limits of these figures

Pairs and seeds that are not in the table were not measured with this version. The constants below were chosen on all
available pairs, without cross-validation, so results on new kinds of images may be worse than in the table.

| constant | value | observed |
|---|---|---|
{chr(10).join(f"| {' | '.join(row)} |" for row in _CONSTANTS)}

Known weaknesses: the surface between sliding organs is only as sharp as the node spacing of the field, about 5 mm (a
voxel with `--sliding-mask`), and the column of folds includes voxels on it, unlike the verdict; on monkey brains,
Greedy's dense field is slightly better; a frame that moves with the camera, as around a retina, is registered instead
of the content unless a mask excludes it.
"""


def _cell(runs: list[dict[str, Any]]) -> str:
    if not runs:
        return "-"
    if any("failure" in one for one in runs):
        return "failed"
    figures = [one["figures"] for one in runs]
    count = f" ({len(runs)})"
    if "tre" in figures[0]:
        return f"{max(one['tre'] for one in figures):.2f} mm{count}"
    return f"{min(one['dice'] for one in figures):.3f}{count}"


def _peers(path: Path) -> dict[str, dict[str, str]]:
    """Figures of other tools from a table: tool, pair, seconds, JSON of figures."""
    found: dict[str, dict[str, str]] = {}
    with open(path, encoding="utf-8") as file:
        for row in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            figures = json.loads(row[3])
            text = (
                f"{figures['tre']:.2f} mm"
                if "tre" in figures
                else f"{figures['dice']:.3f}"
                if "dice" in figures
                else "failed"
            )
            found.setdefault(row[1], {})[_TOOLS.get(row[0], row[0])] = text
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    running.add_argument("--presets", nargs="+", default=["automatic"])
    running.add_argument("--efforts", nargs="+", default=["normal"])
    running.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    running.add_argument("--only", nargs="*", default=[], metavar="NAME")
    running.add_argument("--moved", type=float, nargs=2, default=(0.0, 0.0), metavar=("MM", "DEGREES"))
    running.add_argument("--slicer-elastix", type=Path)
    running.add_argument("--others", nargs="*", choices=("ants", "greedy", "simpleitk"), default=[])
    running.add_argument("--python", default=sys.executable)
    writing = commands.add_parser("page")
    writing.add_argument("--peers", type=Path)
    writing.add_argument("--unseen", type=Path, metavar="FIRST.jsonl")
    writing.add_argument("--page", type=Path, default=PAGE)
    for command in (running, writing):
        command.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    (run if options.command == "run" else page)(options)


if __name__ == "__main__":
    main()
