"""Judge existing transforms: the figures and the verdict of a registration, without registering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import numpy as np

from ..deformation.plausibility import check_deformation
from ..errors import InputError
from ..images.background import background_of
from ..images.geometry import Geometry, array_view, as_scalar, geometry_of
from ..images.labels import shared_labels
from ..images.overlay import image_tag, overlay_png
from ..quality.assessment import Assessment, assess, label_figures, landmarks_before_and_after
from ..quality.figures import Comparison, Figure, with_mean_overlap
from ..quality.label_rows import LABEL_FIGURES, LABEL_TITLES, by_label, figure_text, label_lines
from ..quality.similarity import compare
from ..registration.checks import check_dimensions
from ..registration.result import RegistrationResult
from ..resampling.images import resample
from ..transforms.itk_transforms import identity
from ..wording import said
from .text import aligned

AS_LOADED = "as loaded"


@dataclass(frozen=True)
class Evaluation:
    """One transform, judged. ``assessment`` has the arrays for pictures; None without images."""

    name: str
    transform: Any = field(repr=False)
    comparison: Comparison
    assessment: Assessment | None = field(default=None, repr=False)

    @property
    def verdict(self) -> str:
        """In words; ``comparison.verdict`` has it as data."""
        return self.comparison.verdict.text

    @cached_property
    def figures(self) -> list[Figure]:
        """As tables show them."""
        return with_mean_overlap(self.comparison.figures)

    def figure(self, name: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.name == name), None)

    def __repr__(self) -> str:
        return f"Evaluation({self.name!r}: {self.comparison.verdict})"


@dataclass(frozen=True, repr=False)
class EvaluationTable:
    """Transforms judged by the same images, landmarks and labels, in the order in which they were given."""

    rows: tuple[Evaluation, ...]

    def __iter__(self) -> Iterator[Evaluation]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str | int) -> Evaluation:
        if isinstance(name, int):
            return self.rows[name]
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def figure_names(self) -> list[str]:
        return list(dict.fromkeys(figure.name for row in self.rows for figure in row.figures))

    def cells(self) -> list[list[str]]:
        """Texts: a header of figure names with units, a line "before" if available, and a line for each transform."""
        names = self.figure_names()
        units = {figure.name: figure.unit for row in self.rows for figure in row.figures}
        lines = [["", *(f"{name}, {units[name]}" if units[name] else name for name in names)]]
        befores = [self.rows[0].figure(name) for name in names]
        if [row.name for row in self.rows] != [AS_LOADED]:
            lines.append(["before", *(_text(figure, "before") for figure in befores)])
        for row in self.rows:
            lines.append([row.name, *(_text(row.figure(name), "after") for name in names)])
        return lines

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"transforms": [{"name": row.name, **row.comparison.as_dict()} for row in self.rows]}

    def _printed(self) -> tuple[list[list[str]], dict[str, list[list[str]]]]:
        """Texts as people read them: (lines of a header and of figures, texts of single labels for ``label_lines``).

        Transforms are in columns, because names of figures are longer than numbers.
        """
        head, *columns = zip(*self.cells(), strict=True)
        found = [{one.name: one.figures for one in by_label(row.comparison.figures)[1]} for row in self.rows]
        own = {figure.name for figures in found[0].values() for figure in figures if figure is not None}
        lines = [list(head)]
        lines += [list(column) for name, column in zip(self.figure_names(), columns, strict=True) if name not in own]
        shown = [(figures, "after") for figures in found]
        if head[1] == "before":
            shown.insert(0, (found[0], "before"))
        unknown = (None,) * len(LABEL_FIGURES)
        labels = {
            name: [
                [figure_text(figures.get(name, unknown)[kind], when) for figures, when in shown]
                for kind in range(len(LABEL_FIGURES))
            ]
            for name in found[0]
        }
        return lines, labels

    def _repr_html_(self) -> str:
        """For notebooks: the figures, and with images an overlay of each transform."""
        (head, *lines), labels = self._printed()
        for kind, title in enumerate(LABEL_TITLES if labels else ()):
            lines += [[title], *([name, *texts[kind]] for name, texts in labels.items())]
        heads = "".join(f"<th>{escape(text)}</th>" for text in head)
        rows = "".join(_row_html(line, len(head)) for line in lines)
        verdicts = "".join(
            f"<p><b>{escape(row.name)}</b>: {escape(row.verdict)}{_picture(row)}</p>" for row in self.rows
        )
        note = f"<p>{escape(self.sampling)}</p>" if self.sampling else ""
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}{verdicts}"

    def __repr__(self) -> str:
        lines, labels = self._printed()
        return "\n".join([*aligned(lines), *(label_lines(lines[0][1:], labels) if labels else [])])

    @property
    def sampling(self) -> str:
        """The sampling behind the figures, the same for all transforms; "" if it was all voxels."""
        return self.rows[0].comparison.sampling


def evaluate(
    transforms: Any = None,
    *,
    fixed: Any = None,
    moving: Any = None,
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    fixed_labels: Any = None,
    moving_labels: Any = None,
    fixed_mask: Any = None,
    moving_mask: Any = None,
    landmark_labels: Sequence[str] = (),
    label_names: Mapping[int, str] | None = None,
    background: float | str = "auto",
    most_voxels: float = 1e6,
) -> EvaluationTable:
    """Judge one or more transforms by landmarks, by label maps, by both images, or by all of them.

    ``transforms``: an itk transform, or several by name, each mapping fixed to moving points, LPS mm, from any source
    (``core.read_transform``); None evaluates the images as loaded. Points are (N, D), LPS mm, paired by order. Images,
    masks and label maps are ITK images on any grid. ``most_voxels``: images are compared on the fixed grid, thinned to
    that many. Raises InputError if there is nothing to judge by, or if the inputs are inconsistent.

        table = core.evaluate({"rigid": first, "deformable": second}, fixed_points=a, moving_points=b)
        print(table)
    """
    given = _named(transforms)
    dimension = _checked_dimension(given, fixed, moving, fixed_points, moving_points, fixed_labels, moving_labels)
    rows = []
    for name, transform in given.items():
        way = identity(dimension) if transform is None else transform
        if fixed is None:
            comparison = _judged_by_truth(
                way, fixed_points, moving_points, landmark_labels, fixed_labels, moving_labels, label_names or {}
            )
            rows.append(Evaluation(name, way, comparison))
            continue
        judged = assess(
            fixed,
            as_result(way, fixed, moving, background),
            fixed_mask=fixed_mask,
            moving_mask=moving_mask,
            fixed_points=fixed_points,
            moving_points=moving_points,
            landmark_labels=landmark_labels,
            fixed_labels=fixed_labels,
            moving_labels=moving_labels,
            label_names=label_names,
            most_voxels=most_voxels,
        )
        rows.append(Evaluation(name, way, judged.comparison, judged))
    return EvaluationTable(tuple(rows))


def _checked_dimension(
    transforms: Mapping[str, Any],
    fixed: Any,
    moving: Any,
    fixed_points: np.ndarray | None,
    moving_points: np.ndarray | None,
    fixed_labels: Any,
    moving_labels: Any,
) -> int:
    """The dimension of all inputs. Raises InputError if there is nothing to judge by, or if they are inconsistent."""
    if (fixed is None) != (moving is None):
        raise InputError(said("Both images are needed to judge by them, but only one was given."))
    if (fixed_labels is None) != (moving_labels is None):
        raise InputError(said("Label maps of both images are needed to judge by labels, but only one was given."))
    if fixed is None and fixed_points is None and fixed_labels is None:
        raise InputError(
            said("There is nothing to judge by: give landmarks of both images, label maps of both, or both images.")
        )
    dimension = _dimension(fixed, fixed_labels, fixed_points)
    for name, transform in transforms.items():
        if transform is not None and transform.GetInputSpaceDimension() != dimension:
            raise InputError(
                said(
                    "The transform {name} has {dimension} dimensions, but the other inputs have {dimension2}.",
                    name=name,
                    dimension=transform.GetInputSpaceDimension(),
                    dimension2=dimension,
                )
            )
    check_dimensions(dimension, None, fixed_points, moving_points)
    return dimension


def as_result(transform: Any, fixed: Any, moving: Any, background: float | str = "auto") -> RegistrationResult:
    """``transform`` as a RegistrationResult, for functions that need one."""
    flat_moving = as_scalar(moving)
    return RegistrationResult(
        transform=transform,
        transform_parameters=None,
        stages=[],
        background=background_of(flat_moving, background),
        fixed_background=background_of(as_scalar(fixed), "keep" if background == "keep" else "auto"),
        fixed_geometry=geometry_of(fixed),
        moving=moving,
        iterations=[],
        log="",
        notes=[],
        background_setting=background,
        fixed=fixed,
    )


def _row_html(line: Sequence[str], columns: int) -> str:
    if len(line) == 1:
        return f'<tr><th colspan="{columns}">{escape(line[0])}</th></tr>'
    return f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in line)}</tr>"


def _picture(row: Evaluation) -> str:
    judged = row.assessment
    return (
        "" if judged is None else f"<br>{image_tag(overlay_png(judged.fixed, judged.after, judged.geometry), row.name)}"
    )


def _named(transforms: Any) -> dict[str, Any]:
    if isinstance(transforms, Mapping):
        if not transforms:
            raise InputError(said("No transform was given to evaluate."))
        return {str(name): transform for name, transform in transforms.items()}
    return {AS_LOADED: None} if transforms is None else {"transform": transforms}


def _dimension(fixed: Any, labels: Any, points: np.ndarray | None) -> int:
    if fixed is not None:
        return int(fixed.GetImageDimension())
    if labels is not None:
        return int(labels.GetImageDimension())
    return 0 if points is None else int(np.shape(points)[-1])


def _judged_by_truth(
    transform: Any,
    fixed_points: np.ndarray | None,
    moving_points: np.ndarray | None,
    landmark_labels: Sequence[str],
    fixed_labels: Any,
    moving_labels: Any,
    names: Mapping[int, str],
) -> Comparison:
    """Judge by landmarks and labels alone; folds are searched inside the fixed labels."""
    landmarks = landmarks_before_and_after(transform, fixed_points, moving_points)
    segments: list[Figure] = []
    deformation = None
    if fixed_labels is not None:
        grid = geometry_of(fixed_labels)
        segments = _label_figures(transform, fixed_labels, moving_labels, grid, names)
        drawn = np.asarray(array_view(fixed_labels)) != 0
        deformation = check_deformation(transform, grid, inside=drawn if drawn.any() else None)
    return compare(
        None, None, None,
        segments=segments, landmarks=landmarks, landmark_labels=landmark_labels,
        landmark_points=fixed_points, deformation=deformation,
    )  # fmt: skip


def _label_figures(
    transform: Any, fixed_labels: Any, moving_labels: Any, grid: Geometry, names: Mapping[int, str]
) -> list[Figure]:
    drawn = array_view(fixed_labels)
    before, after = (
        array_view(resample(moving_labels, way, grid, interpolation="nearest"))
        for way in (identity(grid.dimension), transform)
    )
    shared = shared_labels(drawn, array_view(moving_labels))
    return label_figures(drawn, before, after, grid, {n: names.get(n, f"label {n}") for n in shared})


def _text(figure: Figure | None, when: str) -> str:
    value = None if figure is None else getattr(figure, when)
    if figure is None or value is None:
        return ""
    return f"{value:.{figure.digits}f}" if np.isfinite(value) else "-"
