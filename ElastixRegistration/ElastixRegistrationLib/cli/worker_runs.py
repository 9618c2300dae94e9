"""Register one pair in a worker, in both directions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..core.request import AUTO
from .terminal.progress_bar import wait_for

if TYPE_CHECKING:
    from ..core.images.channels import Channel
    from ..core.parameters.maps import ParameterMap
    from ..core.registration.inputs import RegistrationInputs
    from ..core.request import RegistrationRequest
    from ..worker.pool import WorkerPool

_log = logging.getLogger(__name__)

#: The worker has this many seconds to start and take the images.
_MAX_TRANSFER_S = 30.0


@dataclass(frozen=True)
class WorkerRun:
    """A registration in a worker. ``start`` is an itk transform, fixed to moving, LPS mm. If it is None, request and
    stages decide where to start."""

    pool: WorkerPool
    request: RegistrationRequest
    stages: Sequence[ParameterMap]
    given: RegistrationInputs
    channels: Sequence[Channel]
    start: Any
    show_progress: bool

    def result(self) -> Any:
        """Return the worker's AsynchronousResult. Raises the errors of the registration."""
        handle = self.pool.submit(
            self.given.fixed,
            self.given.moving,
            self.stages,
            **self.given.masks_and_points,
            initial_transform=self.start,
            channels=self.channels,
            sliding_mask=self.given.sliding_mask,
            moving_sliding_mask=self.given.moving_sliding_mask,
            **self.request.arguments(self.start is not None),
        )
        handle.poll(_MAX_TRANSFER_S)
        # Modules needed later are loaded in the meantime, because elastix does not always keep all cores busy.
        from ..core.elastix import run as elastix

        elastix.load()
        wait_for(handle, show_progress=self.show_progress)
        if handle.error is not None:
            raise handle.error
        return handle.result

    def other_way(self) -> WorkerRun:
        """Return the same registration from moving to fixed."""
        from ..core.images.geometry import geometry_of
        from ..core.transforms.inverse import invert

        request = self.request
        if not isinstance(request.background, str):
            # A number is the fill value outside the moving image, so it does not fit the fixed one.
            request = replace(request, background=AUTO)
        start = None if self.start is None else invert(self.start, geometry_of(self.given.fixed)).transform
        channels = [channel.swapped() for channel in self.channels]
        return replace(self, request=request, given=self.given.swapped(), channels=channels, start=start)
