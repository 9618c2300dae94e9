"""Register two images: checks, background, start, elastix, and the transform in its simplest exact form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..elastix.errors import ignored_errors
from ..elastix.progress import Iteration, ProgressEvent, ProgressParser
from ..elastix.run import ElastixRun, run_elastix
from ..errors import InputError
from ..files.python_images import as_image
from ..images.background import BackgroundEstimate
from ..images.channels import Channel
from ..images.geometry import Geometry, array_view, check_overlap, geometry_of
from ..parameters.changes import changed
from ..parameters.component_rules import MULTI_METRIC
from ..parameters.file_access import writes_no_file
from ..parameters.maps import ParameterMap
from ..parameters.metric_stages import image_metric_count, other_metric_count, with_channels
from ..parameters.validation import validate_stages
from ..presets.catalog import find_preset
from ..presets.preset import Preset
from ..request import AUTO, RegistrationRequest
from ..transforms.inverse import invert_points
from ..transforms.itk_transforms import (
    affine_from_matrix,
    chain_of,
    compose,
    displacement_field,
    displacement_field_transform,
    identity,
    map_points,
)
from ..transforms.resampling import outside_of, resample
from ..transforms.transform_parameters import (
    UnsupportedTransform,
    extend_bspline,
    grid_entries,
    maps_from_transform,
    maps_if_small,
    transforms_from_maps,
)
from .automatic import FittedStages, fit_stages
from .automatic_run import chooses_stages, run_on_pair
from .checks import check_dimensions, check_start, checked_pairs, landmark_notes, with_landmark_metric
from .initialization import initial_translation
from .memory import check_memory
from .prepared_images import PreparedSide, everywhere, warped
from .sliding import where_it_slides
from .working_resolution import working_voxel

#: What elastix may not do, whatever a parameter file says: ignore where images lie, add displacements.
_FORCED = {
    "UseDirectionCosines": ("true",),
    "HowToCombineTransforms": ("Compose",),
    "FixedInternalImagePixelType": ("float",),
    "MovingInternalImagePixelType": ("float",),
}

#: elastix' default of RequiredRatioOfValidSamples.
_REQUIRED_RATIO = 0.25


@dataclass(frozen=True, repr=False)
class RegistrationResult:
    """What a registration found.

    ``transform``: itk transform that maps fixed to moving points, LPS mm; linear, B-spline or composite.
    ``transform_parameters``: the same as elastix TransformParameters, first applied first; None when the initial
    transform has no such form. ``background``: of the moving image, with its padding; ``background_setting``: what
    ``register`` was told of it. ``iterations``: elastix's iteration table. ``notes``: sentences for the user about what
    was done to the input.
    """

    transform: Any
    transform_parameters: list[dict[str, tuple[str, ...]]] | None
    stages: list[dict[str, tuple[str, ...]]]
    background: BackgroundEstimate
    fixed_background: BackgroundEstimate
    fixed_geometry: Geometry
    moving: Any = field(repr=False)
    iterations: list[Iteration] = field(repr=False)
    log: str = field(repr=False)
    notes: list[str]
    background_setting: float | str = "auto"
    threads: int | None = None

    def __repr__(self) -> str:
        return result_text(self)

    @property
    def keep_padding(self) -> bool:
        return self.background_setting == "keep"

    def resample(
        self,
        moving: Any = None,
        reference: Geometry | None = None,
        interpolation: str = "linear",
        background: float | None = None,
    ) -> Any:
        """The moving image (or another one in its space) on the fixed grid (or ``reference``), in its own pixel type.

        Outside of the image is ``background``, by default the one used in the registration, and of color and vectors
        that of each component.
        """
        image = self.moving if moving is None else moving
        outside: Any = background
        if outside is None:
            outside = outside_of(image, self.background.value, self.background_setting)
        return resample(
            image,
            self.transform,
            self.fixed_geometry if reference is None else reference,
            interpolation=interpolation,
            background=outside,
            padding=None if moving is not None or self.keep_padding else self.background,
            threads=self.threads,
        )


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
    parameter_changes: Sequence[str] = (),
    full_resolution: bool = False,
    log_to_console: bool = False,
    log_to_file: bool = True,
) -> RegistrationResult:
    """Find the transform that maps points of ``fixed`` to points of ``moving``, with one elastix stage after another.

    The stages are those of ``preset``, its id or itself, with its way to start, or parameter maps:

        result = core.register(fixed, moving, preset="ct-lung")

    Images are ITK images of 2 or 3 dimensions, any scalar type, or color (registered on luminance), or what
    ``core.as_image`` makes such: of SimpleITK, nibabel, xarray, MONAI, MRML, paths, arrays with a spacing. Masks are
    such too, nonzero inside, on any grid.
    Points are (N, D), LPS mm, paired by order. ``initial_transform`` is an itk transform,
    fixed to moving, that the stages continue from; ``initialization`` ("geometry", "mass", "none") makes one, None
    leaves the start to the stages. With ``adapt`` the stages are fitted to this pair, tried one by one and kept where
    they help (``core.automatic``), from a start that is searched for where none of the two is given; ``effort``
    ("fast", "normal", "thorough") is what that may cost, and ``sliding`` "auto" lets organs slide along each other
    where that clearly explains more, "off" never. ``channels`` are further pairs of images that the same
    transform must align, each with its own masks, metric and weight. ``landmark_weight`` lets the points guide all
    stages: their mean distance, mm, times this weight is added to what is minimized; without it, only stages that name
    the metric CorrespondingPointsEuclideanDistanceMetric use them. ``parameter_changes`` are made in the stages, after
    they were fitted too: "NAME=VALUE" or "STAGE:NAME=VALUE". ``background`` is what belongs outside the moving image:
    "auto" detects it, a number sets it, "keep" leaves padding as it is. ``seed`` overrides RandomSeed of the stages.
    ``progress`` gets elastix's iterations as events; the itk wheels hold Python's interpreter lock, so here they come
    when elastix is done; ``worker.live.register`` is the same with live progress. Unless ``full_resolution``, elastix
    works on voxels of large images that are as fine as the stages can use (``working_resolution``); the result is that
    of the whole images. ``log_to_console`` also sends elastix's log, as it comes, to the standard output, where another
    process can follow. Without ``log_to_file`` it goes nowhere else: nothing is written to disk, and ``log`` and
    ``iterations`` are empty.

    Raises InputError before anything is run, RegistrationError when elastix fails.
    """
    own = of_preset(preset, stages, {"initialization": initialization, "initial_transform": initial_transform})
    stages, initialization, adapt = own["stages"], own.get("initialization", initialization), own.get("adapt", adapt)
    request = RegistrationRequest(
        initialization=initialization,
        background=background,
        threads=threads,
        seed=seed,
        effort=effort,
        sliding=sliding,
        full_resolution=full_resolution,
        landmark_weight=landmark_weight,
        parameter_changes=tuple(parameter_changes),
    )
    check_start(request, initial_transform)
    fixed, moving = as_image(fixed, "fixed image"), as_image(moving, "moving image")
    fixed_mask, moving_mask = (
        None if mask is None else as_image(mask, f"{side} mask")
        for mask, side in ((fixed_mask, "fixed"), (moving_mask, "moving"))
    )
    pairs = checked_pairs(fixed, moving, channels)
    geometries = [(geometry_of(one), geometry_of(other)) for one, other in pairs]
    fixed_geometry = geometries[0][0]
    dimension = fixed_geometry.dimension
    check_dimensions(dimension, initial_transform, fixed_points, moving_points)
    notes = [
        *landmark_notes(fixed_points, geometries[0][0], "fixed"),
        *landmark_notes(moving_points, geometries[0][1], "moving"),
    ]
    stages = changed(stages, request.parameter_changes)
    if request.landmark_weight is not None:
        stages = with_landmark_metric(stages, request.landmark_weight, fixed_points)
    validate_stages(
        stages,
        dimension,
        has_fixed_mask=fixed_mask is not None,
        has_moving_mask=moving_mask is not None,
        has_points=fixed_points is not None,
    )
    voxel_mm = None if request.full_resolution else working_voxel(*geometries[0], stages)
    check_memory(*geometries[0], stages, geometries[1:], voxel_mm)

    sides = _sides(pairs, channels, fixed_mask, moving_mask, background, voxel_mm, threads)
    fixed_side, moving_side = sides[0]
    notes += _words_on_resolution(fixed_side, moving_side)
    if initial_transform is None and initialization not in (None, "none"):
        initial_transform = initial_translation(
            initialization, fixed_side.image, moving_side.image, fixed_side.estimate.value, moving_side.estimate.value,
            fixed_side.mask, moving_side.mask,
        )  # fmt: skip
    ratio = _required_ratio(fixed_side, moving_side)
    if adapt and initialization == "none" and initial_transform is None:
        initial_transform = identity(dimension)
    if adapt and chooses_stages(stages, initial_transform, bool(channels)):
        if initial_transform is not None:
            check_overlap(*geometries[0], partial(map_points, initial_transform))
        found = run_on_pair(
            stages,
            fixed_side,
            moving_side,
            initial_transform,
            effort,
            partial(_prepared, dimension=dimension, seed=seed, background=moving_side.estimate.value, ratio=ratio),
            changes=request.parameter_changes,
            threads=threads,
            log_to_console=log_to_console,
            log_to_file=log_to_file,
        )
        transform: Any = found.transform
        slides: list[str] = []
        if request.sliding == AUTO:
            transform, slides = where_it_slides(found.transform, found.spline, fixed_side, moving_side, found.start)
        maps = maps_if_small(transform, fixed_geometry)
        notes = [*notes, *found.notes, *slides]
        ran = _Ran(transform, maps, found.stages, found.log, notes, more_stages=found.more_stages)
        return _result(ran, sides, fixed_geometry, moving, background, threads, progress)
    if adapt:
        fitted = _fitted(stages, fixed_side, moving_side, initial_transform, initialization, bool(channels))
        # What the user asks for counts more than what was fitted.
        stages = changed(fitted.stages, request.parameter_changes, may_miss=True)
        notes.append(fitted.sentence)
        if fitted.start is not None:
            initial_transform = affine_from_matrix(fitted.start)
            notes += fixed_side.look_around(geometries[0][1], np.linalg.inv(fitted.start))
    if initial_transform is not None or initialization == "none" or not _starts_by_itself(stages):
        check_overlap(*geometries[0], None if initial_transform is None else partial(map_points, initial_transform))

    start_chain = [] if initial_transform is None else chain_of(initial_transform)
    continues = all(part.IsLinear() or part.GetNameOfClass() == "BSplineTransform" for part in start_chain)
    if not continues and moving_points is not None:
        moving_points = invert_points(initial_transform, moving_points)  # to where the warped image has them
    fixed_images = [(side.image, side.mask) for side, _ in sides]
    moving_images = [
        (side.image, side.mask) if continues else warped(side, initial_transform, fixed_side.geometry, threads)
        for _, side in sides
    ]
    if channels:
        stages, fixed_images, moving_images = _for_each_metric(stages, channels, fixed_images, moving_images)
    prepared = [_prepared(stage, dimension, seed, moving_side.estimate.value, ratio) for stage in stages]
    run = run_elastix(
        [image for image, _ in fixed_images],
        [image for image, _ in moving_images],
        prepared,
        fixed_masks=[mask for _, mask in fixed_images],
        moving_masks=[mask for _, mask in moving_images],
        fixed_points=fixed_points,
        moving_points=moving_points,
        initial_transform=compose(start_chain) if start_chain and continues else None,
        threads=threads,
        log_to_console=log_to_console,
        log_to_file=log_to_file,
    )
    chain, maps, run_notes = _chain_of_run(run, start_chain, continues, fixed_geometry)
    ran = _Ran(compose(chain), maps, prepared, run.log, notes, run_notes)
    return _result(ran, sides, fixed_geometry, moving, background, threads, progress)


class _Ran(NamedTuple):
    """What came out of elastix. ``notes`` come before those on the images, ``late_notes`` after them."""

    transform: Any
    maps: list[dict[str, tuple[str, ...]]] | None
    stages: list[dict[str, tuple[str, ...]]]
    log: str
    notes: list[str]
    late_notes: Sequence[str] = ()
    more_stages: Sequence[ParameterMap] = ()  # of the log, that elastix did not run


def _result(
    ran: _Ran,
    sides: list[tuple[PreparedSide, PreparedSide]],
    fixed_geometry: Geometry,
    moving: Any,
    background: float | str,
    threads: int | None,
    progress: Callable[[ProgressEvent], None] | None,
) -> RegistrationResult:
    parser = ProgressParser([*ran.stages, *ran.more_stages])
    for event in parser.feed(ran.log):
        if progress is not None:
            progress(event)
    side_notes = [note for pair in sides for side in pair for note in side.notes]
    return RegistrationResult(
        transform=ran.transform,
        transform_parameters=ran.maps,
        stages=ran.stages,
        background=sides[0][1].estimate,
        fixed_background=sides[0][0].estimate,
        fixed_geometry=fixed_geometry,
        moving=moving,
        iterations=parser.iterations,
        log=ran.log,
        notes=[*ran.notes, *side_notes, *ran.late_notes, *ignored_errors(ran.log)],
        background_setting=background,
        threads=threads,
    )


def of_preset(
    preset: str | Preset | None, stages: Sequence[ParameterMap] | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments of ``register`` that come from ``preset``, or ``stages`` alone. ``given``: those of the caller, whose
    start counts more than the preset's. Raises InputError for both, and for none."""
    if preset is None:
        if stages is None:
            raise InputError("Give a preset or stages to register with.")
        return {"stages": stages}
    if stages is not None:
        raise InputError("Give a preset or stages to register with, not both.")
    preset = find_preset(preset) if isinstance(preset, str) else preset
    start = given.get("initialization")
    if start is None and given.get("initial_transform") is None:
        start = preset.initialization
    return {"stages": preset.stages(), "initialization": start, "adapt": preset.adapts}


