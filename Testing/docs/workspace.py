"""The files and nodes that the pages talk of, small: brains of blobs a few mm apart."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.multi_image.groupwise import GroupSettings
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.preset import Preset
from ElastixRegistrationLib.core.transforms.matrices import transform_from_matrix
from phantoms.images import blobs, grid

#: At most, of each resolution: that blocks run is tested here, how exact presets are elsewhere.
ITERATIONS = 40
SHIFT = np.array([4.0, -3.0, 2.0])
GRID = grid((24, 22, 20), spacing=(6.0, 6.0, 6.0), origin=(-72.0, -68.0, -64.0))


_sources = Preset.sources
_check_group = GroupSettings.__post_init__


def short_sources(preset: Preset) -> list:
    """In place of ``Preset.sources``: the same stages with fewer iterations."""
    name = "MaximumNumberOfIterations"
    return [
        replace(source, map={**source.map, name: tuple(str(min(int(n), ITERATIONS)) for n in source.map[name])})
        for source in _sources(preset)
    ]


def short_group(settings: GroupSettings) -> None:
    """In place of ``GroupSettings.__post_init__``: fewer iterations."""
    _check_group(settings)
    object.__setattr__(settings, "iterations", min(settings.iterations, ITERATIONS))


def make_workspace(folder: Path) -> Path:
    """Every file that a block reads."""
    folder.mkdir(parents=True)
    fixed, moving = textured(), textured(SHIFT)
    brain, moving_brain = _inside(fixed), _inside(moving)
    for name in ("fixed.nrrd", "atlas.nrrd"):
        write_image(fixed, folder / name)
    for name in ("moving.nrrd", "moving.nii.gz", "scan.nrrd", "a.nii.gz", "scans/a.nrrd"):
        (folder / name).parent.mkdir(exist_ok=True)
        write_image(moving, folder / name)
    write_image(textured(-SHIFT), folder / "b.nii.gz")
    for name in ("brain.nrrd", "atlas-brain.nrrd", "lungs1.nrrd"):
        write_image(brain, folder / name)
    for name in ("labels.nrrd", "moving-labels.nrrd", "lungs2.nrrd"):
        write_image(moving_brain, folder / name)
    for name, image in (("ct1", fixed), ("ct2", moving), ("series", moving)):
        _write_dicom(image, folder / name, name)
    points = GRID.center() + np.random.default_rng(1).uniform(-30, 30, (6, 3))
    labels = tuple(f"L-{n}" for n in range(1, 7))
    write_points(Points(points, labels), folder / "fixed.mrk.json")
    write_points(Points(points + SHIFT, labels), folder / "moving.mrk.json")
    matrix = np.eye(4)
    matrix[:3, 3] = SHIFT
    write_transform(transform_from_matrix(matrix, "LPS"), folder / "t.h5", geometry_of(fixed))
    write_transform(transform_from_matrix(matrix, "LPS"), folder / "ants.tfm", geometry_of(fixed))
    table = "case,fixed,moving,fixed_mask,moving_mask\none,atlas.nrrd,a.nii.gz,lungs1.nrrd,lungs2.nrrd\n"
    (folder / "cohort.csv").write_text(table, "utf-8")
    with zipfile.ZipFile(folder / "parameter-files.zip", "w") as archive:
        for path in find_preset("rigid").files:
            archive.write(path, path.name)
            (folder / "Parameters_Rigid.txt").write_bytes(path.read_bytes())
    flat = grid((40, 36), spacing=(4.0, 4.0))
    (folder / "frames").mkdir()
    for number, amount in enumerate((-1.0, 0.0, 1.0)):
        write_image(blobs(flat, amount * SHIFT[:2]), folder / "frames" / f"{number}.nrrd")
    sections = np.stack([array_view(blobs(flat, amount * SHIFT[:2])) for amount in (-1, 0, 1)])
    write_image(image_from_array(sections, grid((40, 36, 3), spacing=(4.0, 4.0, 4.0))), folder / "sections.nrrd")
    return folder


def textured(shift=None):
    """Structure everywhere inside, as in a body, so that a fine deformation has something to hold on to."""
    return blobs(GRID, shift, count=150, dtype=np.int16)


def _inside(image):
    return image_from_array((array_view(image) > 0.3 * array_view(image).max()).astype(np.uint8), geometry_of(image))


def _write_dicom(image, folder: Path, name: str) -> None:
    """One series, a file for each slice."""
    folder.mkdir()
    uid = f"1.2.826.0.1.3680043.2.1125.{sum(name.encode())}"
    geometry = geometry_of(image)
    for number, plane in enumerate(array_view(image)):
        slice_ = sitk.GetImageFromArray(np.asarray(plane))
        slice_.SetSpacing(geometry.spacing[:2])
        x, y, z = geometry.points_of(np.array([0, 0, number]))
        tags = {
            "0008|0060": "CT", "0020|000d": uid, "0020|000e": f"{uid}.2", "0020|0013": str(number + 1),
            "0020|0032": f"{x}\\{y}\\{z}", "0020|0037": "1\\0\\0\\0\\1\\0",
        }  # fmt: skip
        for tag, value in tags.items():
            slice_.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(folder / f"{number:03}.dcm"))
        writer.Execute(slice_)
