"""The subcommand tune, which searches for better parameters on the pairs of a table, and tests them on held-out
pairs."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.wording import counted
from ..worker.tuning_messages import TuningNews
from .terminal.display import JsonDisplay, LineDisplay
from .terminal.interrupts import interrupt_when_stdin_closes
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..core.comparison.methods import Method
    from ..core.comparison.truth import Pair
    from ..core.tuning.result import TuningResult
    from ..core.tuning.tune import TuningProgress

#: A registration is stopped after this many times the time limit. By then it costs as much as a failed one.
_STOPPED_AFTER = 4


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    command = subparsers.add_parser(
        "tune",
        parents=[common],
        help="search for better parameters for your images",
        description="Search for better parameters than those of a preset, with Optuna, on the pairs of a table (as for "
        "batch) that have landmarks or labels. Held-out pairs judge the result. If it is better, it becomes one "
        "of your presets. The same call continues an interrupted search; two at once share a study.",
    )
    add = command.add_argument
    add("table", metavar="TABLE", help="pairs, each with landmarks or labels of both images")
    add("--output-dir", metavar="DIR", required=True, help="gets tuning.html, tuning.json and the study")
    add("--preset", metavar="ID", default="deformable", help="where the search starts; default: deformable")
    add("--trials", type=int, metavar="N", help="total number of parameter sets to try; default: 40")
    add("--minutes", type=float, metavar="M", help="how long to search")
    add(
        "--hold-out",
        metavar="CASE",
        nargs="+",
        help="held-out pairs that judge the result; default: a quarter, at least one",
    )
    add("--folds", type=int, metavar="K", help="cross-validate: each pair judges, in K + 1 searches of --trials each")
    add(
        "--search",
        metavar="NAME[=LOW:HIGH]",
        nargs="+",
        default=[],
        help="elastix parameters to vary beside those that matter most (grid, metric, samples, steps ...)",
    )
    add(
        "--time-limit",
        type=float,
        metavar="S",
        help="mean seconds of a registration above which it is penalized; stopped after four times as long",
    )
    add("--study", metavar="FILE", help="SQLite file of the search; default: study.db in DIR")
    add("--seed", type=int, default=1, metavar="N", help="seed of the search")
    add("--workers", type=int, default=1, metavar="N", help="trials at once")
    add("--threads", type=int, metavar="N", help="threads that elastix uses for each registration")
    add("--title", metavar="TEXT", default="", help="title of the new preset")
    add("--no-save", action="store_true", help="do not save a preset, only the page")
    add(
        "--attended",
        action="store_true",
        help="for calling programs: write progress as JSON to stderr, and end as after Ctrl-C when stdin is closed",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    from ..batch.cases import find_cases
    from ..batch.pairs import read_pairs
    from ..core.tuning.result import START
    from ..core.tuning.study import check_optuna
    from ..core.tuning.tune import tune
    from ..worker.registrar import BackgroundRegistrar

    check_optuna()
    cases = find_cases([options.table])
    folder = Path(os.path.abspath(options.output_dir))
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be created: {error.strerror}.") from error
    display: LineDisplay[TuningProgress] | JsonDisplay[TuningProgress]
    display = LineDisplay(_line, on=not (options.quiet or options.json))
    if options.attended:
        display = JsonDisplay(_news)
        interrupt_when_stdin_closes()
    stopped_after = _STOPPED_AFTER * options.time_limit if options.time_limit else None
    with BackgroundRegistrar(options.threads or (1 if options.workers > 1 else None)) as registrar:

        def register(method: Method, pair: Pair, seed: int | None) -> Any:
            # The start may be slower than the limit. Then the search is for something faster.
            return registrar(method, pair, seed, timeout_s=None if method.name == START else stopped_after)

        try:
            result = tune(
                read_pairs(cases),
                options.preset,
                trials=options.trials,
                minutes=options.minutes,
                hold_out=options.hold_out,
                folds=options.folds,
                search=options.search,
                time_limit_s=options.time_limit,
                study=options.study or folder / "study.db",
                seed=options.seed,
                workers=options.workers,
                registrar=register,
                progress=display.show,
            )
        except InputError:
            if is_new:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise
        except KeyboardInterrupt:
            done = counted(display.latest.trials if display.latest else 0, "trial")
            sentence = f"Interrupted after {done}; the same call continues from there."
            return Outcome("", {"command": "tune", "interrupted": True}, sentence, is_interrupted=True)
        finally:
            display.end()
    return _outcome(result, folder, options)


def _line(progress: TuningProgress) -> str:
    total = "" if progress.total is None else f" of {progress.total}"
    best = "" if progress.best is None else f", best {progress.best:.3f} (start: 1)"
    return f"{progress.trials}{total} trials over{best}, {progress.seconds:.0f} s"


def _news(progress: TuningProgress) -> TuningNews:
    return TuningNews(progress.trials, progress.total, progress.best, progress.seconds)


def _outcome(result: TuningResult, folder: Path, options: argparse.Namespace) -> Outcome:
    paths = result.write(folder)
    preset, sentence = None, "The preset was not saved."
    if result.is_better and not options.no_save:
        preset = result.save(options.title)
        sentence = f"Saved as your preset {preset.id}."
        result.write(folder, preset)
    return Outcome(f"{result!r}\n{sentence}\npage: {paths['page']}", result.document(paths, preset))
