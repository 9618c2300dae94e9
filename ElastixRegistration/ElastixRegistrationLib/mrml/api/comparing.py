"""Compare presets on volumes of the scene, tune one, and estimate where a result may be off."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...core.request import RegistrationRequest
    from ..comparing.comparison import ComparisonRun
    from ..comparing.confidence import ConfidenceRun
    from ..comparing.tuning import TuningOptions, TuningRun
    from ..nodes.incremental import Steps
    from ..run.asynchronous_run import AsynchronousRun
    from ..run.job import RegistrationJob


class ComparingLogic:
    """Everything runs in separate processes, until ``close``."""

    def __init__(self) -> None:
        self._comparing: weakref.WeakSet[AsynchronousRun[Any]] = weakref.WeakSet()

    def close(self) -> None:
        """Stop all running work."""
        for run in list(self._comparing):
            run.close()

    def startComparison(
        self,
        fixedVolumeNode: Any,
        movingVolumeNode: Any,
        presets: Sequence[str],
        *,
        efforts: Sequence[str] = ("normal",),
        **given: Any,
    ) -> ComparisonRun:
        """Register two volumes by each of several presets, in the background, and rank them.

        The judges are landmarks, which no registration sees, or masks of both volumes. Presets that adapt to the images
        run with each of ``efforts``. ``given``: masks, points and choices, as for ``preparationSteps``. ``wait`` of the
        returned run gives a SceneComparison: print its ``ranking``; ``runs`` has every result. The scene does not
        change. Raises InputError before anything runs.
        """
        from ...core.request import RegistrationRequest
        from ..nodes.incremental import run_to_completion
        from ..run.scene_presets import scene_presets

        own = scene_presets(fixedVolumeNode.GetScene())
        requests = []
        for preset in presets:
            plain = RegistrationRequest(preset=preset)
            for effort in efforts if plain.adapts(own) else ("normal",):
                requests.append(RegistrationRequest(preset=preset, effort=effort))
        arguments = {"fixedVolumeNode": fixedVolumeNode, "movingVolumeNode": movingVolumeNode} | given
        return run_to_completion(self.comparisonSteps(arguments, requests))

    def comparisonSteps(
        self, arguments: Mapping[str, Any], requests: Sequence[RegistrationRequest]
    ) -> Steps[ComparisonRun]:
        """``startComparison`` in steps that let a window respond. ``arguments``: as for ``preparationSteps``."""
        from ..comparing.comparison import comparison_incrementally

        job = yield from self.preparationSteps(**arguments)  # type: ignore[attr-defined]
        run = yield from comparison_incrementally(job, requests, job.fixed.node.GetScene())
        self._comparing.add(run)
        return run

    def startConfidence(self, job: RegistrationJob, result: Any) -> ConfidenceRun:
        """Estimate where the ``result`` of a prepared registration ``job`` may be off, and how far.

        It advances each time the caller polls it. ``wait`` of the returned run gives ConfidenceNodes: a volume in mm,
        shown in colors, and the least certain places. docs/trust.md describes its reliability.
        """
        from ..nodes.incremental import run_to_completion

        return run_to_completion(self.confidenceSteps(job, result))

    def confidenceSteps(self, job: RegistrationJob, result: Any) -> Steps[ConfidenceRun]:
        """``startConfidence`` in steps that let a window respond in between."""
        from ..comparing.confidence import confidence_incrementally

        run = yield from confidence_incrementally(job, result)
        self._comparing.add(run)
        return run

    def tuningSteps(self, request: RegistrationRequest, options: TuningOptions, **where: Any) -> Steps[TuningRun]:
        """Search for better parameters than those of the preset of ``request``, in steps that let a window respond.

        ``where``: ``scene`` with the parameter ``nodes`` of its pairs, or a ``table`` of files. Needs Optuna.
        """
        from ..comparing.tuning import tuning_incrementally

        run = yield from tuning_incrementally(request, options, **where)
        self._comparing.add(run)
        return run
