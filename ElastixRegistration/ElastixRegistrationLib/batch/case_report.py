"""The page of one case of a cohort, like that of a registration, from the worker's data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..core.images.geometry import array_view, as_scalar, geometry_of
from ..core.quality.assessment import thinned
from ..core.registration.inputs import RegistrationInputs
from ..core.report.page import Report, write_report
from ..core.report.reproduction import voxel_checksum
from ..core.request import RegistrationRequest
from ..core.resampling.images import resample
from ..core.transforms.itk_transforms import displacement_field, identity
from ..worker.result import AsynchronousResult
from .cases import Case

#: Outputs from which its pictures are made.
_MAX_VOXELS = 1e6


def method_of(settings: Mapping[str, str]) -> str:
    """The preset or the names of the parameter files, from settings as texts."""
    request = RegistrationRequest.from_texts(settings)
    return ", ".join(Path(path).name for path in request.parameter_files) or request.preset


def write_case_report(
    folder: Path, case: Case, settings: Mapping[str, str], inputs: RegistrationInputs, result: AsynchronousResult
) -> Path:
    """Write ``report.html`` to ``folder`` from the output "comparison" of ``result``; returns its path."""
    fixed, moving = as_scalar(inputs.fixed), as_scalar(inputs.moving)
    grid, step = thinned(geometry_of(fixed), _MAX_VOXELS)
    padding = None if result.keep_padding else result.background
    before, after = (
        array_view(resample(moving, transform, grid, background=result.background.value, padding=padding))
        for transform in (identity(grid.dimension), result.transform)
    )
    mask = None
    if inputs.fixed_mask is not None:
        mask = array_view(resample(inputs.fixed_mask, identity(grid.dimension), grid, interpolation="nearest"))
    request = RegistrationRequest.from_texts(settings)
    return write_report(
        folder,
        Report(
            fixed=np.asarray(array_view(fixed))[(slice(None, None, step),) * grid.dimension],
            before=before,
            after=after,
            geometry=grid,
            comparison=result.outputs["comparison"],
            title=f"Case {case.name}",
            mask=mask,
            displacement=array_view(displacement_field(result.transform, grid)),
            iterations=result.iterations,
            stages=result.stages,
            settings=request.described() | {"Background": f"{result.background.value:g}. {result.background.reason}"},
            checksums={
                "fixed image": voxel_checksum(array_view(inputs.fixed)),
                "moving image": voxel_checksum(array_view(inputs.moving)),
            },
            padding=[one.padding for one in (result.fixed_background, result.background) if one.padding is not None],
            notes=[*inputs.notes, *result.notes],
            grid=result.fixed_geometry,
        ),
    )
