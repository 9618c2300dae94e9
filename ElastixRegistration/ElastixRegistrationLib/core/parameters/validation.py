"""Validation of parameter maps before elastix starts: whether it can run them, and reads them as intended.

Errors stop elastix, or make it silently do something other than the file says. Everything else is a warning. Every rule
was tested with itk-elastix 0.25 on small images.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ParameterError
from ..wording import said
from .maps import ParameterFile, ParameterMap, is_transform_map
from .rules import rule_findings
from .schema import Parameter, close_name, components, find_parameter, is_known_name, label_index, unusable_components
from .stage import NUMBER, WHOLE_NUMBER, Finding, Stage, resolutions_of

# Largest whole number that all integers in elastix can hold, far more than any needs.
_LARGEST = 2**31 - 1
_REQUIRED = ("Transform", "Metric", "Optimizer")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a stage (counted from 0, None: in all of them); ``severity`` is "error" or "warning".

    ``file`` and ``line`` (from 1) are known when the stages came with their sources.
    """

    severity: str
    message: str
    stage: int | None = None
    parameter: str | None = None
    file: str | None = None
    line: int | None = None


def validate_stages(
    stages: Sequence[ParameterMap],
    dimension: int,
    *,
    has_fixed_mask: bool = False,
    has_moving_mask: bool = False,
    has_points: bool = False,
    sources: Sequence[ParameterFile | str | None] | None = None,
) -> None:
    """Raise ParameterError for the first error of ``find_problems``, which has the same arguments."""
    problems = find_problems(
        stages,
        dimension,
        has_fixed_mask=has_fixed_mask,
        has_moving_mask=has_moving_mask,
        has_points=has_points,
        sources=sources,
    )
    for problem in problems:
        if problem.severity == "error":
            message = problem.message
            if problem.file is None and problem.stage is not None and len(stages) > 1:
                message = said(
                    "in stage {stage} of {count}, {problem}",
                    stage=problem.stage + 1,
                    count=len(stages),
                    problem=message,
                )
            raise ParameterError(message, file=problem.file, line=problem.line, parameter=problem.parameter)


def find_problems(
    stages: Sequence[ParameterMap],
    dimension: int,
    *,
    has_fixed_mask: bool = False,
    has_moving_mask: bool = False,
    has_points: bool = False,
    sources: Sequence[ParameterFile | str | None] | None = None,
) -> list[Problem]:
    """All that is wrong with ``stages`` for images of ``dimension`` axes and these masks and points, errors first.

    ``sources`` has for each stage where it came from: its ParameterFile, which knows lines, or the name of its file.
    """
    if isinstance(stages, Mapping) or not len(stages):
        return [Problem("error", said("there is no parameter map to register with; give at least one."))]
    problems = []
    parsed = []
    for number, stage in enumerate(stages):
        form = _form_problem(stage)
        if form is not None:
            problems.append(Problem("error", form[1], number, form[0], *_place(sources, number, form[0])))
            continue
        parsed.append(
            Stage(
                number,
                stage,
                dimension,
                fixed_mask=has_fixed_mask,
                moving_mask=has_moving_mask,
                points=has_points,
            )
        )
        findings = [*_component_findings(stage), *_value_findings(stage, dimension)]
        problems += [_problem(finding, number, sources) for finding in findings]
    problems += [_problem(finding, number, sources) for number, finding in rule_findings(parsed)]
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _problem(finding: Finding, stage: int, sources: Any) -> Problem:
    severity, parameter, message = finding
    return Problem(severity, message, stage, parameter, *_place(sources, stage, parameter))


def _place(sources: Any, stage: int, parameter: str | None) -> tuple[str | None, int | None]:
    source = sources[stage] if sources is not None and stage < len(sources) else None
    if isinstance(source, ParameterFile):
        return source.source, source.lines.get(parameter) if parameter else None
    return (None if source is None else str(source)), None


def _form_problem(stage: Any) -> tuple[str | None, str] | None:
    """Why ``stage`` is not a parameter map: (parameter, reason)."""
    if not isinstance(stage, Mapping):
        return None, f"a stage must be a parameter map, not a {type(stage).__name__}."
    for name, values in stage.items():
        if not isinstance(name, str):
            return None, f"{name!r} is not a parameter name."
        if isinstance(values, str) or not isinstance(values, Sequence):
            return name, f"its values must be a tuple of strings, not {values!r:.60}."
        for value in values:
            if not isinstance(value, str):
                return name, f"its value {value!r:.60} must be a string."
    if is_transform_map(stage):
        return (
            None,
            "this is a TransformParameters map, the result of a registration, not one that says how to register.",
        )
    return None


def _component_findings(stage: ParameterMap) -> Iterator[Finding]:
    for kind in _REQUIRED:
        if not stage.get(kind):
            yield (
                "error",
                kind,
                said('no {kind} is named; add for example ({kind} "{examples}").', kind=kind, examples=_EXAMPLES[kind]),
            )
    for kind, known in components().items():
        for name in stage.get(kind, ()):
            if name in unusable_components():
                yield (
                    "error",
                    kind,
                    said("{name} cannot be used here; {value}.", name=name, value=unusable_components()[name]),
                )
            elif name not in known:
                close = close_name(name, known)
                other = next((other for other, names in components().items() if name in names), None)
                hint = (
                    f"it is a component of kind {other}."
                    if other
                    else f"did you mean {close}?"
                    if close
                    else f"elastix has {', '.join(n for n in known if n not in unusable_components())}."
                )
                yield "error", kind, said("elastix has no {kind} {name}; {hint}", kind=kind, name=repr(name), hint=hint)


_EXAMPLES = {
    "Transform": "EulerTransform",
    "Metric": "AdvancedMattesMutualInformation",
    "Optimizer": "AdaptiveStochasticGradientDescent",
}


