"""Volumes as a group, frames of a sequence or nodes of the scene: all onto their common middle, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.groupwise import GroupSettings
from ..worker.client import State
from ..worker.data import VoxelData
from ..worker.pool import WorkerPool
from .background_run import BackgroundRun
from .chains import Chain
from .planes import Plane, flat_geometry, flat_voxels, lifted_transform, plane_of
from .sequences import frames_of
from .sequences_outputs import SequenceOutcome, group_steps
from .steps import Steps
from .transforms import chain_from_data
from .volumes import VolumeImage, volume_image
from .volumes_outputs import VolumesOutcome, volumes_group_steps

GroupOutcome = tuple[SequenceOutcome | VolumesOutcome, Any]


@dataclass(frozen=True)
class _Found:
    chains: dict[int, Chain]
    mean: np.ndarray


class GroupRegistration(BackgroundRun[GroupOutcome]):
    """A group on its way.

    ``source`` is a sequence node, or a list of volume nodes, which count where they are in world. Raises InputError for
    what cannot be registered.
    """

    failed: dict[int, str]
    total = 1

    def __init__(self, source: Any, settings: GroupSettings | None = None):
        self.source, self.settings = source, settings or GroupSettings()
        self.failed = {}
        self.is_sequence = not isinstance(source, (list, tuple))
        self.members = frames_of(source) if self.is_sequence else _volumes(source)
        self._planes = _planes(self.members)
        self._pool = WorkerPool(1)
        try:
            self._handle = self._pool.submit_group([self._image(n) for n in range(len(self.members))], self.settings)
        except InputError:
            self._pool.close()
            raise

    @property
    def log(self) -> str:
        return self._handle.log

    @property
    def progress(self) -> Any:
        """The last ProgressEvent of elastix, None before the first."""
        return self._handle.progress

    @property
    def done(self) -> int:
        return int(self.state == State.DONE)

    @property
    def fraction(self) -> float:
        progress = self._handle.progress
        return 1.0 if self.done else 0.0 if progress is None else progress.fraction

    def poll(self, budget_s: float = 0.02) -> State:
        self._pool.poll(budget_s)
        if self._handle.finished:
            self.state, self.error = self._handle.state, self._handle.error
            self._pool.close()
        return self.state

    @property
    def has_result(self) -> bool:
        return self._handle.result is not None

    def cancel(self) -> None:
        """Stop; of a group there is nothing to keep."""
        self._handle.cancel()
        self.poll()

    def _wait_for_news(self) -> None:
        self._pool.wait_for_news(0.1)

    def _outcome_steps(self) -> Steps[GroupOutcome]:
        found = self._found(self._handle.result)
        steps = group_steps if self.is_sequence else volumes_group_steps
        return (yield from steps(self.source, self.members, found.chains, found.mean))

    def _image(self, member: int) -> VoxelData:
        volume = self.members[member]
        if self._planes is None:
            return VoxelData(volume.scalars(), volume.geometry)
        flat = flat_voxels(volume.scalars(), volume.geometry)
        return VoxelData(flat, flat_geometry(volume.geometry, self._planes[member]))

    def _found(self, result: Any) -> _Found:
        """Of a GroupFound."""
        data = list(result.transforms)
        if self._planes is not None:
            corners = np.concatenate([member.geometry.corners() for member in self.members])
            reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
            first = self._planes[0]
            data = [lifted_transform(one, first, own, reach) for one, own in zip(data, self._planes, strict=True)]
        chains = {member: chain_from_data(one) for member, one in enumerate(data)}
        return _Found(chains, result.mean.array.reshape(self.members[0].geometry.size[::-1]))


def _volumes(nodes: Sequence[Any]) -> list[VolumeImage]:
    for place, node in enumerate(nodes):
        if any(node is other for other in nodes[:place]):
            raise InputError(f"The volume {node.GetName()} is in the group twice.")
    return [volume_image(node, "volume") for node in nodes]


def _planes(members: Sequence[VolumeImage]) -> list[Plane] | None:
    """Of single slices; None for volumes. Raises InputError for what a group cannot have."""
    skewed = next((member for member in members if not member.is_orthogonal_in_world), None)
    if skewed is not None:
        raise InputError(
            f"The {skewed.name} is bent by a transform, or has axes that are not at right angles, which groups do not"
            " support."
        )
    flat = [member.slice_axis is not None for member in members]
    if any(flat) != all(flat):
        raise InputError("The members of a group are all volumes, or all single slices.")
    if not any(flat):
        return None
    plane = plane_of(members[0].geometry)
    return [plane_of(member.geometry, plane) for member in members]
