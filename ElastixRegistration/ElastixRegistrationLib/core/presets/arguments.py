"""What a preset, or stages in its place, means for the arguments of ``core.register``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InputError
from ..parameters.maps import ParameterMap
from ..wording import said
from .catalog import find_preset
from .preset import Preset


def of_preset(
    preset: str | Preset | None, stages: Sequence[ParameterMap] | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments of ``register`` that come from ``preset``, or ``stages`` alone. ``given``: those of the caller, whose
    start counts more than the preset's. Raises InputError for both, and for none."""
    if preset is None:
        if stages is None:
            raise InputError(said("Give a preset or stages to register with."))
        return {"stages": stages}
    if stages is not None:
        raise InputError(said("Give a preset or stages to register with, not both."))
    preset = find_preset(preset) if isinstance(preset, str) else preset
    start = given.get("initialization")
    if start is None and given.get("initial_transform") is None:
        start = preset.initialization
    return {"stages": preset.stages(), "initialization": start, "adapt": preset.adapts}
