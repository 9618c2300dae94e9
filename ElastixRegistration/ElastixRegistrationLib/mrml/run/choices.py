"""The keyword arguments of the Logic as one request."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import InputError
from ...core.request import RegistrationRequest
from ...core.wording import said


def request_of(
    parameter_files: str | os.PathLike | Sequence[Any] | None,
    preset: str | None,
    request: RegistrationRequest | None,
    keywords: Mapping[str, Any],
) -> RegistrationRequest:
    """``request`` (None: the defaults) with parameter files or a preset, and ``keywords`` in Slicer's style.

    Raises InputError for invalid values, TypeError for unknown keywords.
    """
    if isinstance(parameter_files, (str, os.PathLike)):
        parameter_files = [parameter_files]
    if parameter_files is not None and preset is not None:
        raise InputError(
            said("Give parameter files or a preset, not both (preset {preset} was given).", preset=repr(preset))
        )
    if parameter_files is not None and not len(parameter_files):
        raise InputError(said("The list of parameter files is empty; give at least one, or a preset."))
    chosen = dict(keywords)
    if preset is not None:
        chosen |= {"preset": preset, "parameterFiles": ()}
    if parameter_files is not None:
        chosen["parameterFiles"] = tuple(map(str, parameter_files))
    return (request or RegistrationRequest()).changed_by_keywords(chosen)
