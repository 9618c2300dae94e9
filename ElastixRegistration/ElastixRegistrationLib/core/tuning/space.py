"""The search space of a preset: the editor's quick edits and the parameters that matter, within bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InputError
from ..parameters.changes import parse_change
from ..parameters.schema import Parameter, close_name, find_parameter, is_known_name
from ..parameters.stage import finite_number, resolutions_of
from ..presets.draft import PresetDraft
from ..presets.quick_edits import (
    IMAGE_METRICS,
    grid_spacing,
    iterations,
    metric,
    stiffness,
    with_grid_spacing,
    with_iterations,
    with_metric,
    with_stiffness,
)
from ..wording import said

GLOBAL, LOCAL = "everywhere", "in a region"
SMOOTHING, RECURSIVE = "smoothing", "recursive"
#: With sampling in regions, a region may lie outside the other image.
_LOCAL_RATIO = "0.05"
_METRICS = (IMAGE_METRICS[0], IMAGE_METRICS[2])


@dataclass(frozen=True)
class Knob:
    """A parameter to vary: ``choices``, or a number from ``low`` to ``high``, an integer if ``whole``, on a logarithmic
    scale if ``log``. ``start``: the preset's value, or None. ``only_with``: another knob, and its choice for which this
    one matters."""

    name: str
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    whole: bool = False
    log: bool = True
    start: Any = None
    only_with: tuple[str, str] | None = None


@dataclass(frozen=True)
class Space:
    """The knobs, and the preset that they change."""

    draft: PresetDraft
    knobs: tuple[Knob, ...]

    def applied(self, values: Mapping[str, Any]) -> PresetDraft:
        """The preset with ``values`` by knob name; other knobs are unchanged."""
        draft = self.draft
        for knob in self.knobs:
            if knob.name in values:
                draft = _APPLY.get(knob.name, _with_parameter(knob.name))(draft, values[knob.name])
        return draft

    def start(self) -> dict[str, Any]:
        """The knob values of the preset itself."""
        known = {knob.name: knob.start for knob in self.knobs if knob.start is not None}
        return {
            knob.name: known[knob.name]
            for knob in self.knobs
            if knob.name in known and (knob.only_with is None or known.get(knob.only_with[0]) == knob.only_with[1])
        }


def space_of(draft: PresetDraft, searched: Sequence[str] = ()) -> Space:
    """The knobs of a preset, and ``searched``: more elastix parameters, "NAME" or "NAME=LOW:HIGH", in its last stage.
    Bounds never exceed the schema's. Raises InputError, also for a parameter without bounds."""
    if not draft.stages or any(map_ is None for map_ in draft.maps):
        raise InputError(said("The preset {id} has a stage that cannot be read.", id=draft.preset.id))
    knobs = [_including_start(k) for k in (*_quick_knobs(draft), *_sampling_knobs(draft), *_search_knobs(draft))]
    for text in searched:
        knob = _searched_knob(text, draft)
        knobs = [other for other in knobs if _PARAMETER_OF.get(other.name) != knob.name]
        knobs.append(knob)
    return Space(draft, tuple(knobs))


def _including_start(knob: Knob) -> Knob:
    """Bounds that include the preset's value, so that the search can start there."""
    if knob.choices or knob.start is None:
        return knob
    return replace(knob, low=min(knob.low, knob.start), high=max(knob.high, knob.start))


def _quick_knobs(draft: PresetDraft) -> list[Knob]:
    knobs = []
    spacing = grid_spacing(draft)
    if spacing is not None:
        low, high = _clipped("FinalGridSpacingInPhysicalUnits", spacing.value / 3, spacing.value * 1.6)
        knobs.append(Knob(f"grid spacing, {spacing.unit}", low, high, start=spacing.value))
    if metric(draft) is not None:
        start = metric(draft)
        knobs.append(Knob("metric", choices=tuple(dict.fromkeys([*_METRICS, str(start)])), start=start))
    most = iterations(draft)
    if most:
        low, high = _clipped("MaximumNumberOfIterations", most / 2, most * 4)
        knobs.append(Knob("iterations", math.ceil(low), math.floor(high), whole=True, start=most))
    now = stiffness(draft)
    if now is not None:
        knobs.append(Knob("stiff", choices=("no", "yes"), start="yes" if now > 0 else "no"))
        knobs.append(Knob("stiffness", 0.01, 100.0, start=now or None, only_with=("stiff", "yes")))
    return knobs


