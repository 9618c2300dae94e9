"""The pictures of docs/tutorial.md, made anew.

    PYTHONPATH=ElastixRegistration:Testing python Testing/screenshots_tutorial.py DEMO_DATA

DEMO_DATA is the folder ``demo-output/data`` that ``dev.py demo`` leaves. The panel is the real one, in the stand-in for
Slicer's window, around a real registration of the demo's brain. Look at every picture before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import slicer
import SlicerHost
from demo.data import FILES
from docs.blocks import TOP
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.images.pictures import (
    checkerboard,
    gray,
    normalized,
    planes_of,
    png_bytes,
    window_of,
)
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import identity
from ElastixRegistrationLib.core.transforms.matrices import transform_from_matrix
from screenshots import shoot
from support.panel import choose

PICTURES = TOP / "Resources" / "Screenshots"


def main(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fixed, moving = two_scans(read_image(data / FILES["t1"]))
        paths = [Path(folder) / f"{name}.nrrd" for name in ("MR scan 1", "MR scan 2")]
        for image, path in zip((fixed, moving), paths, strict=True):
            write_image(image, path)
        moved = draw_panel(paths)
    before = array_view(resample(moving, identity(3), geometry_of(fixed)))
    for name, picture in comparisons(fixed, before, moved).items():
        (PICTURES / f"tutorial-{name}.png").write_bytes(png_bytes(picture))


def two_scans(brain):
    """A brain, and the same one turned and shifted, with another scanner's values and noise."""
    geometry = geometry_of(brain)
    angle = np.deg2rad(8)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    center = geometry.center()
    matrix[:3, 3] = center - matrix[:3, :3] @ center + [7.0, -5.0, 6.0]
    turned = array_view(resample(brain, transform_from_matrix(matrix, "LPS"), geometry)).astype(np.float32)
    noise = np.random.default_rng(3).normal(0, 0.03 * turned.max(), (2, *turned.shape))
    other = np.round(2.5 * np.hypot(turned + noise[0], noise[1]))
    return brain, image_from_array(other.astype(np.int16), geometry)


def draw_panel(paths: list[Path]) -> np.ndarray:
    """The pictures of the panel. Returns the voxels of the result."""
    host = SlicerHost.install()
    fixed, moving = (slicer.util.loadVolume(str(path)) for path in paths)
    host.loadModule(TOP / "ElastixRegistration" / "ElastixRegistration.py")
    widget = host.openModule("ElastixRegistration")
    ui = widget.ui
    ui.fixedVolumeSelector.setCurrentNode(fixed)
    ui.movingVolumeSelector.setCurrentNode(moving)
    host.pump(1.0)
    choose(ui.presetSelector, "head-same-patient")
    host.pump(0.5)
    shoot(host, widget, PICTURES / "tutorial-inputs.png")
    ui.applyButton.click()
    host.waitUntil(lambda: ui.applyButton.text == "Apply", 300)
    shoot(host, widget, PICTURES / "tutorial-result.png", "result")
    voxels = slicer.util.arrayFromVolume(ui.outputVolumeSelector.currentNode()).copy()
    SlicerHost.uninstall()
    return voxels


def comparisons(fixed, before: np.ndarray, after: np.ndarray) -> dict[str, np.ndarray]:
    """Checkerboards of one plane, and differences of all three, before above after."""
    planes, voxels = planes_of(geometry_of(fixed)), array_view(fixed)

    def cuts(plane, moved):
        return [normalized(plane.cut(array), window_of(array)) for array in (voxels, moved)]

    rows = []
    for moved in (before, after):
        pictures = [gray(0.5 + 0.5 * (cut[1] - cut[0])) for cut in (cuts(plane, moved) for plane in planes)]
        height = max(picture.shape[0] for picture in pictures)
        padded = [np.pad(p, [(0, height - p.shape[0]), (0, 6)], constant_values=255) for p in pictures]
        rows.append(np.pad(np.concatenate(padded, axis=1), [(0, 6), (0, 0)], constant_values=255))
    boards = {name: checkerboard(*cuts(planes[0], moved), 6) for name, moved in (("before", before), ("after", after))}
    twice = {name: board.repeat(2, axis=0).repeat(2, axis=1) for name, board in boards.items()}
    return twice | {"difference": np.concatenate(rows)[:-6, :-6]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