def result_text(result: Any) -> str:
    """What a RegistrationResult, or one of the background, is, in a line: it can hold a million numbers."""
    kinds = ", ".join(stage["Transform"][0] for stage in result.stages) or "no stages"
    size = " x ".join(str(n) for n in result.fixed_geometry.size)
    notes = f", {len(result.notes)} note{'s' * (len(result.notes) != 1)}" if result.notes else ""
    background = f"background {result.background.value:g}"
    return (
        f"{type(result).__name__}({kinds}; fixed grid {size}; {background}; {len(result.iterations)} iterations{notes})"
    )


def _sides(
    pairs: Sequence[tuple[Any, Any]],
    channels: Sequence[Channel],
    fixed_mask: Any,
    moving_mask: Any,
    background: Any,
    voxel_mm: float | None,
    threads: int | None,
) -> list[tuple[PreparedSide, PreparedSide]]:
    """Fixed and moving sides: of the images, and of the channels after them."""
    settings = [("fixed", "moving", fixed_mask, moving_mask, background)]
    for channel in channels:
        names = f"fixed {channel.name}", f"moving {channel.name}"
        settings.append((*names, channel.fixed_mask, channel.moving_mask, channel.stage_background))
    return [
        (
            # A number is for outside the moving image.
            PreparedSide(name, fixed, mask, "keep" if value == "keep" else "auto", voxel_mm, threads),
            PreparedSide(other_name, moving, other_mask, value, voxel_mm, threads),
        )
        for (fixed, moving), (name, other_name, mask, other_mask, value) in zip(pairs, settings, strict=True)
    ]


