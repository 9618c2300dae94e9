"""Write the results of a registration on the command line: files, report, and printed text."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dicom_output import write_volume
from .terminal.outcome import Outcome, refusal_of

if TYPE_CHECKING:
    from ..core.registration.inputs import RegistrationInputs
    from ..core.request import RegistrationRequest

_log = logging.getLogger(__name__)

#: Entries of the namespace that do not change the result, or are not options.
_UNSAID = ("fixed", "moving", "run", "json", "quiet", "report_names", "strict")

_INPUT_FILES = (
    *("fixed", "moving", "fixed_mask", "moving_mask", "fixed_points", "moving_points", "initial_transform"),
    *("fixed_labels", "moving_labels", "sliding_mask", "moving_sliding_mask"),
)


#: Smallest width of the names of figures in the printed table, characters.
_NAME_WIDTH = 28


def write_outputs(
    result: Any,
    given: Any,
    outputs: dict[str, Path],
    request: RegistrationRequest,
    inverse_method: str,
    confidence: Any = None,
    *,
    anonymize: bool = False,
) -> tuple[dict[str, str], dict[str, Any]]:
    """Write the outputs. Return their paths by content, and entries for the document: the confidence, and the
    residual of the inverse, mm."""
    from ..core.deformation.analysis import jacobian_determinant_of
    from ..core.files.image_files import write_image
    from ..core.files.transform_files import write_transform
    from ..core.images.geometry import image_from_array
    from ..core.transforms.displacements import displacement_vectors
    from ..core.transforms.inverse import invert

    grid = result.fixed_geometry
    if "volume" in outputs:
        write_volume(
            given.placed(result.resample(interpolation=request.interpolation)),
            outputs["volume"],
            given.series[1],
            given.series[0],
            anonymize=anonymize,
        )
    if "transform" in outputs:
        maps = None if given.is_lifted else result.transform_parameters
        write_transform(given.result(result.transform), outputs["transform"], given.result_grid, maps)
    if "field" in outputs:
        vectors = displacement_vectors(given.result(result.transform), given.result_grid, request.threads)
        write_image(image_from_array(vectors, given.result_grid), outputs["field"])
    if "jacobian" in outputs:
        jacobian = image_from_array(jacobian_determinant_of(result.transform, grid), grid)
        write_image(given.placed(jacobian), outputs["jacobian"])
    figures: dict[str, Any] = {}
    if confidence is not None and "confidence" in outputs:
        write_image(given.placed(confidence.image(grid)), outputs["confidence"])
        figures["confidence"] = confidence.as_dict()
    if "inverse" in outputs:
        inverse = invert(result.transform, grid, method=inverse_method)
        figures["inverse_residual_mm"] = {"mean": inverse.mean_residual, "max": inverse.max_residual}
        write_transform(given.result(inverse.transform, inverse=True), outputs["inverse"], given.result_grid)
        _log.info(
            "With the inverse, points return to within %.3f mm on average, %.3f mm at most.",
            inverse.mean_residual,
            inverse.max_residual,
        )
    return {name: str(path) for name, path in outputs.items()}, figures


def write_report(
    options: argparse.Namespace, request: RegistrationRequest, given: Any, result: Any, judged: Any, confidence: Any
) -> dict[str, str]:
    """Write the page and the PDF that the options request. Return their paths by content."""
    from ..core.report.page import Report, report_html
    from ..core.report.page import write_report as write_report_page
    from ..core.report.pdf import write_pdf
    from ..core.report.reproduction import anonymous_command
    from ..core.report.tolerances import Tolerances

    report = Report.of(
        judged,
        result,
        given.fixed,
        {
            **request.described(),
            "Seed": ", ".join(map(str, dict.fromkeys(_seeds(result.stages)))),
            "Threads": "all" if request.threads is None else request.threads,
        },
        command=anonymous_command({n: value for n, value in vars(options).items() if n not in _UNSAID}),
        notes=[*given.notes, *result.notes],
        names=(Path(options.fixed).name, Path(options.moving).name) if options.report_names else None,
        images={
            name: _described(image, series)
            for name, image, series in zip(("Fixed", "Moving"), (given.fixed, result.moving), given.series, strict=True)
        },
        intended_use=options.intended_use or "",
        tolerances=Tolerances.of(result.fixed_geometry).changed(options.tolerance or ()),
        confidence=confidence,
        grid=result.fixed_geometry,
    )
    written = {}
    if options.report_pdf:
        write_pdf(report_html(report), options.report_pdf)
        written["report as PDF"] = str(options.report_pdf)
    if options.report:
        written["report"] = str(write_report_page(options.report, report))
    return written


def _described(image: Any, series: Any) -> str:
    """Return the modality of an image, if known, its size, spacing and type."""
    from ..core.images.geometry import array_view, geometry_of

    modality = f"{series.modality}, " if series is not None and series.modality else ""
    return f"{modality}{geometry_of(image)}, {array_view(image).dtype}"


def _shown(value: float | None, digits: int) -> str:
    """Return the text of a cell: empty without a value, a hyphen for an undefined one."""
    if value is None:
        return ""
    return "-" if value != value else f"{value:.{digits}f}"


def _seeds(stages: Any) -> list[int]:
    """Return the seed of each stage. If a stage has none, this is the default of elastix."""
    return [int((stage.get("RandomSeed") or ("121212",))[0]) for stage in stages]


def _inputs(options: argparse.Namespace, given: RegistrationInputs, result: Any) -> dict[str, Any]:
    """Return the input files by role, with the checksums of the voxels of both images."""
    from ..core.images.geometry import array_view
    from ..core.report.reproduction import voxel_checksum

    files = {name: getattr(options, name) for name in _INPUT_FILES if getattr(options, name)}
    inputs: dict[str, Any] = {name: {"file": str(path)} for name, path in files.items()}
    if options.json:
        for name, image in (("fixed", given.fixed), ("moving", result.moving)):
            inputs[name]["voxels_sha256"] = voxel_checksum(array_view(image))
    return inputs


def with_inverse_consistency(judged: Any, result: Any, back: Any) -> Any:
    """Add the figures of ``back``, a registration in the reverse direction."""
    from dataclasses import replace

    from ..core.quality.consistency import inverse_consistency
    from ..core.quality.figures import Figure

    found = inverse_consistency(result.transform, back.transform, judged.geometry, mask=judged.mask)
    figures = (
        Figure("Inverse consistency, mean", "mm", None, found.mean, -1, 2),
        Figure("Inverse consistency, 95 %", "mm", None, found.percentile95, -1, 2),
    )
    comparison = replace(judged.comparison, figures=(*judged.comparison.figures, *figures))
    return replace(judged, comparison=comparison)


def registration_outcome(
    request: RegistrationRequest,
    result: Any,
    comparison: Any,
    written: dict[str, str],
    seconds: dict[str, float],
    given: RegistrationInputs,
    options: argparse.Namespace,
) -> Outcome:
    from ..core.quality.label_rows import by_label, figure_text, label_lines
    from ..core.report.reproduction import software_versions

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
        "sliding": None if result.sliding is None else result.sliding.as_dict(),
        "seed": _seeds(result.stages),
        "threads": request.threads or os.cpu_count(),
        "inputs": _inputs(options, given, result),
        **{name: comparison.as_dict()[name] for name in ("figures", "verdict", "sampled_every")},
        "landmarks": [vars(row) for row in comparison.landmarks],
        "notes": [*given.notes, *result.notes],
        "outputs": written,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "versions": software_versions(),
    }
    rows = []
    figures, labels = by_label(comparison.figures)
    width = max([_NAME_WIDTH, *(len(figure.name) for figure in figures)])
    for figure in figures:
        before, after = (_shown(value, figure.digits) for value in (figure.before, figure.after))
        rows.append(f"{figure.name:{width}}{before:>12}{after:>12} {figure.unit}".rstrip())
    if labels:
        columns = ("before", "after")
        texts = {row.name: [[figure_text(one, when) for when in columns] for one in row.figures] for row in labels}
        rows += label_lines(columns, texts)
    table = "\n".join([f"{'':{width}}{'before':>12}{'after':>12}", *rows])
    done = f"Registered in {seconds['register']:.1f} s, {seconds['all']:.1f} s with reading and writing."
    outputs = "\n".join(f"{name}: {path}" for name, path in written.items())
    said = [table, *filter(None, [comparison.sampling]), comparison.verdict.text, done, outputs]
    return Outcome("\n".join(said), document, refusal=refusal_of(comparison.verdict))
