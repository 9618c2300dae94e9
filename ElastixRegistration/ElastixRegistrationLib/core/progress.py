"""How far elastix is, read from the lines of its log as they come, and what it says when it fails."""

from __future__ import annotations

import math
import re
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .parameter_maps import ParameterMap

_DEFAULT_ITERATIONS = 500
_DEFAULT_SAMPLES = 5000
_DEFAULT_RESOLUTIONS = 3

# Milliseconds on two cores, of itk-elastix 0.25 on 3D CT; only their ratios matter. Per 1000 samples and iteration:
_METRIC_COST = {
    "AdvancedMeanSquares": 0.45,
    "AdvancedNormalizedCorrelation": 0.45,
    "TransformBendingEnergyPenalty": 2.5,
    "TransformRigidityPenalty": 0.5,
    "CorrespondingPointsEuclideanDistanceMetric": 0.02,
}
_OTHER_METRIC_COST = 0.5
_DEFORMABLE_FACTOR = 2.2
# Per iteration and 1000 numbers of a deformation, on images of 300 mm.
_GRID_COST = 0.015
_IMAGE_MM = 300.0
_DEFAULT_GRID_MM = 16.0
_ITERATION_OVERHEAD = 0.2
# Per resolution and stage: images prepared, step size estimated.
_STAGE_SETUP = 500.0
_RESOLUTION_SETUP = 100.0
_GRID_SETUP = 1500.0
_FAST_SETUP = 400.0
_SHARE_OF_2D = 0.1

_TAKEN = re.compile(r" took: (\d{1,12}) ms")
_RESOLUTION = re.compile(r"Resolution: (\d{1,4})")
_TOTAL = re.compile(r"Total number of iterations needed in this resolution: (\d{1,12})")
_EXCEPTION = re.compile(r"Description:[ \t]*(?:ITK ERROR:[ \t]*)?(?:[\w:<>, ]+\(0x[0-9a-f]+\):[ \t]*)?", re.IGNORECASE)
_EXCEPTION_END = re.compile(r"\n[ \t\r]*\n|\nitk::|\nThe error is ignored|\Z")
_MISSING = re.compile(r"^(\w+)\(index \d+\) - This component is not installed", re.MULTILINE)
_ERROR_LINE = re.compile(r"^[ \t]*(?:error:?[ \t]*\n?|std:)[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_BOILERPLATE = re.compile(
    r"occurred (while|during|:|!)|errors occurred|one or more components could not be created|unable to configure"
    r"|internal elastix error|could not be created|parameter file is corrupt|while opening",
    re.IGNORECASE,
)

