"""What is outside of a volume, said before a registration runs."""

from __future__ import annotations

from typing import Any

from ...core.errors import InputError
from ...core.images.background import estimate_background
from ...core.wording import sentence_of
from ..nodes.volumes import volume_image

#: Of larger volumes every n-th voxel is looked at, so that choosing one does not make the window wait.
_MAX_VOXELS = 4e6


def background_text(node: Any) -> str:
    """One sentence about background and padding of a volume node. Never raises: a volume without voxels has none."""
    try:
        scalars = volume_image(node, "moving volume").scalars()
    except InputError as problem:
        return sentence_of(problem)
    step = max(1, int(-(-((scalars.size / _MAX_VOXELS) ** (1 / 3)) // 1)))
    return estimate_background(scalars[::step, ::step, ::step]).reason
