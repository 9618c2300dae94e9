"""The subcommand compare, which runs several presets or parameter sets on one pair, or on a table of pairs."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.request import EFFORTS, RegistrationRequest
from .batch import add_cluster, cluster_of, cohort_display
from .options import add_initialization, add_resampling, chosen_request
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..batch.cases import Case
    from ..core.comparison.compare import ComparisonResult

_ROLES = ("fixed_mask", "moving_mask", "fixed_points", "moving_points", "fixed_labels", "moving_labels")


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    command = subparsers.add_parser(
        "compare",
        parents=[common],
        help="rank presets on your own images",
        description="Register one pair, or every pair of a table (as for batch), with several presets and parameter "
        "sets, and rank them by landmarks or labels. Without these nothing is ranked, but the page shows where the "
        "results differ. Runs as a cohort: in parallel, and continues an interrupted run with --resume.",
    )
    add = command.add_argument
    add("inputs", metavar="FIXED MOVING", nargs="+", help="FIXED MOVING, or TABLE alone")
    add(
        "--output-dir",
        metavar="DIR",
        required=True,
        help="gets comparison.html, ranking.csv, runs.csv, comparison.json",
    )
    add("--preset", metavar="ID", nargs="+", default=[], help="presets to compare; see the command presets")
    add(
        "--parameters",
        metavar="FILE",
        nargs="+",
        action="append",
        default=[],
        help="a set of elastix parameter files to compare as well; repeat for each set",
    )
    add("--effort", nargs="+", choices=EFFORTS, default=[], help="run each preset with each of these efforts")
    add(
        "--set",
        metavar="[STAGE:]NAME=VALUE",
        nargs="+",
        action="append",
        default=[],
        help="run each preset also with these parameters changed; repeat for each variant",
    )
    add("--seeds", type=int, default=1, metavar="N", help="register N times with other random samples")
    add(
        "--inverse-consistency",
        action="store_true",
        help="also register in the opposite direction; always done without ground truth",
    )
    for side, name in (("fixed", "F"), ("moving", "M")):
        add(f"--{side}-mask", metavar=name, help=f"of the pair: nonzero where the {side} image counts")
        add(f"--{side}-points", metavar="P", help="of the pair: landmarks to judge by")
        add(f"--{side}-labels", metavar="L", help="of the pair: label map to judge by")
    add_initialization(command)
    add_resampling(command)
    add("--threads", type=int, metavar="N", help="threads that elastix uses for each registration")
    add_cluster(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    from ..batch.cluster import check_dask
    from ..batch.comparison import compare_cohort

    check_dask()
    methods = _methods(options)
    cases = _cases(options)
    display = cohort_display(on=not (options.quiet or options.json))
    try:
        result = compare_cohort(
            cases,
            methods,
            options.output_dir,
            seeds=options.seeds,
            back=True if options.inverse_consistency else None,
            settings=RegistrationRequest(threads=options.threads),
            progress=display.show,
            **cluster_of(options),
        )
    except KeyboardInterrupt:
        sentence = "Interrupted; run the same command with --resume to continue."
        return Outcome("", {"command": "compare", "interrupted": True}, sentence, is_interrupted=True)
    finally:
        display.end()
    return _outcome(result, Path(options.output_dir))


def _methods(options: argparse.Namespace) -> dict[str, RegistrationRequest]:
    """Return the methods to compare, by unique names. Raises InputError for unknown presets."""
    shared = {name: getattr(options, name) for name in ("initialization", "background", "interpolation")}
    base = chosen_request(argparse.Namespace(**shared))
    plain: dict[str, RegistrationRequest] = {preset: replace(base, preset=preset) for preset in options.preset}
    if len(plain) < len(options.preset):
        twice = next(preset for preset in plain if options.preset.count(preset) > 1)
        raise InputError(f"The preset {twice} is given twice.")
    for files in options.parameters:
        name = "+".join(Path(file).stem for file in files)
        if name in plain:
            raise InputError(f"Two methods are called {name}; rename a parameter file.")
        plain[name] = replace(base, parameter_files=tuple(files))
    if not plain:
        raise InputError("There is nothing to compare: give --preset ID ... or --parameters FILE ...")
    methods = dict(plain)
    if options.effort:
        methods = {f"{n} {effort}": replace(r, effort=effort) for n, r in plain.items() for effort in options.effort}
    for name, request in list(methods.items()):
        for changes in options.set:
            methods[f"{name} {' '.join(changes)}"] = replace(request, parameter_changes=tuple(changes))
    for request in methods.values():
        # This reports an unknown preset or parameter before anything runs.
        request.stages()
    return methods


def _cases(options: argparse.Namespace) -> list[Case]:
    from ..batch.cases import find_cases

    cases = find_cases(options.inputs)
    given = {role: path for role in _ROLES if (path := getattr(options, role))}
    if given and len(cases) > 1:
        raise InputError(
            f"--{next(iter(given)).replace('_', '-')} is for one pair; a table names files in its columns."
        )
    for side in ("points", "labels"):
        if (f"fixed_{side}" in given) != (f"moving_{side}" in given):
            raise InputError(f"--fixed-{side} and --moving-{side} must be given together.")
    changes: dict[str, Any] = {role: str(Path(path).absolute()) for role, path in given.items()}
    cases = [replace(case, **changes) for case in cases]
    for case in cases:
        _check(case)
    return cases


def _check(case: Case) -> None:
    """Check a case before a former comparison is replaced. Raises InputError for missing files and columns without
    effect."""
    from ..batch.comparison import METHOD_OPTIONS

    missing = next((path for path in case.files().values() if not Path(path).exists()), None)
    if missing is not None:
        raise InputError(f"Case {case.name}: the file {missing} does not exist.")
    column = next((name for name, _text in case.choices if name in METHOD_OPTIONS), None)
    if column is not None:
        raise InputError(
            f"Case {case.name} chooses its own {column.replace('_', ' ')}; a comparison runs the same methods on every "
            "case, so leave out that column."
        )


def _outcome(result: ComparisonResult, folder: Path) -> Outcome:
    paths = result.write(folder, others={"runs folder": folder / "runs"})
    failed = [record for record in result.ranking.records if record.error]
    failure = ""
    if failed:
        count = len(result.ranking.records)
        failure = (
            f"{len(failed)} of {count} registrations failed, the first of {failed[0].pair} with {failed[0].method}. "
            f"{failed[0].error}"
        )
    return Outcome(f"{result!r}\npage: {paths['page']}", result.document(paths), failure)
