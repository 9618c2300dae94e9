"""Register two images: checks, background, start, elastix, and the transform in its simplest exact form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from .automatic import FittedImage, FittedStages, fit_stages
from .background import BackgroundEstimate, estimate_background, padding_mask
from .elastix import ElastixRun, run_elastix
from .errors import InputError
from .images import (
    Geometry,
    array_view,
    as_scalar,
    check_image,
    check_overlap,
    float_copy,
    geometry_of,
    image_from_array,
)
from .initialization import initial_translation
from .masks import metric_mask
from .memory import check_memory
from .parameter_component_rules import MULTI_METRIC
from .parameter_maps import ParameterMap
from .parameter_validation import validate_stages
from .progress import Iteration, ProgressEvent, ProgressParser, ignored_errors
from .resampling import resample
from .transform_parameters import UnsupportedTransform, extend_bspline, maps_from_transform, transforms_from_maps
from .transforms import (
    affine_from_matrix,
    chain_of,
    compose,
    displacement_field,
    displacement_field_transform,
    map_points,
)

#: What elastix may not do, whatever a parameter file says: write files, ignore where images lie, add displacements.
_FORCED = {
    "WriteResultImage": ("false",),
    "WriteResultImageAfterEachResolution": ("false",),
    "WriteResultImageAfterEachIteration": ("false",),
    "WritePyramidImagesAfterEachResolution": ("false",),
    "WriteTransformParametersEachIteration": ("false",),
    "WriteTransformParametersEachResolution": ("false",),
    "WriteSamplesEachIteration": ("false",),
    "UseDirectionCosines": ("true",),
    "HowToCombineTransforms": ("Compose",),
    "FixedInternalImagePixelType": ("float",),
    "MovingInternalImagePixelType": ("float",),
}


@dataclass(frozen=True)
class RegistrationResult:
    """What a registration found.

    ``transform``: itk transform that maps fixed to moving points, LPS mm; linear, B-spline or composite.
    ``transform_parameters``: the same as elastix TransformParameters, first applied first; None when the initial
    transform has no such form. ``background``: of the moving image, with its padding. ``iterations``: elastix's
    iteration table. ``notes``: sentences for the user about what was done to the input.
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
    keep_padding: bool = False
    threads: int | None = None

    def resample(
        self,
        moving: Any = None,
        reference: Geometry | None = None,
        interpolation: str = "linear",
        background: float | None = None,
    ) -> Any:
        """The moving image (or another one in its space) on the fixed grid (or ``reference``), in its own pixel type.

        Outside of the image is ``background``, by default the one used in the registration.
        """
        return resample(
            self.moving if moving is None else moving,
            self.transform,
            self.fixed_geometry if reference is None else reference,
            interpolation=interpolation,
            background=self.background.value if background is None else background,
            padding=None if moving is not None or self.keep_padding else self.background,
            threads=self.threads,
        )