def _value_findings(stage: ParameterMap, dimension: int) -> Iterator[Finding]:
    used = {name for kind in components() for name in stage.get(kind, ())}
    resolutions = resolutions_of(stage)
    for name, values in stage.items():
        parameter = find_parameter(name)
        if parameter is None:
            if not is_known_name(name):
                close = close_name(name)
                hint = f" Did you mean {close}?" if close else ""
                yield "warning", name, said("elastix has no such parameter and ignores it.{hint}", hint=hint)
            continue
        if parameter.replacement is not None:
            instead = f"; use {parameter.replacement}" if parameter.replacement else ""
            yield "warning", name, said("elastix no longer reads it{instead}.", instead=instead)
            continue
        if parameter.kind == "component":
            continue
        # elastix never looks at what is for components that are not used.
        severity = "error" if not parameter.components or used & set(parameter.components) else "warning"
        label = label_index(name)
        if label is not None and label[1] >= max(len(stage.get(label[0], ())), 1):
            yield (
                "warning",
                name,
                said(
                    "there is no {label} {label2} (they count from 0), so elastix ignores it.",
                    label=label[0],
                    label2=label[1],
                ),
            )
            severity = "warning"
        wrong = next((text for value in values if (text := wrong_value(parameter, value))), None)
        stray = next((value for value in values if is_choice_with_blanks(parameter, value)), None)
        if stray is not None:
            # Known parameter files have this and run.
            yield (
                "warning",
                name,
                said(
                    "elastix does not know {stray}, with its blanks, and takes {default}.",
                    stray=repr(stray),
                    default=parameter.default,
                ),
            )
            continue
        if wrong is None and not values and parameter.kind != "text":
            wrong = "it has no value, so elastix uses its default."
        if wrong is not None:
            yield severity, name, wrong
        elif resolutions is not None:
            for finding in _count_findings(parameter, name, values, dimension, resolutions):
                yield (severity if finding[0] == "error" else finding[0]), *finding[1:]


def is_choice_with_blanks(parameter: Parameter, value: str) -> bool:
    """Whether blanks around a choice keep elastix from knowing it, so that it takes its default."""
    return parameter.kind == "choice" and value not in parameter.choices and value.strip() in parameter.choices


def wrong_value(parameter: Parameter, value: str) -> str | None:
    """Why ``value`` is none for ``parameter``, or None when it is."""
    if parameter.kind == "boolean":
        return None if value in ("true", "false") else f'it must be "true" or "false", not {value!r}.'
    if parameter.kind == "choice":
        # elastix falls back to its default without a word.
        if value in parameter.choices or value.strip() == parameter.default:
            return None
        close = close_name(value, parameter.choices)
        return f"{value!r} is none of {', '.join(parameter.choices)}." + (f" Did you mean {close}?" if close else "")
    if parameter.kind not in ("integer", "number"):
        return None
    if parameter.kind == "integer" and not WHOLE_NUMBER.fullmatch(value):
        return f"it must be a whole number, not {value!r}."
    if not NUMBER.fullmatch(value):
        return f"it must be a number, not {value!r}."
    number = float(value)
    low, high = parameter.minimum, parameter.maximum
    if low is not None and (number <= low if parameter.above_minimum else number < low):
        return f"it must be {'more than' if parameter.above_minimum else 'at least'} {low:g}, not {value}."
    if parameter.kind == "integer" and high is None:
        high = _LARGEST
    if high is not None and (number >= high if parameter.below_maximum else number > high):
        return f"it must be {'less than' if parameter.below_maximum else 'at most'} {high:.10g}, not {value}."
    return None


def _count_findings(
    parameter: Parameter, name: str, values: Sequence[str], dimension: int, resolutions: int
) -> Iterator[Finding]:
    count, per, both = len(values), parameter.per, resolutions * dimension
    if per == "resolution, or resolution and dimension":
        if count not in (resolutions, both):
            why = _reason(per, dimension, resolutions)
            text = said(
                "it has {count} values and needs {resolutions} or {resolutions2} ({why}).",
                count=count,
                resolutions=resolutions,
                resolutions2=both,
                why=why,
            )
            yield "error", name, text
        return
    needed = {"resolution": resolutions, "dimension": dimension}.get(
        per, both if per.startswith("resolution") else None
    )
    if needed is None:
        if per == "" and count > 1 and parameter.kind != "text":
            yield "warning", name, said("it has {count} values and elastix reads only the first.", count=count)
        return
    known = {"count": count, "needed": needed, "why": _reason(per, dimension, resolutions)}
    if per.startswith("resolution and dimension") and count == resolutions * (5 - dimension) != needed:
        text = said(
            "it is for images of {value} axes; it has {count} values and needs {needed} ({why}).",
            value=5 - dimension,
            **known,
        )
        yield "error", name, text
    elif count > needed:
        # Widely used parameter sets have this, and run.
        text = said("it has {count} values and needs {needed} ({why}); elastix drops the last ones.", **known)
        yield "warning", name, text
    elif count < needed and per == "resolution and dimension":
        text = said("it has {count} values and needs {needed} ({why}); elastix would drop them all.", **known)
        yield "error", name, text
    elif count < needed and len(set(values)) > 1:
        text = said(
            "it has {count} values and needs one or {needed} ({why}); elastix would repeat the first for the rest.",
            **known,
        )
        yield "error", name, text


def _reason(per: str, dimension: int, resolutions: int) -> str:
    """Why a parameter needs a value for each ``per``."""
    axes = f"the images have {dimension} axes"
    levels = f"NumberOfResolutions is {resolutions}"
    return {"resolution": levels, "dimension": axes}.get(per, f"{levels} and {axes}")
