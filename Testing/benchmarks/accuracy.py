"""How well Automatic does on any folder of pairs with ground truth, beside other tools.

    python Testing/benchmarks/accuracy.py FOLDER ... [--results FILE.jsonl] [--presets [automatic ...]]
        [--efforts normal ...] [--seeds 1 2 3] [--only NAME ...] [--moved MM DEGREES]
        [--slicer-elastix FOLDER] [--others ants greedy] [--python PYTHON]

``accuracy_page.py`` makes docs/accuracy.md of the results.

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
import json
import os
import shutil
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
from ElastixRegistrationLib.core.resampling.images import resample  # noqa: E402
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix  # noqa: E402
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field, map_points  # noqa: E402
from processes import ProcessFailed, machine  # noqa: E402
from rivals import Case, Rival, libraries, ours, slicer_elastix  # noqa: E402

RESULTS = TOP / "accuracy.jsonl"
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
    return image_from_array(np.array(array_view(image)), geometry_of(image).moved(matrix))


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
            if image is None or (side.endswith("mask") and not is_help(pair)):
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


def is_help(pair: TruePair) -> bool:
    return pair.has_points or "fixed_labels" in pair.files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--presets", nargs="*", default=["automatic"])
    parser.add_argument("--efforts", nargs="+", default=["normal"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--moved", type=float, nargs=2, default=(0.0, 0.0), metavar=("MM", "DEGREES"))
    parser.add_argument("--slicer-elastix", type=Path)
    parser.add_argument("--others", nargs="*", choices=("ants", "greedy", "simpleitk"), default=[])
    parser.add_argument("--python", default=sys.executable)
    run(parser.parse_args())


if __name__ == "__main__":
    main()
