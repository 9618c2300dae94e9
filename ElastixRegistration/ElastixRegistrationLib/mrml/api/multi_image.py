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
    """Sequences, groups and cohorts run in processes of their own until ``close``; a stack in this process."""

    def __init__(self) -> None:
        self._runs: weakref.WeakSet[AsynchronousRun[Any]] = weakref.WeakSet()

    def close(self) -> None:
        """End the sequences, groups and cohorts that are running; their finished parts can be applied."""
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
        segmentationNode: Any = None,
        segments: Sequence[str] | None = None,
        outputVolumeSequenceNode: Any = None,
        outputTransformSequenceNode: Any = None,
        outputSegmentationSequenceNode: Any = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> SequenceRegistration:
        """Register the frames of a sequence node in the background; see SequenceRegistration for the returned object.

        Frames count from 0, ``lastFrame`` belongs to the range. Each is registered with ``referenceFrame``, or with its
        ``neighbors``, composed on the way to it. ``ontoReference``: frames move onto the reference, else the reference
        onto each frame. ``segmentationNode`` lies on the reference frame and follows to all others. The outputs are
        sequences with the index values of the input: volumes and transforms, and segmentations where one was given.
        ``request`` and ``choices`` as of ``preparationSteps``.
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
            segmentation_node=segmentationNode,
            segments=segments,
        )
        self._runs.add(run)
        return run

    def shownFrame(self, sequenceNode: Any) -> int | None:
        """The frame of a sequence node, from 0, that its browser shows; None where nothing shows it."""
        from ..multi_image.sequence_outputs import shown_frame

        return shown_frame(sequenceNode)

    def registerSequence(self, sequenceNode: Any, *arguments: Any, **named: Any) -> SequenceOutcome | None:
        """``startSequenceRegistration``, waited for. Raises RegistrationError when no frame could be registered."""
        return _outcome_of(self.startSequenceRegistration(sequenceNode, *arguments, **named))

    def startGroupRegistration(self, source: Any, settings: Any = None) -> GroupRegistration:
        """Register all frames of a sequence node, or a list of volume nodes, to a common mean space, in the background.

        None of them is preferred. ``settings`` are ``core.groupwise.GroupSettings``. See GroupRegistration for what is
        returned; its outcome is (outcome, mean volume node), and the transforms align each member with the mean.
        """
        from ..nodes.incremental import run_to_completion

        return run_to_completion(self.groupSteps(source, settings))

    def groupSteps(self, source: Any, settings: Any = None) -> Steps[GroupRegistration]:
        """``startGroupRegistration`` in steps between which a window can move."""
        from ..multi_image.group import group_run_incrementally

        run = yield from group_run_incrementally(source, settings)
        self._runs.add(run)
        return run

    def registerGroup(self, source: Any, settings: Any = None) -> Any:
        """``startGroupRegistration`` of a sequence node or a list of volume nodes, waited for."""
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
        """Bring the slices of a volume, such as histology sections, onto each other, in this process: a StackOutcome.

        Each slice is registered with its neighbor, in 2D and from any rotation, and the transforms are composed on
        the way to ``referenceSlice``, by default the middle one. Slices count from 0 along the third axis.
        ``parameterFilenames`` take the place of ``preset``; ``choices`` as of ``preparationSteps``. ``progress`` gets
        how many slices are done, of how many.

        Raises InputError for input that is not a stack; slices that fail stay as they are and are named in
        ``result.failed``.
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
        """The volume nodes that ``startCohort`` takes for all of the scene, without ``exclude``: visible, with voxels.

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
        workers: int | None = None,
        resume: bool = False,
        intoScene: bool = True,
        scene: Any = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> CohortRun:
        """Register many volumes with one fixed volume, in the background; see CohortRun for the returned object.

        The moving ones are ``movingVolumeNodes``, by default all volumes of the scene (``volumesOfScene``), or what
        lies at ``source``: a folder of images and DICOM series, or a table (see docs/cohorts.md), which may name the
        fixed images too, with ``fixedVolumeNode`` None. ``outputFolder`` gets a folder for each case, summary.csv and
        index.html. Of scene volumes each result also becomes a transform and a volume node, unless ``intoScene`` is
        False. A case that fails does not stop the others; ``resume`` keeps earlier results in the folder of the same
        voxels and settings. ``request`` and ``choices`` as of ``preparationSteps``. Needs the Python packages dask,
        distributed and cryptography.

        Raises InputError before anything has run.
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
            )
        )

    def registerCohort(
        self, fixedVolumeNode: Any, outputFolder: Any, *arguments: Any, **named: Any
    ) -> CohortOutcome | None:
        """``startCohort``, waited for: the cases with their states, the files and the nodes."""
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
        """``startCohort`` in steps between which a window can move."""
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
    """Wait for it; None when it was cancelled with nothing to keep. Whatever interrupts that ends the run too."""
    with contextlib.closing(run):
        return run.wait()


def _scene_of(node: Any) -> Any:
    return slicer.mrmlScene if node is None else node.GetScene()
