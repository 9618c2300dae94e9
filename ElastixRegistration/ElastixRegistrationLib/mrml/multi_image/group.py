"""Groupwise registration of frames of a sequence or nodes of the scene to their mean space, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.background import BackgroundEstimate
from ...core.multi_image.groupwise import GroupSettings
from ...core.transforms.plain_data import VoxelData
from ...core.transforms.planes import Plane, lifted_transform, plane_of
from ...core.wording import said
from ...worker.client import State
from ...worker.pool import WorkerPool
from ..nodes.chains import Chain
from ..nodes.incremental import Steps
from ..nodes.transforms import chain_from_data
from ..nodes.volumes import VolumeImage, volume_image
from ..run.asynchronous_run import AsynchronousRun
from ..run.sides import flattened
from .sequence_outputs import SequenceOutcome, group_incrementally
from .sequences import frames_of
from .volume_outputs import VolumesOutcome, volumes_group_incrementally

GroupOutcome = tuple[SequenceOutcome | VolumesOutcome, Any]


@dataclass(frozen=True)
class GroupChains:
    """For each member, by number: the chain from the common space to it, RAS, and its background.

    ``mean``: (k, j, i)."""

    chains: dict[int, Chain]
    backgrounds: tuple[BackgroundEstimate, ...]
    mean: np.ndarray


class GroupRegistration(AsynchronousRun[GroupOutcome]):
    """A running group; ``group_run_incrementally`` starts it. ``source``: the sequence node or a list of volumes."""

    failed: dict[int, str]
    total = 1

    def __init__(
        self,
        source: Any,
        members: Sequence[VolumeImage],
        planes: Sequence[Plane] | None,
        images: Sequence[VoxelData],
        settings: GroupSettings,
    ):
        self.source, self.members = source, members
        self.failed = {}
        self._planes = planes
        self._pool = WorkerPool(1)
        self._handle = self._pool.submit_group(images, settings)

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
            self._state, self._error = self._handle.state, self._handle.error
            self._pool.close()
        return self.state

    @property
    def has_result(self) -> bool:
        return self._handle.result is not None

    def cancel(self) -> None:
        """Stop; a group has no partial result."""
        self._handle.cancel()
        self.poll()

    def _wait_for_news(self) -> None:
        self._pool.wait_for_news(0.1)

    def _outcome_incrementally(self) -> Steps[GroupOutcome]:
        found = self._found(self._handle.result)
        steps = group_incrementally if _is_sequence(self.source) else volumes_group_incrementally
        return (yield from steps(self.source, self.members, found))

    def _found(self, result: Any) -> GroupChains:
        """The worker's result as chains of the scene."""
        data = list(result.transforms)
        if self._planes is not None:
            corners = np.concatenate([member.geometry.corners() for member in self.members])
            reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
            first = self._planes[0]
            data = [lifted_transform(one, first, own, reach) for one, own in zip(data, self._planes, strict=True)]
        chains = {member: chain_from_data(one) for member, one in enumerate(data)}
        mean = result.mean.array.reshape(self.members[0].geometry.size[::-1])
        return GroupChains(chains, result.backgrounds, mean)


def group_run_incrementally(source: Any, settings: GroupSettings | None = None) -> Steps[GroupRegistration]:
    """Read a group, one image per step, and start it.

    ``source``: a sequence node, or a list of volume nodes at their positions in world. Raises InputError for input that
    cannot be registered.
    """
    members = frames_of(source) if _is_sequence(source) else _volumes(source)
    planes = _planes(members)
    images = []
    for place, member in enumerate(members):
        plane = None if planes is None else planes[place]
        images.append(VoxelData(*flattened(member.scalars(), member.geometry, plane)))
        yield
    return GroupRegistration(source, members, planes, images, settings or GroupSettings())


def _is_sequence(source: Any) -> bool:
    return not isinstance(source, (list, tuple))


def _volumes(nodes: Sequence[Any]) -> list[VolumeImage]:
    for place, node in enumerate(nodes):
        if any(node is other for other in nodes[:place]):
            raise InputError(said("The volume {node} is in the group twice.", node=node.GetName()))
    return [volume_image(node, "volume") for node in nodes]


def _planes(members: Sequence[VolumeImage]) -> list[Plane] | None:
    """The planes of single slices; None for volumes. Raises InputError for members that a group cannot have."""
    skewed = next((member for member in members if not member.is_orthogonal_in_world), None)
    if skewed is not None:
        raise InputError(
            said(
                "The {skewed} is bent by a transform, or has axes that are not at right angles, which "
                "groups do not support.",
                skewed=skewed.name,
            )
        )
    flat = [member.slice_axis is not None for member in members]
    if any(flat) != all(flat):
        raise InputError(said("The members of a group are all volumes, or all single slices."))
    if not any(flat):
        return None
    plane = plane_of(members[0].geometry)
    return [plane_of(member.geometry, plane) for member in members]
