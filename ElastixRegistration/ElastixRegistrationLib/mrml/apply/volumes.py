"""The voxels of a volume moved by a transform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...core.images.background import BackgroundEstimate
from ..nodes.chains import Chain, inverse, matrix_of
from ..nodes.coordinates import geometry_from_ijk_to_ras, ijk_to_ras_of, vtk_matrix_from_array
from ..nodes.incremental import Steps
from ..nodes.output_volumes import check_output_volume, copy_appearance, image_incrementally, write_resampled_volume
from ..nodes.resampling import resample_volume_incrementally
from ..nodes.volumes import VolumeImage, is_orthogonal, moved_grid, volume_image

_NOTHING = BackgroundEstimate(value=0.0, padding=None, padding_fraction=0.0, reason="Of a label map, or a dose.")
#: Attribute that marks dose volumes in SlicerRT.
_DOSE = "DicomRtImport.DoseVolume"


@dataclass(frozen=True)
class Resampling:
    """``reference``: has the grid of the result; None keeps that of the volume. ``background``: "auto", "keep" or a
    number."""

    reference: VolumeImage | None = None
    interpolation: str = "linear"
    background: float | str = "auto"


def moved_volume_incrementally(node: Any, chain: Chain, resampling: Resampling) -> Steps[Callable[[Any], None]]:
    """Compute the data of ``node`` moved by ``chain``, which maps to the node's own space.

    Returns a function that writes the data into a node. Under a rigid or similarity transform and without a reference,
    voxels are not resampled.
    """
    volume = volume_image(node, "volume")
    check_output_volume(None, volume, volume, [])
    own = geometry_from_ijk_to_ras(volume.ijk_to_ras, volume.geometry.size)
    if resampling.reference is None:
        matrix = matrix_of(inverse(chain))
        if matrix is not None:
            moved = geometry_from_ijk_to_ras(matrix @ volume.ijk_to_ras, own.size)
            if is_orthogonal(moved):
                return _geometry_writer(volume, matrix)
        grid = moved_grid(own, inverse(chain))
        place, to_own = replace(volume, ijk_to_ras=ijk_to_ras_of(grid), parent_node=None), chain
    else:
        place = resampling.reference
        grid, to_own = place.geometry, [*place.to_world, *chain]
    voxels = yield from resample_volume_incrementally(
        volume.voxels,
        own,
        to_own,
        grid,
        resampling.background,
        estimate=_NOTHING if volume.is_label_map or node.GetAttribute(_DOSE) else None,
        interpolation="nearest" if volume.is_label_map else resampling.interpolation,
    )
    image = yield from image_incrementally(voxels, volume.scalar_type)
    return lambda target: write_resampled_volume(target, image, place, volume)


def _geometry_writer(volume: VolumeImage, matrix: np.ndarray) -> Callable[[Any], None]:
    first = volume.node.GetImageData().GetExtent()[::2]
    # The node's matrix refers to index 0, which need not be the first voxel.
    ijk_to_ras = np.array(volume.ijk_to_ras)
    ijk_to_ras[:3, 3] -= ijk_to_ras[:3, :3] @ first

    def write(target: Any) -> None:
        modified = target.StartModify()
        try:
            if target is not volume.node:
                target.CopyContent(volume.node, True)
                copy_appearance(target, volume.node, target.GetImageData())
            target.SetAndObserveTransformNodeID(None)
            target.SetIJKToRASMatrix(vtk_matrix_from_array(matrix @ ijk_to_ras))
        finally:
            target.EndModify(modified)

    return write
