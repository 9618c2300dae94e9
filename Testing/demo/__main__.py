"""Register a brain template with a known synthetic deformation of it, through a real MRML scene, and show what that
gained: ``dev.py demo [FIXED MOVING]``.

Leaves in the output folder a scene that Slicer opens, the transform, and a report with pictures.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from demo.data import LABEL_NAMES, DemoPair, fetch_demo_data, make_demo_pair
from ElastixRegistrationLib.core.errors import ElastixRegistrationError, InputError
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import flattened
from ElastixRegistrationLib.core.images.pictures import checkerboard, normalized, planes_of, png_bytes, window_of
from ElastixRegistrationLib.core.presets.catalog import DEFAULT_PRESET
from ElastixRegistrationLib.core.quality.assessment import assess
from ElastixRegistrationLib.core.report.page import Report, write_report
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from ElastixRegistrationLib.mrml.logic import RegistrationLogic

_SLICES = ("Red", "Yellow", "Green")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FIXED MOVING", help="your own images instead of the demo's")
    parser.add_argument("--preset", default=DEFAULT_PRESET, help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder, default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        run(options.files, options.preset, options.output)
    except ElastixRegistrationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2 if isinstance(error, InputError) else 1
    return 0


def run(files: list[str], preset: str, folder: Path) -> None:
    if len(files) not in (0, 2):
        raise InputError("Give two images, FIXED and MOVING, or none for the demo's own pair.")
    folder.mkdir(parents=True, exist_ok=True)
    pair = None
    if files:
        for name, path in zip(("fixed image", "moving image"), files, strict=True):
            read_image(path, name)  # one clear sentence for a missing or damaged file
    else:
        pair = make_demo_pair(fetch_demo_data(folder / "data", report=_say))
        files = [str(folder / "fixed.nrrd"), str(folder / "moving.nrrd")]
        for name in ("fixed", "moving", "fixed_labels", "moving_labels"):  # docs/notebooks has a use for all of them
            write_image(getattr(pair, name), folder / f"{name}.nrrd")

    scene = slicer.vtkMRMLScene()
    fixed, moving = (_load(scene, path, name) for path, name in zip(files, ("fixed", "moving"), strict=True))
    volume = scene.AddNewNodeByClass(moving.GetClassName(), "moving registered to fixed")
    transform = scene.AddNewNodeByClass("vtkMRMLTransformNode", "moving to fixed")
    _say(f"Registering with the preset {preset} ...")
    started = time.perf_counter()
    outcome = RegistrationLogic().registerVolumes(
        fixed, moving, outputVolumeNode=volume, outputTransformNode=transform, preset=preset
    )
    result = outcome.result
    seconds = time.perf_counter() - started

    fixed_image = pair.fixed if pair else _as_registered(files[0], result)
    tissues: dict[str, Any] = {}
    if pair:
        tissues = {
            "fixed_labels": pair.fixed_labels,
            "moving_labels": pair.moving_labels,
            "label_names": LABEL_NAMES,
        }
    judged = assess(fixed_image, result, **tissues, most_voxels=2e7)
    _say(f"\n{'':30}{'before':>10}{'after':>10}")
    for name, before, after, unit in [*_truth(pair, result), *_figures(judged)]:
        _say(f"{name:30}{before:>10}{after:>10} {unit}")
    _say(f"\n{judged.comparison.verdict}\n{seconds:.1f} s on {fixed.GetName()} {result.fixed_geometry}.")
    for note in result.notes:
        _say(note)

    write_transform(result.transform, folder / "transform.h5", result.fixed_geometry)
    _write_picture(folder / "picture.png", judged)
    report = Report.of(judged, result, fixed_image, {"Preset": preset, "Seconds": f"{seconds:.1f}"})
    page = write_report(folder, report)
    scene_file = save_scene(scene, folder, fixed, volume)
    _say(f"\nscene for Slicer  {scene_file}\nreport            {page}\ntransform         {folder / 'transform.h5'}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _load(scene: Any, path: str, name: str) -> Any:
    """A volume node with what MRML's own reader finds in ``path``."""
    class_name = "vtkMRMLScalarVolumeNode"
    if read_image(path).GetNumberOfComponentsPerPixel() > 1:
        class_name = "vtkMRMLVectorVolumeNode"
    node = scene.AddNewNodeByClass(class_name, name)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    storage.SetCenterImage(False)
    storage.SetSingleFile(not Path(path).is_dir())
    if not storage.ReadData(node):
        raise InputError(f"MRML cannot read {path}.")
    node.SetAndObserveStorageNodeID(storage.GetID())
    node.CreateDefaultDisplayNodes()
    return node


