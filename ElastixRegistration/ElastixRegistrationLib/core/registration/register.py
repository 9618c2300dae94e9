"""Register two images: checks, background, start, elastix, and the transform in its simplest exact form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..elastix.errors import ignored_errors
from ..elastix.progress import ProgressEvent, ProgressParser
from ..images.channels import Channel
from ..parameters.changes import changed
from ..parameters.effort import with_effort
from ..parameters.maps import ParameterMap
from ..presets.arguments import of_preset
from ..presets.preset import Preset
from ..request import AUTO, RegistrationRequest
from ..transforms.itk_transforms import affine_from_matrix, identity, map_points, matrix_of
from ..transforms.transform_parameters import maps_if_small
from .automatic_run import chooses_stages, run_on_pair
from .checked_pair import CheckedPair, checked_pair
from .prepared_stages import prepared_stage
from .result import RegistrationResult
from .sliding import SLIDING_IS_OFF, Slid, where_it_slides
from .stage_fitting import fit_stages
from .stage_run import Ran, run_stages


def register(
    fixed: Any,
    moving: Any,
    stages: Sequence[ParameterMap] | None = None,
    fixed_mask: Any = None,
    moving_mask: Any = None,
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    initial_transform: Any = None,
    background: float | str = "auto",
    threads: int | None = None,
    seed: int | None = None,
    progress: Callable[[ProgressEvent], None] | None = None,
    *,
    preset: str | Preset | None = None,
    initialization: str | None = None,
    adapt: bool = False,
    channels: Sequence[Channel] = (),
    landmark_weight: float | None = None,
    effort: str = "normal",
    sliding: str = AUTO,
    sliding_mask: Any = None,
    moving_sliding_mask: Any = None,
    parameter_changes: Sequence[str] = (),
    full_resolution: bool = False,
    log_to_console: bool = False,
    log_to_file: bool = True,
) -> RegistrationResult:
    """Find the transform that maps points of ``fixed`` to points of ``moving``, with one elastix stage after another.

    The stages are parameter maps, or those of ``preset`` (an id or a preset), which also says how to start:

        result = core.register(fixed, moving, preset="ct-lung")

    Images are ITK images of 2 or 3 dimensions, any scalar type, or color (registered on luminance), or anything that
    ``core.as_image`` converts: images of SimpleITK, nibabel, xarray, MONAI or MRML, paths, arrays with a spacing. The
    same holds for masks, which are nonzero inside, on any grid. Points are (N, D), LPS mm, paired by order.
    ``initial_transform`` is an itk transform, fixed to moving, that the stages continue from; ``initialization`` makes
    one: from the centers of the grids ("geometry"), the centers of mass ("mass"), a search for the best match
    ("search", ``searched_start``), or none of these ("none"). None leaves the start to the stages. With ``adapt`` the
    stages are fitted to this pair, tried one by one and kept where they help (``core.automatic``); without a given
    start, one is searched for. ``effort`` ("fast", "normal", "thorough") sets how long this may take; without ``adapt``
    it multiplies the iterations of B-spline stages, and "normal" runs them as they are. With ``adapt``, ``sliding``
    "auto" lets organs slide along each other where that clearly explains more, "off" never. ``sliding_mask``, a label
    map in the space of the fixed image, gives the regions that slide along their surroundings: after a deformable
    registration of 3D images, each label and the rest are registered separately and joined so that they meet at their
    borders, if held-out parts of the images show that this helps. ``moving_sliding_mask``, the same labels in the space
    of the moving image: voxels of the moving image then count only for their own region. ``channels`` are further pairs
    of images that the same transform must align, each with its own masks, metric and weight. ``landmark_weight`` lets
    the points guide all stages: their mean distance, mm, times this weight is added to what is minimized; without it,
    only stages with the metric CorrespondingPointsEuclideanDistanceMetric use them. ``parameter_changes`` override
    parameters of the stages, fitted ones as well: "NAME=VALUE" or "STAGE:NAME=VALUE". ``background`` is the fill value
    outside the moving image: "auto" detects it, a number sets it, "keep" leaves padding as it is. ``seed`` overrides
    RandomSeed of the stages. ``progress`` gets elastix's iterations as events; the itk wheels hold Python's interpreter
    lock, so here they arrive when elastix is done; ``worker.live.register`` does the same with live progress. Unless
    ``full_resolution`` is set, elastix gets large images with voxels only as fine as the stages can use
    (``working_resolution``); the result has the full resolution. ``log_to_console`` also streams elastix's log to
    standard output, where another process can follow it. Without ``log_to_file`` nothing is written to disk, and
    ``log`` and ``iterations`` are empty.

    Raises InputError before anything runs, RegistrationError when elastix fails.
    """
    own = of_preset(preset, stages, {"initialization": initialization, "initial_transform": initial_transform})
    adapt = own.get("adapt", adapt)
    request = RegistrationRequest(
        initialization=own.get("initialization", initialization),
        background=background,
        threads=threads,
        seed=seed,
        effort=effort,
        sliding=sliding,
        full_resolution=full_resolution,
        landmark_weight=landmark_weight,
        parameter_changes=tuple(parameter_changes),
    )
    points = fixed_points, moving_points
    own_stages = own["stages"] if adapt else with_effort(own["stages"], effort)
    pair = checked_pair(
        request,
        own_stages,
        (fixed, moving),
        (fixed_mask, moving_mask),
        points,
        initial_transform,
        channels,
        (sliding_mask, moving_sliding_mask),
    )
    ran = _run(pair, adapt, log_to_console=log_to_console, log_to_file=log_to_file)
    return _result(pair, ran, progress)


def _run(pair: CheckedPair, adapt: bool, *, log_to_console: bool, log_to_file: bool) -> Ran:
    """Run the stages: those that Automatic chooses, or those given, with ``adapt`` fitted to the pair."""
    logs = {"log_to_console": log_to_console, "log_to_file": log_to_file}
    if adapt and pair.start is None and pair.request.initialization == "none":
        pair = replace(pair, start=identity(pair.dimension))
    if adapt and chooses_stages(pair.stages, pair.start, bool(pair.channels)):
        return _run_chosen(pair, **logs)
    if adapt:
        pair = _fitted(pair)
    if pair.start is not None or pair.request.initialization == "none" or not _starts_by_itself(pair.stages):
        pair.check_start_overlaps()
    return _slid(pair, run_stages(pair, **logs))


def _run_chosen(pair: CheckedPair, *, log_to_console: bool, log_to_file: bool) -> Ran:
    """Try stages one by one, keep those that help, and let the field tear where that explains more."""
    request, (fixed_side, moving_side) = pair.request, pair.sides[0]
    if pair.start is not None:
        pair.check_start_overlaps()
    found = run_on_pair(
        pair.stages,
        fixed_side,
        moving_side,
        pair.start,
        request.effort,
        partial(
            prepared_stage,
            dimension=pair.dimension,
            seed=request.seed,
            background=moving_side.estimate.value,
        ),
        changes=request.parameter_changes,
        threads=request.threads,
        log_to_console=log_to_console,
        log_to_file=log_to_file,
    )
    # Without regions, local correlation finds what slides.
    slid = _where_allowed(pair, found.transform, found.spline, found.start, detects=found.has_one_contrast)
    maps = maps_if_small(slid.transform, pair.fixed_geometry)
    notes = [*pair.notes, *found.notes, *slid.notes]
    return Ran(
        slid.transform,
        maps,
        found.stages,
        found.log,
        notes,
        more_stages=found.more_stages,
        sliding=slid.figures,
    )


def _where_allowed(pair: CheckedPair, found: Any, smooth: Any, start: np.ndarray, *, detects: bool) -> Slid:
    """``found``, or what replaces it where the user's regions slide, or, with ``detects``, where sliding is found."""
    if pair.request.sliding != AUTO:
        return Slid(found, notes=() if pair.regions is None else (SLIDING_IS_OFF,))
    if pair.regions is None and not detects:
        return Slid(found)
    return where_it_slides(found, smooth, *pair.sides[0], start, pair.regions)


