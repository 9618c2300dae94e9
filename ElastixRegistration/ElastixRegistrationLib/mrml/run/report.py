"""A registration of nodes as the HTML page of ``core.report``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...core.request import RegistrationRequest
from .job import RegistrationJob

#: Voxels that are compared for figures and pictures: all of most volumes.
_MAX_VOXELS = 8e6


def write_run_report(
    folder: str | os.PathLike, job: RegistrationJob, result: Any, request: RegistrationRequest, confidence: Any = None
) -> Path:
    """Write report.html of a registration that is done into ``folder`` and return its path.

    ``result``: what the job's run gave; ``confidence``: a ConfidenceMap of it, None to make one. The page has no name
    of a node. Raises InputError where it cannot be written.
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
