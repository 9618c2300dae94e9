"""Small scans, quick parameters, and the command line as a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage

COUNT = 6


@dataclass(frozen=True)
class Scans:
    """``moving`` shows what ``fixed`` shows, moved by the rows of ``shifts``, mm LPS.

    ``quick``, ``slow`` (about a second) and ``endless`` are parameter files.
    """

    folder: Path
    fixed: Path
    moving: list[Path]
    shifts: np.ndarray
    quick: Path
    slow: Path
    endless: Path


@pytest.fixture(scope="session")
def scans(tmp_path_factory) -> Scans:
    folder = tmp_path_factory.mktemp("scans of Jürgen")
    geometry = grid((32, 30, 28))
    shifts = np.random.default_rng(3).uniform(-5, 5, (COUNT, 3))
    write_image(blobs(geometry, dtype=np.int16), folder / "fixed.nrrd")
    (folder / "moving").mkdir()
    moving = [folder / "moving" / f"scan {n}.nrrd" for n in range(COUNT)]
    for path, shift in zip(moving, shifts, strict=True):
        write_image(blobs(geometry, shift, dtype=np.int16), path)
    for name, shift in (("fixed", None), ("moving", shifts[0])):
        image = blobs(geometry, shift)
        write_image(
            image_from_array((np.asarray(array_view(image)) > 60).astype(np.uint8), geometry),
            folder / f"{name}_label.nrrd",
        )
    mask = np.zeros(geometry.size[::-1], np.uint8)
    mask[2:-2, 2:-2, 2:-2] = 1
    write_image(image_from_array(mask, geometry), folder / "fixed_mask.nrrd")
    points = geometry.center() + np.random.default_rng(1).uniform(-12, 12, (5, 3))
    labels = tuple(str(n) for n in range(5))
    write_points(Points(points, labels), folder / "fixed.fcsv")
    write_points(Points(points + shifts[0], labels), folder / "moving.fcsv")
    write_parameter_file(stage(MaximumNumberOfIterations="60", NumberOfSpatialSamples="800"), folder / "quick.txt")
    write_parameter_file(stage(MaximumNumberOfIterations="2000", NumberOfResolutions="1"), folder / "slow.txt")
    write_parameter_file(stage(MaximumNumberOfIterations="1000000", NumberOfResolutions="1"), folder / "endless.txt")
    quick, slow, endless = (folder / f"{name}.txt" for name in ("quick", "slow", "endless"))
    return Scans(folder, folder / "fixed.nrrd", moving, shifts, quick, slow, endless)
