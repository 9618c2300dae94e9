"""What each subcommand of the command line does. Returns a text for people and a document for --json."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.parameters.component_rules import POINTS_METRIC
from .dicom_output import check_dicom_output, check_dicom_volume, check_volume_output, dicom_output
from .interrupts import check_interrupt
from .options import chosen_request
from .outcome import Outcome
from .progress_bar import step, wait_for
from .results import registration_outcome, with_inverse_consistency, write_outputs, write_report

if TYPE_CHECKING:
    from ..core.images.channels import Channel
    from ..core.parameters.maps import ParameterMap
    from ..core.registration.inputs import RegistrationInputs
    from ..core.request import RegistrationRequest
    from ..worker.pool import WorkerPool

_log = logging.getLogger(__name__)

#: The worker takes the images as soon as it has started; nothing else is done here until then.
_MAX_TRANSFER_S = 30.0


def register(options: argparse.Namespace) -> Outcome:
    # Loaded here and below, as listing presets needs no itk.
    from ..worker.pool import WorkerPool

    with WorkerPool() as pool:
        return _register(options, pool)


def _register(options: argparse.Namespace, pool: WorkerPool) -> Outcome:
    """elastix runs in a worker, which can be interrupted, and may crash. It starts while images are read here."""
    started = time.perf_counter()
    outputs = _outputs(options)
    check_dicom_output(options)
    request = chosen_request(options)
    _check_worth(options, outputs, request.stages())  # a broken file is told before large images are read
    pool.warm_up()
    from ..core.files.image_files import check_can_hold, write_image
    from ..core.registration.inputs import read_channels, read_inputs

    given = read_inputs(
        options.fixed,
        options.moving,
        options.fixed_mask,
        options.moving_mask,
        options.fixed_points,
        options.moving_points,
        pairing=options.pairing,
        series=options.series or (),
        frames=options.frame or (),
    )
    as_dicom = dicom_output(options, given)
    if "volume" in outputs:
        check_dicom_volume(outputs["volume"], given.series[1], given.series[0])
        if outputs["volume"].suffix:
            check_can_hold(outputs["volume"], given.moving)
    channels = read_channels(options.channel or (), given)
    labels = judging_labels(options, given)
    stages = request.stages(
        given.fixed.GetImageDimension(), has_masks=given.has_masks, has_points=given.fixed_points is not None
    )
    for warning in request.misspelled():
        _log.info("%s", warning)
    initial = _start(options, given)
    read = time.perf_counter()
    result = _run(pool, options, request, stages, given, channels, initial)
    from ..core.quality.assessment import assess

    registered = time.perf_counter()
    for note in (*given.notes, *result.notes):
        _log.info("%s", note)
    from ..core.system.output_files import all_or_none

    show = _shows_progress(options)
    with step("judging the result", 0.87, show_progress=show):
        judged = assess(
            given.fixed,
            result,
            **given.masks_and_points,
            landmark_labels=given.labels,
            **labels,
            most_voxels=8e6 if options.report or options.report_pdf else 3e5,
        )
    if options.inverse_consistency:
        back = _run_back(pool, options, request, stages, given, channels, initial)
        judged = with_inverse_consistency(judged, result, back)
    confidence = None
    if "confidence" in outputs:
        confidence = _confidence(pool, options, request, stages, given, channels, result)
    with all_or_none(), step("writing the result", 0.93, show_progress=show):
        written, residual = write_outputs(result, given, outputs, request, options.inverse_method)
        if as_dicom is not None:
            sentence, described = as_dicom.write(result.transform, result.fixed_geometry)
            _log.info("%s", sentence)
            written["registration"] = str(as_dicom.path)
        if confidence is not None:
            grid = result.fixed_geometry
            write_image(given.placed(confidence.image(grid)), outputs["confidence"])
        if options.report or options.report_pdf:
            written |= write_report(options, request, given, result, judged, confidence)
        check_interrupt()
    seconds = {
        "read": read - started,
        "register": registered - read,
        "all": time.perf_counter() - started,
    }
    outcome = registration_outcome(request, result, judged.comparison, written, seconds, given, options)
    if as_dicom is not None:
        outcome.document["dicom_registration"] = described
    if confidence is not None:
        outcome.document["confidence"] = confidence.as_dict()
    if residual is not None:
        outcome.document["inverse_residual_mm"] = residual
    return outcome


def _check_worth(options: argparse.Namespace, outputs: dict[str, Path], stages: Sequence[ParameterMap]) -> None:
    """Raise InputError for a registration whose work would be lost, or that lacks what its stages need."""
    if not (outputs or options.output_registration or options.report or options.report_pdf or options.json):
        raise InputError(
            "Nothing would be kept of this registration: ask for an output, such as --output-transform,"
            " --output-volume or --report, or for its figures by --json."
        )
    guided = any(POINTS_METRIC in stage.get("Metric", ()) for stage in stages) or options.landmark_weight is not None
    if guided and not (options.fixed_points and options.moving_points):
        raise InputError("This registration is guided by landmarks: give them by --fixed-points and --moving-points.")


def _run(
    pool: WorkerPool,
    options: argparse.Namespace,
    request: RegistrationRequest,
    stages: Sequence[ParameterMap],
    given: RegistrationInputs,
    channels: Sequence[Channel],
    initial: Any,
) -> Any:
    """The result of the worker, with a progress bar on a terminal. Raises what the registration raises."""
    handle = pool.submit(
        given.fixed,
        given.moving,
        stages,
        **given.masks_and_points,
        initial_transform=initial,
        channels=channels,
        **request.arguments(initial is not None),
    )
    handle.poll(_MAX_TRANSFER_S)
    # What is needed afterwards is loaded meanwhile: elastix does not keep all cores busy all the time.
    from ..core.elastix import run as elastix

    elastix.load()
    wait_for(handle, show_progress=_shows_progress(options))
    if handle.error is not None:
        raise handle.error
    return handle.result


def _shows_progress(options: argparse.Namespace) -> bool:
    return sys.stderr.isatty() and not (options.quiet or options.json)


def _run_back(
    pool: WorkerPool,
    options: argparse.Namespace,
    request: RegistrationRequest,
    stages: Sequence[ParameterMap],
    given: RegistrationInputs,
    channels: Sequence[Channel],
    initial: Any,
) -> Any:
    """``_run`` of the same the other way round."""
    from dataclasses import replace

    from ..core.images.geometry import geometry_of
    from ..core.request import AUTO
    from ..core.transforms.inverse import invert

    if not isinstance(request.background, str):
        request = replace(request, background=AUTO)  # the number is for outside the moving image
    if initial is not None:
        initial = invert(initial, geometry_of(given.fixed)).transform
    channels = [channel.swapped() for channel in channels]
    return _run(pool, options, request, stages, given.swapped(), channels, initial)


def _confidence(
    pool: WorkerPool,
    options: argparse.Namespace,
    request: RegistrationRequest,
    stages: Sequence[ParameterMap],
    given: RegistrationInputs,
    channels: Sequence[Channel],
    result: Any,
) -> Any:
    """Twice more from other starts with other seeds, and once the other way round; then what all of them say."""
    from dataclasses import replace

    from ..core.quality.confidence import confidence_of, perturbed_start, signs_of

    starts = [perturbed_start(result.transform, result.fixed_geometry, number) for number in (1, 2, 3)]
    others = []
    for number, start in enumerate(starts[:2]):
        _log.info("Registering once more from another start, for the confidence: %d of 3.", number + 1)
        again = replace(request, seed=1000 + number, initialization=None)
        others.append(_run(pool, options, again, stages, given, channels, start).transform)
    _log.info("Registering the other way round, for the confidence: 3 of 3.")
    again = replace(request, initialization=None)
    backward = _run_back(pool, options, again, stages, given, channels, starts[2]).transform
    return confidence_of(signs_of(given.fixed, result, others, backward, mask=given.fixed_mask))


def background(options: argparse.Namespace) -> Outcome:
    from ..core.files.image_files import read_image
    from ..core.images.background import estimate_background
    from ..core.images.geometry import as_scalar

    estimate = estimate_background(as_scalar(read_image(options.volume, "volume")))
    padding = "none"
    if estimate.padding is not None:
        padding = f"{estimate.padding:g} ({estimate.padding_fraction:.1%} of the voxels)"
    return Outcome(
        f"background {estimate.value:g}\npadding {padding}\n{estimate.reason}",
        {
            "command": "background",
            "background": estimate.value,
            "padding": estimate.padding,
            "padding_fraction": estimate.padding_fraction,
            "reason": estimate.reason,
        },
    )


def _start(options: argparse.Namespace, given: Any) -> Any:
    """The initial transform: of a file, or of the landmarks."""
    if options.initial_transform:
        from ..core.files.transform_files import read_transform
        from ..core.images.geometry import geometry_of

        transform = read_transform(
            options.initial_transform, fixed=geometry_of(given.fixed), moving=geometry_of(given.moving)
        )
        return given.start(transform)
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
    """Output files by what they hold, checked before anything is run: the format is known, the folder is there."""
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
    """Label maps to judge by, as ``core.assess`` takes them."""
    from ..core.files.image_files import read_image
    from ..core.files.segmentation_files import segment_names
    from ..core.images.geometry import array_view, geometry_of
    from ..core.images.labels import as_labels, shared_labels
    from ..core.registration.masks import inside_on_grid

    if bool(options.fixed_labels) != bool(options.moving_labels):
        raise InputError("To compare labels, give both --fixed-labels and --moving-labels.")
    if not options.fixed_labels:
        return {}
    fixed, moving = (
        given.fitting(as_labels(read_image(path, f"{side} labels"), f"{side} label map {path}"), side)
        for side, path in (("fixed", options.fixed_labels), ("moving", options.moving_labels))
    )
    shared_labels(
        array_view(fixed), array_view(moving), f"labels of {options.fixed_labels} and {options.moving_labels}"
    )
    for labels, image, side in ((fixed, given.fixed, "fixed"), (moving, given.moving, "moving")):
        inside_on_grid(labels, geometry_of(image), f"{side} label map")
    return {"fixed_labels": fixed, "moving_labels": moving, "label_names": segment_names(fixed)}