def _slid(pair: CheckedPair, ran: Ran) -> Ran:
    """The result of elastix, with sliding regions if the user gives some."""
    if pair.regions is None:
        return ran
    matrix = None if pair.start is None else matrix_of(pair.start)
    start = np.eye(pair.dimension + 1) if matrix is None else matrix
    slid = _where_allowed(pair, ran.transform, None, start, detects=False)
    notes = [*ran.notes, *slid.notes]
    if slid.figures is None:
        return ran._replace(notes=notes)
    maps = maps_if_small(slid.transform, pair.fixed_geometry)
    return ran._replace(transform=slid.transform, maps=maps, notes=notes, sliding=slid.figures)


def _fitted(pair: CheckedPair) -> CheckedPair:
    """Stages fitted to these images, and a fitted start if none was given. The user's choices take precedence."""
    fixed_side, moving_side = pair.sides[0]
    given: Callable[[np.ndarray], np.ndarray] | None = None
    if pair.start is not None:
        given = partial(map_points, pair.start)
    fitted = fit_stages(pair.stages, fixed_side.for_fitting, moving_side.for_fitting, given, bool(pair.channels))
    stages = with_effort(fitted.stages, pair.request.effort)
    stages = changed(stages, pair.request.parameter_changes, may_miss=True)
    start, notes = pair.start, [*pair.notes, fitted.sentence]
    if fitted.start is not None:
        start = affine_from_matrix(fitted.start)
        notes += fixed_side.look_around(pair.geometries[0][1], np.linalg.inv(fitted.start))
    return replace(pair, stages=stages, start=start, notes=notes)


def _result(pair: CheckedPair, ran: Ran, progress: Callable[[ProgressEvent], None] | None) -> RegistrationResult:
    parser = ProgressParser([*ran.stages, *ran.more_stages])
    for event in parser.feed(ran.log):
        if progress is not None:
            progress(event)
    fixed_side, moving_side = pair.sides[0]
    side_notes = [note for sides in pair.sides for side in sides for note in side.notes]
    return RegistrationResult(
        transform=ran.transform,
        transform_parameters=ran.maps,
        stages=ran.stages,
        background=moving_side.estimate,
        fixed_background=fixed_side.estimate,
        fixed_geometry=pair.fixed_geometry,
        moving=pair.moving,
        iterations=parser.iterations,
        log=ran.log,
        notes=[*ran.notes, *side_notes, *ran.late_notes, *ignored_errors(ran.log)],
        background_setting=pair.request.background,
        threads=pair.request.threads,
        fixed=pair.sides[0][0].original,
        sliding=ran.sliding,
    )


def _starts_by_itself(stages: Sequence[ParameterMap]) -> bool:
    return bool(stages) and tuple(stages[0].get("AutomaticTransformInitialization", ())) == ("true",)
