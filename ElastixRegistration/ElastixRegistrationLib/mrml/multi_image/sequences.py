"""Register the frames of a sequence node, each with one frame or with its neighbor, in background processes.

Frames are data nodes in a scene inside the sequence. A parent transform of the node that displays them moves all frames
alike, so it is ignored here, and the nodes that display the results get the same parent.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...core.errors import ElastixRegistrationError, InputError, RegistrationError
from ...core.images.background import BackgroundEstimate
from ...core.multi_image.series import FramePair, check_sliding, compose_frames, frame_pairs
from ...core.registration.memory import available_bytes, estimate_bytes
from ...core.registration.working_resolution import working_voxel
from ...core.request import RegistrationRequest
from ...core.wording import said
from ...worker.client import State
from ...worker.pool import WorkerPool, core_count
from ..nodes.chains import Chain, simplified
from ..nodes.incremental import Steps
from ..nodes.transforms import chain_from_data
from ..nodes.volumes import VolumeImage, volume_image
from ..run.asynchronous_run import AsynchronousRun
from ..run.job import RegistrationJob, prepare_incrementally
from ..run.job_nodes import GuidingNodes, OutputNodes
from ..run.results import transform_in_space
from ..run.scene_presets import scene_presets
from .sequence_outputs import SequenceOutcome, SequenceOutputs, output_incrementally

#: Share of the free memory that all background processes together may use.
_SHARE = 0.7


@dataclass(frozen=True)
class SequenceOptions:
    """``reference``, ``first`` and ``last`` count items from 0; the range includes ``last``; None is the end.

    ``neighbors``: each frame is registered with its neighbor toward the reference, and the transforms are composed;
    otherwise each with the reference. ``onto_reference``: frames move onto the reference; otherwise the reference, with
    what was drawn on it, moves onto each frame.
    """

    reference: int = 0
    first: int = 0
    last: int | None = None
    neighbors: bool = False
    onto_reference: bool = True


@dataclass
class _FrameRun:
    pair: FramePair
    job: RegistrationJob
    handle: Any


@dataclass(frozen=True)
class FoundFrames:
    """Chains of the frames, RAS, by frame; see core.series for their direction.

    ``backgrounds``: of the frames that moved in a pair; if the reference moves, it moved in the pairs next to it.
    """

    transforms: dict[int, Chain]
    failed: dict[int, str]
    backgrounds: dict[int, BackgroundEstimate]


class SequenceRegistration(AsynchronousRun[SequenceOutcome]):
    """A running registration of the frames of a sequence.

    ``done`` of ``total`` registrations are finished; ``failed``: the reasons of those without a result, by frame. If
    all failed, the run has failed. After ``cancel``, ``apply`` writes the finished frames.

    ``mask_node`` (with ``mask_segments``), ``sliding_mask_node`` (with ``sliding_segments``) and ``segmentation_node``
    lie on the reference frame; the segments of the last one (``segments``, None for all) are carried to all frames.
    ``workers``: number of frames at once, by default as
    many as cores and memory allow. Raises InputError for input that cannot be registered.
    """

    def __init__(
        self,
        sequence_node: Any,
        request: RegistrationRequest,
        options: SequenceOptions,
        outputs: SequenceOutputs | None = None,
        *,
        mask_node: Any = None,
        mask_segments: Sequence[str] | None = None,
        sliding_mask_node: Any = None,
        sliding_segments: Sequence[str] | None = None,
        segmentation_node: Any = None,
        segments: Sequence[str] | None = None,
        workers: int | None = None,
    ):
        self.failed: dict[int, str] = {}
        self.sequence_node, self.request, self.options = sequence_node, request, options
        self.outputs = outputs or SequenceOutputs()
        self.segmentation_node, self.segments = segmentation_node, segments
        self._mask = (mask_node, mask_segments)
        self._sliding = (sliding_mask_node, sliding_segments)
        if sliding_mask_node is not None:
            check_sliding(neighbors=options.neighbors, onto_reference=options.onto_reference)
        if mask_node is not None and options.neighbors:
            raise InputError(
                said("A mask lies on the reference frame, so it cannot be used from neighbor to neighbor.")
            )
        self.frames = frames_of(sequence_node)
        chosen = _range(options, len(self.frames))
        self.outputs.check(sequence_node)
        self._pairs = frame_pairs(
            chosen, options.reference, neighbors=options.neighbors, onto_reference=options.onto_reference
        )
        self._waiting = list(self._pairs)
        self._preparing: Iterator[None] | None = None
        self._running: list[_FrameRun] = []
        self._found: dict[int, Chain] = {}
        self._backgrounds: dict[int, BackgroundEstimate] = {}
        self._presets = scene_presets(sequence_node.GetScene())
        stages = request.stages(presets=self._presets)
        self._at_once = workers or _workers(self.frames, stages, request, len(self._pairs))
        self._pool = WorkerPool(self._at_once)

    @property
    def total(self) -> int:
        return len(self._pairs)

    @property
    def done(self) -> int:
        return len(self._found) + len(self.failed)

    @property
    def fraction(self) -> float:
        """0 to 1, including the progress of running registrations."""
        under_way = sum(run.handle.progress.fraction for run in self._running if run.handle.progress is not None)
        return 1.0 if not self.total else (self.done + under_way) / self.total

    def poll(self, budget_s: float = 0.02) -> State:
        if self.finished:
            return self.state
        self._submit_what_fits(time.monotonic() + budget_s)
        self._pool.poll(budget_s)
        for run in [run for run in self._running if run.handle.finished]:
            self._running.remove(run)
            self._take(run)
        if not (self._waiting or self._preparing or self._running):
            self._end()
        return self.state

    @property
    def has_result(self) -> bool:
        """Whether a frame is connected to the reference; each connection begins with a frame registered with it."""
        reference = self.options.reference
        return any(pair.via == reference and pair.frame in self._found for pair in self._pairs)

    def cancel(self) -> None:
        if not self.finished:
            self._pool.close()
            self._waiting, self._preparing, self._running = [], None, []
            self._state = State.CANCELLED

    def _wait_for_news(self) -> None:
        if self._running and self._preparing is None:
            self._pool.wait_for_news(0.1)

    def _end(self) -> None:
        self._pool.close()
        self._state = State.DONE
        if not self.has_result:
            self._state, self._error = State.FAILED, RegistrationError(next(iter(self.failed.values())))

    def _outcome_incrementally(self) -> Steps[SequenceOutcome]:
        return output_incrementally(
            self.sequence_node,
            self.frames,
            self.found(),
            self.options,
            self.request,
            self.outputs,
            segmentation_node=self.segmentation_node,
            segments=self.segments,
        )

    def found(self) -> FoundFrames:
        """The transforms of all frames that are connected to the reference, and why the others have none."""
        transforms = compose_frames(
            self._pairs,
            self._found,
            self.options.reference,
            [],
            lambda chains: simplified([element for chain in chains for element in chain]),
            onto_reference=self.options.onto_reference,
        )
        failed = dict(self.failed)
        for frame in self._found:
            if frame not in transforms:
                failed[frame] = "A frame between it and the reference has no transform."
        return FoundFrames(transforms, failed, self._backgrounds)

    def _submit_what_fits(self, end: float) -> None:
        """Submit until the time ``end`` (monotonic), and continue at the next call."""
        while self._preparing or (self._waiting and len(self._running) < self._at_once):
            self._preparing = self._preparing or self._submission_incrementally(self._waiting.pop(0))
            for _step in self._preparing:
                if time.monotonic() >= end:
                    return
            self._preparing = None

    def _submission_incrementally(self, pair: FramePair) -> Steps[None]:
        fixed, moving = self.frames[pair.fixed].node, self.frames[pair.moving].node
        mask_node, mask_segments = self._mask
        guiding = GuidingNodes(sliding_mask=self._sliding[0], sliding_segments=self._sliding[1])
        if mask_node is not None and self.options.onto_reference:
            guiding = replace(guiding, fixed_mask=mask_node, fixed_segments=mask_segments)
        elif mask_node is not None:
            guiding = replace(guiding, moving_mask=mask_node, moving_segments=mask_segments)
        try:
            steps = prepare_incrementally(fixed, moving, self.request, OutputNodes(), guiding, self._presets)
            job = yield from steps
            self._running.append(_FrameRun(pair, job, self._pool.submit(**job.inputs.data())))
        except InputError as error:
            self.failed[pair.frame] = str(error)

    def _take(self, run: _FrameRun) -> None:
        error: ElastixRegistrationError | None = run.handle.error
        if error is not None:
            self.failed[run.pair.frame] = str(error)
            return
        result, before_resampling = run.handle.result, run.job.moving_background
        self._found[run.pair.frame] = chain_from_data(transform_in_space(run.job, result))
        self._backgrounds[run.pair.moving] = result.background if before_resampling is None else before_resampling


def frames_of(sequence_node: Any) -> list[VolumeImage]:
    """The volumes of a sequence node, in its order. Raises InputError if it is not a sequence of volumes."""
    if sequence_node is None:
        raise InputError(said("No sequence was given."))
    name = sequence_node.GetName()
    if not sequence_node.IsA("vtkMRMLSequenceNode"):
        raise InputError(
            said("The node {name} is a {kind} node, not a sequence.", name=name, kind=sequence_node.GetNodeTagName())
        )
    count = sequence_node.GetNumberOfDataNodes()
    if count < 2:
        raise InputError(said("The sequence {name} has {count} frames; at least 2 are needed.", name=name, count=count))
    return [volume_image(sequence_node.GetNthDataNode(n), f"frame {n} of sequence {name},") for n in range(count)]


def _range(options: SequenceOptions, count: int) -> range:
    last = count - 1 if options.last is None else options.last
    if not 0 <= options.first <= options.reference <= last < count:
        raise InputError(
            said(
                "The frames {first} to {last} with the reference {reference} are not among those of the "
                "sequence, 0 to {count}, or the reference is not among them.",
                first=options.first,
                last=last,
                reference=options.reference,
                count=count - 1,
            )
        )
    if options.first == last:
        raise InputError(said("The frames {last} to {last} are one frame; at least 2 are needed.", last=last))
    return range(options.first, last + 1)


def _workers(frames: Sequence[VolumeImage], stages: Sequence[Any], request: RegistrationRequest, pairs: int) -> int:
    """Number of frames at once: one for each core, or set of threads, as far as memory allows."""
    largest = max((frame.geometry for frame in frames), key=lambda geometry: np.prod(geometry.size))
    cores = max(1, core_count() // (request.threads or 1))
    free = available_bytes()
    all_voxels = request.plain_arguments()["full_resolution"]
    voxel_mm = None if all_voxels else working_voxel(largest, largest, stages)
    needed = estimate_bytes(largest, largest, stages, voxel_mm=voxel_mm)
    fitting = cores if free is None else int(_SHARE * free / needed)
    return max(1, min(cores, fitting, pairs))
