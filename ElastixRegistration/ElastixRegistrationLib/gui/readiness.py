"""Missing inputs of a registration, as texts for the Apply button."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..core.errors import InputError
from ..core.presets.catalog import find_preset
from ..mrml.run.parameter_node import (
    FIXED_POINTS,
    FIXED_VOLUME,
    INITIAL_TRANSFORM,
    MOVING_POINTS,
    MOVING_VOLUME,
    OUTPUTS,
    ParameterSet,
)
from ..mrml.run.scene_presets import scene_presets


def whatIsMissing(choices: ParameterSet | None) -> str:
    """The first missing input in the order of the panel, as a short request; "" if a registration can start."""
    if choices is None:
        return _("Choose a parameter set")
    fixed, moving = choices.reference(FIXED_VOLUME), choices.reference(MOVING_VOLUME)
    start = choices.text("start")
    points = (choices.reference(FIXED_POINTS), choices.reference(MOVING_POINTS))
    checks = (
        (fixed is None, _("Choose a fixed volume")),
        (moving is None, _("Choose a moving volume")),
        (fixed is moving, _("Fixed and moving volume are the same")),
        (fixed is not None and fixed.GetImageData() is None, _("The fixed volume is empty")),
        (moving is not None and moving.GetImageData() is None, _("The moving volume is empty")),
        (not _hasPreset(choices), _("Choose a preset")),
        ((points[0] is None) != (points[1] is None), _("Choose both point lists, or none")),
        (points[0] is not None and points[0] is points[1], _("Both point lists are the same")),
        (start == "landmarks" and None in points, _("Choose the landmarks to start from")),
        (
            start == "transform" and choices.reference(INITIAL_TRANSFORM) is None,
            _("Choose the transform to start from"),
        ),
        (not any(choices.wants(output) for output in OUTPUTS), _("Choose an output")),
    )
    return next((text for isMissing, text in checks if isMissing), "")


def _hasPreset(choices: ParameterSet) -> bool:
    settings = choices.settings
    try:
        presets = scene_presets(choices.node.GetScene())
        return bool(settings.parameter_files) or find_preset(settings.preset, presets) is not None
    except InputError:
        return False
