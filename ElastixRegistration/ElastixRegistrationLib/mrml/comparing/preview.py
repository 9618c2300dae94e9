"""Preview of a result in a hidden volume that is not saved with the scene."""

from __future__ import annotations

from typing import Any

from ..nodes.incremental import Steps
from ..nodes.output_volumes import volume_class_for, write_resampled_volume
from ..run.job import RegistrationJob
from ..run.results import Wanted, check_still_there, compute_incrementally


def preview_incrementally(job: RegistrationJob, result: Any, name: str) -> Steps[Any]:
    """A new volume node with the moving volume as ``result`` resamples it.

    Raises InputError if the fixed or the moving volume is no longer in the scene.
    """
    check_still_there(job, ())
    computed = yield from compute_incrementally(job, result, Wanted(volume=True))
    check_still_there(job, ())
    scene = job.fixed.node.GetScene()
    node = scene.CreateNodeByClass(volume_class_for(job.moving))
    node.UnRegister(None)
    node.SetName(scene.GenerateUniqueName(name))
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    scene.AddNode(node)
    write_resampled_volume(node, computed.volume, job.fixed, job.moving)
    return node
