"""The phantom of two blocks as files: images, a label map of the upper block, and quick B-spline parameters."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.parameters.maps import ParameterMap, write_parameter_file

from phantoms.images import stage
from phantoms.sliding import GRID, VOXEL, phantom

SLIDE_MM = 15.0


class SlidingFiles(NamedTuple):
    fixed: Path
    moving: Path
    mask: Path
    parameters: Path


def smooth_stage() -> ParameterMap:
    return stage(
        "BSplineTransform",
        FinalGridSpacingInPhysicalUnits="16",
        MaximumNumberOfIterations="120",
        NumberOfSpatialSamples="3000",
        RandomSeed="1",
    )


def sliding_files(folder: Path) -> SlidingFiles:
    made = phantom(SLIDE_MM)
    files = SlidingFiles(*(folder / name for name in ("fixed.nrrd", "moving.nrrd", "upper.nrrd", "smooth.txt")))
    for path, voxels in zip(files, (made.fixed, made.moving, (made.upper > 0).astype(np.uint8)), strict=False):
        write_image(image_from_array(voxels, GRID), path)
    write_parameter_file(smooth_stage(), files.parameters)
    return files


def sides() -> list[tuple[np.ndarray, np.ndarray]]:
    """Points two voxels from the plane and further, as the images show them, and how they move; above and below."""
    made = phantom(SLIDE_MM)
    inner = np.zeros_like(made.upper, bool)
    inner[3:-3, 4:-4, 4:-4] = True
    found = []
    for side, truth in ((made.upper > 2 * VOXEL, made.shift), (made.upper < -2 * VOXEL, 0 * made.shift)):
        points = GRID.points_of(np.argwhere(side & inner)[::23, ::-1])
        found.append((points[(np.abs(points + truth) < 42).all(axis=1)], truth))
    return found
