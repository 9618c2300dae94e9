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
    """``registerVolumes`` and its single steps."""

    def registerVolumes(
        self, *arguments: Any, progress: Callable[[Any], None] | None = None, **named: Any
    ) -> RegistrationOutcome:
        """Align the moving volume to the fixed volume and write the results into the output nodes.

        The arguments are those of ``preparationSteps``; ``progress`` gets the events of ``core.register``. Raises
        InputError before anything runs, and RegistrationError if elastix fails; the scene is then unchanged.
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
        movingSlidingMaskNode: Any = None,
        movingSlidingSegments: Sequence[str] | None = None,
        request: RegistrationRequest | None = None,
        **choices: Any,
    ) -> Steps[RegistrationJob]:
        """``prepareRegistration`` in steps that let a window respond in between.

        ``parameterFilenames``: elastix parameter files, one per stage (a single one need not be in a list).
        ``preset``: the id of a preset instead (of the scene, the user, or built in); None for the default.
        ``choices``: other options of ``core.request.RegistrationRequest``, in Slicer's style of names (background,
        interpolation, threads, seed, initialization, effort, landmarkWeight ...). ``request`` has the choices for which
        there is no keyword argument.

        Masks are label maps, other volumes, or segmentations. ``fixedSegments`` and ``movingSegments`` choose segments
        by id or name; None means all. ``slidingMaskNode``, a label map or a segmentation (``slidingSegments``) over the
        fixed volume, marks what slides along its surroundings: each label or segment moves on its own.
        ``movingSlidingMaskNode`` marks the same labels, or segments of the same names, in the moving volume, whose
        voxels then count only for their own region. ``initialTransformNode``: the moving volume starts where it would
        be if it were put directly under that node. ``pairing``: point lists correspond by "order" or by "label"; "auto"
        pairs by label if both lists share labels and each occurs once, otherwise by order. Points whose label is
        missing in the other list are left out and named in the ``notes`` of the job. ``landmarkWeight`` lets the points
        guide the registration (see ``core.register``). ``channels``: further pairs of volumes, such as T2 in addition
        to T1, or of segmentations that guide it.

        Outputs are existing nodes; if none is given, a new volume and a new transform are made. ``outputFieldNode``: a
        transform node for a displacement grid that covers both volumes, or a vector volume for the displacements from
        fixed to moving, RAS mm, at the voxels of the fixed volume. ``outputJacobianNode``: a scalar volume for the
        local volume change. ``outputInverseNode``: a transform node. The moving volume is aligned when it is put
        directly under the output transform, whatever parents it had; ``forceDisplacementFieldOutputTransform`` makes
        that transform a dense grid.
        ``interpolation`` of the output volume: "linear", "bspline" or "nearest"; label maps always use "nearest".
        """
        from ..run.choices import request_of
        from ..run.job import prepare_incrementally
        from ..run.job_nodes import GuidingNodes, OutputNodes

        dense = bool(forceDisplacementFieldOutputTransform)
        return prepare_incrementally(
            fixedVolumeNode,
            movingVolumeNode,
            request_of(parameterFilenames, preset, request, choices),
            OutputNodes(
                outputVolumeNode, outputTransformNode, outputFieldNode, dense, outputJacobianNode, outputInverseNode
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
                moving_sliding_mask=movingSlidingMaskNode,
                moving_sliding_segments=movingSlidingSegments,
            ),
        )

    def applyResult(self, job: RegistrationJob, result: Any) -> RegistrationOutcome:
        """Write the result of ``core.register`` into the scene, all at once. Raises InputError if a node is gone."""
        from ..run.outputs import apply_result

        return apply_result(job, result)


def _show_arguments(method: Callable[..., Any]) -> None:
    """Make ``help`` and the console's completion show ``method`` with the arguments of ``preparationSteps``."""
    all_of_them = inspect.signature(PairLogic.preparationSteps)
    own = inspect.signature(method)
    choices = all_of_them.parameters["choices"]
    listed = [one for one in all_of_them.parameters.values() if one is not choices]
    listed += [one for one in own.parameters.values() if one.kind is one.KEYWORD_ONLY]
    method.__signature__ = own.replace(parameters=[*listed, choices])  # type: ignore[attr-defined]


_show_arguments(PairLogic.registerVolumes)
_show_arguments(PairLogic.prepareRegistration)
