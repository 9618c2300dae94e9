"""Run a cohort: submit the cases to Dask, collect their figures, and summarize them."""

from __future__ import annotations

import contextlib
import os
import queue
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import InputError, RegistrationError, file_error
from ..core.request import RegistrationRequest
from ..core.system.file_names import PAGE, SUMMARY
from ..core.wording import said
from . import cluster
from .case_folder import checksum_of, remove_drafts
from .cases import Case, check_files
from .cluster import Tls
from .lock import LOCK, locked
from .memory import estimate_case_bytes
from .page import write_page
from .progress import CohortProgress
from .summary import CaseOutcome, write_summary
from .task import CaseGivenUp, Plan, fail, run_case

_REDRAW_S = 0.5
_COUNT_S = 2.0
#: A result that does not arrive within this many seconds was lost with its worker, and its case runs again.
_GATHER_S = 20.0


@dataclass(frozen=True)
class CohortResult:
    """``outcomes`` in the order of the cases. ``memory_per_worker``: the limit, bytes, or None."""

    outcomes: list[CaseOutcome]
    output_dir: Path
    seconds: float
    workers: int
    memory_per_worker: float | None

    @property
    def failed(self) -> list[CaseOutcome]:
        return [outcome for outcome in self.outcomes if outcome.state == "failed"]

    def count(self, state: str) -> int:
        return sum(outcome.state == state for outcome in self.outcomes)


def run_cohort(
    cases: Sequence[Case],
    output_dir: str | os.PathLike,
    settings: RegistrationRequest | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tls: Tls | None = None,
    client: Any = None,
    resume: bool = False,
    reports: bool = True,
    progress: Callable[[CohortProgress], None] | None = None,
) -> CohortResult:
    """Register all ``cases`` and write ``output_dir/<case>/``, ``summary.csv`` and ``index.html``.

    Runs on a cluster of its own on this computer with ``workers`` workers (by default as many as cores and memory
    allow), on the Dask scheduler at the address ``scheduler``, or on ``client``, a ``distributed.Client``, for example
    of a dask-jobqueue cluster. There, all workers must see the files under the same paths. ``settings``: for everything
    that a case does not set itself; its ``threads`` are elastix threads per case. ``resume``: keep complete results
    from the same files and settings. ``reports``: each case gets report.html. ``progress`` is called when a case ends,
    and twice a second.

    A case that fails does not stop the others; the result names it. Raises InputError before anything runs, also if
    another run uses ``output_dir``. After Ctrl-C, finished cases are summarized and KeyboardInterrupt is raised again.

    On Windows and macOS, and wherever workers are started by this function, a script must call it under
    ``if __name__ == "__main__":``, as for Python's own multiprocessing.
    """
    cluster.check_dask()
    cases, request = list(cases), settings or RegistrationRequest()
    if not cases:
        raise InputError(said("There is no case to register."))
    if sum(given is not None for given in (workers, scheduler, client)) > 1:
        raise InputError(said("Give a number of workers for this computer, the address of a scheduler, or a client."))
    check_files(cases)
    requests = requests_of(cases, request)
    folder = _output_folder(output_dir)
    run_id = uuid.uuid4().hex
    plans = {
        one: replace(plan_of(folder, one, one.stages(), resume=resume, run=run_id), reports=reports)
        for one in dict.fromkeys(requests)
    }
    with locked(folder), contextlib.ExitStack() as stack:
        remove_drafts(folder)
        stack.callback(remove_drafts, folder)  # at the very end, when no worker is left
        slot_bytes = None
        if client is None and scheduler is None:
            size = cluster.local_size(len(cases), _largest_case_bytes(cases, plans), workers, request.threads)
            plans = {
                one: replace(plan, threads=one.threads or size.threads, slot_bytes=size.slot_bytes)
                for one, plan in plans.items()
            }
            client, slot_bytes = stack.enter_context(cluster.local_client(size)), size.slot_bytes
        else:
            if client is None and scheduler is not None:
                client = stack.enter_context(cluster.remote_client(scheduler, tls or Tls()))
            slot_bytes = cluster.check_workers(client, folder, LOCK)
        run = CaseQueue(client, cases, [plans[one] for one in requests], progress)
        try:
            run.go()
        finally:
            # After Ctrl-C, too, for the finished cases.
            outcomes = [run.outcomes.get(case.name) or CaseOutcome(case.name, "not run") for case in cases]
            write_summary(outcomes, folder / SUMMARY)
            write_page(outcomes, folder, PAGE)
        return CohortResult(outcomes, folder, run.progress.seconds, run.most_workers, slot_bytes)


