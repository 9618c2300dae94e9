"""Outputs that the worker can compute after elastix, so that a window does not have to. Each has a name in the
result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.images.background import BackgroundEstimate, component_background
from ..core.images.geometry import Geometry
from ..core.transforms.plain_data import TransformData, VoxelData


@dataclass(frozen=True)
class ResampledVolume:
    """``image``, or the moving image if None, on ``reference``, by default the fixed grid.

    Outside of it is ``background``, by default that of the registration, for colors one per component. ``padding``: of
    ``image``; that of the moving image is known. The result is VoxelData in the type of the image.
    """

    name: str
    image: VoxelData | None = None
    reference: Geometry | None = None
    interpolation: str = "linear"
    background: float | None = None
    padding: BackgroundEstimate | None = None


@dataclass(frozen=True)
class DisplacementField:
    """T(x) - x at the voxel centers of ``reference``, by default the fixed grid: float32 (k, j, i, D), LPS mm."""

    name: str
    reference: Geometry | None = None


@dataclass(frozen=True)
class JacobianDeterminant:
    """Local volume after / before on ``reference``, by default the fixed grid: float32 (k, j, i)."""

    name: str
    reference: Geometry | None = None


@dataclass(frozen=True)
class InverseTransform:
    """Moving to fixed points, over the fixed grid: an InverseData."""

    name: str


@dataclass(frozen=True)
class FiguresBeforeAndAfter:
    """Similarity, overlap, landmark distances and folding: core.similarity's Comparison."""

    name: str
    most_voxels: float = 1e6


Output = ResampledVolume | DisplacementField | JacobianDeterminant | InverseTransform | FiguresBeforeAndAfter


@dataclass(frozen=True)
class InverseData:
    """``transform`` maps moving to fixed points, LPS mm. Residuals: distance of a fixed point from itself after both
    transforms, mm."""

    transform: TransformData
    mean_residual: float
    max_residual: float


def compute(output: Output, result: Any, inputs: dict[str, Any], moving: VoxelData) -> Any:
    """``output`` of ``result``. ``inputs``: the arguments of ``core.register``; ``moving``: with all its components."""
    grid = getattr(output, "reference", None) or result.fixed_geometry
    if isinstance(output, ResampledVolume):
        return _resampled(output, result, moving, grid)
    if isinstance(output, InverseTransform):
        from ..core.transforms.inverse import invert

        inverse = invert(result.transform, grid)
        return InverseData(TransformData.of(inverse.transform), inverse.mean_residual, inverse.max_residual)
    if isinstance(output, FiguresBeforeAndAfter):
        from ..core.quality.assessment import assess
        from ..core.registration.checks import JUDGED_BY

        given: dict[str, Any] = {name: inputs.get(name) for name in JUDGED_BY}
        return assess(inputs["fixed"], result, most_voxels=output.most_voxels, **given).comparison
    if isinstance(output, DisplacementField):
        from ..core.transforms.displacements import displacement_vectors

        return VoxelData(displacement_vectors(result.transform, grid, result.threads), grid)
    from ..core.deformation.analysis import jacobian_determinant_of

    return VoxelData(jacobian_determinant_of(result.transform, grid), grid)


def _resampled(output: ResampledVolume, result: Any, moving: VoxelData, grid: Geometry) -> VoxelData:
    from ..core.images.geometry import array_view
    from ..core.resampling.images import resample

    voxels = moving if output.image is None else output.image
    padding = output.padding
    if output.image is None and padding is None and not result.keep_padding:
        padding = result.background
    settings = {"interpolation": output.interpolation, "threads": result.threads}
    background = output.background
    if voxels.components == 1:
        value = result.background.value if background is None else background
        moved = resample(voxels.image(), result.transform, grid, background=value, padding=padding, **settings)
        return VoxelData(array_view(moved), grid)
    moved = np.empty((*grid.size[::-1], voxels.components), voxels.array.dtype)
    for component in range(voxels.components):
        one = VoxelData(np.ascontiguousarray(voxels.array[..., component]), voxels.geometry)
        value = component_background(one.array, result.background_setting) if background is None else background
        moved[..., component] = array_view(resample(one.image(), result.transform, grid, background=value, **settings))
    return VoxelData(moved, grid)
