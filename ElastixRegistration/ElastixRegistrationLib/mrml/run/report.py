"""A registration of nodes as the HTML page of ``core.report``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...core.request import RegistrationRequest
from .job import RegistrationJob

#: Voxels that are compared for figures and pictures: all of most volumes.
_MOST_VOXELS = 8e6


def write_run_report(
    folder: str | os.PathLike, job: RegistrationJob, result: Any, request: RegistrationRequest
) -> Path:
    """Write report.html of a registration that is done into ``folder`` and return its path.

    ``result``: what the job's run gave. The page has no name of a node. Raises InputError where it cannot be written.
    """
    from ...core.images.geometry import array_view
    from ...core.quality.assessment import assess
    from ...core.registration.checks import JUDGED_BY
    from ...core.report.page import Report, voxel_checksum, write_report

    inputs = job.inputs.arguments()
    given = {name: inputs[name] for name in JUDGED_BY}
    judged = assess(inputs["fixed"], result, most_voxels=_MOST_VOXELS, **given)
    return write_report(
        folder,
        Report(
            fixed=judged.fixed,
            before=judged.before,
            after=judged.after,
            geometry=judged.geometry,
            comparison=judged.comparison,
            mask=judged.mask,
            displacement=judged.displacement,
            iterations=result.iterations,
            stages=result.stages,
            settings=request.described() | {"Background": f"{result.background.value:g}. {result.background.reason}"},
            checksums={
                "fixed image": voxel_checksum(array_view(inputs["fixed"])),
                "moving image": voxel_checksum(array_view(inputs["moving"])),
            },
            padding=[e.padding for e in (result.fixed_background, result.background) if e.padding is not None],
            notes=list(result.notes),
        ),
    )
