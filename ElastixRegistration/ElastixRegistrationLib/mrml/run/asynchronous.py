"""Registration of volume nodes in the worker process: requests and answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from ...core.images.background import component_background
from ...core.resampling.images import cast_into
from ...core.transforms.plain_data import VoxelData
from ...worker.client import RegistrationHandle
from ...worker.outputs import FiguresBeforeAndAfter, JacobianDeterminant, Output, ResampledVolume
from ...worker.pool import WorkerPool
from ..nodes.incremental import Steps, run_to_completion
from .job import RegistrationJob

#: Names of outputs that the worker computes for the window, in addition to the transform.
VOLUME, JACOBIAN, FIGURES = "volume", "jacobian", "figures"
#: Number of voxels that are compared to judge a result.
JUDGED_VOXELS = 3e5


def submit_job(pool: WorkerPool, job: RegistrationJob, wanted: Collection[str] = ("outputVolume",)) -> Any:
    """``submission_incrementally`` in one step."""
    return run_to_completion(submission_incrementally(pool, job, wanted))


def submission_incrementally(
    pool: WorkerPool, job: RegistrationJob, wanted: Collection[str] = ("outputVolume",)
) -> Steps[RegistrationHandle]:
    """Run the job from ``prepareRegistration``. ``wanted``: roles of the outputs. Returns the worker's handle."""
    outputs: list[Output] = [FiguresBeforeAndAfter(FIGURES, JUDGED_VOXELS)]
    if "outputVolume" in wanted:
        outputs += yield from _resampling_incrementally(job)
    if "outputJacobian" in wanted:
        outputs.append(JacobianDeterminant(JACOBIAN))
    return pool.submit(**job.inputs.data(), outputs=outputs)


def _resampling_incrementally(job: RegistrationJob) -> Steps[list[Output]]:
    """The volume that the worker should resample; none under non-linear parents, which it does not know."""
    fixed, moving = job.fixed, job.moving
    if fixed.to_world or moving.to_world:
        return []
    _, reference = job.image_of(fixed, fixed.voxels)
    settings: dict[str, Any] = {"reference": reference, "interpolation": job.interpolation}
    if moving.components == 1:
        estimate = job.moving_background
        if estimate is None:  # the worker registers these same voxels
            return [ResampledVolume(VOLUME, **settings)]
        image = VoxelData(*job.image_of(moving, moving.voxels))
        padding = None if job.keeps_padding else estimate
        return [ResampledVolume(VOLUME, image, background=estimate.value, padding=padding, **settings)]
    outputs: list[Output] = []
    for component in range(moving.components):
        one = np.ascontiguousarray(moving.voxels[..., component])
        yield
        background = component_background(one, job.inputs.request.background)
        image = VoxelData(*job.image_of(moving, one))
        outputs.append(ResampledVolume(f"{VOLUME} {component}", image, background=background, **settings))
        yield
    return outputs


def resampled_by_worker(job: RegistrationJob, result: Any) -> np.ndarray | None:
    """(k, j, i[, c]) voxels on the grid of the fixed volume; None if the worker did not resample."""
    outputs, shape = getattr(result, "outputs", {}), job.fixed.voxels.shape[:3]
    if job.moving.components == 1:
        return outputs[VOLUME].array.reshape(shape) if VOLUME in outputs else None
    names = [f"{VOLUME} {component}" for component in range(job.moving.components)]
    if not all(name in outputs for name in names):
        return None
    voxels = np.empty((*shape, len(names)), job.moving.voxels.dtype)
    for component, name in enumerate(names):
        cast_into(voxels[..., component], outputs[name].array.reshape(shape))
    return voxels
