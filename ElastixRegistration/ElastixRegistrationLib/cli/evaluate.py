"""The subcommand evaluate, which judges existing transforms as register judges its own."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from .options import add_choice, add_option, add_points, add_strict, chosen_request, read_pair
from .terminal.outcome import Outcome, refusal_of

if TYPE_CHECKING:
    from ..core.comparison.evaluation import Evaluation, EvaluationTable
    from ..core.registration.inputs import RegistrationInputs


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    command = subparsers.add_parser(
        "evaluate",
        parents=[common],
        help="judge transforms by landmarks, labels or both images, without registering",
        description="Judge existing transforms: anything apply reads, from this program, elastix, ITK, ANTs or Slicer, "
        "each mapping fixed to moving points. Several give a table; without one, the images are judged before "
        "registration. Judge by landmarks, label maps, both images, or all of them.",
    )
    add = command.add_argument
    add("transforms", metavar="TRANSFORM", nargs="*", help="without one, the images are judged as they lie")
    add("--fixed", metavar="F", help="fixed image, to judge by similarity and for the report")
    add("--moving", metavar="M", help="moving image; needed with --fixed")
    add_choice(command)
    add_points(command)
    add("--fixed-labels", metavar="L", help="label map, .seg.nrrd or RTSTRUCT:NAME,NAME of the fixed image")
    add("--moving-labels", metavar="L", help="the same labels in the moving image")
    add(
        "--fixed-mask",
        metavar="F",
        help="image that is nonzero where the fixed image counts, or RTSTRUCT:NAME; needs --fixed",
    )
    add(
        "--moving-mask",
        metavar="M",
        help="image that is nonzero where the moving image counts, or RTSTRUCT:NAME; needs --moving",
    )
    add_option(command, "background")
    add("--report", metavar="DIR", help="write report.html; several transforms get a folder each; needs --fixed")
    add_strict(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    _check(options)
    from ..core.comparison.evaluation import AS_LOADED, evaluate
    from ..core.files.transform_files import read_transform

    background = chosen_request(options).background
    names = _names(options.transforms)
    given, judged_by = _truth(options)
    read = read_transform if given is None else given.read_transform
    transforms: dict[str, Any] = {AS_LOADED: None}
    if options.transforms:
        transforms = {name: read(path) for name, path in zip(names, options.transforms, strict=True)}
    table = evaluate(
        transforms,
        **judged_by,
        background=background,
        most_voxels=8e6 if options.report else 1e6,
    )
    outputs = {} if given is None or not options.report else _write_reports(options, given, table)
    return _outcome(table, outputs, () if given is None else given.notes)


def _check(options: argparse.Namespace) -> None:
    """Raise InputError for options that give nothing to judge by. Call it before anything is read."""
    for one, other in (
        ("fixed", "moving"), ("fixed_points", "moving_points"), ("fixed_labels", "moving_labels"),
    ):  # fmt: skip
        if bool(getattr(options, one)) != bool(getattr(options, other)):
            words = (f"--{name.replace('_', '-')}" for name in (one, other))
            raise InputError(f"{' and '.join(words)} must be given together.")
    if not (options.fixed or options.fixed_points or options.fixed_labels):
        raise InputError(
            "There is nothing to judge by: give --fixed-points and --moving-points, --fixed-labels and --moving-labels,"
            " or both images with --fixed and --moving."
        )
    if not options.fixed and (options.series or options.frame):
        raise InputError("--series and --frame choose among images: give --fixed and --moving.")
    if not options.fixed and (options.fixed_mask or options.moving_mask or options.report):
        raise InputError("Masks and a report need the images: give --fixed and --moving.")
    if options.report:
        from ..core.report.page import check_report_folder

        check_report_folder(options.report)


def _names(paths: list[str]) -> list[str]:
    """Return file names, with as many parent folders as they need to differ."""
    if len(set(paths)) < len(paths):
        raise InputError(f"The transform {Counter(paths).most_common(1)[0][0]} is given twice.")
    parts = [Path(path).parts for path in paths]
    depth = 1
    while len({part[-depth:] for part in parts}) < len(parts):
        depth += 1
    return ["/".join(part[-depth:]) for part in parts]


def _truth(options: argparse.Namespace) -> tuple[RegistrationInputs | None, dict[str, Any]]:
    """Return the images, or None, and the arguments of ``core.evaluate`` that it judges by."""
    from ..core.files.label_files import Drawn, read_label_pair
    from ..core.files.segmentation_files import segment_names
    from ..core.registration.inputs import read_points_pair
    from .register import judging_labels

    if options.fixed:
        given = read_pair(options)
        images = {"fixed": given.fixed, "moving": given.moving, "landmark_labels": given.labels}
        return given, images | given.masks_and_points | judging_labels(options, given)
    judged_by: dict[str, Any] = {}
    if options.fixed_labels:
        fixed, moving = read_label_pair((options.fixed_labels, options.moving_labels), (Drawn(), Drawn()))
        judged_by |= {"fixed_labels": fixed, "moving_labels": moving, "label_names": segment_names(fixed)}
    if options.fixed_points:
        pairs = read_points_pair(options.fixed_points, options.moving_points, options.pairing)
        judged_by |= {"fixed_points": pairs.fixed, "moving_points": pairs.moving, "landmark_labels": pairs.labels}
    return None, judged_by


def _write_reports(options: argparse.Namespace, given: RegistrationInputs, table: EvaluationTable) -> dict[str, str]:
    from ..core.system.file_names import safe_name
    from ..core.system.output_files import all_or_none

    written = {}
    with all_or_none():
        for number, row in enumerate(table, 1):
            folder = Path(options.report)
            if len(table) > 1:
                folder /= f"{number}-{safe_name(Path(row.name).name, 'transform', 80)}"
            written["report" if len(table) == 1 else f"report of {row.name}"] = str(
                _write_report(folder, options, given, row)
            )
    return written


def _write_report(folder: Path, options: argparse.Namespace, given: RegistrationInputs, row: Evaluation) -> Path:
    from ..core.comparison.evaluation import as_result
    from ..core.report.page import Report, write_report

    judged = row.assessment
    assert judged is not None, "images were given"
    result = as_result(row.transform, given.fixed, given.moving, chosen_request(options).background)
    report = Report.of(judged, result, given.fixed, title="Evaluation report", notes=given.notes)
    return write_report(folder, report)


def _outcome(table: EvaluationTable, outputs: dict[str, str], notes: Any) -> Outcome:
    from ..core.comparison.evaluation import AS_LOADED

    document = {"command": "evaluate", **table.as_dict(), "notes": list(notes), "outputs": outputs}
    verdicts = [table[0].verdict] if len(table) == 1 else [f"{row.name}: {row.verdict}" for row in table]
    if [row.name for row in table] == [AS_LOADED]:
        verdicts = ["No transform was given: these figures are for the images as loaded."]
    written = [f"{name}: {path}" for name, path in outputs.items()]
    refused = next((row for row in table if refusal_of(row.comparison.verdict)), None)
    refusal = "" if refused is None else refused.verdict if len(table) == 1 else f"{refused.name}: {refused.verdict}"
    sampling = [table.sampling] if table.sampling else []
    return Outcome("\n".join([repr(table), *sampling, *verdicts, *written]), document, refusal=refusal)
