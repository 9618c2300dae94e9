"""A registration as one HTML page that a colleague can open, print or archive: nothing in it is loaded from elsewhere.

The page names no patient. It contains file paths and node names only if the caller puts them into ``Report.names``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, file_error
from ..images import pictures
from ..images.geometry import array_view
from ..quality.figures import Comparison
from ..wording import said
from .convergence_plot import IterationRow, convergence_svgs
from .document import html_document
from .picture_block import picture_block
from .reproduction import software_versions, voxel_checksum
from .tables import figure_table, landmark_table
from .tolerances import Tolerances, checks, checks_html, decision_html, images_html

if TYPE_CHECKING:
    from ..images.geometry import Geometry
    from ..quality.assessment import Assessment
    from ..quality.confidence import ConfidenceMap

FILE_NAME = "report.html"
_MAX_PLACES = 4
CORRELATED = 0.9  # correlation from which images count as the same modality, so that their difference is meaningful
PATH_PARAMETERS = ("FileName", "Directory")


@dataclass
class Report:
    """What the page shows. Arrays lie on the fixed grid, (k, j, i).

    ``before``: the moving image as it lay, ``after``: as registered. ``padding``: values left out of the display
    window. ``displacement``: (k, j, i, D), LPS mm, fixed to moving. ``iterations``: rows with attributes stage,
    resolution and metric. ``stages``: parameter maps. ``settings``: any lines such as preset, seed, seconds,
    background. ``command``: see ``anonymous_command``. ``same_modality``: whether a difference picture means something;
    None: decide by the correlation after. ``notes``: what was done to the input, in sentences. ``names``: of both
    images, only if they may stand on the page. ``images``: what each image is, in a line. ``tolerances``: of the checks
    of TG-132, by default those for ``grid``, the fixed image as it is. ``confidence``: a map of how far off it may be.
    """

    fixed: np.ndarray
    before: np.ndarray
    after: np.ndarray
    geometry: Geometry
    comparison: Comparison
    title: str = "Registration report"
    mask: np.ndarray | None = None
    displacement: np.ndarray | None = None
    iterations: Iterable[IterationRow] = ()
    stages: Sequence[Mapping[str, Sequence[str]]] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    command: str | None = None
    same_modality: bool | None = None
    padding: Sequence[float] = ()
    notes: Sequence[str] = ()
    names: tuple[str, str] | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    intended_use: str = ""
    tolerances: Tolerances | None = None
    confidence: ConfidenceMap | None = None
    grid: Geometry | None = None

    @classmethod
    def of(
        cls, judged: Assessment, result: Any, fixed: Any, settings: Mapping[str, object] | None = None, **more: Any
    ) -> Report:
        """Of ``result``, a RegistrationResult, as ``core.assess`` judged it on the ITK image ``fixed``.

        ``more``: further values of the page, which override others.
        """
        backgrounds = result.fixed_background, result.background
        own: dict[str, Any] = {
            **{name: getattr(judged, name) for name in ("fixed", "before", "after", "geometry", "comparison")},
            **{name: getattr(judged, name) for name in ("mask", "displacement")},
            "iterations": result.iterations,
            "stages": result.stages,
            "settings": {**(settings or {}), "Background": f"{result.background.value:g}. {result.background.reason}"},
            "checksums": {
                "fixed image": voxel_checksum(array_view(fixed)),
                "moving image": voxel_checksum(array_view(result.moving)),
            },
            "padding": [one.padding for one in backgrounds if one.padding is not None],
            "notes": list(result.notes),
        }
        return cls(**(own | more))


def write_report(folder: str | os.PathLike, report: Report) -> Path:
    """Write ``report.html`` into ``folder`` (made if missing) and return its path; it appears whole or not at all."""
    page = report_html(report).encode()
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".report-", suffix=".html")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(page)
            os.chmod(unfinished, 0o644)  # temporary files are private, a report need not be
            os.replace(unfinished, folder / FILE_NAME)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise file_error(
            error,
            said(
                "The report cannot be written into {folder}: {reason}.",
                folder=folder,
                reason=error.strerror or error,
            ),
        ) from error
    return folder / FILE_NAME


def check_report_folder(folder: str | os.PathLike) -> None:
    """Raise InputError when ``folder`` cannot be made or is a file."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(said("The report is a folder, and {folder} is a file.", folder=folder))
    if folder.suffix.lower() in (".html", ".htm", ".txt", ".pdf") and not folder.exists():
        raise InputError(
            said(
                "The report is a folder, in which {file_name} is written; {folder} looks like a file.",
                file_name=FILE_NAME,
                folder=folder,
            )
        )


