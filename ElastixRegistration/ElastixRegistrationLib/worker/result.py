"""What a background registration found."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..core.elastix.progress import Iteration
from ..core.images.background import BackgroundEstimate
from ..core.images.geometry import Geometry
from ..core.request import KEEP
from ..core.sliding.figures import SlidingFigures
from ..core.transforms.plain_data import TransformData, VoxelData


class AsynchronousResult:
    """Has what ``core.RegistrationResult`` has, and ``outputs``: what was asked for, by name.

    ITK objects are made when they are first asked for: that loads itk and takes some tenths of a second once.
    """

    def __init__(
        self, body: dict[str, Any], *, moving: Any, threads: int | None, iterations: list[Iteration], log: str
    ):
        self.transform_data: TransformData = body["transform"]
        maps = body["transform_parameters"]
        self.transform_parameters: list[dict[str, tuple[str, ...]]] | None = None if maps is None else list(maps)
        self.stages: list[dict[str, tuple[str, ...]]] = list(body["stages"])
        self.background: BackgroundEstimate = body["background"]
        self.fixed_background: BackgroundEstimate = body["fixed_background"]
        self.fixed_geometry: Geometry = body["fixed_geometry"]
        self.notes: list[str] = body["notes"]
        self.background_setting: float | str = body["background_setting"]
        self.sliding: SlidingFigures | None = body["sliding"]
        self.outputs: dict[str, Any] = body["outputs"]
        self.iterations, self.log, self.threads = iterations, log, threads
        self._moving = moving
        #: The fixed image, where whoever asked for the registration gives it.
        self.fixed: Any = None

    def __repr__(self) -> str:
        from ..core.registration.result import result_text

        return result_text(self)

    def _repr_html_(self) -> str:
        from ..core.registration.result_html import result_html

        return result_html(self)

    @property
    def keep_padding(self) -> bool:
        return self.background_setting == KEEP

    @cached_property
    def transform(self) -> Any:
        """ITK transform that maps fixed to moving points, LPS mm."""
        return self.transform_data.transform()

    @cached_property
    def moving(self) -> Any:
        """The moving image, as ITK image."""
        if isinstance(self._moving, (tuple, VoxelData)):
            return VoxelData.of(self._moving).image()
        return self._moving

    def resample(
        self,
        moving: Any = None,
        reference: Geometry | None = None,
        interpolation: str = "linear",
        background: float | None = None,
    ) -> Any:
        """As of ``core.RegistrationResult``, computed in this process; ``outputs`` can hold it without that."""
        from ..core.registration.result import RegistrationResult

        own = {name: getattr(self, name) for name in RegistrationResult.__dataclass_fields__}
        return RegistrationResult(**own).resample(moving, reference, interpolation, background)
