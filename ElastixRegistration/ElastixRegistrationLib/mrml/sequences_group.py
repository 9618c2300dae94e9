"""Volumes as a group, frames of a sequence or nodes of the scene: all onto their common middle, in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.groupwise import GroupSettings
from ..worker.client import State
from ..worker.data import VoxelData
from ..worker.pool import WorkerPool
from .chains import Chain
from .planes import Plane, flat_geometry, flat_voxels, lifted_transform, plane_of
from .sequences import frames_of
from .sequences_outputs import SequenceOutcome, group_steps
from .steps import Steps, completed
from .transforms import chain_from_data
from .volumes import VolumeImage, volume_image
from .volumes_outputs import VolumesOutcome, volumes_group_steps

GroupOutcome = tuple[SequenceOutcome | VolumesOutcome, Any]


@dataclass(frozen=True)
class _Found:
    chains: dict[int, Chain]
    mean: np.ndarray


class GroupRegistration:
    """A group on its way. Call ``poll`` from a timer, or ``wait``.

    ``source`` is a sequence node, or a list of volume nodes, which count where they are in world. ``state``: running,
    done, failed (with ``error``) or cancelled. The scene changes in ``apply`` only, which ``wait`` calls. Raises
    InputError for what cannot be registered.
    """

    failed: dict[int, str]
    total = 1

    def __init__(self, source: Any, settings: GroupSettings | None = None):
        self.source, self.settings = source, settings or GroupSettings()
        self.outcome: GroupOutcome | None = None
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
    def state(self) -> State:
        return State.RUNNING if self._handle.state == State.QUEUED else self._handle.state

    @property
    def finished(self) -> bool:
        return self._handle.finished

    @property
    def error(self) -> Any:
        return self._handle.error

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
        """Move on what can be moved without waiting."""
        self._pool.poll(budget_s)
        if self.finished:
            self._pool.close()
        return self.state

    def cancel(self) -> None:
        """Stop; of a group there is nothing to keep."""
        self._handle.cancel()
        self._pool.close()

    def wait(
        self, timeout: float | None = None, progress: Callable[[GroupRegistration], None] | None = None
    ) -> GroupOutcome | None:
        """Until it is over, and in the scene. None when ``timeout`` (s) is over first, or it was cancelled.

        Raises RegistrationError or InputError when it failed.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() == State.RUNNING:
            if end is not None and time.monotonic() > end:
                return None
            if progress is not None:
                progress(self)
            self._pool.wait_for_news(0.1)
        if self.error is not None:
            raise self.error
        return None if self.state == State.CANCELLED else self.apply()

    def apply(self) -> GroupOutcome:
        """Write what was found into the scene, once. Raises InputError when a node was removed meanwhile."""
        return completed(self.apply_steps())

    def apply_steps(self) -> Steps[GroupOutcome]:
        """``apply`` in steps between which a window can move."""
        if self.outcome is None:
            if self._handle.result is None:
                raise InputError("The group is still being registered.")
            found = self._found(self._handle.result)
            steps = group_steps if self.is_sequence else volumes_group_steps
            self.outcome = yield from steps(self.source, self.members, found.chains, found.mean)
        return self.outcome

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
