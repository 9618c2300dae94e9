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
from .dicom_output import check_dicom_output, dicom_output
from .interrupts import check_interrupt
from .options import chosen_request
from .outcome import Outcome
from .progress_bar import wait_for

if TYPE_CHECKING:
    from ..core.images.channels import Channel
    from ..core.parameters.maps import ParameterMap
    from ..core.registration.inputs import RegistrationInputs
    from ..core.request import RegistrationRequest
    from ..worker.pool import WorkerPool

_log = logging.getLogger(__name__)

#: What options of the command line have that does not change its result, or is no option.
_UNSAID = ("fixed", "moving", "run", "json", "quiet", "report_names")

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
    request.stages()  # a broken file is told before large images are read
    pool.warm_up()
    from ..core.registration.inputs import read_channels, read_inputs

    given = read_inputs(
        options.fixed,
        options.moving,
        options.fixed_mask,
        options.moving_mask,
        options.fixed_points,
        options.moving_points,
        pairing=options.pairing,
        series=options.series,
        frames=options.frame,
    )
    as_dicom = dicom_output(options, given)
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

    judged = assess(
        given.fixed,
        result,
        **given.masks_and_points,
        landmark_labels=given.labels,
        **labels,
        most_voxels=8e6 if options.report else 3e5,
    )
    if options.inverse_consistency:
        back = _run_back(pool, options, request, stages, given, channels, initial)
        judged = _with_inverse_consistency(judged, result, back)
    with all_or_none():
        written, residual = _write_outputs(result, given, outputs, request, options.inverse_method)
        if as_dicom is not None:
            sentence, described = as_dicom.write(result.transform, result.fixed_geometry)
            _log.info("%s", sentence)
            written["registration"] = str(as_dicom.path)
        if options.report:
            written["report"] = str(_write_report(options, request, given, result, judged))
        check_interrupt()
    seconds = {
        "read": read - started,
        "register": registered - read,
        "all": time.perf_counter() - started,
    }
    outcome = _registration_outcome(request, result, judged.comparison, written, seconds, given.notes)
    if as_dicom is not None:
        outcome.document["dicom_registration"] = described
    if residual is not None:
        outcome.document["inverse_residual_mm"] = residual
    return outcome


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
    wait_for(handle, show_progress=sys.stderr.isatty() and not (options.quiet or options.json))
    if handle.error is not None:
        raise handle.error
    return handle.result


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

        return given.start(read_transform(options.initial_transform))
    if not options.landmark_start:
        return None
    from ..core.transforms.landmarks import fit_landmarks

    if given.fixed_points is None or given.moving_points is None:
        raise InputError("To start from landmarks give --fixed-points and --moving-points.")
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
    for name in ("volume", "transform", "field", "jacobian", "inverse"):
        path = getattr(options, f"output_{name}")
        if path:
            outputs[name] = Path(path)
            picture = name == "volume" and is_picture(options.moving)
            check_output(path, transform=name in ("transform", "inverse"), picture=picture)
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
    return outputs


def _write_outputs(
    result: Any, given: Any, outputs: dict[str, Path], request: RegistrationRequest, inverse_method: str
) -> tuple[dict[str, str], dict[str, float] | None]:
    """Paths by what they hold, and the residual of the inverse, mm, where one was written."""
    from ..core.files.image_files import write_image
    from ..core.files.transform_files import write_transform
    from ..core.images.geometry import image_from_array
    from ..core.transforms.deformation_analysis import jacobian_determinant_of
    from ..core.transforms.inverse import invert
    from ..core.transforms.itk_transforms import displacement_field

    grid = result.fixed_geometry
    if "volume" in outputs:
        write_image(given.placed(result.resample(interpolation=request.interpolation)), outputs["volume"])
    if "transform" in outputs:
        maps = None if given.is_lifted else result.transform_parameters
        write_transform(given.result(result.transform), outputs["transform"], given.result_grid, maps)
    if "field" in outputs:
        write_image(displacement_field(given.result(result.transform), given.result_grid), outputs["field"])
    if "jacobian" in outputs:
        jacobian = image_from_array(jacobian_determinant_of(result.transform, grid), grid)
        write_image(given.placed(jacobian), outputs["jacobian"])
    residual = None
    if "inverse" in outputs:
        inverse = invert(result.transform, grid, method=inverse_method)
        residual = {"mean": inverse.mean_residual, "max": inverse.max_residual}
        write_transform(given.result(inverse.transform, inverse=True), outputs["inverse"], given.result_grid)
        _log.info(
            "The inverse brings points back to %.3f mm on average, %.3f mm at most.",
            inverse.mean_residual,
            inverse.max_residual,
        )
    return {name: str(path) for name, path in outputs.items()}, residual


