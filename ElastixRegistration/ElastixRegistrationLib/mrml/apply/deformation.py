"""Analysis of a deformation in the scene: colored volumes, tables and folds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import vtk

from ...core.deformation.analysis import (
    DeformationAnalysis,
    LabelVolume,
    analyze_deformation,
    label_volume,
)
from ...core.deformation.jacobian import JacobianStatistics
from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.wording import said
from ..nodes.chains import chain_to_world, inverse
from ..nodes.color_maps import DISPLACEMENT, VOLUME_CHANGE, color_node, show_in_colors
from ..nodes.coordinates import ijk_to_ras_of, lps_from_ras, vtk_matrix_from_array
from ..nodes.incremental import Steps, run_to_completion
from ..nodes.output_volumes import image_incrementally
from ..nodes.segments import segment_ids, segment_name, segments_on_grid_incrementally
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import SceneChange
from ..nodes.tables import add_table
from ..nodes.transform_sources import name_of, transform_chain
from ..nodes.transforms import itk_from_chain
from ..nodes.volumes import volume_image, world_grid

#: Maximum number of folds marked in the views; the table lists more.
_MARKED = 50


@dataclass
class DeformationNodes(SceneChange, SlicerNames):
    """The created nodes and their figures; None for nodes with nothing to show.

    ``magnitude``: displacement, mm. ``jacobian``: determinant. ``matrix``: vector volume of its 9 components, row by
    row, RAS. ``segments``: table of volumes. ``folds``: point list; ``fold_table``: the same, the worst first.
    """

    magnitude: Any
    jacobian: Any
    matrix: Any
    segments: Any
    folds: Any
    fold_table: Any
    statistics: JacobianStatistics
    volumes: tuple[LabelVolume, ...] = field(default=(), repr=False)


def add_deformation_nodes(
    transform: Any, reference_node: Any, *, segmentation_node: Any = None, with_matrix: bool = False
) -> DeformationNodes:
    """``deformation_incrementally`` in one step."""
    return run_to_completion(
        deformation_incrementally(
            transform, reference_node, segmentation_node=segmentation_node, with_matrix=with_matrix
        )
    )


def deformation_incrementally(
    transform: Any, reference_node: Any, *, segmentation_node: Any = None, with_matrix: bool = False
) -> Steps[DeformationNodes]:
    """Analyze a transform node or file over the fixed volume ``reference_node``.

    ``segmentation_node``: a segmentation of the fixed image, whose volumes are measured before and after the transform.
    Everything is computed before the scene changes. Raises InputError, which names the problem.
    """
    chain = transform_chain(transform)
    reference = volume_image(reference_node, "reference volume")
    scene = reference_node.GetScene()
    if scene is None:
        raise InputError(said("The {reference} is not in a scene; add it to one first.", reference=reference.name))
    grid = reference.geometry if reference.is_orthogonal_in_world else world_grid(reference)
    itk_transform = itk_from_chain(chain, grid)
    yield
    analysis = analyze_deformation(itk_transform, grid, with_matrix=with_matrix)
    yield
    volumes = []
    if segmentation_node is not None:
        volumes = yield from _segment_volumes_incrementally(segmentation_node, analysis, grid)
    images = {"magnitude": (yield from image_incrementally(analysis.magnitude, vtk.VTK_FLOAT))}
    images["jacobian"] = yield from image_incrementally(analysis.determinant, vtk.VTK_FLOAT)
    if analysis.matrix is not None:
        # From LPS to RAS: rows and columns of x and y change their signs.
        flipped = analysis.matrix * np.outer([-1, -1, 1], [-1, -1, 1])
        images["matrix"] = yield from image_incrementally(flipped.reshape(*grid.size[::-1], 9), vtk.VTK_FLOAT)
    name = name_of(transform)
    return _written(scene, name, analysis, volumes, images, grid)


def _segment_volumes_incrementally(
    node: Any, analysis: DeformationAnalysis, grid: Geometry
) -> Steps[list[LabelVolume]]:
    if not node.IsA("vtkMRMLSegmentationNode"):
        raise InputError(
            said(
                "Volumes are measured in segments, and {node} is a {kind} node.",
                node=node.GetName(),
                kind=node.GetNodeTagName(),
            )
        )
    from_world = inverse(chain_to_world(node.GetParentTransformNode()))
    volumes = []
    name = f"segmentation {node.GetName()}"
    for number, segment_id in enumerate(segment_ids(node), 1):
        inside, _ = yield from segments_on_grid_incrementally(node, [segment_id], grid, from_world, name)
        if inside.any():
            volumes.append(label_volume(analysis.determinant[inside], grid, number, segment_name(node, segment_id)))
    return volumes


def _written(
    scene: Any,
    name: str,
    analysis: DeformationAnalysis,
    volumes: list[LabelVolume],
    images: dict[str, vtk.vtkImageData],
    grid: Geometry,
) -> DeformationNodes:
    nodes = DeformationNodes(None, None, None, None, None, None, analysis.statistics, tuple(volumes))
    scene.SaveStateForUndo()
    try:
        nodes.magnitude = nodes.made(_volume(scene, f"{name} displacement (mm)", images["magnitude"], grid))
        most = float(np.percentile(analysis.magnitude[::2, ::2, ::2], 99.5)) or 1.0
        show_in_colors(nodes.magnitude, color_node(scene, "Displacement", DISPLACEMENT), 0.0, most, "Displacement (mm)")
        nodes.jacobian = nodes.made(_volume(scene, f"{name} local volume", images["jacobian"], grid))
        show_in_colors(
            nodes.jacobian,
            color_node(scene, "Local volume change", VOLUME_CHANGE),
            0.0,
            2.0,
            "Volume, moved / fixed",
        )
        if "matrix" in images:
            matrix = _volume(scene, f"{name} Jacobian matrix", images["matrix"], grid, "vtkMRMLVectorVolumeNode")
            nodes.matrix = nodes.made(matrix)
        if volumes:
            columns: dict[str, list[Any]] = {
                "segment": [volume.name for volume in volumes],
                "fixed (ml)": [volume.fixed_mm3 / 1000 for volume in volumes],
                "moved (ml)": [volume.moved_mm3 / 1000 for volume in volumes],
                "change (%)": [volume.change_percent for volume in volumes],
                "smallest local volume": [volume.smallest for volume in volumes],
                "largest local volume": [volume.largest for volume in volumes],
                "folded voxels": [volume.folded_voxels for volume in volumes],
            }
            nodes.segments = nodes.made(add_table(scene, f"{name} volumes of segments", columns))
        if analysis.statistics.folded_count:
            _add_folds(scene, name, analysis, nodes)
    except BaseException:
        nodes.revert()
        raise
    return nodes


def _add_folds(scene: Any, name: str, analysis: DeformationAnalysis, nodes: DeformationNodes) -> None:
    points, indices = lps_from_ras(analysis.folded_points), analysis.folded_indices
    determinants = analysis.determinant[tuple(indices[:, ::-1].T)]
    columns: dict[str, Any] = {axis: points[:, n] for n, axis in enumerate(("R (mm)", "A (mm)", "S (mm)"))}
    columns |= {axis: indices[:, n] for n, axis in enumerate(("i", "j", "k"))}
    nodes.fold_table = nodes.made(add_table(scene, f"{name} folded voxels", columns | {"local volume": determinants}))
    nodes.folds = nodes.made(
        scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", scene.GenerateUniqueName(f"{name} folds"))
    )
    modified = nodes.folds.StartModify()
    try:
        for number, point in enumerate(points[:_MARKED].tolist(), 1):
            nodes.folds.AddControlPoint(vtk.vtkVector3d(*point), f"fold {number}")
        nodes.folds.SetLocked(True)
    finally:
        nodes.folds.EndModify(modified)
    nodes.folds.CreateDefaultDisplayNodes()


def _volume(
    scene: Any, name: str, image: vtk.vtkImageData, grid: Geometry, node_class: str = "vtkMRMLScalarVolumeNode"
) -> Any:
    node = scene.AddNewNodeByClass(node_class, scene.GenerateUniqueName(name))
    node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
    node.SetAndObserveImageData(image)
    return node
