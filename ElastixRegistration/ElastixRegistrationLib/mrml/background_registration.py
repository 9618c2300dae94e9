"""Registrations of volume nodes that run in the worker process."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ..core.errors import InputError
from ..worker.outputs import FiguresBeforeAndAfter, JacobianDeterminant, ResampledVolume
from ..worker.pool import WorkerPool

#: Names of what the worker computes beside the transform, so that the window need not.
VOLUME, JACOBIAN, FIGURES = "volume", "jacobian", "figures"
#: Voxels that are compared to judge a result.
JUDGED_VOXELS = 3e5


def submit_job(pool: WorkerPool, job: Any, wanted: Collection[str] = ("outputVolume",)) -> Any:
    """Run what ``prepareRegistration`` returned. ``wanted``: roles of the outputs. Returns the worker's handle."""
    outputs = [FiguresBeforeAndAfter(FIGURES, JUDGED_VOXELS)]
    if "outputVolume" in wanted and worker_can_resample(job):
        outputs.append(ResampledVolume(VOLUME, interpolation=job.interpolation))
    if "outputJacobian" in wanted:
        outputs.append(JacobianDeterminant(JACOBIAN))
    return pool.submit(**job.inputs.arguments(), outputs=outputs)


def worker_can_resample(job: Any) -> bool:
    """Whether elastix sees the voxels of both volumes as they are: one component, on an orthogonal grid in world."""
    volumes = (job.fixed, job.moving)
    return job.moving.components == 1 and all(volume.is_orthogonal_in_world for volume in volumes)


class BackgroundRegistration:
    """A registration that a script has started: wait for it, and it is in the scene.

    ``state``, ``progress``, ``log``, ``error``, ``iterations``, ``poll()``, ``cancel()`` and ``result`` are those of
    the worker's handle. ``wait`` brings the result into the scene, as ``registerVolumes`` would.
    """

    def __init__(self, job: Any, handle: Any, apply: Callable[[Any, Any], Any]):
        self.job, self.handle = job, handle
        self._apply = apply
        self.outcome: Any = None

    def __getattr__(self, name: str) -> Any:
        if name == "handle":  # not there yet while an instance is being copied
            raise AttributeError(name)
        return getattr(self.handle, name)

    def wait(self, timeout: float | None = None) -> Any:
        """The outcome with the nodes that were written; None when ``timeout`` (s) is over first.

        Raises RegistrationError when the registration failed, InputError when it was cancelled or a node was removed
        meanwhile.
        """
        if self.outcome is None:
            self.handle.wait(timeout)
            if self.handle.error is not None:
                raise self.handle.error
            if self.handle.state == "cancelled":
                raise InputError("The registration was cancelled.")
            if self.handle.result is not None:
                self.outcome = self._apply(self.job, self.handle.result)
        return self.outcome
