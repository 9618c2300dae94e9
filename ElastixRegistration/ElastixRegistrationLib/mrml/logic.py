"""The logic of the module without its window: registerVolumes, in one go or in three steps."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import slicer

from ..core.errors import RegistrationError
from ..core.parameters.file_access import refuse_images_read
from ..core.request import RegistrationRequest
from .apply.apply import AppliedTransform, apply_incrementally, harden_incrementally, is_movable, put_under
from .apply.deformation import DeformationNodes, add_deformation_nodes
from .apply.inverse import InverseNode, add_inverse_node
from .apply.quality import QualityNodes, assess_transform
from .multi_image.cohort import CohortOptions, CohortOutcome, CohortRun, cohort_incrementally
from .multi_image.cohort_files import volumes_of_scene
from .multi_image.group import GroupRegistration, group_run_incrementally
from .multi_image.sequence_outputs import SequenceOutcome, SequenceOutputs, shown_frame
from .multi_image.sequences import SequenceOptions, SequenceRegistration
from .nodes.hierarchy import branch_nodes
from .nodes.incremental import Steps, run_to_completion
from .nodes.transform_sources import transform_node_from_file, transform_node_from_matrix
from .run.asynchronous_run import BackgroundRun, Outcome
from .run.channels import VolumePair
from .run.choices import request_of
from .run.job import OutputNodes, RegistrationJob, prepare_incrementally
from .run.results import RegistrationOutcome, apply_result


class RegistrationLogic:
    """Registers volume nodes of a MRML scene.

    ``registerVolumes`` does all of it in this process. What ``prepareRegistration`` returns can be run elsewhere: its
    ``inputs`` are plain data for ``core.register``, and ``applyResult`` brings the result back into the scene. Many
    images are registered in the background until ``close``.
    """

    def __init__(self) -> None:
        self._runs: weakref.WeakSet[BackgroundRun[Any]] = weakref.WeakSet()

    def close(self) -> None:
        """End the sequences, groups and cohorts that are being registered; what is finished of them can be applied."""
        for run in list(self._runs):
            run.close()

    def registerVolumes(
        self,
        fixedVolumeNode: Any,
        movingVolumeNode: Any,
        parameterFilenames: Sequence[Any] | None = None,
        outputVolumeNode: Any = None,
        outputTransformNode: Any = None,
        fixedVolumeMaskNode: Any = None,
        movingVolumeMaskNode: Any = None,
        forceDisplacementFieldOutputTransform: bool = False,
        initialTransformNode: Any = None,
        *,
        preset: str | None = None,
        fixedSegments: Sequence[str] | None = None,
        movingSegments: Sequence[str] | None = None,
        fixedPointsNode: Any = None,
        movingPointsNode: Any = None,
        pairing: str = "auto",
        channels: Sequence[VolumePair] = (),
        outputFieldNode: Any = None,
        request: RegistrationRequest | None = None,
        progress: Callable[[Any], None] | None = None,
        **choices: Any,
    ) -> RegistrationOutcome:
        """Align the moving to the fixed volume and write what was found into the output nodes.

        The arguments are those of ``preparationSteps``; ``progress`` gets the events of ``core.register``. Raises
        InputError before anything has run, RegistrationError when elastix fails; the scene is then as it was.
        """
        from ..core.registration.register import register  # loads elastix, which a run elsewhere does not need here

        job = self.prepareRegistration(
            fixedVolumeNode,
            movingVolumeNode,
            parameterFilenames,
            outputVolumeNode,
            outputTransformNode,
            fixedVolumeMaskNode,
            movingVolumeMaskNode,
            forceDisplacementFieldOutputTransform,
            initialTransformNode,
            preset=preset,
            fixedSegments=fixedSegments,
            movingSegments=movingSegments,
            fixedPointsNode=fixedPointsNode,
            movingPointsNode=movingPointsNode,
            pairing=pairing,
            channels=channels,
            outputFieldNode=outputFieldNode,
            request=request,
            **choices,
        )
        refuse_images_read(job.inputs.stages)  # Slicer has an HDF5 of its own
        return self.applyResult(job, register(**job.inputs.arguments(), progress=progress))

    def prepareRegistration(self, *arguments: Any, **named: Any) -> RegistrationJob:
        """Read and check the nodes. The scene does not change. The arguments are those of ``preparationSteps``."""
        return run_to_completion(self.preparationSteps(*arguments, **named))

    def preparationSteps(
        self,
        fixedVolumeNode: Any,
        movingVolumeNode: Any,
        parameterFilenames: Sequence[Any] | None = None,
        outputVolumeNode: Any = None,
        outputTransformNode: Any = None,
        fixedVolumeMaskNode: Any = None,
        movingVolumeMaskNode: Any = None,
        forceDisplacementFieldOutputTransform: bool = False,
        initialTransformNode: Any = None,
        *,
        preset: str | None = None,
        fixedSegments: Sequence[str] | None = None,
        movingSegments: Sequence[str] | None = None,
        fixedPointsNode: Any = None,
        movingPointsNode: Any = None,
        pairing: str = "auto",
        channels: Sequence[VolumePair] = (),
        outputFieldNode: Any = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> Steps[RegistrationJob]:
        """``prepareRegistration`` in steps between which a window can move.

        ``parameterFilenames`` are elastix parameter files, one per stage (a single one need not be in a list); or
        ``preset`` is the id of a preset (of the scene, the user's own, or a built-in one), None for the default one.
        ``choices`` are the other options of ``core.request.RegistrationRequest``, by their names in Slicer's style
        (background, interpolation, threads, seed, initialization, effort, landmarkWeight ...); ``request`` holds the
        choices that are given by no keyword.

        Masks are label maps, other volumes, or segmentations, of which ``fixedSegments`` and ``movingSegments`` (ids or
        names) choose segments, None all.
        ``initialTransformNode`` says where the moving volume starts: where it would be if it were put directly under
        that node. Point lists correspond by "order" or by "label", as ``pairing`` says; "auto" is by label when both
        have labels in common, each once, and by order otherwise; labels that one list lacks are left out and named in
        the ``notes`` of the job. ``landmarkWeight`` lets the points guide the registration (see ``core.register``).
        ``channels`` are further pairs of volumes, such as T2 beside T1, or of segmentations that guide it.

        Outputs are existing nodes; with none given, a new volume and a new transform are made. ``outputFieldNode`` is a
        transform node, for a displacement grid that covers both volumes, or a vector volume, for the displacements from
        fixed to moving, RAS mm, at the voxels of the fixed volume. Put directly under the output transform, the moving
        volume is aligned, whatever parents it had; ``forceDisplacementFieldOutputTransform`` makes it a dense grid.
        ``interpolation`` ("linear", "bspline", "nearest") is for the output volume, label maps are always "nearest".
        """
        return prepare_incrementally(
            fixedVolumeNode,
            movingVolumeNode,
            request_of(parameterFilenames, preset, request, choices),
            OutputNodes(
                outputVolumeNode, outputTransformNode, outputFieldNode, bool(forceDisplacementFieldOutputTransform)
            ),
            fixed_mask_node=fixedVolumeMaskNode,
            moving_mask_node=movingVolumeMaskNode,
            fixed_segments=fixedSegments,
            moving_segments=movingSegments,
            fixed_points_node=fixedPointsNode,
            moving_points_node=movingPointsNode,
            initial_transform_node=initialTransformNode,
            pairing=pairing,
            channels=channels,
        )

    def applyTransform(
        self,
        transform: Any,
        nodes: Sequence[Any],
        referenceVolumeNode: Any = None,
        *,
        inverse: bool = False,
        interpolation: str = "linear",
        background: float | str = "auto",
        inPlace: bool = False,
    ) -> AppliedTransform:
        """Transform volumes, label maps, segmentations, models, markups: copies, or ``inPlace`` the nodes themselves.

        ``transform`` is a transform node or the path of a file of elastix, ITK, ANTs, BRAINS or Slicer. What lies with
        the moving image ends up on the fixed image; with ``inverse`` the other way. Nodes are taken as if they were put
        directly under the transform. Volumes and segments go on the grid of ``referenceVolumeNode``, where one is
        given. Raises InputError before anything has changed; ``revert()`` of what is returned takes it back.
        """
        return run_to_completion(
            apply_incrementally(
                transform,
                nodes,
                reference_node=referenceVolumeNode,
                inverted=inverse,
                interpolation=interpolation,
                background=background,
                in_place=inPlace,
            )
        )

    def putUnderTransform(self, transform: Any, nodes: Sequence[Any], *, inverse: bool = False) -> AppliedTransform:
        """Put ``nodes`` under a transform, as above, without resampling; ``hardenTransform`` can follow at any time."""
        return put_under(transform, nodes, inverted=inverse)

    def hardenTransform(
        self,
        nodes: Sequence[Any],
        referenceVolumeNode: Any = None,
        *,
        interpolation: str = "linear",
        background: float | str = "auto",
    ) -> AppliedTransform:
        """Resample and move in place what lies under transforms, linear or not."""
        return run_to_completion(
            harden_incrementally(
                nodes, reference_node=referenceVolumeNode, interpolation=interpolation, background=background
            )
        )

    def loadTransform(self, path: Any, scene: Any = None) -> Any:
        """A new transform node from a file, elastix's TransformParameters included."""
        return transform_node_from_file(path, slicer.mrmlScene if scene is None else scene)

    def invertTransform(self, transform: Any, referenceVolumeNode: Any, method: str = "iterative") -> InverseNode:
        """The inverse of a transform node or file as a new node, computed over the fixed volume, with its residual, mm.

        ``method``: "iterative" gives a displacement grid, "elastix" a B-spline; linear transforms are exact.
        """
        return add_inverse_node(transform, referenceVolumeNode, method=method)

    def analyzeTransform(
        self, transform: Any, referenceVolumeNode: Any, segmentationNode: Any = None, *, withMatrix: bool = False
    ) -> DeformationNodes:
        """What a transform node or file does to space, over the fixed volume: volumes of displacement and local volume
        change in colors with legends, volumes of segments before and after, and where space folds."""
        return add_deformation_nodes(
            transform, referenceVolumeNode, segmentation_node=segmentationNode, with_matrix=withMatrix
        )

    def assessTransform(
        self,
        transform: Any,
        referenceVolumeNode: Any,
        *,
        fixedPointsNode: Any = None,
        movingPointsNode: Any = None,
        fixedSegmentationNode: Any = None,
        movingSegmentationNode: Any = None,
        pairing: str = "auto",
    ) -> QualityNodes:
        """Tables of overlap, surface and landmark distances before and after a transform node or file, and a chart."""
        return assess_transform(
            transform,
            referenceVolumeNode,
            fixed_points_node=fixedPointsNode,
            moving_points_node=movingPointsNode,
            fixed_segmentation=fixedSegmentationNode,
            moving_segmentation=movingSegmentationNode,
            pairing=pairing,
        )

    def transformFromMatrix(
        self,
        matrix: Any,
        space: str,
        fixedVolumeNode: Any = None,
        movingVolumeNode: Any = None,
        *,
        mapsMovingToFixed: bool = False,
        alignCorners: bool = False,
        scene: Any = None,
    ) -> Any:
        """A transform node, to apply or to start from, of a NumPy, MONAI or torch matrix.

        ``space``: "LPS", "RAS", "voxel" (i, j, k), "array" (k, j, i), "monai" or "torch"; all but the first two need
        both volumes. The matrix maps fixed to moving points, unless ``mapsMovingToFixed``.
        """
        return transform_node_from_matrix(
            matrix,
            space,
            slicer.mrmlScene if scene is None else scene,
            fixed_node=fixedVolumeNode,
            moving_node=movingVolumeNode,
            maps_moving_to_fixed=mapsMovingToFixed,
            align_corners=alignCorners,
        )

    def nodesOfBranch(self, item: int, scene: Any = None) -> list[Any]:
        """What can be transformed of an item of the subject hierarchy, such as a patient, and of all below it."""
        return branch_nodes(slicer.mrmlScene if scene is None else scene, item, is_movable)

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
        """Register the frames of a sequence node in the background; see SequenceRegistration for what is returned.

        Frames count from 0, ``lastFrame`` belongs to the range. Each is registered with ``referenceFrame``, or with its
        ``neighbors``, composed on the way to it. ``ontoReference``: frames move onto the reference, else the reference
        onto each frame. ``segmentationNode`` lies on the reference frame and follows to all others. The outputs are
        sequences with the index values of the input: volumes and transforms, and segmentations where one was given.
        ``request`` and ``choices`` as of ``preparationSteps``.
        """
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
        return shown_frame(sequenceNode)

    def registerSequence(self, sequenceNode: Any, *arguments: Any, **named: Any) -> SequenceOutcome:
        """``startSequenceRegistration``, waited for. Raises RegistrationError when no frame could be registered."""
        return _outcome_of(self.startSequenceRegistration(sequenceNode, *arguments, **named))

    def startGroupRegistration(self, source: Any, settings: Any = None) -> GroupRegistration:
        """All frames of a sequence node, or all of a list of volume nodes, onto their common middle, in the background.

        None of them is preferred. ``settings`` are ``core.groupwise.GroupSettings``. See GroupRegistration for what is
        returned; its outcome is (outcome, mean volume node), and the transforms align each member with the mean.
        """
        return run_to_completion(self.groupSteps(source, settings))

    def groupSteps(self, source: Any, settings: Any = None) -> Steps[GroupRegistration]:
        """``startGroupRegistration`` in steps between which a window can move."""
        run = yield from group_run_incrementally(source, settings)
        self._runs.add(run)
        return run

    def registerSequenceGroupwise(self, sequenceNode: Any, settings: Any = None) -> Any:
        """``startGroupRegistration`` of a sequence node or a list of volume nodes, waited for."""
        return _outcome_of(self.startGroupRegistration(sequenceNode, settings))

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

        Raises InputError for what is no stack; slices that fail stay as they are and are named in ``result.failed``.
        """
        from .multi_image.stacks import align_stack_node  # loads elastix

        return align_stack_node(
            volumeNode,
            request_of(parameterFilenames, None if parameterFilenames is not None else preset, None, choices),
            referenceSlice,
            any_rotation=anyRotation,
            neighbors=neighbors,
            output_node=outputVolumeNode,
            progress=progress,
        )

    def volumesOfScene(self, scene: Any = None, but: Sequence[Any] = ()) -> list[Any]:
        """The volume nodes that ``startCohort`` takes for all of the scene, without ``but``: visible, with voxels.

        Label maps, diffusion volumes and what former cohorts and groups have made are left out.
        """
        return volumes_of_scene(slicer.mrmlScene if scene is None else scene, but)

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
        """Register many volumes with one fixed volume, in the background; see CohortRun for what is returned.

        The moving ones are ``movingVolumeNodes``, by default all volumes of the scene (``volumesOfScene``), or what
        lies at ``source``: a folder of images and DICOM series, or a table (see docs/cohorts.md), which may name the
        fixed images too, with ``fixedVolumeNode`` None. ``outputFolder`` gets a folder for each case, summary.csv and
        index.html. Of scene volumes each result also becomes a transform and a volume node, unless ``intoScene`` is
        False. A case that fails does not stop the others; ``resume`` keeps what the folder has from before of the same
        voxels and settings. ``request`` and ``choices`` as of ``preparationSteps``. Needs the Python packages dask,
        distributed and cryptography.

        Raises InputError before anything has run.
        """
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

    def registerCohort(self, fixedVolumeNode: Any, outputFolder: Any, *arguments: Any, **named: Any) -> CohortOutcome:
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
    ) -> Steps[CohortRun]:
        """``startCohort`` in steps between which a window can move."""
        run = yield from cohort_incrementally(
            fixedVolumeNode,
            request,
            options,
            scene=_scene_of(fixedVolumeNode) if scene is None else scene,
            fixed_mask_node=fixedVolumeMaskNode,
            fixed_segments=fixedSegments,
        )
        self._runs.add(run)
        return run

    def applyResult(self, job: RegistrationJob, result: Any) -> RegistrationOutcome:
        """Write the result of ``core.register`` into the scene, all at once. Raises InputError when a node is gone."""
        return apply_result(job, result)


def _outcome_of(run: BackgroundRun[Outcome]) -> Outcome:
    """Wait for it. Whatever interrupts that ends the run too."""
    with contextlib.closing(run):
        outcome = run.wait()
    if outcome is None:
        raise RegistrationError("The registration was cancelled.")
    return outcome


def _scene_of(node: Any) -> Any:
    return slicer.mrmlScene if node is None else node.GetScene()