def _write_report(
    options: argparse.Namespace, request: RegistrationRequest, given: Any, result: Any, judged: Any
) -> Path:
    from ..core.images.geometry import array_view
    from ..core.report.page import Report, anonymous_command, voxel_checksum, write_report

    paddings = [e.padding for e in (result.fixed_background, result.background) if e.padding is not None]
    return write_report(
        options.report,
        Report(
            fixed=judged.fixed,
            before=judged.before,
            after=judged.after,
            geometry=judged.geometry,
            comparison=judged.comparison,
            mask=judged.mask,
            displacement=judged.displacement,
            iterations=result.iterations,
            stages=result.stages,
            settings={
                **request.described(),
                "Background": f"{result.background.value:g}. {result.background.reason}",
                "Seed": _seeds(result.stages),
                "Threads": "all" if request.threads is None else request.threads,
            },
            checksums={
                "fixed image": voxel_checksum(array_view(given.fixed)),
                "moving image": voxel_checksum(array_view(result.moving)),
            },
            command=anonymous_command({n: value for n, value in vars(options).items() if n not in _UNSAID}),
            padding=paddings,
            notes=[*given.notes, *result.notes],
            names=(Path(options.fixed).name, Path(options.moving).name) if options.report_names else None,
        ),
    )


def _shown(value: float | None, digits: int) -> str:
    """A figure of the table: nothing where there is none, a hyphen where it cannot be told."""
    if value is None:
        return ""
    return "-" if value != value else f"{value:.{digits}f}"


def _seeds(stages: Any) -> str:
    """Of the stages, in words; elastix has its own where a stage names none."""
    seeds = dict.fromkeys((stage.get("RandomSeed") or ("121212",))[0] for stage in stages)
    return ", ".join(seeds)


def judging_labels(options: argparse.Namespace, given: Any) -> dict[str, Any]:
    """Label maps to judge by, as ``core.assess`` takes them."""
    from ..core.files.image_files import read_image
    from ..core.files.segmentation_files import segment_names
    from ..core.images.geometry import array_view, geometry_of
    from ..core.images.labels import as_labels, shared_labels
    from ..core.registration.masks import inside_on_grid

    if bool(options.fixed_labels) != bool(options.moving_labels):
        raise InputError("To compare labels give both --fixed-labels and --moving-labels.")
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


def _with_inverse_consistency(judged: Any, result: Any, back: Any) -> Any:
    """Figures with those of ``back``, a registration the other way round."""
    from dataclasses import replace

    from ..core.quality.consistency import inverse_consistency
    from ..core.quality.similarity import Figure

    found = inverse_consistency(result.transform, back.transform, judged.geometry, mask=judged.mask)
    figures = (
        Figure("Inverse consistency, mean", "mm", None, found.mean, -1, 2),
        Figure("Inverse consistency, 95 %", "mm", None, found.percentile95, -1, 2),
    )
    comparison = replace(judged.comparison, figures=(*judged.comparison.figures, *figures))
    return replace(judged, comparison=comparison)


def _registration_outcome(
    request: RegistrationRequest,
    result: Any,
    comparison: Any,
    written: dict[str, str],
    seconds: dict[str, float],
    given_notes: Sequence[str],
) -> Outcome:
    from ..core.report.page import software_versions

    document = {
        "command": "register",
        "preset": None if request.parameter_files else request.preset,
        "parameter_files": list(request.parameter_files),
        "stages": [stage["Transform"][0] for stage in result.stages],
        "background": {
            "value": result.background.value,
            "padding": result.background.padding,
            "padding_fraction": result.background.padding_fraction,
            "reason": result.background.reason,
        },
        "figures": comparison.as_dict()["figures"],
        "landmarks": [vars(row) for row in comparison.landmarks],
        "verdict": comparison.verdict,
        "notes": [*given_notes, *result.notes],
        "outputs": written,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "versions": software_versions(),
    }
    rows = []
    for figure in comparison.figures:
        before, after = (_shown(value, figure.digits) for value in (figure.before, figure.after))
        rows.append(f"{figure.name:28}{before:>12}{after:>12} {figure.unit}".rstrip())
    table = "\n".join([f"{'':28}{'before':>12}{'after':>12}", *rows])
    done = f"Registered in {seconds['register']:.1f} s, {seconds['all']:.1f} s with reading and writing."
    outputs = "\n".join(f"{name}: {path}" for name, path in written.items())
    if not written:
        outputs = "Nothing was written, as no output was asked for: --output-volume, --output-transform, --report ..."
    return Outcome(f"{table}\n{comparison.verdict}\n{done}\n{outputs}", document)
