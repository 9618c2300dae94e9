"""Control of a registration from Apply to its end: start, polling by a timer, and results in the scene."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import slicer
from slicer.i18n import tr as _

from ..core.errors import ElastixRegistrationError
from ..mrml.run.parameter_node import INPUTS, ParameterSet, registration_arguments, wanted_outputs
from .messages import errorText
from .section import pairOf
from .step_loop import StepLoop

#: Interval at which a running registration is polled, ms.
_INTERVAL = 50


@dataclass
class RegistrationRun:
    """The choices and the result of a registration.

    ``dicomFolder``: folder for a DICOM registration object, "" for the database, None for no object.
    ``report``: path of its report, if one was made.
    ``problem``: an error after the outputs were in the scene, when the result was judged or saved; "" for none.
    """

    job: Any = field(repr=False)
    settings: Any
    wanted: dict[str, Any]
    fieldIsVolume: bool
    saveFolder: str
    dicomFolder: str | None
    setID: str
    pair: tuple[Any, ...]
    handle: Any = field(default=None, repr=False)
    applied: Any = None
    comparison: Any = None
    savedTo: str = ""
    dicomObject: Any = None
    report: str = ""
    problem: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about omitted input, what was found in the images, and what was chosen."""
        return (*self.job.notes, *self.handle.result.notes)


class RunControl:
    """Runs one registration at a time, and calls a listener.

    The listener has ``onNotStarted(message, details)``, ``onProgress(event, iterations, log)``, ``onApplied(run)``,
    when the outputs are in the scene, and at the end one of ``onDone(run)``, ``onFailed(message, details)`` and
    ``onCancelled(reason, details)``.

    Before and after elastix runs, a timer runs the work in steps, so that the window can respond in between.
    """

    def __init__(self, logic: Any, listener: Any):
        self._logic, self._listener = logic, listener
        self._run: RegistrationRun | None = None
        self._nodes: tuple[Any, ...] = ()
        self._loop = StepLoop(self._failed)

    @property
    def isRunning(self) -> bool:
        return self._loop.isRunning

    def missingNode(self) -> str:
        """The name of a node that the current run needs and that is no longer in the scene; "" for none."""
        gone = (node.GetName() for node in self._nodes if node is not None and node.GetScene() is None)
        return next(gone, "")

    def start(self, choices: ParameterSet) -> None:
        """Start with these choices. Errors go to the listener."""
        self._run = None
        self._nodes = tuple(choices.reference(role) for role in INPUTS)
        self._loop.start(self._whole(choices))

    def _whole(self, choices: ParameterSet) -> Iterator[int | None]:
        """All steps, from the choices to outputs in the scene, their verdict and saving."""
        run = yield from self._begin(choices)
        self._run = run
        handle, seen = run.handle, None
        while True:
            handle.poll()
            if handle.progress is not None and handle.progress is not seen:
                seen = handle.progress
                self._listener.onProgress(seen, handle.iterations, handle.log)
            if handle.state == "cancelled":
                self._end()
                self._listener.onCancelled("", handle.log)
                return
            if handle.error is not None:
                self._end()
                self._listener.onFailed(str(handle.error), handle.log)
                return
            if handle.result is not None:
                break
            yield _INTERVAL
        yield from self._finish(run)
        self._finished(run)

    def _begin(self, choices: ParameterSet) -> Generator[None, None, RegistrationRun]:
        from ..mrml.run.outputs import check_outputs

        yield  # so that the window shows the start
        job = yield from self._logic.preparationSteps(**registration_arguments(choices))
        run = RegistrationRun(
            job=job,
            settings=choices.settings,
            wanted=wanted_outputs(choices),
            fieldIsVolume=choices.text("fieldKind") == "volume",
            saveFolder=choices.text("saveFolder"),
            dicomFolder=choices.text("dicomFolder") if choices.flag("dicomRegistration") else None,
            setID=choices.node.GetID(),
            pair=pairOf(choices),
        )
        check_outputs(job, run.wanted, self._nodes)
        if run.dicomFolder is not None:
            from ..mrml.apply.dicom_export import check_origin

            check_origin(job.fixed.node, job.moving.node)
        self._nodes = (job.fixed.node, job.moving.node, *run.wanted.values())
        inBackground = choices.flag("inBackground")
        run.handle = yield from self._logic.startSteps(job, inBackground, wanted=tuple(run.wanted))
        return run

    def _failed(self, problem: BaseException) -> bool:
        """Handle an error of a step. Returns whether it is one for the user."""
        run, isKnown = self._run, isinstance(problem, ElastixRegistrationError)
        if run is not None:
            self._finished(run, errorText(problem) if isKnown else repr(problem))
            return isKnown
        self._end()
        if isKnown:
            self._listener.onNotStarted(errorText(problem), getattr(problem, "log", ""))
        elif isinstance(problem, ImportError):
            self._listener.onNotStarted(_("ITK cannot be loaded: {problem}.").format(problem=problem), "")
            return True
        else:
            self._listener.onNotStarted("", "")
        return isKnown

    def cancel(self, reason: str = "") -> None:
        """Stop without changing the scene. Does nothing if nothing runs."""
        if not self.isRunning:
            return
        run = self._run
        self._end()
        log = ""
        if run is not None:
            run.handle.cancel()
            log = run.handle.log
            if run.applied is not None:
                run.applied.revert()
        self._listener.onCancelled(reason, log)

    def cleanup(self) -> None:
        """Stop without calling the listener, because the panel is gone."""
        run = self._run
        self._end()
        if run is not None:
            run.handle.cancel()

    def _end(self) -> None:
        self._loop.stop()
        self._run = None
        self._nodes = ()

    def _finish(self, run: RegistrationRun) -> Iterator[None]:
        """Write the result into the scene and judge it."""
        from ..mrml.apply.quality import keep_verdict
        from ..mrml.run.outputs import output_incrementally
        from ..mrml.run.run_folder import save_incrementally

        result, log = run.handle.result, run.handle.log
        run.applied = yield from output_incrementally(run.job, result, run.wanted, field_is_volume=run.fieldIsVolume)
        yield
        self._remember(run)
        yield
        self._listener.onApplied(run)
        yield
        run.comparison = comparisonOf(run.job, result)
        keep_verdict(run.applied.nodes.values(), run.comparison)
        if run.saveFolder:
            yield
            folder = yield from save_incrementally(
                run.saveFolder, run.applied.nodes, result, run.settings, run.comparison, log
            )
            run.savedTo = str(folder)
        if run.dicomFolder is not None:
            from ..mrml.apply.dicom_export import export_run

            yield
            run.dicomObject = export_run(run.job, result, run.dicomFolder)

    def _finished(self, run: RegistrationRun, problem: str = "") -> None:
        """End the run. Outputs in the scene can be viewed and reverted, even if something failed later."""
        self._end()
        run.problem = problem
        if run.applied is None:
            self._listener.onFailed(problem, run.handle.log)
        else:
            self._listener.onDone(run)

    def _remember(self, run: RegistrationRun) -> None:
        """Make the created nodes the output nodes of the parameter set."""
        node = slicer.mrmlScene.GetNodeByID(run.setID)
        if node is None:
            return
        choices = ParameterSet(node)
        modified = node.StartModify()
        try:
            for role, output in run.applied.nodes.items():
                choices.set_reference(role, output)
        finally:
            node.EndModify(modified)


