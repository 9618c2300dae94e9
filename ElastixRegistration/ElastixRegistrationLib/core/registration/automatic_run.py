"""The preset Automatic on one pair: a start, then the stages of ``core.automatic``. elastix runs its own among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..automatic.effort import effort_named
from ..automatic.log import AutomaticLog
from ..automatic.pipeline import StageResult, run_automatic
from ..automatic.plan import dense_plan
from ..automatic.words import automatic_sentence
from ..automatic.working_pair import WorkingPair
from ..elastix.run import run_elastix
from ..parameters.changes import changed
from ..parameters.maps import ParameterMap, is_bspline
from ..start.rigid import rigid_part
from ..transforms.itk_transforms import compose, matrix_of_linear, then_rigid
from ..transforms.transform_parameters import extend_bspline, transforms_from_maps
from ..wording import Said
from .prepared_images import PreparedSide
from .prepared_stages import required_ratio
from .searched_start import searched_start, working_pair


@dataclass(frozen=True)
class AutomaticRun:
    """``transform``: fixed to moving points; ``stages``: those that elastix ran; ``more_stages``: those that ran
    afterwards; ``notes``: sentences for the user. ``start``: homogeneous matrix from which all stages started, LPS mm.
    ``has_one_contrast``: whether tissues keep their order of intensity; False also if nothing could deform. ``spline``:
    result of the B-spline stage; None without one.
    """

    transform: Any
    stages: list[dict[str, tuple[str, ...]]]
    log: str
    notes: list[str]
    more_stages: list[ParameterMap]
    start: np.ndarray
    has_one_contrast: bool
    spline: Any = None


def chooses_stages(stages: Sequence[ParameterMap], initial_transform: Any, has_channels: bool) -> bool:
    """Whether these stages can be tried and undone one by one: at most one linear and one B-spline stage in this order,
    each with one metric on one pair of images, from a linear start."""
    kinds = [is_bspline(stage) for stage in stages]
    return (
        kinds in ([False], [True], [False, True])
        and not has_channels
        and all(len(stage.get("Metric", ())) == 1 for stage in stages)
        and (initial_transform is None or initial_transform.IsLinear())
    )


def run_on_pair(
    stages: Sequence[ParameterMap],
    fixed: PreparedSide,
    moving: PreparedSide,
    given: Any,
    effort: str,
    prepare: Callable[[ParameterMap, float], dict[str, tuple[str, ...]]],
    *,
    changes: Sequence[str] = (),
    threads: int | None = None,
    log_to_console: bool = False,
    log_to_file: bool = True,
) -> AutomaticRun:
    """``given``: linear transform to start from; None: a start is searched for. ``prepare``: makes a stage ready to
    run, given the share of the samples that must fall into the moving image. ``changes``: the user's changes to
    ``stages``, which override fitted values.

    A failed stage is left out, and the log gives the reason. Raises RegistrationError if all stages fail.
    """
    log = AutomaticLog(log_to_console)
    words: list[Said] = []
    notes: list[str] = []
    if given is None:
        start, where, notes, pair = searched_start(fixed, moving, threads)
        words.append(where)
    else:
        start, pair = matrix_of_linear(given), working_pair(fixed, moving, threads)

    def run(stage: ParameterMap, images: WorkingPair, linear: Any, overlap: float) -> StageResult:
        prepared = prepare(_with_changes(stage, stages, changes), required_ratio(fixed, moving, overlap))
        result = run_elastix(
            [images.fixed.image],
            [images.moving.image],
            [prepared],
            fixed_masks=[images.fixed.mask],
            moving_masks=[images.moving.mask],
            initial_transform=linear,
            threads=threads,
            log_to_console=log_to_console,
            log_to_file=log_to_file,
        )
        log.add(result.log)
        maps = [extend_bspline(parameters) for parameters in result.maps]
        return StageResult(compose([linear, *transforms_from_maps(maps)]), prepared)

    # Turned to where the start puts it, the moving image is registered alike whatever its header says.
    placed = rigid_part(start, pair.fixed.geometry.center())
    pair = replace(pair, moving=pair.moving.moved(np.linalg.inv(placed)))
    outcome = run_automatic(pair, np.linalg.inv(placed) @ start, stages, run, effort_named(effort), log)
    sentence = automatic_sentence([*words, *outcome.words])
    dense = [dense_plan(effort_named(effort))] if outcome.ran_dense else []
    return AutomaticRun(
        transform=then_rigid(outcome.transform, placed),
        stages=outcome.stages,
        log=log.text,
        notes=[sentence, *notes],
        more_stages=dense,
        start=start,
        has_one_contrast=outcome.has_one_contrast,
        spline=None if outcome.spline is None else then_rigid(outcome.spline, placed),
    )


def _with_changes(stage: ParameterMap, stages: Sequence[ParameterMap], changes: Sequence[str]) -> ParameterMap:
    """``stage``, fitted to a pair, with the user's ``changes`` to the stage of ``stages`` from which it was made."""
    number = next(n for n, one in enumerate(stages) if is_bspline(one) == is_bspline(stage))
    return changed([*stages[:number], stage, *stages[number + 1 :]], changes, may_miss=True)[number]