def report_html(report: Report) -> str:
    """The page as text."""
    for name in ("before", "after"):
        if getattr(report, name).shape != report.fixed.shape:
            raise InputError(
                said(
                    "The report needs the image {name} registration on the fixed grid {geometry}.",
                    name=name,
                    geometry=report.geometry,
                )
            )
    tolerances = report.tolerances or Tolerances.of(report.grid or report.geometry)
    sections = [
        _header(report),
        _notes(report.notes),
        checks_html(checks(report.comparison, tolerances)),
        decision_html(report.intended_use),
        images_html(report.images),
        figure_table(report.comparison.figures, report.comparison.sampling),
        landmark_table(report.comparison.landmarks),
        _outliers(report),
        _pictures(report),
        _confidence(report),
        _convergence(report),
    ]
    sections += [_parameters(report.stages), _reproduction(report)]
    return html_document(report.title, sections)


def _header(report: Report) -> str:
    verdict = report.comparison.verdict
    mood = {"better": "good", "worse": "bad", "implausible": "bad"}.get(verdict.status, "even")
    names = ""
    if report.names:
        fixed, moving = (escape(name) for name in report.names)
        names = f"<p>Fixed: <b>{fixed}</b><br>Moving: <b>{moving}</b></p>"
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"<header><h1>{escape(report.title)}</h1>{names}"
        f'<p class="quiet">{escape(_describe(report.geometry))}. Made {made}.</p>'
        f'<p class="verdict {mood}">{escape(verdict.text)}</p></header>'
    )


def _describe(geometry: Geometry) -> str:
    size = " \N{MULTIPLICATION SIGN} ".join(str(n) for n in geometry.size)
    spacing = " \N{MULTIPLICATION SIGN} ".join(f"{s:.3g}" for s in geometry.spacing)
    return f"Fixed image of {size} voxels, {spacing} mm each"


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    return f"<section><h2>Notes</h2><ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul></section>"


def _pictures(report: Report) -> str:
    position = _position(report)
    planes = pictures.planes_of(report.geometry, None if position is None else position.tolist())
    fixed_window = pictures.window_of(report.fixed, ignore=report.padding)
    moving_window = pictures.window_of(report.after, ignore=report.padding)
    fixed = [pictures.normalized(plane.cut(report.fixed), fixed_window) for plane in planes]
    moved = {
        name: [pictures.normalized(plane.cut(array), moving_window) for plane in planes]
        for name, array in (("Before", report.before), ("After", report.after))
    }
    blocks = [
        picture_block(
            "Color overlay",
            'The fixed image is <span class="fixed">orange</span>, the moving image <span class="moving">blue</span>;'
            " where they agree the picture is gray.",
            {
                when: [pictures.overlay(f, m) for f, m in zip(fixed, moving, strict=True)]
                for when, moving in moved.items()
            },
            planes,
        ),
        picture_block(
            "Checkerboard",
            "Alternating tiles of the fixed and the moving image: edges should continue across the tiles.",
            {
                when: [pictures.checkerboard(f, m) for f, m in zip(fixed, moving, strict=True)]
                for when, moving in moved.items()
            },
            planes,
        ),
    ]
    if _same_modality(report):
        blocks.append(
            picture_block(
                "Difference",
                "White where both are equal, red where the moving image is brighter, blue where the fixed image is.",
                {
                    when: [pictures.difference(f, m) for f, m in zip(fixed, moving, strict=True)]
                    for when, moving in moved.items()
                },
                planes,
            )
        )
    if report.displacement is not None:
        spacing = pictures.grid_spacing(report.geometry)
        grids = [
            pictures.deformation_grid(f, report.displacement, plane, report.geometry.direction, spacing)
            for f, plane in zip(fixed, planes, strict=True)
        ]
        caption = f"A grid of {spacing:g} mm in the moving image, as the transform pulls it onto the fixed image."
        blocks.append(picture_block("Deformation", caption, {"After": grids}, planes))
        scale = pictures.arrow_scale(report.displacement, report.geometry)
        fields = [
            pictures.arrows(f, report.displacement, plane, report.geometry.direction, scale)
            for f, plane in zip(fixed, planes, strict=True)
        ]
        times = "" if scale == 1 else f", drawn {scale:g} times as long"
        caption = f"Where points of the fixed image go in the moving image: from each dot along its line{times}."
        blocks.append(picture_block("Vector field", caption, {"After": fields}, planes))
    return "<section><h2>Pictures</h2>" + "".join(blocks) + "</section>"


