"""Register two volumes: in one go, in three steps, or prepared here and run elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...core.request import RegistrationRequest
    from ..nodes.incremental import Steps
    from ..run.channels import VolumePair
    from ..run.job import RegistrationJob
    from ..run.results import RegistrationOutcome


class PairLogic:
    """``registerVolumes`` and the steps that it is made of."""

    def registerVolumes(
        self, *arguments: Any, progress: Callable[[Any], None] | None = None, **named: Any
    ) -> RegistrationOutcome:
        """Align the moving volume to the fixed volume and write the results into the output nodes.

        The arguments are those of ``preparationSteps``; ``progress`` gets the events of ``core.register``. Raises
        InputError before anything has run, RegistrationError when elastix fails; the scene is then as it was.
        """
        from ...core.parameters.file_access import refuse_images_read
        from ...core.registration.register import register  # loads elastix, which a run elsewhere does not need here

        job = self.prepareRegistration(*arguments, **named)
        refuse_images_read(job.inputs.stages)  # Slicer has an HDF5 of its own
        return self.applyResult(job, register(**job.inputs.arguments(), progress=progress))

    def prepareRegistration(self, *arguments: Any, **named: Any) -> RegistrationJob:
        """Read and check the nodes. The scene does not change. The arguments are those of ``preparationSteps``."""
        from ..nodes.incremental import run_to_completion

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
        outputJacobianNode: Any = None,
        outputInverseNode: Any = None,
        slidingMaskNode: Any = None,
        slidingSegments: Sequence[str] | None = None,
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
        names) choose segments, None all. ``slidingMaskNode``, a label map or a segmentation (``slidingSegments``) over
        the fixed volume, says what slides along its surroundings: each label or segment moves on its own.
        ``initialTransformNode`` says where the moving volume starts: where it would be if it were put directly under
        that node. Point lists correspond by "order" or by "label", as ``pairing`` says; "auto" is by label when both
        have labels in common, each once, and by order otherwise; labels that one list lacks are left out and named in
        the ``notes`` of the job. ``landmarkWeight`` lets the points guide the registration (see ``core.register``).
        ``channels`` are further pairs of volumes, such as T2 beside T1, or of segmentations that guide it.

        Outputs are existing nodes; with none given, a new volume and a new transform are made. ``outputFieldNode`` is a
        transform node, for a displacement grid that covers both volumes, or a vector volume, for the displacements from
        fixed to moving, RAS mm, at the voxels of the fixed volume. ``outputJacobianNode`` is a scalar volume, for the
        local volume change; ``outputInverseNode`` is a transform node. Put directly under the output transform, the
        moving volume is aligned, whatever parents it had; ``forceDisplacementFieldOutputTransform`` makes it a dense
        grid.
        ``interpolation`` ("linear", "bspline", "nearest") is for the output volume, label maps are always "nearest".
        """
        from ..run.choices import request_of
        from ..run.job import prepare_incrementally
        from ..run.job_nodes import GuidingNodes, OutputNodes

        return prepare_incrementally(
            fixedVolumeNode,
            movingVolumeNode,
            request_of(parameterFilenames, preset, request, choices),
            OutputNodes(
                outputVolumeNode,
                outputTransformNode,
                outputFieldNode,
                bool(forceDisplacementFieldOutputTransform),
                outputJacobianNode,
                outputInverseNode,
            ),
            GuidingNodes(
                fixed_mask=fixedVolumeMaskNode,
                moving_mask=movingVolumeMaskNode,
                fixed_segments=fixedSegments,
                moving_segments=movingSegments,
                fixed_points=fixedPointsNode,
                moving_points=movingPointsNode,
                initial_transform=initialTransformNode,
                pairing=pairing,
                channels=channels,
                sliding_mask=slidingMaskNode,
                sliding_segments=slidingSegments,
            ),
        )

    def applyResult(self, job: RegistrationJob, result: Any) -> RegistrationOutcome:
        """Write the result of ``core.register`` into the scene, all at once. Raises InputError when a node is gone."""
        from ..run.outputs import apply_result

        return apply_result(job, result)


def _show_arguments(method: Callable[..., Any]) -> None:
    """``help`` and the console's completion show, for ``method``, the arguments of ``preparationSteps`` and its own."""
    all_of_them = inspect.signature(PairLogic.preparationSteps)
    own = inspect.signature(method)
    choices = all_of_them.parameters["choices"]
    listed = [one for one in all_of_them.parameters.values() if one is not choices]
    listed += [one for one in own.parameters.values() if one.kind is one.KEYWORD_ONLY]
    method.__signature__ = own.replace(parameters=[*listed, choices])  # type: ignore[attr-defined]


_show_arguments(PairLogic.registerVolumes)
_show_arguments(PairLogic.prepareRegistration)