def register(
    fixed: Any,
    moving: Any,
    stages: Sequence[ParameterMap],
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
    initialization: str | None = None,
    adapt: bool = False,
    log_to_console: bool = False,
    log_to_file: bool = True,
) -> RegistrationResult:
    """Find the transform that maps points of ``fixed`` to points of ``moving``, with one elastix stage after another.

    Images are ITK images of 2 or 3 dimensions, any scalar type, or colour (registered on luminance). Masks are images,
    nonzero inside, on any grid. Points are (N, D), LPS mm, paired by order. ``initial_transform`` is an itk transform,
    fixed to moving, that the stages continue from; ``initialization`` ("geometry", "mass", "none") makes one, None
    leaves the start to the stages. With ``adapt`` the stages are fitted to this pair (``core.automatic``), which also
    searches for a start where none of the two is given. ``background`` is what belongs outside the moving image: "auto"
    detects it, a number sets it, "keep" leaves padding as it is. ``seed`` overrides RandomSeed of the stages.
    ``progress`` gets elastix's iterations as events; the itk wheels hold Python's interpreter lock, so here they come
    when elastix is done. ``log_to_console`` also sends elastix's log, as it comes, to the standard output, where
    another process can follow. Without ``log_to_file`` it goes nowhere else: nothing is written to disk, and ``log``
    and ``iterations`` are empty.

    Raises InputError before anything is run, RegistrationError when elastix fails.
    """
    _check_settings(background, initial_transform, initialization, threads, seed)
    original_moving = moving
    fixed, moving = as_scalar(fixed), as_scalar(moving)
    check_image(fixed, "fixed image")
    check_image(moving, "moving image")
    fixed_geometry, moving_geometry = geometry_of(fixed), geometry_of(moving)
    if fixed_geometry.dimension != moving_geometry.dimension:
        raise InputError(
            f"The fixed image has {fixed_geometry.dimension} dimensions and the moving image"
            f" {moving_geometry.dimension}; both must have the same."
        )
    dimension = fixed_geometry.dimension
    if initial_transform is not None and initial_transform.GetInputSpaceDimension() != dimension:
        raise InputError(
            f"The initial transform has {initial_transform.GetInputSpaceDimension()} dimensions, the images have"
            f" {dimension}."
        )
    _check_points(fixed_points, moving_points, dimension)
    validate_stages(
        stages,
        dimension,
        has_fixed_mask=fixed_mask is not None,
        has_moving_mask=moving_mask is not None,
        has_points=fixed_points is not None,
    )
    check_memory(fixed_geometry, moving_geometry, stages)

    fixed_side = _Side("fixed", fixed, fixed_mask, "auto" if background != "keep" else "keep")
    moving_side = _Side("moving", moving, moving_mask, background)
    if initial_transform is None and initialization not in (None, "none"):
        initial_transform = initial_translation(
            initialization, fixed, moving, fixed_side.estimate.value, moving_side.estimate.value,
            fixed_side.mask, moving_side.mask,
        )  # fmt: skip
    notes = []
    if adapt:
        fitted = _fitted(stages, fixed_side, moving_side, initial_transform, initialization)
        stages, notes = fitted.stages, [fitted.sentence]
        if fitted.start is not None:
            initial_transform = affine_from_matrix(fitted.start)
    if initial_transform is not None or initialization == "none" or not _starts_by_itself(stages):
        start = None if initial_transform is None else lambda points: map_points(initial_transform, points)
        check_overlap(fixed_geometry, moving_geometry, start)

    start_chain = [] if initial_transform is None else chain_of(initial_transform)
    moving_image, moving_mask = moving_side.image, moving_side.mask
    continues = all(part.IsLinear() or part.GetNameOfClass() == "BSplineTransform" for part in start_chain)
    if not continues:
        moving_image, moving_mask = _warped(moving_side, initial_transform, fixed_geometry, threads)
    prepared = [_prepared(stage, dimension, seed, moving_side.estimate.value) for stage in stages]
    run = run_elastix(
        fixed_side.image,
        moving_image,
        prepared,
        fixed_mask=fixed_side.mask,
        moving_mask=moving_mask,
        fixed_points=fixed_points,
        moving_points=moving_points,
        initial_transform=compose(start_chain) if start_chain and continues else None,
        threads=threads,
        log_to_console=log_to_console,
        log_to_file=log_to_file,
    )
    parser = ProgressParser(prepared)
    for event in parser.feed(run.log):
        if progress is not None:
            progress(event)
    chain, maps, run_notes = _chain_of_run(run, start_chain, continues, fixed_geometry)
    return RegistrationResult(
        transform=compose(chain),
        transform_parameters=maps,
        stages=prepared,
        background=moving_side.estimate,
        fixed_background=fixed_side.estimate,
        fixed_geometry=fixed_geometry,
        moving=original_moving,
        iterations=parser.iterations,
        log=run.log,
        notes=[*notes, *fixed_side.notes, *moving_side.notes, *run_notes, *ignored_errors(run.log)],
        keep_padding=background == "keep",
        threads=threads,
    )


class _Side:
    """One of the two images as elastix gets it: float, padding replaced by background and masked out."""

    def __init__(self, name: str, image: Any, mask: Any, background: float | str):
        self.geometry = geometry_of(image)
        self.estimate = estimate_background(image)
        keep = background == "keep"
        if not isinstance(background, str):
            self.estimate = replace(self.estimate, value=float(background), reason="Set by the user.")
        elif keep and self.estimate.padding is not None:
            self.estimate = replace(self.estimate, value=self.estimate.padding, reason="Padding kept as it is.")
        has_padding = self.estimate.padding is not None and not keep
        padding = padding_mask(array_view(image), self.estimate) if has_padding else None
        self.image = float_copy(image, replace=padding, by=self.estimate.value)
        self.mask = metric_mask(image, mask, padding, f"{name} mask")
        self.notes = []
        if has_padding:
            self.notes.append(
                f"Padding {self.estimate.padding:g} of the {name} image ({self.estimate.padding_fraction:.1%} of its"
                f" voxels) is left out and replaced by background {self.estimate.value:g}."
            )


