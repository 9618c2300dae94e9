"""Groupwise registration in the background: request, answer, and the worker's part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.images.background import BackgroundEstimate, estimate_background
from ..core.multi_image.groupwise import GroupSettings, check_count, group_stages, register_group
from ..core.transforms.plain_data import TransformData, VoxelData
from ..core.wording import said
from .client import Job, RegistrationHandle
from .messages import pack
from .protocol import frame_buffers


@dataclass(frozen=True)
class GroupAnswer:
    """``transforms``, one for each image: common space to that image, LPS mm. ``mean``: of the moved images, float32.

    ``backgrounds``: one for each original image.
    """

    transforms: tuple[TransformData, ...]
    backgrounds: tuple[BackgroundEstimate, ...]
    mean: VoxelData = field(repr=False)
    log: str = field(repr=False)


class GroupJob(Job):
    """A group to send. Raises InputError for too few images."""

    def __init__(self, number: int, images: Sequence[Any], settings: GroupSettings):
        check_count(images)
        self.name, self.threads = f"job {number}", settings.threads
        self.timeout_s = self.memory_limit_bytes = None
        self._images: list[VoxelData] = [VoxelData.of(image) for image in images]
        self._settings = {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
        grid = self._images[0].geometry
        self.plan = [
            {**stage, "FixedImageDimension": (str(grid.dimension + 1),)} for stage in group_stages(grid, settings)
        ]

    def buffers(self) -> Iterator[memoryview]:
        """The frame to send. Raises InputError for data that cannot be sent."""
        arrays: list[np.ndarray] = []
        request: dict[str, Any] = {
            "job": self.name,
            "arguments": {"images": self._images, "settings": self._settings | {"threads": self.threads}},
            "outputs": [],
            "timeout_s": None,
            "memory_limit_bytes": None,
        }
        body = pack(request, arrays)
        try:
            return frame_buffers("group", body, arrays)
        except TypeError as error:
            raise InputError(
                said("The images cannot be sent to the background process: {error}.", error=error)
            ) from error

    def release(self) -> None:
        """Release the images that were sent."""
        self._images = []


class GroupHandle(RegistrationHandle):
    """A group registration that was submitted to a pool; ``result`` is a GroupAnswer."""

    def result_of(self, body: dict[str, Any]) -> GroupAnswer:
        return GroupAnswer(tuple(body["transforms"]), tuple(body["backgrounds"]), body["mean"], self.log)


def run_group_request(request: dict[str, Any]) -> dict[str, Any]:
    """In the worker: the body of the answer. Raises the errors of ``register_group``."""
    arguments = request["arguments"]
    images = [image.scalar_image() for image in arguments["images"]]
    result = register_group(images, GroupSettings(**arguments["settings"]), log_to_console=True)
    transforms = [TransformData.of(transform) for transform in result.transforms]
    backgrounds = [estimate_background(image) for image in images]
    return {"transforms": transforms, "backgrounds": backgrounds, "mean": VoxelData.of(result.mean())}
