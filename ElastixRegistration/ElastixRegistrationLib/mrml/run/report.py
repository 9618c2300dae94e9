"""The HTML report of a registration of nodes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...core.request import RegistrationRequest
from .job import RegistrationJob

#: Number of voxels that are compared for figures and pictures; most volumes have fewer.
_MAX_VOXELS = 8e6


def write_run_report(
    folder: str | os.PathLike, job: RegistrationJob, result: Any, request: RegistrationRequest, confidence: Any = None
) -> Path:
    """Write report.html of a finished registration into ``folder`` and return its path.

    ``result``: of the job's run. ``confidence``: its ConfidenceMap; None computes one. The page contains no node names.
    Raises InputError if it cannot be written.
    """
    from ...core.quality.assessment import assess
    from ...core.quality.confidence import estimate_confidence
    from ...core.registration.checks import JUDGED_BY
    from ...core.report.page import Report, write_report

    inputs = job.inputs.arguments()
    given = {name: inputs[name] for name in JUDGED_BY}
    if confidence is None:
        confidence = estimate_confidence(inputs["fixed"], result, mask=inputs["fixed_mask"])
    judged = assess(inputs["fixed"], result, most_voxels=_MAX_VOXELS, **given)
    return write_report(
        folder,
        Report.of(
            judged, result, inputs["fixed"], request.described(), confidence=confidence, grid=result.fixed_geometry
        ),
    )
