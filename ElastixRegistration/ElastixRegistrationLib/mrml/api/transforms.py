"""Operations on transforms: apply, harden, invert, analyze, judge, load, make from a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import slicer

from ...core.deprecation import note_renamed

if TYPE_CHECKING:
    from ...core.files.dicom_objects.spatial_registration import RegistrationObject
    from ..apply.apply import AppliedTransform
    from ..apply.deformation import DeformationNodes
    from ..apply.inverse import InverseNode
    from ..apply.quality import QualityNodes


class TransformLogic:
    """Apply and examine transform nodes and files."""

    def applyTransform(
        self,
        transform: Any,
        nodes: Sequence[Any],
        referenceVolumeNode: Any = None,
        *,
        inverse: bool = False,
        interpolation: str = "linear",
        background: float | str = "auto",
        inPlace: bool = False,
    ) -> AppliedTransform:
        """Transform volumes, label maps, segmentations, models and markups: copies, or ``inPlace`` the nodes.

        ``transform`` is a transform node or the path of a file of elastix, ITK, ANTs, BRAINS or Slicer. Nodes in
        the space of the moving image end up on the fixed image; with ``inverse`` the other way round. Their current
        parents are ignored: they are treated as if they were directly under the transform. Volumes and segments are
        resampled to the grid of ``referenceVolumeNode``, if given. Raises InputError before anything changes;
        ``revert()`` of the returned object undoes it.
        """
        from ..apply.apply import apply_incrementally
        from ..nodes.incremental import run_to_completion

        return run_to_completion(
            apply_incrementally(
                transform,
                nodes,
                reference_node=referenceVolumeNode,
                inverted=inverse,
                interpolation=interpolation,
                background=background,
                in_place=inPlace,
            )
        )

    def putUnderTransform(self, transform: Any, nodes: Sequence[Any], *, inverse: bool = False) -> AppliedTransform:
        """Put ``nodes`` under a transform, as above, without resampling; ``hardenTransform`` can be called later."""
        from ..apply.apply import put_under

        return put_under(transform, nodes, inverted=inverse)

    def hardenTransform(
        self,
        nodes: Sequence[Any],
        referenceVolumeNode: Any = None,
        *,
        interpolation: str = "linear",
        background: float | str = "auto",
    ) -> AppliedTransform:
        """Apply the parent transforms of nodes, linear or not, to their data, in place."""
        from ..apply.apply import harden_incrementally
        from ..nodes.incremental import run_to_completion

        return run_to_completion(
            harden_incrementally(
                nodes, reference_node=referenceVolumeNode, interpolation=interpolation, background=background
            )
        )

    def loadTransform(self, path: Any, scene: Any = None) -> Any:
        """A new transform node from a file, including elastix's TransformParameters files."""
        from ..nodes.transform_sources import transform_node_from_file

        return transform_node_from_file(path, slicer.mrmlScene if scene is None else scene)

    def invertTransform(self, transform: Any, referenceVolumeNode: Any, method: str = "iterative") -> InverseNode:
        """A new node with the inverse of a transform node or file over the fixed volume, and its residual, mm.

        ``method``: "iterative" gives a displacement grid, "elastix" a B-spline; linear transforms are exact.
        """
        from ..apply.inverse import add_inverse_node

        return add_inverse_node(transform, referenceVolumeNode, method=method)

    def analyzeTransform(
        self, transform: Any, referenceVolumeNode: Any, segmentationNode: Any = None, *, withMatrix: bool = False
    ) -> DeformationNodes:
        """Analyze the deformation of a transform node or file over the fixed volume.

        Gives colored volumes of displacement and local volume change with legends, volumes of segments before and
        after, and folds."""
        from ..apply.deformation import add_deformation_nodes

        return add_deformation_nodes(
            transform, referenceVolumeNode, segmentation_node=segmentationNode, with_matrix=withMatrix
        )

    def analyseTransform(self, *arguments: Any, **named: Any) -> DeformationNodes:
        """The former name of ``analyzeTransform``."""
        note_renamed("analyseTransform", "analyzeTransform")
        return self.analyzeTransform(*arguments, **named)

    def assessTransform(
        self,
        transform: Any,
        referenceVolumeNode: Any,
        *,
        fixedPointsNode: Any = None,
        movingPointsNode: Any = None,
        fixedSegmentationNode: Any = None,
        movingSegmentationNode: Any = None,
        pairing: str = "auto",
    ) -> QualityNodes:
        """Tables of overlap, surface and landmark distances before and after a transform node or file, and a chart."""
        from ..apply.quality import assess_transform

        return assess_transform(
            transform,
            referenceVolumeNode,
            fixed_points_node=fixedPointsNode,
            moving_points_node=movingPointsNode,
            fixed_segmentation=fixedSegmentationNode,
            moving_segmentation=movingSegmentationNode,
            pairing=pairing,
        )

    def exportRegistration(
        self,
        transform: Any,
        fixedVolumeNode: Any,
        movingVolumeNode: Any,
        path: Any,
        *,
        gridSpacing: float = 3.0,
        anonymize: bool = False,
        intoDatabase: bool = False,
    ) -> RegistrationObject:
        """Write a transform node or file as a DICOM registration object that planning systems read.

        Both volumes must come from Slicer's DICOM database. Linear transforms are written as matrices, others as
        displacements on a grid of ``gridSpacing`` mm; ``error_mm`` of the returned object is the largest difference
        found. ``intoDatabase`` also adds the object to the database. If it raises InputError, nothing is written.
        """
        from ..apply.dicom_export import export_registration

        return export_registration(
            transform,
            fixedVolumeNode,
            movingVolumeNode,
            path,
            grid_mm=gridSpacing,
            anonymize=anonymize,
            into_database=intoDatabase,
        )

    def transformFromMatrix(
        self,
        matrix: Any,
        space: str,
        fixedVolumeNode: Any = None,
        movingVolumeNode: Any = None,
        *,
        mapsMovingToFixed: bool = False,
        alignCorners: bool = False,
        scene: Any = None,
    ) -> Any:
        """A transform node, to apply or to start from, made from a NumPy, MONAI or torch matrix.

        ``space``: "LPS", "RAS", "voxel" (i, j, k), "array" (k, j, i), "monai" or "torch"; all but the first two need
        both volumes. The matrix maps fixed to moving points, unless ``mapsMovingToFixed``.
        """
        from ..nodes.transform_sources import transform_node_from_matrix

        return transform_node_from_matrix(
            matrix,
            space,
            slicer.mrmlScene if scene is None else scene,
            fixed_node=fixedVolumeNode,
            moving_node=movingVolumeNode,
            maps_moving_to_fixed=mapsMovingToFixed,
            align_corners=alignCorners,
        )

    def nodesOfBranch(self, item: int, scene: Any = None) -> list[Any]:
        """The transformable nodes of an item of the subject hierarchy, such as a patient, and of all items below."""
        from ..apply.apply import is_movable
        from ..nodes.hierarchy import branch_nodes

        return branch_nodes(slicer.mrmlScene if scene is None else scene, item, is_movable)
