"""Files for a cohort of scene volumes: volumes and masks at their positions in world, a table of them, and the preset.

Slicer's own storage nodes write and read them, because pip's ITK next to Slicer's in one process can crash in file
formats.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import get_vtk_array_type

from ...core.errors import InputError
from ...core.presets.preset import BUILT_IN, Preset
from ...core.presets.user_presets import FOLDER_VARIABLE, UserPresets
from ...core.request import KEEP, RegistrationRequest
from ...core.system.file_names import safe_name
from ...core.wording import said
from ..nodes.chains import Chain
from ..nodes.coordinates import ijk_to_ras_of, vtk_matrix_from_array
from ..nodes.incremental import Steps
from ..nodes.masks import labels_incrementally
from ..nodes.output_volumes import image_incrementally
from ..nodes.transform_sources import read_chain
from ..nodes.volumes import VolumeImage, volume_image, world_grid
from ..run.sides import mask_of_side_incrementally, side_incrementally


class CohortFiles:
    """Writes files into ``folder``, which nothing else uses."""

    def __init__(self, folder: Path, request: RegistrationRequest):
        self._folder, self._request = folder, request
        self._names: set[str] = set()

    def volume_incrementally(
        self, node: Any, role: str, mask_node: Any = None, segments: Sequence[str] | None = None
    ) -> Steps[tuple[VolumeImage, Path, Path | None]]:
        """(volume, its file, file of its mask or None). Raises InputError, which names the node."""
        volume = volume_image(node, role)
        _check_in_scene(node, role)
        if volume.slice_axis is not None:
            raise InputError(
                said("The {volume} is a single slice; cohorts of the scene are of volumes.", volume=volume.name)
            )
        request = self._request
        background = request.background if role.startswith("moving") or request.background == KEEP else "auto"
        side = yield from side_incrementally(volume, None, background, request.threads)
        path = self._new_path(node.GetName())
        if volume.components > 1 and volume.is_orthogonal_in_world:  # colors stay colors
            yield from self._write_incrementally(volume.voxels, volume.geometry, path)
        else:
            yield from self._write_incrementally(side.image.array, side.grid, path)
        mask_role = role.replace("volume", "mask")
        if mask_node is not None:
            _check_in_scene(mask_node, mask_role)
        mask = yield from mask_of_side_incrementally(side, mask_node, segments, mask_role)
        if mask is None:
            return volume, path, None
        mask_path = self._new_path(f"{node.GetName()}-mask")
        yield from self._write_incrementally(mask.array, side.grid, mask_path)
        return volume, path, mask_path

    def sliding_incrementally(
        self, fixed: VolumeImage, node: Any, segments: Sequence[str] | None
    ) -> Steps[Path | None]:
        """The file of the sliding mask of the fixed volume; None without a node."""
        if node is None:
            return None
        _check_in_scene(node, "sliding mask")
        grid = fixed.geometry if fixed.is_orthogonal_in_world else world_grid(fixed)
        labels = yield from labels_incrementally(node, grid, "sliding mask", segments)
        path = self._new_path(f"{node.GetName()}-sliding")
        yield from self._write_incrementally(labels, grid, path)
        return path

    def table(
        self,
        fixed: Path | None,
        fixed_mask: Path | None,
        rows: Sequence[tuple[Path, Path | None]],
        sliding_mask: Path | None = None,
    ) -> Path:
        """A table for the command line: the fixed image with each of ``rows`` of (moving, its mask)."""
        path = self._folder / "cohort.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["case", "fixed", "fixed_mask", "sliding_mask", "moving", "moving_mask"])
            for moving, moving_mask in rows:
                paths = (fixed, fixed_mask, sliding_mask, moving, moving_mask)
                writer.writerow([moving.stem, *("" if path is None else path for path in paths)])
        return path

    def preset_options(self, presets: Sequence[Preset]) -> tuple[list[str], dict[str, str]]:
        """(options of the command line, environment variables) for the preset, wherever it is stored."""
        from ...core.presets.catalog import find_preset

        if self._request.parameter_files:
            return ["--parameters", *map(os.path.abspath, self._request.parameter_files)], {}
        preset = find_preset(self._request.preset, presets)
        variables = {}
        if preset.origin != BUILT_IN:
            folder = self._folder / "presets"
            UserPresets(folder).save(preset)
            variables[FOLDER_VARIABLE] = str(folder)
        return ["--preset", preset.id], variables

    def _new_path(self, name: str) -> Path:
        base = safe_name(name, "volume")
        number, stem = 1, base
        while stem.lower() in self._names:
            number += 1
            stem = f"{base}-{number}"
        self._names.add(stem.lower())
        return self._folder / f"{stem}.nrrd"

    def _write_incrementally(self, voxels: np.ndarray, geometry: Any, path: Path) -> Steps[None]:
        node = slicer.vtkMRMLVectorVolumeNode() if voxels.ndim == 4 else slicer.vtkMRMLScalarVolumeNode()
        node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(geometry)))
        scalar_type = get_vtk_array_type(voxels.dtype)
        node.SetAndObserveImageData((yield from image_incrementally(voxels, scalar_type)))
        storage = slicer.vtkMRMLNRRDStorageNode()
        storage.SetUseCompression(0)
        storage.SetFileName(str(path))
        if not storage.WriteData(node):
            raise InputError(
                said(
                    "The volume {stem} could not be written to {parent}; is the disk full?",
                    stem=path.stem,
                    parent=path.parent,
                )
            )
        yield


def _check_in_scene(node: Any, role: str) -> None:
    """Raise InputError for a node that was removed meanwhile, because it has lost its parent transforms."""
    if node.GetScene() is None:
        raise InputError(said("The {role} {node} is no longer in the scene.", role=role, node=node.GetName()))


def result_of_case(folder: Path) -> tuple[Chain, Any]:
    """(chain from the fixed image to the moving image, in world; resampled volume node outside any scene) of a case.

    Raises InputError for a file that is damaged.
    """
    chain = read_chain(folder / "transform.h5")
    path = folder / "resampled.nrrd"
    for node in (slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVectorVolumeNode()):
        storage = slicer.vtkMRMLNRRDStorageNode()
        storage.SetFileName(str(path))
        if storage.ReadData(node) and node.GetImageData() is not None:
            return chain, node
    raise InputError(said("The volume {path} cannot be read.", path=path))


def not_written(problem: OSError) -> InputError:
    """The error to raise if the volumes of a run cannot be written to temporary files."""
    return InputError(said("The volumes could not be written to temporary files: {reason}.", reason=problem.strerror))


def absolute_path(path: str) -> str:
    """``path`` for the command line: an absolute one never looks like an option."""
    return os.path.abspath(os.path.expanduser(path))
