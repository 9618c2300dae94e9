"""The result of a registration in the background process, and its transfer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from ..core.registration.result import RegistrationResult, ResultBase
from ..core.transforms.plain_data import TransformData, VoxelData
from .messages import ParameterMaps

#: Fields that the client already has.
_NOT_SENT = {"iterations", "log", "threads", "fixed"}
_SENT = [entry.name for entry in fields(ResultBase) if entry.name not in _NOT_SENT]


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class AsynchronousResult(ResultBase):
    """Like ``core.RegistrationResult``, with ``outputs``: the requested outputs by name.

    ``transform_data`` and ``moving_voxels`` are plain data. ITK objects are made on first use, because that loads itk,
    which takes a few tenths of a second.
    """

    transform_data: TransformData
    moving_voxels: Any
    outputs: dict[str, Any]

    @cached_property
    def transform(self) -> Any:
        """ITK transform that maps fixed to moving points, LPS mm."""
        return self.transform_data.transform()

    @cached_property
    def moving(self) -> Any:
        """The moving image, as ITK image."""
        if isinstance(self.moving_voxels, (tuple, VoxelData)):
            return VoxelData.of(self.moving_voxels).image()
        return self.moving_voxels

    def itk_objects(self) -> tuple[Any, Any]:
        return self.transform, self.moving


def packable_result(result: RegistrationResult, outputs: dict[str, Any]) -> dict[str, Any]:
    """The answer of the background process."""
    maps = result.transform_parameters
    return {
        **{name: getattr(result, name) for name in _SENT},
        "transform_parameters": None if maps is None else ParameterMaps(maps),
        "stages": ParameterMaps(result.stages),
        "transform_data": TransformData.of(result.transform),
        "outputs": outputs,
    }


def unpacked_result(body: dict[str, Any], **known_here: Any) -> AsynchronousResult:
    """``body``: the answer, unpacked. ``known_here``: the fields that were not sent, and ``moving_voxels``."""
    maps = body["transform_parameters"]
    lists = {"transform_parameters": None if maps is None else list(maps), "stages": list(body["stages"])}
    return AsynchronousResult(**(body | lists | known_here))