def _as_registered(path: str, result: Any) -> Any:
    """The fixed image of a file, flattened as it was for the registration."""
    image = read_image(path)
    return flattened(image) if image.GetImageDimension() > result.fixed_geometry.dimension else image


def _truth(pair: DemoPair | None, result: Any) -> list[tuple[str, str, str, str]]:
    """Rows of what is known of the demo's own pair: the true deformation."""
    if pair is None:
        return []
    rows = []
    errors = (pair.error_mm(), pair.error_mm(lambda points: map_points(result.transform, points)))
    for name, (before, after) in zip(("mean", "largest"), zip(*errors, strict=True), strict=True):
        rows.append((f"Error in the brain, {name}", f"{before:.2f}", f"{after:.2f}", "mm"))
    return rows


def _figures(judged: Any) -> list[tuple[str, str, str, str]]:
    return [
        (f.name, "" if f.before is None else f"{f.before:.{f.digits}f}", f"{f.after:.{f.digits}f}", f.unit)
        for f in judged.comparison.figures
    ]


def _write_picture(path: Path, judged: Any) -> None:
    """Checkerboards of fixed and moving image, before above after, in every plane side by side."""
    rows = []
    for moving in (judged.before, judged.after):
        boards = []
        for plane in planes_of(judged.geometry):
            fixed, moved = (normalized(plane.cut(array), window_of(array)) for array in (judged.fixed, moving))
            boards.append(checkerboard(fixed, moved))
        height = max(board.shape[0] for board in boards)
        padded = [np.pad(b, [(0, height - b.shape[0]), (4, 4), *[(0, 0)] * (b.ndim - 2)]) for b in boards]
        rows.append(np.pad(np.concatenate(padded, axis=1), [(4, 4), (0, 0), *[(0, 0)] * (boards[0].ndim - 2)]))
    path.write_bytes(png_bytes(np.concatenate(rows, axis=0)))


def save_scene(scene: Any, folder: Path, background: Any, foreground: Any) -> Path:
    """Write ``scene`` and the files of its nodes; Slicer opens it with ``foreground`` half over ``background``."""
    for name in _SLICES:
        composite = slicer.vtkMRMLSliceCompositeNode()
        composite.SetSingletonTag(name)
        composite.SetLayoutName(name)
        composite.SetBackgroundVolumeID(background.GetID())
        composite.SetForegroundVolumeID(foreground.GetID())
        composite.SetForegroundOpacity(0.5)
        scene.AddNode(composite)
    scene.SetRootDirectory(str(folder.resolve()))
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLStorableNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLStorableNode")
        if not node.GetSaveWithScene() or node.IsA("vtkMRMLColorNode"):
            continue
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        suffix = ".h5" if node.IsA("vtkMRMLTransformNode") else ".nrrd"
        file = (folder / f"{node.GetName()}{suffix}").resolve()
        file.unlink(missing_ok=True)  # MRML would do so itself, and print it
        storage.SetFileName(str(file))
        if not storage.WriteData(node):
            raise InputError(f"The node {node.GetName()} cannot be written into {folder}.")
    path = folder / "scene.mrml"
    scene.SetURL(str(path.resolve()))
    if not scene.Commit():
        raise InputError(f"The scene cannot be written to {path}.")
    return path


if __name__ == "__main__":
    sys.exit(main())
