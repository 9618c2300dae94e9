"""Two single-slice volumes in any plane, registered in 2D and returned to 3D. LPS, mm.

The command line and the scene both use ``core.transforms.planes`` for this. Axial slices have LPS x and y as plane
coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, component_count, geometry_of, image_from_array, image_like
from ..images.labels import any_component
from ..resampling.images import resample
from ..transforms.itk_transforms import affine_from_matrix, compose, identity, matrix_of
from ..transforms.plain_data import TransformData
from ..transforms.planes import Plane, flat_geometry, flat_voxels, flattened_matrix, lifted_transform, plane_of
from ..wording import said

#: Planes whose normals have a smaller cosine than this do not count as parallel.
_FACING = 0.5


@dataclass(frozen=True, eq=False)
class SlicePair:
    """The ``grids`` of a fixed and a moving slice, 3D, and their ``planes``."""

    grids: tuple[Geometry, Geometry]
    planes: tuple[Plane, Plane]

    @classmethod
    def of(cls, fixed: Any, moving: Any) -> SlicePair | None:
        """None unless both images are 3D and have one slice each. Raises InputError if one slice faces the other
        edge-on.
        """
        grids = geometry_of(fixed), geometry_of(moving)
        if any(grid.dimension != 3 or grid.size.count(1) != 1 for grid in grids):
            return None
        plane = plane_of(grids[0])
        other = plane_of(grids[1], plane)
        if abs(float(plane.frame[:3, 2] @ other.frame[:3, 2])) < _FACING:
            raise InputError(
                said(
                    "The planes of the fixed and the moving slice cross each other; slices need planes that are "
                    "about parallel."
                )
            )
        return cls(grids, (plane, other))

    @property
    def is_axial(self) -> bool:
        """Whether the plane coordinates of both are LPS x and y."""
        same = [np.allclose(plane.frame[:2, :3], np.eye(4)[:2, :3]) for plane in self.planes]
        return all(same) and all(np.allclose(plane.frame[:2, 3], 0) for plane in self.planes)

    def flat(self, image: Any, side: int) -> Any:
        """The 2D image of a slice, or of the part of a volume there (labels and masks; nearest voxels).

        ``side``: 0 for fixed, 1 for moving.
        """
        grid = self.grids[side]
        if image.GetImageDimension() == 2:
            return image
        if geometry_of(image).size != grid.size or not geometry_of(image).is_close(grid, 0.1):
            image = image_from_array(any_component(image), geometry_of(image)) if component_count(image) > 1 else image
            image = resample(image, identity(3), grid, interpolation="nearest")
        voxels = np.ascontiguousarray(flat_voxels(array_view(image), grid))
        return image_like(image, voxels, flat_geometry(grid, self.planes[side]))

    def flat_points(self, points: np.ndarray, side: int) -> np.ndarray:
        """(N, 2) of (N, 3) points, LPS mm."""
        return self.planes[side].flat(points)

    def flat_start(self, transform: Any) -> Any:
        """The 2D transform of a linear one in 3D; 2D transforms are unchanged. Raises InputError for others."""
        if transform.GetInputSpaceDimension() == 2:
            return transform
        matrix = matrix_of(transform)
        if matrix is None:
            raise InputError(said("Slices can start from a linear transform only; give one, or a 2D transform."))
        return affine_from_matrix(flattened_matrix(matrix, *self.planes))

    def placed(self, image: Any) -> Any:
        """A 2D image on the fixed grid as a volume of one slice."""
        grid = self.grids[0]
        return image_like(image, np.expand_dims(array_view(image), 2 - grid.size.index(1)), grid)

    def lifted(self, transform: Any, *, inverse: bool = False) -> Any:
        """The 3D transform of a 2D one that maps fixed to moving plane coordinates, or of an ``inverse``."""
        corners = np.concatenate([grid.corners() for grid in self.grids])
        reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
        planes = self.planes[::-1] if inverse else self.planes
        return compose([lifted_transform(TransformData.of(transform), planes[0], planes[1], reach).transform()])
