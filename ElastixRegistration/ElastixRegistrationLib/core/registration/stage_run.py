"""Stages run by elastix, one after the other, and their result as ITK transforms and elastix maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..elastix.run import ElastixRun, run_elastix
from ..images.geometry import Geometry, array_view
from ..parameters.maps import ParameterMap
from ..sliding.figures import SlidingFigures
from ..transforms.inverse import invert_points
from ..transforms.itk_transforms import chain_of, compose, displacement_field, displacement_field_transform
from ..transforms.transform_parameters import (
    UnsupportedTransform,
    extend_bspline,
    grid_entries,
    maps_from_transform,
    transforms_from_maps,
)
from ..wording import joined, said, sentence_of
from .checked_pair import CheckedPair
from .prepared_images import warped
from .prepared_stages import for_each_metric, prepared_stage, required_ratio


class Ran(NamedTuple):
    """The result of elastix. ``notes`` come before the notes on the images, ``late_notes`` after them."""

    transform: Any
    maps: list[dict[str, tuple[str, ...]]] | None
    stages: list[dict[str, tuple[str, ...]]]
    log: str
    notes: list[str]
    late_notes: Sequence[str] = ()
    more_stages: Sequence[ParameterMap] = ()  # of the log, that elastix did not run
    sliding: SlidingFigures | None = None


def run_stages(pair: CheckedPair, *, log_to_console: bool, log_to_file: bool) -> Ran:
    """All stages of ``pair`` in one run. Raises RegistrationError when elastix fails."""
    threads = pair.request.threads
    fixed_side, moving_side = pair.sides[0]
    start_chain = [] if pair.start is None else chain_of(pair.start)
    continues = all(part.IsLinear() or part.GetNameOfClass() == "BSplineTransform" for part in start_chain)
    moving_points = pair.moving_points
    if not continues and moving_points is not None:
        moving_points = invert_points(pair.start, moving_points)  # to where the warped image has them
    fixed_images = [(side.image, side.mask) for side, _ in pair.sides]
    moving_images = [
        (side.image, side.mask) if continues else warped(side, pair.start, fixed_side.geometry, threads)
        for _, side in pair.sides
    ]
    stages = pair.stages
    if pair.channels:
        stages, fixed_images, moving_images = for_each_metric(stages, pair.channels, fixed_images, moving_images)
    ratio = required_ratio(fixed_side, moving_side)
    prepared = [
        prepared_stage(stage, ratio, pair.dimension, pair.request.seed, moving_side.estimate.value) for stage in stages
    ]
    run = run_elastix(
        [image for image, _ in fixed_images],
        [image for image, _ in moving_images],
        prepared,
        fixed_masks=[mask for _, mask in fixed_images],
        moving_masks=[mask for _, mask in moving_images],
        fixed_points=pair.fixed_points,
        moving_points=moving_points,
        initial_transform=compose(start_chain) if start_chain and continues else None,
        threads=threads,
        log_to_console=log_to_console,
        log_to_file=log_to_file,
    )
    chain, maps, notes = _chain_of_run(run, start_chain, continues, pair.fixed_geometry)
    return Ran(compose(chain), maps, prepared, run.log, pair.notes, notes)


def _chain_of_run(
    run: ElastixRun, start_chain: list[Any], continues: bool, fixed: Geometry
) -> tuple[list[Any], list[dict[str, tuple[str, ...]]] | None, list[str]]:
    """The whole result as ITK transforms and as elastix maps (None where one has no such form), and notes."""
    # elastix writes the grid it worked on, but transformix must use the fixed grid.
    maps = [extend_bspline(parameters) | grid_entries(fixed) for parameters in run.maps]
    before, after = (start_chain, []) if continues else ([], start_chain)
    notes: list[str] = []
    try:
        chain = [*before, *transforms_from_maps(maps)]
    except UnsupportedTransform as error:
        chain = [displacement_field_transform(array_view(displacement_field(run.combination, fixed)), fixed)]
        notes = [joined(sentence_of(error), said("The result was sampled on the fixed grid instead."))]
    try:
        start = maps_from_transform(compose(start_chain), fixed) if start_chain else []
    except UnsupportedTransform:
        return [*chain, *after], None, notes
    return [*chain, *after], [*start, *maps] if continues else [*maps, *start], notes
