"""Parameters with a wrong number of values, as elastix interprets them, for callers that expect elastix's behavior.

Validation refuses them, because elastix does not do what the file says. Source: elastix 5.3, SetFixedSchedule and
SetMovingSchedule of the pyramids, and ReadParameter with a default entry.
"""

from __future__ import annotations

from .maps import ParameterMap
from .schema import find_parameter
from .stage import resolutions_of
from .validation import find_problems, wrong_value

_SCHEDULE = "resolution and dimension"


def as_elastix_reads(stage: ParameterMap, dimension: int) -> tuple[ParameterMap, list[str]]:
    """``stage`` for images of ``dimension`` axes with as many values as elastix reads, and what was changed, each in a
    sentence: a schedule that is not complete is left out, others repeat their first value."""
    counts = {"resolution": resolutions_of(stage), "dimension": dimension}
    counts[f"{_SCHEDULE}, else the first"] = (counts["resolution"] or 0) * dimension
    changed, notes = dict(stage), []
    for problem in find_problems([stage], dimension, has_fixed_mask=True, has_moving_mask=True, has_points=True):
        name = problem.parameter
        parameter = find_parameter(name) if name in stage and problem.severity == "error" else None
        if name is None or parameter is None or any(wrong_value(parameter, value) for value in stage[name]):
            continue
        count = counts.get(parameter.per)
        if parameter.per == _SCHEDULE:
            del changed[name]
            notes.append(f"{name}: {problem.message} It is left out, as elastix does.")
        elif count and stage[name]:
            changed[name] = (*stage[name], *stage[name][:1] * count)[:count]
            notes.append(f"{name}: {problem.message} So is done here.")
    return changed, notes
