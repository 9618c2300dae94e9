"""Run itk-elastix: the only file that imports it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RegistrationError
from ..parameters.file_access import opens_no_file, writes_no_file
from ..parameters.maps import ParameterMap
from ..system.decimal_point import decimal_point
from ..system.itk_access import wrapped_class
from ..system.scratch import scratch_folder
from ..wording import said
from .errors import error_lines

_LOG = "elastix.log"


@dataclass(frozen=True)
class ElastixRun:
    """The output of elastix. ``maps``: the TransformParameters of each stage, first applied first.

    ``combination`` is elastix's own transform, all stages and the start; it lives as long as ``method``, its filter.
    """

    maps: list[dict[str, tuple[str, ...]]]
    combination: Any
    log: str
    method: Any


def run_elastix(
    fixed: Sequence[Any],
    moving: Sequence[Any],
    stages: Sequence[ParameterMap],
    *,
    fixed_masks: Sequence[Any] = (),
    moving_masks: Sequence[Any] = (),
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    initial_transform: Any = None,
    threads: int | None = None,
    log_to_console: bool = False,
    log_to_file: bool = True,
) -> ElastixRun:
    """Run elastix on float32 images and uint8 masks of one dimension, in this thread. Nothing is resampled.

    Where there are several images, metric number i uses the fixed and the moving image and the masks of that number.
    Without a first mask, no masks are used. ``initial_transform``: linear and B-spline elements only; elastix drops
    others without a word. ``log_to_console`` also sends the log, line by line as it comes, to the standard output of
    the process. Without ``log_to_file`` nothing is written to disk, and ``log`` is empty. Regardless of the stages,
    elastix writes only a log in a private, temporary folder, and reads only the images of rigidity penalties (see
    ``parameters.file_access``). Raises RegistrationError with elastix's own sentence.
    """
    dimension = fixed[0].GetImageDimension()
    method = wrapped_class("ElastixRegistrationMethod", f"IF{dimension}IF{dimension}").New()
    for kind, objects in (
        ("FixedImage", fixed),
        ("MovingImage", moving),
        ("FixedMask", fixed_masks),
        ("MovingMask", moving_masks),
    ):
        for number, one in enumerate(objects if objects and objects[0] is not None else ()):
            getattr(method, f"Add{kind}" if number else f"Set{kind}")(one)
    method.SetParameterObject(parameter_object([writes_no_file(stage) for stage in stages]))
    if initial_transform is not None:
        method.SetInitialTransform(initial_transform)
    if threads:
        method.SetNumberOfThreads(int(threads))
    if fixed_points is not None and moving_points is not None:
        method.SetFixedPoints(_point_container(fixed_points))
        method.SetMovingPoints(_point_container(moving_points))
    with (
        decimal_point(),
        threads_of_itk(),
        scratch_folder() if log_to_file else contextlib.nullcontext() as folder,
    ):
        method.SetLogToConsole(log_to_console)
        if folder is not None:
            method.SetOutputDirectory(folder)
            method.SetLogFileName(_LOG)
            method.SetLogToFile(True)
        try:
            method.UpdateLargestPossibleRegion()
        except RuntimeError as error:
            log = _read_log(folder)
            raise RegistrationError(
                said("elastix failed: {value}", value=error_lines(log) or error), log=log
            ) from error
        log = _read_log(folder)
    parameters = method.GetTransformParameterObject()
    count = parameters.GetNumberOfParameterMaps()
    first = count - len(stages)
    return ElastixRun(
        maps=[_plain(parameters.GetParameterMap(n)) for n in range(first, count)],
        combination=method.GetCombinationTransform(),
        log=log,
        method=method,
    )


@contextlib.contextmanager
def threads_of_itk(threads: int | None = None) -> Iterator[None]:
    """Use ``threads`` threads in ITK within the block, unless None, and restore the former number afterwards.

    elastix permanently limits the threads of all of ITK, so later runs would be slower and differ in their last bits.
    """
    threader = wrapped_class("MultiThreaderBase", "", "ITKCommonBasePython")
    most, default = threader.GetGlobalMaximumNumberOfThreads(), threader.GetGlobalDefaultNumberOfThreads()
    if threads:
        threader.SetGlobalDefaultNumberOfThreads(int(threads))
    try:
        yield
    finally:
        threader.SetGlobalMaximumNumberOfThreads(most)
        threader.SetGlobalDefaultNumberOfThreads(default)


def load(dimensions: Sequence[int] = (2, 3)) -> None:
    """Import elastix now, for a process that waits for work."""
    for dimension in dimensions:
        wrapped_class("ElastixRegistrationMethod", f"IF{dimension}IF{dimension}")
        wrapped_class("TransformixFilter", f"IF{dimension}")
    wrapped_class("elastixParameterObject", "", "elxParameterObjectPython")


def parameter_object(maps: Sequence[ParameterMap]) -> Any:
    """itk's ParameterObject of plain parameter maps, without parameters that make elastix or transformix open files."""
    parameters = wrapped_class("elastixParameterObject", "", "elxParameterObjectPython").New()
    for stage in map(opens_no_file, maps):
        wrapped = wrapped_class("mapstringvectorstring", "", "elxParameterObjectPython")()
        for name, values in stage.items():
            wrapped[name] = tuple(values)
        parameters.AddParameterMap(wrapped)
    return parameters


def _plain(parameter_map: Any) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in parameter_map.items()}


def _point_container(points: np.ndarray) -> Any:
    """itk's container of (N, D) points."""
    points = np.asarray(points, np.float64)
    container = wrapped_class("VectorContainer", f"ULPD{points.shape[1]}").New()
    container.Reserve(len(points))
    for n, point in enumerate(points.tolist()):
        container.SetElement(n, point)
    return container


def _read_log(folder: str | None) -> str:
    if folder is None:
        return ""
    try:
        log = Path(folder, _LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return log.replace(folder, "<temporary folder>")
