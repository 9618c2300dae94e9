"""The subcommand batch, which registers a cohort: its arguments, its progress, and its summary."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.wording import counted
from ..worker.cohort_messages import CohortNews
from .options import (
    SLIDING_MASK_HELP,
    add_execution,
    add_initialization,
    add_landmarks,
    add_resampling,
    add_stages,
    chosen_request,
)
from .terminal.display import JsonDisplay, LineDisplay
from .terminal.interrupts import interrupt_when_stdin_closes
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..batch import CohortProgress, CohortResult

_MAX_NAMED = 5


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    batch = subparsers.add_parser(
        "batch",
        parents=[common],
        help="register many images, on all cores or on a Dask cluster",
        description="Register each MOVING with FIXED: images, folders of images or of DICOM series, or a table (.csv, "
        ".tsv) with the columns case, fixed, moving, fixed_mask, moving_mask, fixed_points, moving_points, "
        "fixed_labels, moving_labels, initial_transform, sliding_mask, moving_sliding_mask, series and frame (for both "
        "images with | between), and any option of a registration, such as preset. A table with a column fixed is the "
        "only argument. Each time point of a MOVING is a case.",
    )
    add = batch.add_argument
    add("inputs", metavar="FIXED MOVING", nargs="+", help="FIXED MOVING ..., FIXED TABLE, or TABLE alone")
    add("--output-dir", metavar="DIR", required=True, help="gets a folder for each case, summary.csv and index.html")
    add_stages(batch)
    add("--fixed-mask", metavar="F", help="image that is nonzero where FIXED counts, or RTSTRUCT:NAME")
    add("--sliding-mask", metavar="L", help=SLIDING_MASK_HELP)
    add_initialization(batch)
    add_landmarks(batch)
    add_resampling(batch)
    add_execution(batch)
    add_cluster(batch)
    add(
        "--attended",
        action="store_true",
        help="for calling programs: write progress as lines of JSON to stderr, and end as after Ctrl-C when stdin is "
        "closed",
    )
    batch.set_defaults(run=run)


def add_cluster(command: argparse.ArgumentParser) -> None:
    """Add the options that say where cases run, and whether results are kept."""
    command.add_argument(
        "--resume", action="store_true", help="keep results that are complete and come from the same files and settings"
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="cases at once; default: limited by cores and memory")
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, as tcp://host:8786 or tls://host:8786"
    )
    tls = command.add_argument_group("TLS, for a scheduler at a tls:// address")
    tls.add_argument(
        "--tls-ca-file", metavar="PEM", help="certificate of the authority that signed the certificates of the cluster"
    )
    tls.add_argument("--tls-cert", metavar="PEM", help="certificate to present to the scheduler")
    tls.add_argument("--tls-key", metavar="PEM", help="private key of that certificate")


def cluster_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of ``run_cohort`` from the options of ``add_cluster``."""
    from ..batch.cluster import Tls

    return {
        "workers": options.workers,
        "scheduler": options.scheduler,
        "tls": Tls(options.tls_ca_file, options.tls_cert, options.tls_key),
        "resume": options.resume,
    }


def run(options: argparse.Namespace) -> Outcome:
    # These are imported here, because Dask is optional.
    from ..batch.cases import find_cases
    from ..batch.cluster import check_dask
    from ..batch.cohort import run_cohort

    check_dask()
    request = chosen_request(options)
    cases = find_cases(options.inputs, fixed_mask=options.fixed_mask, sliding_mask=options.sliding_mask)
    display: LineDisplay[CohortProgress] | JsonDisplay[CohortProgress]
    display = cohort_display(on=not (options.quiet or options.json))
    if options.attended:
        display = JsonDisplay(_news)
        interrupt_when_stdin_closes()
    try:
        result = run_cohort(
            cases,
            options.output_dir,
            request,
            progress=display.show,
            **cluster_of(options),
        )
    except KeyboardInterrupt:
        over = display.latest.over if display.latest else 0
        return _interrupted(over, len(cases), options.output_dir)
    finally:
        display.end()
    return _outcome(result)


def cohort_display(*, on: bool) -> LineDisplay[CohortProgress]:
    """Show counts, rate and remaining time, below a line with the size of the cohort and the address of Dask's
    dashboard."""
    return LineDisplay(
        lambda progress: progress.line(),
        on=on,
        heading=_heading,
        is_complete=lambda progress: progress.over == progress.total,
    )


def _heading(progress: CohortProgress) -> str:
    dashboard = progress.dashboard or "none (pip install bokeh to get one)"
    return f"{counted(progress.total, 'case')}, {counted(progress.workers, 'worker')}, dashboard: {dashboard}"


def _news(progress: CohortProgress) -> CohortNews:
    counts = {name: progress.counts[name] for name in ("done", "kept", "failed")}
    return CohortNews(
        progress.total,
        workers=progress.workers,
        dashboard=progress.dashboard,
        remaining_s=progress.remaining_s(),
        **counts,
    )


def _interrupted(over: int, cases: int, output_dir: str) -> Outcome:
    """Return the outcome of an interrupted cohort. It names the summary only if a case is over, because otherwise
    there may be none."""
    outputs = _outputs(Path(os.path.abspath(output_dir))) if over else {}
    document = {"command": "batch", "interrupted": True, "cases": cases, "over": over, "outputs": outputs}
    sentence = f"Interrupted after {over} of {counted(cases, 'case')}; run the same command with --resume to continue."
    return Outcome("", document, sentence, is_interrupted=True)


def _outputs(folder: Path) -> dict[str, str]:
    from ..core.system.file_names import PAGE, SUMMARY

    return {"summary": str(folder / SUMMARY), "page": str(folder / PAGE)}


def _outcome(result: CohortResult) -> Outcome:
    from ..batch.progress import duration

    failed = result.failed
    memory = [outcome.memory_mb for outcome in result.outcomes if outcome.memory_mb and outcome.state == "done"]
    limit = result.memory_per_worker
    outputs = _outputs(result.output_dir)
    document = {
        "command": "batch",
        "interrupted": False,
        "cases": len(result.outcomes),
        "done": result.count("done"),
        "kept": result.count("kept"),
        "failed": [{"case": outcome.case, "error": outcome.error} for outcome in failed],
        "workers": result.workers,
        "seconds": round(result.seconds, 3),
        "memory_per_worker_mb": None if limit is None else round(limit / 1e6),
        "largest_memory_mb": max(memory, default=None),
        "outputs": outputs,
    }
    kept = f", {document['kept']} kept from an earlier run" if document["kept"] else ""
    done, took = counted(document["done"], "case"), duration(result.seconds)
    lines = [f"{done} registered{kept}, {len(failed)} failed, in {took}."]
    if memory:
        allowed = "" if limit is None else f" of {limit / 1e9:.1f} GB allowed"
        lines.append(f"Memory for a case: at most {max(memory) / 1e3:.2f} GB{allowed}.")
    lines += [f"{outcome.case} failed: {outcome.error}" for outcome in failed[:_MAX_NAMED]]
    lines += [f"{name}: {path}" for name, path in outputs.items()]
    failure = ""
    if failed:
        names = ", ".join(outcome.case for outcome in failed[:_MAX_NAMED]) + ", ..." * (len(failed) > _MAX_NAMED)
        cases = counted(len(result.outcomes), "case")
        failure = f"{len(failed)} of {cases} failed ({names}); see {outputs['summary']}."
    return Outcome("\n".join(lines), document, failure)
