"""One registration from Apply to its end: started, followed by a timer, brought into the scene or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import ElastixRegistrationError
from ..core.itk_access import preload
from ..mrml.parameter_node import ParameterSet, registration_arguments, wanted_outputs

_INTERVAL = 50


@dataclass
class Run:
    """What one registration was asked and what came of it."""

    job: Any = field(repr=False)
    settings: Any
    wanted: dict[str, Any]
    fieldIsVolume: bool
    saveFolder: str
    setID: str
    handle: Any = field(default=None, repr=False)
    applied: Any = None
    comparison: Any = None
    savedTo: str = ""


class RunControl:
    """Tells a listener: ``onNotStarted(message, details)``, ``onProgress(event, iterations)``, ``onDone(run)``,
    ``onFailed(message, details)``, ``onCancelled(reason, details)``. One registration at a time.
    """

    def __init__(self, logic: Any, listener: Any):
        self._logic, self._listener = logic, listener
        self._run: Run | None = None
        self._asked: ParameterSet | None = None
        self._loading: Iterator[None] | None = None
        self._finishing: Iterator[None] | None = None
        self._seen: Any = None
        self._timer = qt.QTimer()
        self._timer.setInterval(_INTERVAL)
        self._timer.connect("timeout()", self.poll)

    @property
    def isRunning(self) -> bool:
        return self._run is not None or self._loading is not None

    def missingNode(self) -> str:
        """The name of a node that the run that is going on needs and that is no longer in the scene; "" for none."""
        if self._run is None:
            return ""
        job = self._run.job
        used = (job.fixed.node, job.moving.node, *self._run.wanted.values())
        return next((node.GetName() for node in used if node is not None and node.GetScene() is None), "")

    def start(self, choices: ParameterSet) -> None:
        """Begin, at once or, the first time, when ITK has been loaded piece by piece."""
        self._asked, self._loading, self._seen = choices, preload(), None
        self._timer.start()
        self.poll()

    def poll(self) -> None:
        """What the timer does: pass progress on, and end what has ended."""
        if self._loading is not None:
            self._load()
        elif self._finishing is not None:
            self._goOn(self._run)
        elif self._run is not None:
            self._follow(self._run)

    def _load(self) -> None:
        try:
            next(self._loading)
        except StopIteration:
            self._loading = None
            self._begin()
        except ImportError as problem:
            self._end()
            self._listener.onNotStarted(_("ITK cannot be loaded: {problem}.").format(problem=problem), "")

    def _begin(self) -> None:
        choices, self._asked = self._asked, None
        try:
            job = withPairing(self._logic.prepareRegistration(**registration_arguments(choices)), choices)
            run = Run(
                job=job,
                settings=choices.settings,
                wanted=wanted_outputs(choices),
                fieldIsVolume=choices.text("fieldKind") == "volume",
                saveFolder=choices.text("saveFolder"),
                setID=choices.node.GetID(),
            )
            inBackground = choices.text("inBackground") == "1"
            run.handle = self._logic.startJob(job, inBackground, wanted=tuple(run.wanted))
        except ElastixRegistrationError as problem:
            self._end()
            self._listener.onNotStarted(str(problem), getattr(problem, "log", ""))
        except BaseException:
            self._end()
            self._listener.onNotStarted("", "")
            raise
        else:
            self._run = run

    def _follow(self, run: Run) -> None:
        handle = run.handle
        handle.poll()
        if handle.progress is not None and handle.progress is not self._seen:
            self._seen = handle.progress
            self._listener.onProgress(handle.progress, handle.iterations)
        if handle.state == "cancelled":
            self._end()
            self._listener.onCancelled("", handle.log)
        elif handle.error is not None:
            self._end()
            self._listener.onFailed(str(handle.error), handle.log)
        elif handle.result is not None:
            self._finishing = self._finish(run)

    def cancel(self, reason: str = "") -> None:
        """Stop, and leave the scene as it is. Nothing when nothing runs."""
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
        """Stop without telling anybody: the panel is gone."""
        run = self._run
        self._end()
        if run is not None:
            run.handle.cancel()

    def _end(self) -> None:
        self._timer.stop()
        self._run = self._loading = self._asked = self._finishing = None

    def _finish(self, run: Run) -> Iterator[None]:
        """Bring the result into the scene and judge it, in pieces between which the window can move."""
        from ..mrml.outputs import apply_outputs
        from ..mrml.run_folder import save_run

        result, log = run.handle.result, run.handle.log
        run.applied = apply_outputs(run.job, result, run.wanted, field_is_volume=run.fieldIsVolume)
        yield
        self._remember(run)
        yield
        run.comparison = comparisonOf(run.job, result)
        if run.saveFolder:
            yield
            folder = save_run(run.saveFolder, run.applied.nodes, result, run.settings, run.comparison, log)
            run.savedTo = str(folder)

    def _goOn(self, run: Run) -> None:
        """One piece of ``_finish``."""
        problem = None
        try:
            next(self._finishing)
            return
        except StopIteration:
            pass
        except ElastixRegistrationError as error:
            problem = str(error)
        except Exception as error:
            self._end()
            self._listener.onFailed(repr(error), run.handle.log)
            raise
        self._end()
        if problem is not None:
            self._listener.onFailed(problem, run.handle.log)
        if run.applied is not None:
            self._listener.onDone(run)

    def _remember(self, run: Run) -> None:
        """The nodes that were made are what the parameter set asks for from now on."""
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


def withPairing(job: Any, choices: ParameterSet) -> Any:
    """The job with its points paired as the user chose, where that is not left to the labels."""
    pairing = choices.text("pairing")
    if job.inputs.fixed_points is None or pairing == "auto":
        return job
    from dataclasses import replace

    from ..mrml.parameter_node import FIXED_POINTS, MOVING_POINTS
    from ..mrml.points import paired_points

    fixed, moving = paired_points(choices.reference(FIXED_POINTS), choices.reference(MOVING_POINTS), pairing)
    if job.fixed_plane is not None:
        fixed, moving = job.fixed_plane.flat(fixed), job.moving_plane.flat(moving)
    return replace(job, inputs=replace(job.inputs, fixed_points=fixed, moving_points=moving))


def comparisonOf(job: Any, result: Any) -> Any:
    """Figures before and after, with a verdict: the worker's, or computed here."""
    from ..core.assessment import assess
    from ..mrml.background_registration import FIGURES, JUDGED_VOXELS

    computed = getattr(result, "outputs", {})
    if FIGURES in computed:
        return computed[FIGURES]
    inputs = job.inputs
    return assess(
        inputs.fixed,
        result,
        fixed_mask=inputs.fixed_mask,
        moving_mask=inputs.moving_mask,
        fixed_points=inputs.fixed_points,
        moving_points=inputs.moving_points,
        most_voxels=JUDGED_VOXELS,
    ).comparison


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
        from ..core.preset_texts import duration_text

        parts.append(_("about {duration} left").format(duration=duration_text(event.remaining_s)))
    return " \N{MIDDLE DOT} ".join(parts)
