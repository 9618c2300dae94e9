"""The background of a volume as a sentence, before a registration runs."""

from __future__ import annotations

from typing import Any

from ...core.errors import InputError
from ...core.images.background import estimate_background
from ...core.wording import sentence_of
from ..nodes.volumes import volume_image

#: Larger volumes are sampled at every n-th voxel, so that choosing one does not block the window.
_MAX_VOXELS = 4e6


def background_text(node: Any) -> str:
    """One sentence about background and padding of a volume node, or on why it has none. Never raises."""
    try:
        scalars = volume_image(node, "moving volume").scalars()
    except InputError as problem:
        return sentence_of(problem)
    step = max(1, int(-(-((scalars.size / _MAX_VOXELS) ** (1 / 3)) // 1)))
    return estimate_background(scalars[::step, ::step, ::step]).reason