#: What elastix says, and what it means to whoever sees it. Groups of the pattern fill the sentence.
_CAUSES = (
    (
        r"Too many samples map outside moving image buffer: (\d+) / (\d+)",
        "only {0} of {1} sample points of the fixed image fell into the moving image and its mask. The images overlap"
        " too little at the start, or the steps were too large: choose another start position (image centres or"
        " centres of mass), check the masks, or lower MaximumStepLength.",
    ),
    (
        r"Could not find enough image samples within reasonable time",
        "too few sample points were found in the mask. Use a larger mask, ErodeMask false (shrinking makes thin masks"
        " vanish), fewer NumberOfSpatialSamples, or the ImageSampler RandomSparseMask.",
    ),
    (
        r"No valid voxels \(\d+/\d+\) found to estimate the AdaptiveStochasticGradientDescent",
        "no point of the fixed image is in its mask: the mask is empty, too thin, or was shrunk away; ErodeMask false"
        " leaves it as it is.",
    ),
    (
        r"do not call this function when no mask is supplied",
        "the ImageSampler RandomSparseMask needs a mask of the fixed image, and none was given.",
    ),
    (r"Total Mass of the image was zero", "the centre of mass cannot be found, for the image is zero everywhere."),
    (
        r"No valid voxels .*found to estimate the AutomaticTransformInitialization",
        "the centre of mass cannot be found, for no voxel is in the mask or above the threshold.",
    ),
    (
        r"you selected\s+SampleRegionSize\[ (\d+) \] = (\S+)\s+mm,\s+while the fixed image size at dim = \d+ is"
        r" \d+ voxels or (\S+) mm",
        "SampleRegionSize is {1} mm along axis {0}, where the fixed image has only {2} mm.",
    ),
    (
        r"[Cc]asting entry number \d+ for the parameter \"(\w+)\" failed.*tried to cast \"([^\"]*)\"",
        "the value {1!r} of {0} is not of the right kind.",
    ),
    (
        r"Failed to cast parameter \"(\w+)\" entry number \d+ value \"([^\"]*)\"",
        "the value {1!r} of {0} is not of the right kind.",
    ),
    (
        r"std::bad_alloc|Failed to allocate memory|^vector::",
        "there was not enough memory. Use smaller images, a coarser grid or fewer threads.",
    ),
    (
        r"Region ImageRegion .* is outside of buffered region",
        "a grey value fell outside of the joint histogram: an image is constant or has invalid values where it was"
        " sampled, or the transform ran away; lower MaximumStepLength or use fewer resolutions.",
    ),
    (
        r"Singular matrix|vnl_svd.*failed|inversion of .* failed",
        "a matrix could not be inverted: the images have too little structure for this transform.",
    ),
)


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
    """Where a registration is.

    ``iteration`` is None while elastix prepares a stage or resolution; ``iterations`` is how many this resolution may
    take, it may end early. ``fraction``, 0 to 1, never falls and is in proportion to time rather than to iterations.
    ``remaining_s`` is None until it can be told.
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
        self._plans = [_Plan(stage) for stage in stages]
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

    def _level(self) -> _Level:
        levels = self._plans[self._stage].levels if self._plans else [_Level(_DEFAULT_ITERATIONS, 0.0, 1.0)]
        return levels[min(self._resolution, len(levels) - 1)]

    def _done_before(self, resolution: int) -> float:
        """Expected milliseconds of all that comes before a resolution of the current stage."""
        if not self._plans:
            return 0.0
        plan = self._plans[self._stage]
        done = sum(plan.total for plan in self._plans[: self._stage]) + _STAGE_SETUP * plan.size
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
            # A log that is read after the run tells its own time.
            elapsed_s=max(self._clock() - self._start, self._logged_ms / 1000),
            remaining_s=self._remaining(row, done, level),
        )

    def _remaining(self, row: Iteration | None, done: float, level: _Level) -> float | None:
        count, real, expected = self._timed
        if count < 5 or expected <= 0:
            return 0.0 if self._fraction >= 1 else None
        factor = real / expected
        left = max(self._total - done, 0.0) * factor
        if row is not None and len(self._recent) >= 5:
            # This resolution goes on at the pace it has, whatever was expected.
            here = max((self._limit or level.iterations) - row.iteration - 1, 0)
            later = max(self._total - self._done_before(self._resolution + 1), 0.0) * factor
            left = later + here * sum(self._recent) / len(self._recent)
        return left / 1000


@dataclass(frozen=True)
class _Level:
    """A resolution: at most how many iterations, and the expected milliseconds before them and of each."""

    iterations: int
    setup: float
    each: float

    @property
    def total(self) -> float:
        return self.setup + self.iterations * self.each


class _Plan:
    """What one stage is expected to cost, in milliseconds."""

    def __init__(self, stage: Mapping[str, Sequence[str]]):
        count = _whole(stage, "NumberOfResolutions", 0, _DEFAULT_RESOLUTIONS)
        count = min(max(count, 1), 100)
        self.size = _SHARE_OF_2D if _whole(stage, "FixedImageDimension", 0, 3) == 2 else 1.0
        self.levels = [self._level(stage, level, count) for level in range(count)]
        self.total = _STAGE_SETUP * self.size + sum(level.total for level in self.levels)

    def _level(self, stage: Mapping[str, Sequence[str]], level: int, count: int) -> _Level:
        transform = _first(stage, "Transform")
        deformable = "Spline" in transform or "Field" in transform
        thousands = self._samples(stage, level) / 1000
        each = sum(_METRIC_COST.get(metric, _OTHER_METRIC_COST) * thousands for metric in stage.get("Metric", ("",)))
        if "BSpline" in _first(stage, "Interpolator") and _whole(stage, "BSplineInterpolationOrder", level, 1) > 1:
            each *= 1.6
        setup = _RESOLUTION_SETUP * self.size
        if deformable:
            coarser = 2.0 ** (count - 1 - level)
            each *= _DEFORMABLE_FACTOR * (0.4 if self.size < 1 else 1)
            each += _GRID_COST * self._grid_numbers(stage, coarser) / 1000
            if "Adaptive" in _first(stage, "Optimizer"):
                fast = _first(stage, "ASGDParameterEstimationMethod") == "DisplacementDistribution"
                # The slow way looks at every grid point: eight times as many in each resolution.
                setup += self.size * (_FAST_SETUP if fast else _GRID_SETUP / coarser**3)
        each += _ITERATION_OVERHEAD
        return _Level(max(_whole(stage, "MaximumNumberOfIterations", level, _DEFAULT_ITERATIONS), 1), setup, each)

    def _grid_numbers(self, stage: Mapping[str, Sequence[str]], coarser: float) -> float:
        spacing = _number(_first(stage, "FinalGridSpacingInPhysicalUnits"), _DEFAULT_GRID_MM) or _DEFAULT_GRID_MM
        axes = 2 if self.size < 1 else 3
        return axes * (_IMAGE_MM / max(spacing * coarser, 2.0) + 3) ** axes

    def _samples(self, stage: Mapping[str, Sequence[str]], level: int) -> int:
        if _first(stage, "ImageSampler") in ("Full", "Grid"):
            return 20_000 if self.size < 1 else 500_000
        return max(_whole(stage, "NumberOfSpatialSamples", level, _DEFAULT_SAMPLES), 1)


class _Columns:
    """Where the numbers are in a row of the table: several metrics and other optimizers have other columns."""

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
            return next((number for i in places if (number := _number(fields[i])) is not None), None)

        return int(fields[0]), value(self._metric), value(self._step), value(self._gradient), value(self._time)


def expected_seconds(stages: Sequence[ParameterMap]) -> float:
    """About how long elastix takes for these stages on two cores, without reading and resampling of the images."""
    return sum(_Plan(stage).total for stage in stages) / 1000


def error_lines(log: str) -> str:
    """Why elastix failed, in one sentence for a user, from its log; "" when the log has no error.

    Causes that are known are explained; others are elastix's own words without positions in its source code.
    """
    log = log.replace("\r\n", "\n")
    described = _descriptions(log)
    missing = _MISSING.findall(log)
    if missing:
        return f"elastix has no component {missing[-1]}; check the name in the parameter file."
    said = [_plain(match[1]) for match in _ERROR_LINE.finditer(log)]
    texts = [*reversed(described), *reversed(said)]
    for text in texts:
        if sentence := _explanation(text):
            return sentence
    for text in texts:
        if text and not _BOILERPLATE.search(text):
            return text
    known = described or said
    return known[-1] if known else ""


def ignored_errors(log: str) -> list[str]:
    """Errors that elastix met and went on from, each once, as sentences for a user.

    Its result is then what it had so far, which may be the start: a registration that did nothing looks like success.
    """
    texts = _descriptions(log.replace("\r\n", "\n"), ignored=True)
    return list(dict.fromkeys(_explanation(text) or text for text in texts))


def _explanation(text: str) -> str | None:
    for pattern, sentence in _CAUSES:
        if match := re.search(pattern, text):
            return sentence.format(*match.groups())
    return None


def _descriptions(log: str, *, ignored: bool = False) -> list[str]:
    """What the exceptions in the log say: those that ended the run, or those that elastix ``ignored``."""
    found = []
    for match in _EXCEPTION.finditer(log):
        ending = _EXCEPTION_END.search(log, match.end())
        end = len(log) if ending is None else ending.start()
        after = log[end : end + 120]
        if ("The error is ignored" in after or "Resuming elastix" in after) == ignored:
            found.append(_plain(log[match.end() : end]))
    return found


def _plain(text: str) -> str:
    text = re.sub(r"^(?:ERROR|Error):?\s*", "", " ".join(text.split()))
    return re.sub(r"\s*\(0x[0-9a-f]+\)", "", text)


def _first(stage: Mapping[str, Sequence[str]], name: str) -> str:
    values = stage.get(name) or ("",)
    return values[0]


def _whole(stage: Mapping[str, Sequence[str]], name: str, level: int, default: int) -> int:
    """Entry ``level`` of a parameter; elastix takes the first where there is none for the level."""
    values = stage.get(name) or ()
    value = _number(values[level] if level < len(values) else values[0]) if values else None
    return default if value is None or not abs(value) < 1e12 else int(value)


def _number(text: str, default: float | None = None) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default
