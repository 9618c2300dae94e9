"""Figures of a registration as tables and a chart in the scene."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from ...core.errors import InputError
from ...core.quality.assessment import label_figures
from ...core.quality.figures import Comparison, Figure, LandmarkRow
from ...core.quality.similarity import LandmarkErrors, landmark_errors, landmark_figures
from ...core.wording import said
from ..nodes.chains import chain_to_world, inverse, map_lps_points
from ..nodes.incremental import run_to_completion
from ..nodes.points import landmark_pairs
from ..nodes.segments import segments_on_grid_incrementally, shared_segment_ids
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import SceneChange
from ..nodes.tables import add_table
from ..nodes.transform_sources import name_of, transform_chain
from ..nodes.volumes import volume_image, world_grid

_BEFORE, _AFTER = (0.55, 0.6, 0.67), (0.12, 0.44, 0.70)


_ATTRIBUTE = "ElastixRegistration.verdict"


@dataclass
class QualityNodes(SceneChange, SlicerNames):
    """The created nodes; None for those with nothing to show."""

    figures: Any = None
    landmarks: Any = None
    chart: Any = None
    series: Sequence[Any] = ()


def assess_transform(
    transform: Any,
    reference_node: Any,
    *,
    fixed_points_node: Any = None,
    moving_points_node: Any = None,
    fixed_segmentation: Any = None,
    moving_segmentation: Any = None,
    pairing: str = "auto",
) -> QualityNodes:
    """Judge a transform node or file by landmarks, by segments with the same name, or both.

    ``reference_node`` is the fixed volume. Raises InputError if there is nothing to judge by, or only for one image.
    """
    figures: list[Figure] = []
    rows: list[LandmarkRow] = []
    if fixed_points_node is not None or moving_points_node is not None:
        rows, _notes = landmark_rows(transform, fixed_points_node, moving_points_node, pairing)
        first, then = (LandmarkErrors(np.array([getattr(row, when) for row in rows])) for when in ("before", "after"))
        figures += landmark_figures(first, then, float(np.mean(reference_node.GetSpacing())))
    if fixed_segmentation is not None or moving_segmentation is not None:
        figures += segment_figures(transform, fixed_segmentation, moving_segmentation, reference_node)
    if not figures:
        raise InputError(said("To judge a transform, give landmarks or segmentations of both images."))
    name = name_of(transform)
    return add_quality_nodes(reference_node.GetScene(), Comparison(tuple(figures), landmarks=tuple(rows)), name)


def keep_verdict(nodes: Iterable[Any], comparison: Comparison | None) -> None:
    """Store the verdict in output ``nodes``, so that the scene keeps it: its status, and the whole verdict as JSON, in
    the attributes ElastixRegistration.verdictStatus and ElastixRegistration.verdict."""
    if comparison is None:
        return
    for node in nodes:
        node.SetAttribute(f"{_ATTRIBUTE}Status", comparison.verdict.status)
        node.SetAttribute(_ATTRIBUTE, json.dumps(comparison.verdict.as_dict(), allow_nan=False))


def add_quality_nodes(scene: Any, comparison: Comparison, name: str) -> QualityNodes:
    """Add a table of figures before and after, and a table and a chart of landmarks, named after ``name``."""
    nodes = QualityNodes()
    scene.SaveStateForUndo()
    try:
        if comparison.figures:
            nodes.figures = nodes.made(add_table(scene, f"{name} quality", _columns(comparison.figures)))
        if comparison.landmarks:
            columns: dict[str, list[Any]] = {
                "landmark": [str(row.label) for row in comparison.landmarks],
                "before (mm)": [row.before for row in comparison.landmarks],
                "after (mm)": [row.after for row in comparison.landmarks],
            }
            nodes.landmarks = nodes.made(add_table(scene, f"{name} landmarks", columns))
            _add_chart(scene, nodes, name)
    except BaseException:
        nodes.revert()
        raise
    return nodes


def _columns(figures: Sequence[Figure]) -> dict[str, list[Any]]:
    missing = float("nan")
    words = {True: "better", False: "worse", None: ""}
    return {
        "figure": [figure.name for figure in figures],
        "before": [missing if figure.before is None else figure.before for figure in figures],
        "after": [figure.after for figure in figures],
        "unit": [figure.unit for figure in figures],
        "change": [words[figure.improved] for figure in figures],
    }


def _add_chart(scene: Any, nodes: QualityNodes, name: str) -> None:
    """Add a bar chart of each landmark, before and after."""
    series = []
    for column, color in (("before (mm)", _BEFORE), ("after (mm)", _AFTER)):
        series_name = scene.GenerateUniqueName(f"{name} {column.removesuffix(' (mm)')}")
        one = nodes.made(scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", series_name))
        series.append(one)
        one.SetAndObserveTableNodeID(nodes.landmarks.GetID())
        one.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeBar)
        one.SetYColumnName(column)
        one.SetLabelColumnName("landmark")
        one.SetColor(*color)
    nodes.series = tuple(series)
    chart_name = scene.GenerateUniqueName(f"{name} landmarks")
    nodes.chart = nodes.made(scene.AddNewNodeByClass("vtkMRMLPlotChartNode", chart_name))
    for one in series:
        nodes.chart.AddAndObservePlotSeriesNodeID(one.GetID())
    nodes.chart.SetTitle("Distance of landmarks")
    nodes.chart.SetXAxisTitle("landmark")
    nodes.chart.SetYAxisTitle("mm")
    nodes.chart.SetLegendVisibility(True)


def landmark_rows(
    transform: Any, fixed_points_node: Any, moving_points_node: Any, pairing: str = "auto"
) -> tuple[list[LandmarkRow], tuple[str, ...]]:
    """Distances of landmarks, mm, before and after a transform (node or file), and notes on those left out.

    Points of the moving image count without their parents, as if put directly under the transform; points of the fixed
    image count in world.
    """
    pairs = landmark_pairs(fixed_points_node, moving_points_node, pairing)
    moving = _without_parents(moving_points_node, pairs.moving)
    chain = transform_chain(transform)
    before = landmark_errors(pairs.fixed, moving)
    after = landmark_errors(pairs.fixed, moving, lambda points: map_lps_points(chain, points))
    labels = [label or str(number) for number, label in enumerate(pairs.labels, 1)]
    rows = zip(labels, before.distances.tolist(), after.distances.tolist(), strict=True)
    return [LandmarkRow(*row) for row in rows], pairs.notes


def _without_parents(node: Any, points: np.ndarray) -> np.ndarray:
    return map_lps_points(inverse(chain_to_world(node.GetParentTransformNode())), points)


def segment_figures(
    transform: Any, fixed_segmentation: Any, moving_segmentation: Any, reference_node: Any
) -> list[Figure]:
    """Overlap and surface distances of segments of the same name, before and after, on the grid of a volume.

    After, the moving segmentation counts as if it were put directly under the transform; before, without any parent.
    Raises InputError if no name is shared, or if several segments of one segmentation have a shared name.
    """
    for node in (fixed_segmentation, moving_segmentation):
        if node is None or not node.IsA("vtkMRMLSegmentationNode"):
            raise InputError(said("Two segmentations are needed to compare segments."))
    shared = shared_segment_ids(fixed_segmentation, moving_segmentation)
    reference = volume_image(reference_node, "reference volume")
    grid = reference.geometry if reference.is_orthogonal_in_world else world_grid(reference)
    chain = transform_chain(transform)
    figures = []
    for name, (of_fixed, of_moving) in shared.items():
        arrays = [
            run_to_completion(segments_on_grid_incrementally(node, [one], grid, from_world, node.GetName()))[0].view(
                np.uint8
            )
            for node, one, from_world in (
                (fixed_segmentation, of_fixed, inverse(chain_to_world(fixed_segmentation.GetParentTransformNode()))),
                (moving_segmentation, of_moving, []),
                (moving_segmentation, of_moving, chain),
            )
        ]
        figures += label_figures(arrays[0], arrays[1], arrays[2], grid, {1: name})
    return figures
