"""The progress of elastix, read from the lines of its log."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..parameters.maps import ParameterMap
from ..parameters.stage import finite_number
from .expected_time import DEFAULT_ITERATIONS, STAGE_SETUP, Level, StagePlan

_TAKEN = re.compile(r" took: (\d{1,12}) ms")
_RESOLUTION = re.compile(r"Resolution: (\d{1,4})")
_TOTAL = re.compile(r"Total number of iterations needed in this resolution: (\d{1,12})")


@dataclass(frozen=True)
class Iteration:
    """One row of elastix's table. ``stage`` and ``resolution`` count from 0; what elastix did not give is None.

    ``metric`` is the weighted sum where there are several.
    """

    stage: int
    resolution: int
    iteration: int
    metric: float | None
    step_size: float | None
    gradient_magnitude: float | None
    time_ms: float | None


@dataclass(frozen=True)
class ProgressEvent:
    """The state of a running registration.

    ``iteration``: None while elastix prepares a stage or resolution; ``iterations``: the maximum for this resolution.
    ``fraction``, 0 to 1, never falls and is proportional to time rather than to iterations. ``remaining_s``: None until
    it can be estimated.
    """

    stage: int
    stages: int
    resolution: int
    resolutions: int
    iteration: int | None
    iterations: int
    metric: float | None
    step_size: float | None
    fraction: float
    elapsed_s: float
    remaining_s: float | None


class ProgressParser:
    """Reads elastix's log in pieces of any length. ``stages`` are the parameter maps that elastix was given."""

    def __init__(self, stages: Sequence[ParameterMap], *, clock: Callable[[], float] = time.monotonic):
        self.iterations: list[Iteration] = []
        self._plans = [StagePlan(stage) for stage in stages]
        self._total = sum(plan.total for plan in self._plans) or 1.0
        self._clock, self._start = clock, clock()
        self._rest = ""
        self._stage, self._resolution = 0, 0
        self._limit: int | None = None
        self._columns: _Columns | None = None
        self._in_resolution = False
        self._fraction = 0.0
        self._logged_ms = 0.0
        self._recent: deque[float] = deque(maxlen=20)
        # Iterations with a time, their milliseconds, the milliseconds they were expected to take.
        self._timed = [0, 0.0, 0.0]

    def feed(self, text: str) -> list[ProgressEvent]:
        """Events of the lines that ``text`` completes, in order."""
        *lines, self._rest = (self._rest + text).split("\n")
        return [event for line in lines if (event := self._line(line.rstrip("\r"))) is not None]

    def _line(self, line: str) -> ProgressEvent | None:
        if self._columns is not None and line[:1].isdigit():
            row = self._columns.read(line)
            return None if row is None else self._iteration(*row)
        if match := _TAKEN.search(line):
            self._logged_ms += int(match[1])
        if line.startswith("1:ItNr\t"):
            self._columns = _Columns(line)
        elif match := _RESOLUTION.fullmatch(line.strip()):
            return self._new_resolution(int(match[1]))
        elif match := _TOTAL.match(line):
            self._limit = int(match[1])
        elif line.startswith("Time spent in resolution"):
            self._columns = None
            return self._event(None, self._done_before(self._resolution + 1))
        elif line.startswith("Time spent on saving the results"):
            return self._event(None, sum(plan.total for plan in self._plans[: self._stage + 1]))
        elif line.startswith("Preparation of the image pyramids took"):
            self._begin_stage()
            return self._event(None, self._done_before(0))
        return None

    def _begin_stage(self) -> None:
        if self._in_resolution:
            self._stage = min(self._stage + 1, max(len(self._plans) - 1, 0))
            self._resolution, self._in_resolution = 0, False

    def _new_resolution(self, resolution: int) -> ProgressEvent:
        if resolution == 0:
            self._begin_stage()
        self._in_resolution = True
        self._resolution, self._limit, self._columns = resolution, None, None
        self._recent.clear()
        return self._event(None, self._done_before(resolution))

    def _iteration(
        self, number: int, metric: float | None, step: float | None, gradient: float | None, milliseconds: float | None
    ) -> ProgressEvent:
        row = Iteration(self._stage, self._resolution, number, metric, step, gradient, milliseconds)
        self.iterations.append(row)
        level = self._level()
        if milliseconds is not None:
            self._logged_ms += milliseconds
            if number > 0:  # the first one includes the estimate of the step size
                self._recent.append(milliseconds)
                self._timed[0] += 1
                self._timed[1] += milliseconds
                self._timed[2] += level.each
        share = min((number + 1) / max(self._limit or level.iterations, 1), 1.0)
        return self._event(
            row, self._done_before(self._resolution) + level.setup + level.each * level.iterations * share
        )

    def _level(self) -> Level:
        levels = self._plans[self._stage].levels if self._plans else [Level(DEFAULT_ITERATIONS, 0.0, 1.0)]
        return levels[min(self._resolution, len(levels) - 1)]

    def _done_before(self, resolution: int) -> float:
        """Expected milliseconds of all that comes before a resolution of the current stage."""
        if not self._plans:
            return 0.0
        plan = self._plans[self._stage]
        done = sum(plan.total for plan in self._plans[: self._stage]) + STAGE_SETUP * plan.size
        return done + sum(level.total for level in plan.levels[:resolution])

    def _event(self, row: Iteration | None, done: float) -> ProgressEvent:
        self._fraction = max(self._fraction, min(done / self._total, 1.0))
        level = self._level()
        return ProgressEvent(
            stage=self._stage,
            stages=max(len(self._plans), 1),
            resolution=self._resolution,
            resolutions=len(self._plans[self._stage].levels) if self._plans else 1,
            iteration=row.iteration if row else None,
            iterations=self._limit or level.iterations,
            metric=row.metric if row else None,
            step_size=row.step_size if row else None,
            fraction=self._fraction,
            # A log read after the run contains its times.
            elapsed_s=max(self._clock() - self._start, self._logged_ms / 1000),
            remaining_s=self._remaining(row, done, level),
        )

    def _remaining(self, row: Iteration | None, done: float, level: Level) -> float | None:
        count, real, expected = self._timed
        if count < 5 or expected <= 0:
            return 0.0 if self._fraction >= 1 else None
        factor = real / expected
        left = max(self._total - done, 0.0) * factor
        if row is not None and len(self._recent) >= 5:
            # This resolution continues at its measured pace.
            here = max((self._limit or level.iterations) - row.iteration - 1, 0)
            later = max(self._total - self._done_before(self._resolution + 1), 0.0) * factor
            left = later + here * sum(self._recent) / len(self._recent)
        return left / 1000


class _Columns:
    """Positions of the numbers in a row of the table, which depend on metrics and optimizer."""

    def __init__(self, header: str):
        names = [re.sub(r"^\d+[a-z]?:", "", name) for name in header.split("\t")]
        self._count = len(names)
        self._metric = [i for i, name in enumerate(names) if name == "Metric"]
        self._step = [i for i, name in enumerate(names) if name.startswith(("StepSize", "StepLength", "Gain"))]
        self._gradient = [i for i, name in enumerate(names) if name == "||Gradient||"]
        self._time = [i for i, name in enumerate(names) if name == "Time[ms]"]

    def read(self, line: str) -> tuple[int, float | None, float | None, float | None, float | None] | None:
        fields = line.split("\t")
        if len(fields) != self._count or not re.fullmatch(r"[0-9]{1,12}", fields[0]):
            return None

        def value(places: list[int]) -> float | None:
            return next((number for i in places if (number := finite_number(fields[i])) is not None), None)

        return int(fields[0]), value(self._metric), value(self._step), value(self._gradient), value(self._time)