def _words_on_resolution(fixed: PreparedSide, moving: PreparedSide) -> list[str]:
    """Sentences on images that elastix does not see in full resolution."""
    return [
        f"The {name} image is registered in voxels of {' x '.join(f'{s:.3g}' for s in side.geometry.spacing)} mm."
        for name, side in (("fixed", fixed), ("moving", moving))
        if max(side.factors) > 1
    ]


def _fitted(
    stages: Sequence[ParameterMap],
    fixed: PreparedSide,
    moving: PreparedSide,
    initial_transform: Any,
    initialization: str | None,
    has_channels: bool,
) -> FittedStages:
    given: Callable[[np.ndarray], np.ndarray] | None = None
    if initial_transform is not None:
        given = partial(map_points, initial_transform)
    elif initialization == "none":
        given = np.array
    return fit_stages(stages, fixed.for_fitting, moving.for_fitting, given, has_channels)


def _for_each_metric(
    stages: Sequence[ParameterMap],
    channels: Sequence[Channel],
    fixed: list[tuple[Any, Any]],
    moving: list[tuple[Any, Any]],
) -> tuple[list[ParameterMap], list[tuple[Any, Any]], list[tuple[Any, Any]]]:
    """Stages with a metric for each channel, and (image, mask) of both sides in the order of their metrics.

    elastix matches masks by number too, so that with any mask all images need one.
    """
    first = max(1, *(image_metric_count(stage) for stage in stages))
    others = max(other_metric_count(stage) for stage in stages)

    def repeated(images: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        if any(mask is not None for _, mask in images):
            images = [(image, everywhere(image) if mask is None else mask) for image, mask in images]
        return [*([images[0]] * first), *images[1:], *([images[0]] * others)]

    added = [(channel.stage_metric, channel.weight) for channel in channels]
    return [with_channels(stage, first, added, others) for stage in stages], repeated(fixed), repeated(moving)


def _starts_by_itself(stages: Sequence[ParameterMap]) -> bool:
    return bool(stages) and tuple(stages[0].get("AutomaticTransformInitialization", ())) == ("true",)


def _required_ratio(fixed: PreparedSide, moving: PreparedSide) -> float:
    """Share of the samples that must fall into the moving image: a quarter, as elastix has it, of those that can."""
    return _REQUIRED_RATIO * min(1.0, moving.volume_mm / fixed.volume_mm)


def _prepared(
    stage: ParameterMap, dimension: int, seed: int | None, background: float, ratio: float
) -> dict[str, tuple[str, ...]]:
    prepared = writes_no_file({name: tuple(values) for name, values in stage.items()}) | _FORCED
    if ratio < _REQUIRED_RATIO:
        prepared.setdefault("RequiredRatioOfValidSamples", (f"{ratio:.4g}",))
    prepared |= {
        "FixedImageDimension": (str(dimension),),
        "MovingImageDimension": (str(dimension),),
        "DefaultPixelValue": (repr(float(background)),),
    }
    if seed is not None:
        prepared["RandomSeed"] = (str(seed),)
    if len(prepared.get("Metric", ())) > 1 or prepared.get("Registration") == (MULTI_METRIC,):
        # Metrics that each use threads crash the process when they are added up, be it a single one (ITKElastix issue
        # 160; reproduced with 2 threads).
        prepared["UseMultiThreadingForMetrics"] = ("false",)
    return prepared


def _chain_of_run(
    run: ElastixRun, start_chain: list[Any], continues: bool, fixed: Geometry
) -> tuple[list[Any], list[dict[str, tuple[str, ...]]] | None, list[str]]:
    """The whole result as ITK transforms and as elastix maps (None where one has no such form), and notes."""
    # elastix names the grid that it worked on; what transformix makes of the result belongs on the fixed grid.
    maps = [extend_bspline(parameters) | grid_entries(fixed) for parameters in run.maps]
    before, after = (start_chain, []) if continues else ([], start_chain)
    try:
        chain, notes = [*before, *transforms_from_maps(maps)], []
    except UnsupportedTransform as error:
        chain = [displacement_field_transform(array_view(displacement_field(run.combination, fixed)), fixed)]
        notes = [f"{error} The result was sampled on the fixed grid instead."]
    try:
        start = maps_from_transform(compose(start_chain), fixed) if start_chain else []
    except UnsupportedTransform:
        return [*chain, *after], None, notes
    return [*chain, *after], [*start, *maps] if continues else [*maps, *start], notes
