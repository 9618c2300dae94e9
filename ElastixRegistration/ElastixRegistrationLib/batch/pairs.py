"""Read rows of a cohort table as pairs of images with their ground truth."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.comparison.truth import Pair
from ..core.errors import InputError
from ..core.files.segmentation_files import segment_names
from ..core.registration.inputs import RegistrationInputs, read_inputs
from ..core.wording import said
from .cases import Case


def read_case(case: Case) -> RegistrationInputs:
    """The images, masks and landmarks of ``case``. Raises InputError."""
    return read_inputs(
        case.fixed,
        case.moving,
        case.fixed_mask,
        case.moving_mask,
        case.fixed_points,
        case.moving_points,
        series=case.series,
        frames=case.frames,
        sliding_mask=case.sliding_mask,
        moving_sliding_mask=case.moving_sliding_mask,
    )


def read_pair(case: Case) -> Pair:
    """Read the files of ``case``. Raises InputError that names the case."""
    try:
        inputs = read_case(case)
        fixed = moving = None
        if bool(case.fixed_labels) != bool(case.moving_labels):
            raise InputError(said("Labels of both images are needed, but only one label map is given."))
        if case.fixed_labels:
            fixed, moving = inputs.read_label_pair(case.fixed_labels, case.moving_labels)
        start = inputs.read_transform(case.initial_transform) if case.initial_transform else None
    except InputError as error:
        raise InputError(said("Case {name} cannot be run. {reason}", name=case.name, reason=error)) from error
    return Pair(case.name, inputs, fixed, moving, {} if fixed is None else segment_names(fixed), start)


def read_pairs(cases: Iterable[Case]) -> list[Pair]:
    return [read_pair(case) for case in cases]