def _sampling_knobs(draft: PresetDraft) -> list[Knob]:
    stage = _last(draft)
    low, high = _clipped("NumberOfSpatialSamples", 1000, 16000)
    start = _last_number(stage.get("NumberOfSpatialSamples", ("5000",)))
    knobs = [Knob("samples", low, high, whole=True, start=None if start is None else round(start))]
    if stage.get("ImageSampler", ("",))[0] == "RandomCoordinate":
        local = stage.get("UseRandomSampleRegion", ("false",))[-1] == "true"
        region = _last_number(stage.get("SampleRegionSize", ()))
        knobs.append(Knob("sampling", choices=(GLOBAL, LOCAL), start=LOCAL if local else GLOBAL))
        knobs.append(Knob("region, mm", 15.0, 100.0, start=region, only_with=("sampling", LOCAL)))
    return knobs


def _search_knobs(draft: PresetDraft) -> list[Knob]:
    stage = _last(draft)
    step = _last_number(stage.get("MaximumStepLength", ()))
    low, high = (0.1, 4.0) if step is None else (step / 5, step * 5)
    low, high = _clipped("MaximumStepLength", low, high)
    knobs = [Knob("step, mm", low, high, start=step)]
    count = resolutions_of(stage)
    if count is not None:
        low, high = _clipped("NumberOfResolutions", max(1, count - 1), count + 1)
        knobs.append(Knob("resolutions", low, high, whole=True, log=False, start=count))
    kind = stage.get("FixedImagePyramid", ("FixedSmoothingImagePyramid",))[0]
    if kind in _PYRAMIDS.values():
        knobs.append(
            Knob("pyramid", choices=(SMOOTHING, RECURSIVE), start=next(k for k, v in _PYRAMIDS.items() if v == kind))
        )
    return knobs


_PYRAMIDS = {SMOOTHING: "FixedSmoothingImagePyramid", RECURSIVE: "FixedRecursiveImagePyramid"}
_PARAMETER_OF = {
    "grid spacing, mm": "FinalGridSpacingInPhysicalUnits",
    "grid spacing, voxels": "FinalGridSpacingInVoxels",
    "iterations": "MaximumNumberOfIterations",
    "samples": "NumberOfSpatialSamples",
    "region, mm": "SampleRegionSize",
    "step, mm": "MaximumStepLength",
    "resolutions": "NumberOfResolutions",
}


def _searched_knob(text: str, draft: PresetDraft) -> Knob:
    name, _, span = text.partition("=")
    name = name.strip()
    if not is_known_name(name):
        close = close_name(name)
        if close:
            raise InputError(said("elastix has no parameter {name}; did you mean {close}?", name=name, close=close))
        raise InputError(said("elastix has no parameter {name}.", name=name))
    parameter = find_parameter(name)
    if parameter is not None and parameter.kind in ("boolean", "choice"):
        choices = ("false", "true") if parameter.kind == "boolean" else parameter.choices
        return Knob(name, choices=choices, start=_last(draft).get(name, (parameter.default,))[-1])
    if parameter is None or parameter.kind not in ("integer", "number"):
        raise InputError(
            said("{name} is neither a number nor a choice of elastix, so it cannot be searched.", name=name)
        )
    low, high = _bounds(name, parameter, span)
    start = _last_number(_last(draft).get(name, (parameter.default or "",)))
    if start is not None and not low <= start <= high:
        start = None
    whole = parameter.kind == "integer"
    return Knob(name, low, high, whole=whole, log=low > 0 and high / low > 10, start=start)


def _bounds(name: str, parameter: Parameter, span: str) -> tuple[float, float]:
    low, high = parameter.minimum, parameter.maximum
    if span:
        ends = [finite_number(end.strip()) for end in span.split(":")]
        if len(ends) != 2 or ends[0] is None or ends[1] is None or not ends[0] < ends[1]:
            raise InputError(
                said(
                    "The bounds of {name} are {span}; write them as LOW:HIGH, the lower one first, for "
                    "example {name}=1:10.",
                    name=name,
                    span=repr(span),
                )
            )
        if _clipped(name, ends[0], ends[1]) != (ends[0], ends[1]):
            raise InputError(
                said(
                    "The bounds {span} of {name} are wider than elastix allows ({limits}).",
                    span=span,
                    name=name,
                    limits=_span(parameter),
                )
            )
        return ends[0], ends[1]
    if low is None or high is None:
        raise InputError(
            said("{name} has no default bounds for the search; give them, for example {name}=1:10.", name=name)
        )
    return low, high