def _outliers(report: Report) -> str:
    """Outlying landmarks, each in the fixed image and at its mapped place."""
    blocks = []
    windows = [pictures.window_of(image, ignore=report.padding) for image in (report.fixed, report.after)]
    for row in report.comparison.outliers[:_MAX_PLACES]:
        if not row.point:
            continue
        at = report.geometry.indices_of(np.array(row.point))
        planes = pictures.planes_of(report.geometry, at.tolist())
        fixed, moved = (
            [pictures.marked(pictures.normalized(plane.cut(image), window), plane, at) for plane in planes]
            for image, window in zip((report.fixed, report.after), windows, strict=True)
        )
        caption = f"{row.after:.1f} mm off after the registration, where the others fit. The cross is its place."
        blocks.append(picture_block(f"Landmark {row.label}", caption, {"Fixed": fixed, "After": moved}, planes))
    return f"<section><h2>Landmarks that stand out</h2>{''.join(blocks)}</section>" if blocks else ""


def _confidence(report: Report) -> str:
    """The map in colors over the fixed image, through its least certain place, and a list of such places."""
    found = report.confidence
    if found is None:
        return ""
    error = np.where(found.inside_on(report.geometry), array_view(found.image(report.geometry)), np.nan)
    worst = found.places[0]
    at = report.geometry.indices_of(np.array(worst.point))
    planes = pictures.planes_of(report.geometry, at.tolist())
    window = pictures.window_of(report.fixed, ignore=report.padding)
    most = float(np.percentile(found.error_mm[found.inside], 98)) or 1.0
    maps = [
        pictures.marked(
            pictures.heat(pictures.normalized(plane.cut(report.fixed), window), plane.cut(error) / most), plane, at
        )
        for plane in planes
    ]
    caption = (
        f"How far off the registration may be, from 0 mm (dark) to {most:.1f} mm or more (yellow): an estimate"
        " that shows where to look. It is the shift by which the images would match best around each place, plus one"
        " voxel. It cannot distinguish structures that look alike."
    )
    rows = "".join(
        f"<tr><th>{' '.join(f'{x:.1f}' for x in place.point)}</th><td>{place.error_mm:.1f}</td></tr>"
        for place in found.places
    )
    table = (
        '<table class="figures"><thead><tr><th>Least certain places, LPS mm</th><td>up to, mm</td></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return f"<section><h2>Confidence</h2>{picture_block('Map', caption, {'Error': maps}, planes)}{table}</section>"


def _position(report: Report) -> np.ndarray | None:
    """Center of the mask, i j k, the place of interest."""
    if report.mask is None or not np.any(report.mask):
        return None
    return np.array([np.mean(axis) for axis in np.nonzero(report.mask)])[::-1]


def _same_modality(report: Report) -> bool:
    if report.same_modality is not None:
        return report.same_modality
    after = [figure.after for figure in report.comparison.figures if figure.name == "Correlation"]
    return bool(after and after[0] >= CORRELATED)


def _convergence(report: Report) -> str:
    plots = convergence_svgs(report.iterations)
    if not plots:
        return ""
    blocks = []
    for stage, svg in enumerate(plots):
        parameters = report.stages[stage] if stage < len(report.stages) else {}
        kind = " ".join(parameters.get("Transform", ()))
        metric = ", ".join(parameters.get("Metric", ()))
        detail = f' <span class="quiet">{escape(", ".join(part for part in (kind, metric) if part))}</span>'
        blocks.append(f'<div class="block"><h3>Stage {stage + 1}{detail if kind or metric else ""}</h3>{svg}</div>')
    return "<section><h2>Convergence</h2>" + "".join(blocks) + "</section>"


def _parameters(stages: Sequence[Mapping[str, Sequence[str]]]) -> str:
    if not stages:
        return ""
    blocks = []
    for number, stage in enumerate(stages, 1):
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(' '.join(values))}</td></tr>"
            for name, values in stage.items()
            if not name.endswith(PATH_PARAMETERS)
        )
        blocks.append(
            f"<details open><summary>Stage {number}: {escape(' '.join(stage.get('Transform', ('',))))}</summary>"
            f'<div class="columns"><table class="parameters"><tbody>{rows}</tbody></table></div></details>'
        )
    return "<section><h2>Parameters</h2>" + "".join(blocks) + "</section>"


def _reproduction(report: Report) -> str:
    rows = {**report.settings, **software_versions()}
    rows |= {f"SHA-256 of the {name} voxels": checksum for name, checksum in report.checksums.items()}
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows.items())
    command = f"<pre>{escape(report.command)}</pre>" if report.command else ""
    return (
        f"<section><h2>To reproduce</h2>{command}"
        f'<table class="parameters settings"><tbody>{table}</tbody></table></section>'
    )
