"""The subcommand register, which registers one pair of images."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from ..core.parameters.component_rules import POINTS_METRIC
from .dicom_output import check_dicom_output, check_dicom_volume, check_volume_output, dicom_output
from .options import chosen_request, read_pair
from .register_parser import add_register
from .results import registration_outcome, with_inverse_consistency, write_outputs, write_report
from .terminal.interrupts import check_interrupt
from .terminal.outcome import Outcome
from .terminal.progress_bar import step
from .worker_runs import WorkerRun

if TYPE_CHECKING:
    from ..core.parameters.maps import ParameterMap
    from ..core.registration.inputs import RegistrationInputs
    from ..core.request import RegistrationRequest
    from ..worker.pool import WorkerPool

_log = logging.getLogger(__name__)


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    add_register(subparsers, common).set_defaults(run=register)


def register(options: argparse.Namespace) -> Outcome:
    # Modules are imported here and below, because listing presets needs no itk.
    from ..worker.pool import WorkerPool

    with WorkerPool() as pool:
        return register_in(pool, options)


def register_in(pool: WorkerPool, options: argparse.Namespace) -> Outcome:
    """Register with a worker of ``pool``, where elastix can be interrupted or crash. It starts while images are read
    here."""
    started = time.perf_counter()
    outputs = _outputs(options)
    check_dicom_output(options)
    request = chosen_request(options)
    # This reports a broken parameter file before large images are read.
    _check_worth(options, outputs, request.stages())
    pool.warm_up()
    given = _inputs(options, outputs)
    as_dicom = dicom_output(options, given)
    run = _worker_run(pool, options, request, given)
    labels = judging_labels(options, given)
    read = time.perf_counter()
    result = run.result()
    registered = time.perf_counter()
    for note in (*given.notes, *result.notes):
        _log.info("%s", note)
    judged = _judged(options, given, result, labels)
    if options.inverse_consistency:
        judged = with_inverse_consistency(judged, result, run.other_way().result())
    confidence = None
    if "confidence" in outputs or options.report or options.report_pdf:
        from ..core.quality.confidence import estimate_confidence

        confidence = estimate_confidence(given.fixed, result, mask=given.fixed_mask)
    from ..core.system.output_files import all_or_none

    with all_or_none(), step("writing the result", 0.93, show_progress=_shows_progress(options)):
        written, figures = write_outputs(
            result, given, outputs, request, options.inverse_method, confidence, anonymize=options.anonymize
        )
        if as_dicom is not None:
            sentence, figures["dicom_registration"] = as_dicom.write(result.transform, result.fixed_geometry)
            _log.info("%s", sentence)
            written["registration"] = str(as_dicom.path)
        if options.report or options.report_pdf:
            written |= write_report(options, request, given, result, judged, confidence)
        check_interrupt()
    seconds = {
        "read": read - started,
        "register": registered - read,
        "all": time.perf_counter() - started,
    }
    outcome = registration_outcome(request, result, judged.comparison, written, seconds, given, options)
    outcome.document.update(figures)
    return outcome


def _inputs(options: argparse.Namespace, outputs: dict[str, Path]) -> RegistrationInputs:
    """Read images, masks and points. Raises InputError if the format of the output volume cannot store the result."""
    from ..core.files.image_files import check_can_hold

    given = read_pair(options, sliding_mask=options.sliding_mask, moving_sliding_mask=options.moving_sliding_mask)
    if "volume" in outputs:
        check_dicom_volume(outputs["volume"], given.series[1], given.series[0])
        if outputs["volume"].suffix:
            check_can_hold(outputs["volume"], given.moving)
    return given


def _worker_run(
    pool: WorkerPool, options: argparse.Namespace, request: RegistrationRequest, given: RegistrationInputs
) -> WorkerRun:
    from ..core.registration.inputs import read_channels

    channels = read_channels(options.channel or (), given)
    stages = request.stages(
        given.fixed.GetImageDimension(), has_masks=given.has_masks, has_points=given.fixed_points is not None
    )
    for warning in request.misspelled():
        _log.info("%s", warning)
    _tell_memory(given, stages, request)
    start = _start(options, given)
    return WorkerRun(pool, request, stages, given, channels, start, _shows_progress(options))


def _judged(options: argparse.Namespace, given: RegistrationInputs, result: Any, labels: dict[str, Any]) -> Any:
    from ..core.quality.assessment import assess

    with step("judging the result", 0.87, show_progress=_shows_progress(options)):
        return assess(
            given.fixed,
            result,
            **given.masks_and_points,
            landmark_labels=given.labels,
            **labels,
            most_voxels=8e6 if options.report or options.report_pdf else 3e5,
        )


def _tell_memory(given: RegistrationInputs, stages: Sequence[ParameterMap], request: RegistrationRequest) -> None:
    """Log the memory that a large registration will take."""
    from ..core.images.geometry import array_view, geometry_of
    from ..core.presets.texts import memory_text
    from ..core.registration.memory import WORTH_TELLING, run_bytes

    fixed, moving = geometry_of(given.fixed), geometry_of(given.moving)
    widths = tuple(
        array_view(one).nbytes / np.prod(grid.size) for one, grid in ((given.fixed, fixed), (given.moving, moving))
    )
    chosen = request.plain_arguments()
    needed = run_bytes(
        fixed,
        moving,
        stages,
        (widths[0], widths[1]),
        full_resolution=chosen["full_resolution"],
        adapts=request.adapts(),
        effort=chosen["effort"],
    )
    if needed >= WORTH_TELLING:
        _log.info("This registration takes about %s of memory.", memory_text(needed))


def _check_worth(options: argparse.Namespace, outputs: dict[str, Path], stages: Sequence[ParameterMap]) -> None:
    """Raise InputError for a registration without outputs, or without inputs that its stages need."""
    if not (outputs or options.output_registration or options.report or options.report_pdf or options.json):
        raise InputError(
            "This registration has no output: add one, such as --output-transform, --output-volume or --report, "
            "or print its figures with --json."
        )
    guided = any(POINTS_METRIC in stage.get("Metric", ()) for stage in stages) or options.landmark_weight is not None
    if guided and not (options.fixed_points and options.moving_points):
        raise InputError("This registration needs landmarks: give them with --fixed-points and --moving-points.")


def _shows_progress(options: argparse.Namespace) -> bool:
    return sys.stderr.isatty() and not (options.quiet or options.json)


def _start(options: argparse.Namespace, given: Any) -> Any:
    """Return the initial transform from a file or from the landmarks."""
    if options.initial_transform:
        return given.start(given.read_transform(options.initial_transform))
    if not options.landmark_start:
        return None
    from ..core.transforms.landmarks import fit_landmarks

    if given.fixed_points is None or given.moving_points is None:
        raise InputError("To start from landmarks, give --fixed-points and --moving-points.")
    fit = fit_landmarks(given.fixed_points, given.moving_points, options.landmark_start)
    _log.info(
        "The landmarks start %.2f mm apart on average after a %s fit.", fit.residuals.mean(), options.landmark_start
    )
    return fit.transform


def _outputs(options: argparse.Namespace) -> dict[str, Path]:
    """Return the output files by content. Raises InputError, before anything runs, for unknown formats and missing
    folders."""
    from ..core.files.image_files import check_output, is_picture
    from ..core.files.transform_files import check_parts_apart
    from ..core.system.output_files import check_apart

    outputs: dict[str, Path] = {}
    for name in ("volume", "transform", "field", "jacobian", "inverse", "confidence"):
        path = getattr(options, f"output_{name}")
        if path:
            outputs[name] = Path(path)
            if name == "volume":
                check_volume_output(path, picture=is_picture(options.moving))
            else:
                check_output(path, transform=name in ("transform", "inverse"))
    inputs = [
        *(options.fixed, options.moving, options.fixed_mask, options.moving_mask, options.initial_transform),
        *(options.sliding_mask, options.moving_sliding_mask),
        *(options.fixed_points, options.moving_points, options.fixed_labels, options.moving_labels),
        *(options.parameters or ()),
        *(word.rpartition("=")[2] for group in options.channel or () for word in group),
    ]
    check_apart(outputs.values(), inputs)
    for name in ("transform", "inverse"):
        if name in outputs:
            check_parts_apart(outputs[name], [*inputs, *(path for path in outputs.values() if path != outputs[name])])
    if options.report:
        from ..core.report.page import check_report_folder

        check_report_folder(options.report)
    if options.report_pdf:
        from ..core.report.pdf import check_pdf

        check_pdf(options.report_pdf)
    return outputs


def judging_labels(options: argparse.Namespace, given: Any) -> dict[str, Any]:
    """Return the label maps to judge by, as ``core.assess`` takes them."""
    from ..core.files.segmentation_files import segment_names
    from ..core.images.geometry import array_view, geometry_of
    from ..core.images.labels import shared_labels
    from ..core.registration.masks import inside_on_grid

    if bool(options.fixed_labels) != bool(options.moving_labels):
        raise InputError("To compare labels, give both --fixed-labels and --moving-labels.")
    if not options.fixed_labels:
        return {}
    fixed, moving = given.read_label_pair(options.fixed_labels, options.moving_labels)
    shared_labels(
        array_view(fixed), array_view(moving), f"labels of {options.fixed_labels} and {options.moving_labels}"
    )
    for labels, image, side in ((fixed, given.fixed, "fixed"), (moving, given.moving, "moving")):
        inside_on_grid(labels, geometry_of(image), f"{side} label map")
    return {"fixed_labels": fixed, "moving_labels": moving, "label_names": segment_names(fixed)}