def _fitted(
    stages: Sequence[ParameterMap], fixed: _Side, moving: _Side, initial_transform: Any, initialization: str | None
) -> FittedStages:
    images = (
        FittedImage(
            array_view(side.image),
            side.geometry,
            side.estimate.value,
            None if side.mask is None else array_view(side.mask),
        )
        for side in (fixed, moving)
    )
    given = None
    if initial_transform is not None:
        given = partial(map_points, initial_transform)
    elif initialization == "none":
        given = np.asarray
    return fit_stages(stages, *images, given)


def _check_settings(background, initial_transform, initialization, threads, seed) -> None:
    if isinstance(background, str) and background not in ("auto", "keep"):
        raise InputError(f'The background is {background!r}; use "auto", "keep" or a number.')
    if not isinstance(background, str) and not np.isfinite(background):
        raise InputError(f"The background is {background}; it must be a finite number.")
    if initial_transform is not None and initialization not in (None, "none"):
        raise InputError("Give an initial transform or an initialization, not both.")
    if threads is not None and threads < 1:
        raise InputError(f"The number of threads is {threads}; it must be at least 1.")
    if seed is not None and not 0 <= seed < 2**32:
        raise InputError(f"The seed is {seed}; it must be a whole number from 0 to 4294967295.")


def _check_points(fixed_points, moving_points, dimension: int) -> None:
    if (fixed_points is None) != (moving_points is None):
        raise InputError("Corresponding points are needed in both images, and only one list was given.")
    if fixed_points is None:
        return
    for name, points in (("fixed", fixed_points), ("moving", moving_points)):
        if np.ndim(points) != 2 or np.shape(points)[1] != dimension or not np.isfinite(points).all():
            raise InputError(f"The {name} points must be finite and of {dimension} coordinates each, in mm.")
    if len(fixed_points) != len(moving_points) or not len(fixed_points):
        raise InputError(f"{len(fixed_points)} fixed and {len(moving_points)} moving points do not make pairs.")


def _starts_by_itself(stages: Sequence[ParameterMap]) -> bool:
    return bool(stages) and tuple(stages[0].get("AutomaticTransformInitialization", ())) == ("true",)


def _prepared(stage: ParameterMap, dimension: int, seed: int | None, background: float) -> dict[str, tuple[str, ...]]:
    prepared = {name: tuple(values) for name, values in stage.items()} | _FORCED
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


def _warped(side: _Side, transform: Any, fixed: Geometry, threads: int | None) -> tuple[Any, Any]:
    """Moving image and mask under an initial transform that elastix cannot continue from (a field, a thin plate ...).

    elastix then starts from the identity, and its result comes before the initial transform. The grid reaches a
    quarter of the fixed image's size beyond it, so that samples may move.
    """
    margin = [-(-n // 4) for n in fixed.size]
    grid = Geometry(
        size=tuple(n + 2 * m for n, m in zip(fixed.size, margin, strict=True)),
        spacing=fixed.spacing,
        origin=tuple(fixed.points_of(-np.asarray(margin, float)).tolist()),
        direction=fixed.direction,
    )
    image = resample(side.image, transform, grid, background=side.estimate.value, threads=threads)
    mask = side.mask
    if mask is None:
        size = side.geometry.size[::-1]
        mask = image_from_array(np.ones(size, np.uint8), side.geometry)
    return image, resample(mask, transform, grid, interpolation="nearest", threads=threads)


def _chain_of_run(
    run: ElastixRun, start_chain: list[Any], continues: bool, fixed: Geometry
) -> tuple[list[Any], list[dict[str, tuple[str, ...]]] | None, list[str]]:
    """The whole result as ITK transforms and as elastix maps (None where one has no such form), and notes."""
    maps = [extend_bspline(parameters) for parameters in run.maps]
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
