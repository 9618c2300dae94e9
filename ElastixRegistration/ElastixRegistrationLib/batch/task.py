"""Run one case from input to output files in a Dask worker. Only figures go back to the scheduler.

elastix runs in a separate process: the itk wheels hold Python's interpreter lock while they register, so the worker
could not answer its scheduler and would be considered dead. A crash of elastix also ends only its own case.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import ElastixRegistrationError, InputError, RegistrationError, sentence_of_os_error
from ..core.files.image_files import write_image
from ..core.files.label_files import read_labels
from ..core.files.transform_files import write_transform
from ..core.images.geometry import array_view, as_scalar, component_count, geometry_of, image_from_array, image_like
from ..core.images.labels import shared_labels
from ..core.quality.figures import Figure
from ..core.quality.similarity import dice_by_label
from ..core.registration.inputs import RegistrationInputs
from ..core.report.reproduction import software_versions
from ..core.request import RegistrationRequest
from ..core.resampling.images import resample
from ..core.system.file_names import split_choice
from ..core.transforms.itk_transforms import identity
from ..core.transforms.plain_data import VoxelData
from ..core.wording import said, sentence_of, to_data
from ..worker.client import State
from ..worker.outputs import FiguresBeforeAndAfter, ResampledVolume
from ..worker.pool import WorkerPool
from ..worker.result import AsynchronousResult
from . import memory
from .case_folder import checksum, complete_result, new_case_folder, read_result, write_result
from .case_report import method_of, write_case_report
from .cases import Case
from .pairs import read_case
from .preview import preview_png

_log = logging.getLogger(__name__)
_of_thread = threading.local()

PREVIEW = "preview.png"


@dataclass(frozen=True)
class Plan:
    """Values shared by all cases of a run. ``run``: its name; ``resume``: keep valid results of any run.

    ``settings`` as texts, ``stages`` as parameter maps, so that no worker needs the parameter files or presets.
    ``starts``: the initialization without and with an initial transform. ``adapt``: as in ``core.register``.
    ``slot_bytes``: memory for one case; None: ask the Dask worker. ``reports``: each case gets its own page.
    """

    run: str
    output_dir: str
    settings: dict[str, str]
    stages: list[dict[str, list[str]]]
    settings_sha256: str
    starts: tuple[str | None, str | None] = (None, None)
    adapt: bool = False
    resume: bool = False
    threads: int | None = None
    slot_bytes: float | None = None
    reports: bool = True


class CaseGivenUp(Exception):
    """The scheduler took the case back while it ran, so its answer is no longer needed."""


@dataclass
class _Work:
    """What is known about a case so far."""

    case: Case
    plan: Plan
    started: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)
    inputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    peak: float | None = None

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self.started - sum(self.seconds.values()), 3)


def run_case(case: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    """Register a case and write its folder; returns the content of ``result.json`` without paths and checksums.

    ``state``: "done"; "kept" if there was a valid result; "failed", with ``error``. Raises CaseGivenUp if the run no
    longer needs the case.
    """
    work = _Work(Case(**case), Plan(**plan))
    try:
        return _run(work)
    except CaseGivenUp:
        raise
    except (ElastixRegistrationError, OSError, MemoryError) as error:
        return fail(work.case, work.plan, _sentence(error), log=work.log)
    except Exception as error:
        _log.exception("Case %s", work.case.name)
        return fail(work.case, work.plan, f"{type(error).__name__}: {error}", log=work.log)


def fail(case: Case, plan: Plan, sentence: str, *, log: str = "") -> dict[str, Any]:
    """The answer for a failed case, which is also written to its folder and replaces earlier results there."""
    document = {"case": case.name, "run": plan.run, "state": "failed", "error": sentence, "worker": _worker_name()}
    document["error_data"] = to_data(sentence)  # for a translation
    try:
        with new_case_folder(Path(plan.output_dir), case.name) as folder:
            if log:
                (folder / "elastix.log").write_text(log, encoding="utf-8")
            write_result(folder, document, {})
    except (ElastixRegistrationError, OSError) as error:
        _log.warning("The folder of case %s cannot be written: %s", case.name, error)
    return document


def _run(work: _Work) -> dict[str, Any]:
    case, plan = work.case, work.plan
    folder = Path(plan.output_dir, case.name)
    former = read_result(folder)
    # A case of this run that was finished by a worker that died before reporting it is not run again either.
    may_keep = former is not None and (plan.resume or former.get("run") == plan.run)
    for role, path in case.files().items():
        work.inputs[role] = {"path": path, "sha256": _input_checksum(role, path)}
    if case.series or case.frames:
        chosen = json.dumps([case.series, case.frames])
        work.inputs["chosen"] = {"path": chosen, "sha256": hashlib.sha256(chosen.encode()).hexdigest()}
    if may_keep:
        kept = complete_result(folder, {role: e["sha256"] for role, e in work.inputs.items()}, plan.settings_sha256)
        if kept is not None:
            return _figures_of(kept) | {"state": "done" if kept["run"] == plan.run else "kept"}
    memory.forget_peak(os.getpid())
    inputs = read_case(case)
    labels = _Labels(case, inputs)
    work.lap("read")
    result = _register(work, inputs, labels)
    work.lap("register")
    with new_case_folder(Path(plan.output_dir), case.name) as draft:
        document = _write(work, draft, inputs, labels, result)
    return _figures_of(document)


class _Labels:
    """The label maps of a case, if any."""

    def __init__(self, case: Case, inputs: RegistrationInputs):
        if case.fixed_labels and not case.moving_labels:
            raise InputError(
                said("Case {name} has fixed labels but no moving labels to compare them with.", name=case.name)
            )
        self.moving = self.fixed = None
        if case.fixed_labels and case.moving_labels:
            fixed, self.moving = inputs.read_label_pair(case.fixed_labels, case.moving_labels)
            self.fixed = _before(fixed, inputs)
        elif case.moving_labels:
            read = read_labels(case.moving_labels, "moving label map", inputs.drawn_on("moving"))
            self.moving = inputs.fitting(read, "moving")

    def output(self) -> list[ResampledVolume]:
        if self.moving is None:
            return []
        return [ResampledVolume("labels", VoxelData.of(self.moving), interpolation="nearest", background=0.0)]

    def figures(self, inputs: RegistrationInputs, moved: np.ndarray | None) -> list[Figure]:
        if self.fixed is None or moved is None:
            return []
        before, after = (dice_by_label(self.fixed, other) for other in (_before(self.moving, inputs), moved))
        return [
            Figure(f"Dice overlap, label {label}", "", before.get(label, 0.0), after.get(label, 0.0), 1, 4)
            for label in shared_labels(self.fixed, array_view(self.moving))
        ]


def _before(labels: Any, inputs: RegistrationInputs) -> np.ndarray:
    """Labels on the fixed grid before registration."""
    grid = geometry_of(inputs.fixed)
    return array_view(resample(labels, identity(grid.dimension), grid, interpolation="nearest"))


def _register(work: _Work, inputs: RegistrationInputs, labels: _Labels) -> AsynchronousResult:
    """Raises the error of the registration, or CaseGivenUp if the run no longer needs the case."""
    case, plan = work.case, work.plan
    request = RegistrationRequest.from_texts(plan.settings)
    slot = _Slot(plan)
    pool = _pool()
    handle = pool.submit(
        inputs.fixed,
        inputs.moving,
        plan.stages,
        fixed_mask=inputs.fixed_mask,
        moving_mask=inputs.moving_mask,
        sliding_mask=inputs.sliding_mask,
        moving_sliding_mask=inputs.moving_sliding_mask,
        fixed_points=inputs.fixed_points,
        moving_points=inputs.moving_points,
        initial_transform=inputs.read_transform(case.initial_transform) if case.initial_transform else None,
        adapt=plan.adapt,
        **replace(
            request, threads=slot.threads, initialization=plan.starts[bool(case.initial_transform)]
        ).plain_arguments(),
        outputs=[
            ResampledVolume("resampled", interpolation=request.interpolation),
            FiguresBeforeAndAfter("comparison", most_voxels=3e5),
            *labels.output(),
        ],
        memory_limit_bytes=slot.elastix_bytes,
    )
    for pid in pool.process_ids:
        memory.forget_peak(pid)
    while not handle.wait(0.5):
        if slot.is_given_up():
            handle.cancel()
    work.log = handle.log
    if handle.state == State.CANCELLED:
        pool.close()
        del _of_thread.pool
        raise CaseGivenUp(case.name)
    if handle.state == State.FAILED or handle.result is None:
        raise handle.error or RegistrationError(said("The registration failed."))
    work.peak = sum(filter(None, map(memory.peak_bytes, pool.process_ids))) or None
    return handle.result


def _write(
    work: _Work, folder: Path, inputs: RegistrationInputs, labels: _Labels, result: AsynchronousResult
) -> dict[str, Any]:
    """The content of ``result.json``, which is written to ``folder`` with all other outputs."""
    case, plan = work.case, work.plan
    grid = result.fixed_geometry
    files = {"transform": "transform.h5", "resampled": "resampled.nrrd", "preview": PREVIEW}
    write_transform(inputs.result(result.transform), folder / files["transform"], inputs.result_grid)
    image = result.outputs["resampled"].image()
    if component_count(inputs.moving) > 1:
        image = image_like(inputs.moving, result.outputs["resampled"].array, grid)
    write_image(inputs.placed(image), folder / files["resampled"])
    moved_labels = result.outputs.get("labels")
    if moved_labels is not None:
        files["labels"] = "labels.nrrd"
        write_image(inputs.placed(image_from_array(moved_labels.array, grid)), folder / files["labels"])
    fixed, moved = (np.asarray(array_view(as_scalar(one))) for one in (inputs.fixed, image))
    (folder / PREVIEW).write_bytes(preview_png(fixed, moved, grid, _unmeasured(result)))
    comparison = result.outputs["comparison"]
    figures = [*labels.figures(inputs, None if moved_labels is None else moved_labels.array), *comparison.figures]
    if plan.reports:
        files["report"] = write_case_report(folder, case, plan.settings, inputs, result).name
    work.lap("write")
    own = memory.peak_bytes(os.getpid())
    document = {
        "case": case.name,
        "run": plan.run,
        "state": "done",
        "method": method_of(plan.settings),
        "fixed": Path(case.fixed).name,
        "figures": [_finite(asdict(figure)) for figure in figures],
        "landmarks": [_finite(asdict(row)) for row in comparison.landmarks],
        "verdict": comparison.verdict.as_dict(),
        "notes": [*inputs.notes, *result.notes],
        "background": {"value": result.background.value, "padding": result.background.padding},
        "sliding": None if result.sliding is None else result.sliding.as_dict(),
        "seconds": work.seconds | {"all": round(time.perf_counter() - work.started, 3)},
        "memory_mb": None if own is None or work.peak is None else round((own + work.peak) / 1e6, 1),
        "worker": _worker_name(),
        "inputs": work.inputs,
        "settings": plan.settings,
        "stages": result.stages,
        "settings_sha256": plan.settings_sha256,
        "versions": software_versions(),
    }
    write_result(folder, document, files)
    return document


def _unmeasured(result: AsynchronousResult) -> list[float]:
    """Values of background and padding."""
    paddings = (one.padding for one in (result.fixed_background, result.background))
    return [result.background.value, *(padding for padding in paddings if padding is not None)]


def _figures_of(document: dict[str, Any]) -> dict[str, Any]:
    names = (
        "case",
        "state",
        "method",
        "fixed",
        "figures",
        "verdict",
        "notes",
        "background",
        "seconds",
        "memory_mb",
        "worker",
    )
    return {name: document[name] for name in names if name in document}


def _input_checksum(role: str, path: str) -> str:
    try:
        return checksum(split_choice(path)[0])
    except FileNotFoundError:
        raise InputError(said("The {role} {path} does not exist.", role=role.replace("_", " "), path=path)) from None


def _pool() -> WorkerPool:
    """The elastix process of this thread, which is kept for the next case to avoid loading ITK again."""
    if not hasattr(_of_thread, "pool"):
        _of_thread.pool = WorkerPool(1)
    return _of_thread.pool


class _Slot:
    """The resources of this case, from its Dask worker, or, outside of one, from the plan."""

    def __init__(self, plan: Plan):
        # Imported here, because a case can run without Dask.
        try:
            from distributed.worker import get_worker, thread_state

            self._worker, self._key = get_worker(), thread_state.key
        except (ImportError, ValueError, AttributeError):
            self._worker = self._key = None
        slots = 1 if self._worker is None else self._worker.state.nthreads
        slot_bytes = plan.slot_bytes
        if slot_bytes is None and self._worker is not None and self._worker.memory_manager.memory_limit:
            slot_bytes = self._worker.memory_manager.memory_limit / slots
        self.threads = plan.threads
        self.elastix_bytes = memory.elastix_limit(slot_bytes, slots) if _CAN_LIMIT else None

    def is_given_up(self) -> bool:
        """Whether the scheduler has taken the case back, because the run was stopped or its process is gone."""
        if self._worker is None:
            return False
        task = self._worker.state.tasks.get(self._key)
        return task is None or task.state in ("cancelled", "released", "forgotten")


_CAN_LIMIT = os.name == "nt" or os.path.isdir("/proc/self")


def _worker_name() -> str:
    return f"{socket.gethostname()} {os.getpid()}"


def _finite(figure: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no NaN."""
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in figure.items()
    }


def _sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return said("There is not enough memory for these images; crop or downsample them.")
    if isinstance(error, OSError) and not isinstance(error, ElastixRegistrationError):
        return sentence_of_os_error(error)
    return sentence_of(error) if "\n" not in str(error) else " ".join(str(error).split())