def _output_folder(output_dir: str | os.PathLike) -> Path:
    folder = Path(os.path.abspath(output_dir))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(
            error, said("The folder {folder} cannot be created: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    return folder


def _largest_case_bytes(cases: Sequence[Case], requests: Iterable[RegistrationRequest]) -> float:
    return max(
        estimate_case_bytes(cases, one.stages(), full_resolution=one.plain_arguments()["full_resolution"])
        for one in requests
    )


def requests_of(cases: Sequence[Case], request: RegistrationRequest) -> list[RegistrationRequest]:
    """``request`` with the choices of each case, in their order. Raises InputError naming the case."""
    found: dict[tuple[tuple[str, str], ...], RegistrationRequest] = {}
    for case in cases:
        if case.choices not in found:
            try:
                found[case.choices] = request.changed_by_texts(dict(case.choices))
                found[case.choices].stages()
            except InputError as error:
                if not case.choices:
                    raise
                raise InputError(said("Case {name} cannot be run. {reason}", name=case.name, reason=error)) from error
    return [found[case.choices] for case in cases]


def plan_of(folder: Path, request: RegistrationRequest, stages: Sequence[Any], *, resume: bool, run: str = "") -> Plan:
    """The plan of cases with the same ``request``, by default with one thread each."""
    plain = [{name: list(values) for name, values in stage.items()} for stage in stages]
    # Neither the number of threads nor the path of a parameter file changes the result.
    decisive = {name: value for name, value in request.changes().items() if name not in ("threads", "parameter_files")}
    starts, adapt = (request.start(False), request.start(True)), request.adapts()
    return Plan(
        run=run or uuid.uuid4().hex,
        output_dir=str(folder),
        settings=request.as_texts(),
        stages=plain,
        settings_sha256=checksum_of({"stages": plain, "settings": decisive, "starts": starts, "adapt": adapt}),
        starts=starts,
        adapt=adapt,
        resume=resume,
        threads=request.threads or 1,
    )


class CaseQueue:
    """Cases in progress on a Dask client, each run by ``task`` with its plan from ``plans``.

    ``outcomes``: by case name.
    """

    def __init__(
        self,
        client: Any,
        cases: Sequence[Case],
        plans: Sequence[Plan],
        tell: Callable[[CohortProgress], None] | None,
        *,
        task: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] = run_case,
    ):
        self._client, self._plans, self._tell = client, plans, tell or (lambda _progress: None)
        self._task = task
        self._cases = {case.name: (case, plan) for case, plan in zip(cases, plans, strict=True)}
        self._open: dict[str, Any] = {}
        self._over: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.outcomes: dict[str, CaseOutcome] = {}
        self.progress = CohortProgress(len(cases), cluster.dashboard_address(client))
        self.most_workers = 0
        self._next_count = 0.0

    def go(self) -> None:
        self._count_workers()
        self._tell(self.progress)
        try:
            self._submit()
            while self._open:
                for name in self._news():
                    self._take(name)
                self._count_workers()
                self._tell(self.progress)
        except BaseException:
            # The workers notice that their cases were canceled, and end elastix.
            with contextlib.suppress(Exception):
                self._client.cancel(list(self._open.values()), force=True)
            raise

    def _submit(self) -> None:
        names = list(self._cases)
        plans = {id(plan): asdict(plan) for plan in self._plans}  # each one once, because many cases share a plan
        futures = self._client.map(
            self._task,
            [asdict(case) for case, _ in self._cases.values()],
            [plans[id(plan)] for _, plan in self._cases.values()],
            key=[f"{name}-{plan.run}" for name, (_, plan) in self._cases.items()],
            pure=False,
            batch_size=1000,
        )
        self._open = dict(zip(names, futures, strict=True))
        for name, future in self._open.items():
            future.add_done_callback(lambda _future, name=name: self._over.put(name))

    def _news(self) -> Iterator[str]:
        """Names of finished cases; waits a little for the first."""
        with contextlib.suppress(queue.Empty):
            yield self._over.get(timeout=_REDRAW_S)
            while True:
                yield self._over.get_nowait()

    def _take(self, name: str) -> None:
        future = self._open.get(name)
        if future is None:
            return
        if future.status == "finished":
            try:
                answer = future.result(timeout=_GATHER_S)
            except Exception as error:
                if type(error).__name__ in ("TimeoutError", "FutureCancelledError", "CancelledError"):
                    # Its worker died with the result. Dask runs the case again, which then finds its own result.
                    future.add_done_callback(lambda _future: self._over.put(name))
                    return
                answer = self._failure(name, error)
        elif future.status == "error":
            problem = future.exception()
            if isinstance(problem, CaseGivenUp):
                future.retry()
                future.add_done_callback(lambda _future: self._over.put(name))
                return
            answer = self._failure(name, problem)
        elif future.status in ("cancelled", "lost"):
            raise RegistrationError(said("The Dask scheduler dropped the cases of this run; run again with --resume."))
        else:  # it was finished, and is running again
            future.add_done_callback(lambda _future: self._over.put(name))
            return
        del self._open[name]
        self.outcomes[name] = CaseOutcome.of(answer)
        self.progress.count(answer["state"])

    def _failure(self, name: str, error: BaseException) -> dict[str, Any]:
        text = str(error).strip().splitlines() or [""]
        sentence = f"{type(error).__name__}: {text[0]}"
        if type(error).__name__ == "KilledWorker":
            sentence = "The Dask workers that tried this case all died; they may have run out of memory."
        return fail(*self._cases[name], sentence)

    def _count_workers(self) -> None:
        now = time.monotonic()
        if now < self._next_count:
            return
        self._next_count = now + _COUNT_S
        self.progress.workers = cluster.count_workers(self._client)
        self.most_workers = max(self.most_workers, self.progress.workers)
