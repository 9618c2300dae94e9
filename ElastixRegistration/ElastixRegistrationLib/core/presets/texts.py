"""Information on a preset before it runs: its stages in words, its time, the link to its citation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

from ..automatic.plan import expected_stages
from ..elastix.expected_time import expected_seconds as seconds_of_stages
from ..parameters.maps import ParameterMap
from ..parameters.stage import finite_number, resolutions_of
from ..wording import joined, said

_DOI = re.compile(r"\bdoi:\s*(10\.\d{4,9}/[^\s,;]+)", re.IGNORECASE)
_TRANSFORMS = {
    "TranslationTransform": said("translation"),
    "EulerTransform": said("rigid"),
    "SimilarityTransform": said("similarity"),
    "AffineTransform": said("affine"),
    "AffineDTITransform": said("affine"),
    "BSplineTransform": said("B-spline"),
    "RecursiveBSplineTransform": said("B-spline"),
    "SplineKernelTransform": said("thin plate spline"),
}
_METRICS = {
    "AdvancedMattesMutualInformation": said("mutual information"),
    "NormalizedMutualInformation": said("normalized mutual information"),
    "AdvancedNormalizedCorrelation": said("correlation"),
    "AdvancedMeanSquares": said("mean squares"),
    "AdvancedKappaStatistic": said("overlap of labels (kappa)"),
    "TransformBendingEnergyPenalty": said("bending energy"),
    "TransformRigidityPenalty": said("rigidity"),
    "CorrespondingPointsEuclideanDistanceMetric": said("distance of landmarks"),
}
#: Time for reading, reducing, resampling and writing two images, in addition to elastix's iterations.
_SECONDS_PER_MILLION_VOXELS = 0.05
_START = 1.0


def stage_text(stage: ParameterMap) -> str:
    """One line such as "affine, mutual information, 4 resolutions, at most 1000 iterations". Every map is valid."""

    def first(name: str, default: str) -> str:
        return (stage.get(name) or (default,))[0]

    transform: str = first("Transform", said("unknown transform"))
    transform = _TRANSFORMS.get(transform, transform)
    grid = stage.get("FinalGridSpacingInPhysicalUnits")
    parts = [
        said("{transform} every {spacing} mm", transform=transform, spacing=grid[0]) if grid else transform,
        reduce(_and, map(metric_name, stage.get("Metric", (said("no metric"),)))),
    ]
    resolutions = resolutions_of(stage)
    if resolutions is not None:
        parts.append(said("1 resolution") if resolutions == 1 else said("{count} resolutions", count=resolutions))
        values = stage.get("MaximumNumberOfIterations") or ("500",)
        given = [number for value in values if (number := finite_number(value)) is not None]
        if len(given) == len(values):
            iterations = sum(int(given[n] if n < len(given) else given[0]) for n in range(resolutions))
            parts.append(said("at most {count} iterations", count=iterations))
    return joined(*parts, by=", ")


def _and(one: str, other: str) -> str:
    return said("{one} and {other}", one=one, other=other)


def metric_name(metric: str) -> str:
    """The common name of a metric, or elastix's name."""
    return _METRICS.get(metric, metric)


def doi_link(reference: str) -> str | None:
    """The https address of the DOI in a citation; None without a DOI."""
    found = _DOI.search(reference)
    return f"https://doi.org/{found[1].rstrip('.')}" if found else None


def expected_seconds(
    stages: Sequence[ParameterMap], voxels: int, effort: str = "normal", adapts: bool = False
) -> float:
    """Approximate duration of a registration on two cores. ``voxels``: of both images together. ``adapts``: whether the
    stages are those of a preset that adapts to the images."""
    stages = expected_stages(stages, effort, adapts)
    return _START + seconds_of_stages(stages) + _SECONDS_PER_MILLION_VOXELS * voxels / 1e6


def memory_text(amount: float) -> str:
    """Bytes as text: "1.4 GB", "12 GB"."""
    return f"{amount / 1e9:.1f} GB" if amount < 9.5e9 else f"{amount / 1e9:.0f} GB"


def duration_text(seconds: float) -> str:
    """Rounded duration as text: "5 s", "40 s", "3 min"."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 55:
        return f"{5 * round(seconds / 5)} s"
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h"