def comparisonOf(job: Any, result: Any) -> Any:
    """Figures before and after, with a verdict: the worker's, or computed here."""
    from ..mrml.run.asynchronous import FIGURES, JUDGED_VOXELS

    computed = getattr(result, "outputs", {})
    if FIGURES in computed:
        return computed[FIGURES]
    from ..core.quality.assessment import assess
    from ..core.registration.checks import JUDGED_BY

    inputs = job.inputs.arguments()
    given = {name: inputs[name] for name in JUDGED_BY}
    return assess(inputs["fixed"], result, most_voxels=JUDGED_VOXELS, **given).comparison


def progressText(event: Any) -> str:
    """One line for the user."""
    parts = [
        _("Stage {stage} of {stages}").format(stage=event.stage + 1, stages=event.stages),
        _("resolution {resolution} of {resolutions}").format(
            resolution=event.resolution + 1, resolutions=event.resolutions
        ),
    ]
    if event.iteration is None:
        parts.append(_("preparing"))
    else:
        parts.append(
            _("iteration {iteration} of {iterations}").format(
                iteration=event.iteration + 1, iterations=event.iterations
            )
        )
    if event.remaining_s is not None:
        from ..core.presets.texts import duration_text

        parts.append(_("about {duration} left").format(duration=duration_text(event.remaining_s)))
    return " \N{MIDDLE DOT} ".join(parts)
