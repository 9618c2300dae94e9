"""Register more than two images: sequences, groups, stacks and cohorts."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import slicer

from ...core.deprecation import former_keywords, note_renamed

if TYPE_CHECKING:
    from ...core.request import RegistrationRequest
    from ..multi_image.cohort import CohortOptions, CohortOutcome, CohortRun
    from ..multi_image.group import GroupRegistration
    from ..multi_image.sequence_outputs import SequenceOutcome
    from ..multi_image.sequences import SequenceRegistration
    from ..nodes.incremental import Steps
    from ..run.asynchronous_run import AsynchronousRun, Outcome


class MultiImageLogic:
    """Sequences, groups and cohorts run in separate processes until ``close``; a stack runs in this process."""

    def __init__(self) -> None:
        self._runs: weakref.WeakSet[AsynchronousRun[Any]] = weakref.WeakSet()

    def close(self) -> None:
        """Stop all running sequences, groups and cohorts; their finished parts can still be applied."""
        for run in list(self._runs):
            run.close()

    @former_keywords(neighbours="neighbors")  # codespell:ignore
    def startSequenceRegistration(
        self,
        sequenceNode: Any,
        referenceFrame: int = 0,
        *,
        preset: str | None = None,
        parameterFilenames: Sequence[Any] | None = None,
        firstFrame: int = 0,
        lastFrame: int | None = None,
        neighbors: bool = False,
        ontoReference: bool = True,
        maskNode: Any = None,
        maskSegments: Sequence[str] | None = None,
        slidingMaskNode: Any = None,
        slidingSegments: Sequence[str] | None = None,
        segmentationNode: Any = None,
        segments: Sequence[str] | None = None,
        outputVolumeSequenceNode: Any = None,
        outputTransformSequenceNode: Any = None,
        outputSegmentationSequenceNode: Any = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> SequenceRegistration:
        """Register the frames of a sequence node in the background; see SequenceRegistration for the returned object.

        Frames count from 0; the range includes ``lastFrame``. Each frame is registered with ``referenceFrame``, or with
        its neighbor (``neighbors``), and the transforms are composed. ``ontoReference``: frames move onto the
        reference; otherwise the reference moves onto each frame. ``maskNode``, ``slidingMaskNode`` (what slides along
        its surroundings, for frames onto the reference) and ``segmentationNode`` lie on the reference frame; the last
        one is carried to all others. The outputs are sequences with the index values of the input: volumes, transforms,
        and segmentations if one was given. ``request`` and ``choices``: as for ``preparationSteps``.
        """
        from ..multi_image.sequence_outputs import SequenceOutputs
        from ..multi_image.sequences import SequenceOptions, SequenceRegistration
        from ..run.choices import request_of

        run = SequenceRegistration(
            sequenceNode,
            request_of(parameterFilenames, preset, request, choices),
            SequenceOptions(referenceFrame, firstFrame, lastFrame, neighbors, ontoReference),
            SequenceOutputs(outputVolumeSequenceNode, outputTransformSequenceNode, outputSegmentationSequenceNode),
            mask_node=maskNode,
            mask_segments=maskSegments,
            sliding_mask_node=slidingMaskNode,
            sliding_segments=slidingSegments,
            segmentation_node=segmentationNode,
            segments=segments,
        )
        self._runs.add(run)
        return run

    def shownFrame(self, sequenceNode: Any) -> int | None:
        """The frame of a sequence node, from 0, that its browser shows; None if no browser shows the sequence."""
        from ..multi_image.sequence_outputs import shown_frame

        return shown_frame(sequenceNode)

    def registerSequence(self, sequenceNode: Any, *arguments: Any, **named: Any) -> SequenceOutcome | None:
        """Run ``startSequenceRegistration`` and wait. Raises RegistrationError if no frame could be registered."""
        return _outcome_of(self.startSequenceRegistration(sequenceNode, *arguments, **named))

    def startGroupRegistration(self, source: Any, settings: Any = None) -> GroupRegistration:
        """Register all frames of a sequence node, or a list of volume nodes, to a common mean space, in the background.

        No member is preferred. ``settings``: ``core.groupwise.GroupSettings``. See GroupRegistration for the returned
        object; its outcome is (outcome, mean volume node), and the transforms align each member with the mean.
        """
        from ..nodes.incremental import run_to_completion

        return run_to_completion(self.groupSteps(source, settings))

    def groupSteps(self, source: Any, settings: Any = None) -> Steps[GroupRegistration]:
        """``startGroupRegistration`` in steps that let a window respond in between."""
        from ..multi_image.group import group_run_incrementally

        run = yield from group_run_incrementally(source, settings)
        self._runs.add(run)
        return run

    def registerGroup(self, source: Any, settings: Any = None) -> Any:
        """Run ``startGroupRegistration`` on a sequence node or a list of volume nodes, and wait."""
        return _outcome_of(self.startGroupRegistration(source, settings))

    def registerSequenceGroupwise(self, sequenceNode: Any, settings: Any = None) -> Any:
        """The former name of ``registerGroup``."""
        note_renamed("registerSequenceGroupwise", "registerGroup")
        return self.registerGroup(sequenceNode, settings)

    @former_keywords(neighbours="neighbors")  # codespell:ignore
    def alignStack(
        self,
        volumeNode: Any,
        referenceSlice: int | None = None,
        *,
        preset: str | None = "histology",
        parameterFilenames: Sequence[Any] | None = None,
        anyRotation: bool = True,
        neighbors: bool = True,
        outputVolumeNode: Any = None,
        progress: Callable[[int, int], None] | None = None,
        **choices: Any,
    ) -> Any:
        """Align the slices of a volume, such as histology sections, with each other, in this process.

        Each slice is registered with its neighbor, in 2D and from any rotation, and the transforms are composed up to
        ``referenceSlice``, by default the middle one. Slices count from 0 along the third axis. ``parameterFilenames``
        replace ``preset``; ``choices``: as for ``preparationSteps``. ``progress`` is called with the number of finished
        slices and their total.

        Returns a StackOutcome. Slices that fail stay unchanged and are named in ``result.failed``. Raises InputError if
        the input is not a stack.
        """
        from ..multi_image.stacks import align_stack_node  # loads elastix
        from ..run.choices import request_of

        return align_stack_node(
            volumeNode,
            request_of(parameterFilenames, None if parameterFilenames is not None else preset, None, choices),
            referenceSlice,
            any_rotation=anyRotation,
            neighbors=neighbors,
            output_node=outputVolumeNode,
            progress=progress,
        )

    @former_keywords(but="exclude")
    def volumesOfScene(self, scene: Any = None, exclude: Sequence[Any] = ()) -> list[Any]:
        """The volume nodes that ``startCohort`` uses by default, except ``exclude``: visible ones with voxels.

        Label maps, diffusion volumes, and results of earlier cohorts and groups are left out.
        """
        from ..multi_image.scene_volumes import volumes_of_scene

        return volumes_of_scene(slicer.mrmlScene if scene is None else scene, exclude)

    def startCohort(
        self,
        fixedVolumeNode: Any,
        outputFolder: Any,
        movingVolumeNodes: Sequence[Any] | None = None,
        *,
        source: Any = None,
        preset: str | None = None,
        parameterFilenames: Sequence[Any] | None = None,
        fixedVolumeMaskNode: Any = None,
        fixedSegments: Sequence[str] | None = None,
        slidingMaskNode: Any = None,
        slidingSegments: Sequence[str] | None = None,
        workers: int | None = None,
        resume: bool = False,
        intoScene: bool = True,
        scene: Any = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> CohortRun:
        """Register many volumes with one fixed volume, in the background; see CohortRun for the returned object.

        The moving volumes are ``movingVolumeNodes``, by default all volumes of the scene (``volumesOfScene``), or come
        from ``source``: a folder of images and DICOM series, or a table (see docs/cohorts.md). If the table also names
        the fixed images, ``fixedVolumeNode`` is None. The masks lie on the fixed volume. ``outputFolder`` gets a folder
        for each case, summary.csv and index.html. For scene volumes, each result also becomes a transform and a volume
        node, unless ``intoScene`` is False. A failed case does not stop the others; ``resume`` keeps earlier results in
        the folder for the same voxels and settings. ``request`` and ``choices``: as for ``preparationSteps``. Needs the
        Python packages dask, distributed and cryptography.

        Raises InputError before anything runs.
        """
        from ..multi_image.cohort import CohortOptions
        from ..nodes.incremental import run_to_completion
        from ..run.choices import request_of

        return run_to_completion(
            self.cohortSteps(
                fixedVolumeNode,
                request_of(parameterFilenames, preset, request, choices),
                CohortOptions(
                    str(outputFolder or ""), movingVolumeNodes, str(source or ""), intoScene, resume, workers
                ),
                scene=scene,
                fixedVolumeMaskNode=fixedVolumeMaskNode,
                fixedSegments=fixedSegments,
                slidingMaskNode=slidingMaskNode,
                slidingSegments=slidingSegments,
            )
        )

    def registerCohort(
        self, fixedVolumeNode: Any, outputFolder: Any, *arguments: Any, **named: Any
    ) -> CohortOutcome | None:
        """Run ``startCohort`` and wait: the cases with their states, the files and the nodes."""
        return _outcome_of(self.startCohort(fixedVolumeNode, outputFolder, *arguments, **named))

    def cohortSteps(
        self,
        fixedVolumeNode: Any,
        request: RegistrationRequest,
        options: CohortOptions,
        *,
        scene: Any = None,
        fixedVolumeMaskNode: Any = None,
        fixedSegments: Sequence[str] | None = None,
        slidingMaskNode: Any = None,
        slidingSegments: Sequence[str] | None = None,
    ) -> Steps[CohortRun]:
        """``startCohort`` in steps that let a window respond in between."""
        from ..multi_image.cohort import cohort_incrementally

        run = yield from cohort_incrementally(
            fixedVolumeNode,
            request,
            options,
            scene=_scene_of(fixedVolumeNode) if scene is None else scene,
            fixed_mask_node=fixedVolumeMaskNode,
            fixed_segments=fixedSegments,
            sliding_mask_node=slidingMaskNode,
            sliding_segments=slidingSegments,
        )
        self._runs.add(run)
        return run


def _outcome_of(run: AsynchronousRun[Outcome]) -> Outcome | None:
    """Wait for the outcome; None if it was cancelled with nothing to keep. Exceptions while waiting end the run."""
    with contextlib.closing(run):
        return run.wait()


def _scene_of(node: Any) -> Any:
    return slicer.mrmlScene if node is None else node.GetScene()