def _span(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    return f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"


def _clipped(name: str, low: float, high: float) -> tuple[float, float]:
    """Clipped to the range that elastix accepts."""
    parameter = find_parameter(name)
    if parameter is not None and parameter.minimum is not None:
        low = max(low, parameter.minimum)
        if parameter.above_minimum and low == parameter.minimum:
            low = parameter.minimum + 1e-3
    if parameter is not None and parameter.maximum is not None:
        high = min(high, parameter.maximum)
    return low, high


def _last(draft: PresetDraft) -> dict[str, tuple[str, ...]]:
    return draft.maps[_place(draft)] or {}


def _place(draft: PresetDraft) -> int:
    """The tuned stage: the last one, which does the fine alignment."""
    return max((number for number, stage in enumerate(draft.stages) if stage.enabled), default=0)


def _last_number(values: Sequence[str]) -> float | None:
    return finite_number(values[-1]) if values else None


def _with_parameter(name: str) -> Callable[[PresetDraft, Any], PresetDraft]:
    def apply(draft: PresetDraft, value: Any) -> PresetDraft:
        text = f"{value:.5g}" if isinstance(value, float) else str(value)
        parse_change(f"{name}={text}")  # raises the errors that elastix would
        return draft.with_values(_place(draft), name, [text])

    return apply


def _with_sampling(draft: PresetDraft, kind: str) -> PresetDraft:
    place = _place(draft)
    if kind == GLOBAL:
        for name in ("UseRandomSampleRegion", "SampleRegionSize"):
            draft = draft.with_values(place, name, [])
        return draft
    draft = draft.with_values(place, "UseRandomSampleRegion", ["true"])
    return draft.with_values(place, "RequiredRatioOfValidSamples", [_LOCAL_RATIO])


def _with_pyramid(draft: PresetDraft, kind: str) -> PresetDraft:
    place = _place(draft)
    draft = draft.with_values(place, "FixedImagePyramid", [_PYRAMIDS[kind]])
    return draft.with_values(place, "MovingImagePyramid", [_PYRAMIDS[kind].replace("Fixed", "Moving")])


def with_resolutions(draft: PresetDraft, count: int) -> PresetDraft:
    """Add or remove coarse resolutions of the last stage, with their values in every list."""
    place, stage = _place(draft), _last(draft)
    now = resolutions_of(stage)
    if now is None or now == count:
        return draft
    for name, values in stage.items():
        parameter = find_parameter(name)
        per = "" if parameter is None else parameter.per
        each = len(values) // now if per.startswith("resolution") and len(values) % now == 0 else 0
        if not each or len(values) == 1:
            continue
        groups = [list(values[n : n + each]) for n in range(0, len(values), each)]
        while len(groups) < count:
            coarser = [_doubled(value) for value in groups[0]] if name.endswith("Schedule") else list(groups[0])
            groups.insert(0, coarser)
        draft = draft.with_values(place, name, [value for group in groups[-count:] for value in group])
    return draft.with_values(place, "NumberOfResolutions", [str(count)])


def _doubled(value: str) -> str:
    number = finite_number(value)
    return value if number is None else f"{2 * number:g}"


_APPLY: dict[str, Callable[[PresetDraft, Any], PresetDraft]] = {
    "grid spacing, mm": with_grid_spacing,
    "grid spacing, voxels": with_grid_spacing,
    "metric": with_metric,
    "iterations": with_iterations,
    "stiff": lambda draft, value: draft if value == "yes" else with_stiffness(draft, 0.0),
    "stiffness": with_stiffness,
    "samples": _with_parameter("NumberOfSpatialSamples"),
    "sampling": _with_sampling,
    "region, mm": _with_parameter("SampleRegionSize"),
    "step, mm": _with_parameter("MaximumStepLength"),
    "resolutions": with_resolutions,
    "pyramid": _with_pyramid,
}
