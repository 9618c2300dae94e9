"""The effect of the effort on stages that run unchanged: the iterations of their deformations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .maps import ParameterMap, is_bspline

#: Factors on the iterations of a deformable stage. Linear stages take little time and keep theirs.
_SHARES: Mapping[str, float] = {"fast": 0.4, "normal": 1.0, "thorough": 2.5}
_MIN_ITERATIONS = 20


def with_effort(stages: Sequence[ParameterMap], effort: str) -> list[ParameterMap]:
    """``stages`` with the iterations of B-spline stages multiplied for ``effort``; unchanged at "normal"."""
    share = _SHARES[effort]
    return [_scaled(stage, share) if share != 1 and is_bspline(stage) else stage for stage in stages]


def _scaled(stage: ParameterMap, share: float) -> ParameterMap:
    stated = stage.get("MaximumNumberOfIterations", ("500",))
    if not all(value.isdigit() for value in stated):
        return stage  # whatever it is, the check of the stages has a sentence on it
    counts = [int(value) for value in stated]
    scaled = [max(min(count, _MIN_ITERATIONS), round(share * count)) for count in counts]
    return {**stage, "MaximumNumberOfIterations": tuple(map(str, scaled))}
