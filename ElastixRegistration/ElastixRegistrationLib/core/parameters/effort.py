"""What an effort means for stages that run as they are: how many iterations their deformations get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .maps import ParameterMap, is_bspline

#: Of the iterations that a stage states; linear stages take little time and keep theirs.
_SHARES: Mapping[str, float] = {"fast": 0.4, "normal": 1.0, "thorough": 2.5}
_MIN_ITERATIONS = 20


def with_effort(stages: Sequence[ParameterMap], effort: str) -> list[ParameterMap]:
    """``stages`` with the iterations of B-spline stages multiplied by what ``effort`` allows; at normal as they are."""
    share = _SHARES[effort]
    return [_scaled(stage, share) if share != 1 and is_bspline(stage) else stage for stage in stages]


def _scaled(stage: ParameterMap, share: float) -> ParameterMap:
    stated = stage.get("MaximumNumberOfIterations", ("500",))
    if not all(value.isdigit() for value in stated):
        return stage  # whatever it is, the check of the stages has a sentence on it
    counts = [int(value) for value in stated]
    scaled = [max(min(count, _MIN_ITERATIONS), round(share * count)) for count in counts]
    return {**stage, "MaximumNumberOfIterations": tuple(map(str, scaled))}
