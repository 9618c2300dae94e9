"""Single-slice volumes in 2D registrations: the plane of a slice, and its transforms in 3D. LPS, mm.

A slice that lies in an axial plane has its LPS x and y as plane coordinates, so that the 2D registration is the one
that elastix would do on 2D files. Other planes are handled alike with their own two axes. The moving plane takes over
the axes of the fixed plane, turned by the smallest rotation between the two and shifted along the normal: when the two
are parallel, equal plane coordinates are equal places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..wording import said
from .itk_transforms import bspline_grid_of
from .plain_data import TransformData, TransformElement


@dataclass(frozen=True, eq=False)
class Plane:
    """``frame`` is a (4, 4) rigid matrix from (u, v, w, 1), w off the plane, to LPS mm."""

    frame: np.ndarray

    def flat(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) LPS points -> (N, 2) plane coordinates of the closest points of the plane, mm."""
        inverse = np.linalg.inv(self.frame)
        return np.asarray(points, float) @ inverse[:2, :3].T + inverse[:2, 3]

    def lifted(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) plane coordinates -> (N, 3) LPS points."""
        return np.asarray(points, float) @ self.frame[:3, :2].T + self.frame[:3, 3]


def plane_of(geometry: Geometry, like: Plane | None = None) -> Plane:
    """The plane of a single slice; with axes next to those of ``like``, where that is given."""
    axis = geometry.size.index(1)
    normal = np.asarray(geometry.direction)[:, axis]
    if like is None:
        most = int(np.argmax(np.abs(normal)))
        first, second = np.delete(np.eye(3), most, axis=1).T
        first = first - normal * (normal @ first)
        first /= np.linalg.norm(first)
        out = normal if np.cross(normal, first) @ second > 0 else -normal
        axes = np.column_stack([first, np.cross(out, first), out])
        start = np.zeros(3)
    else:
        before = like.frame[:3, 2]
        axes = _smallest_rotation(before, normal if normal @ before >= 0 else -normal) @ like.frame[:3, :3]
        start = like.frame[:3, 3]
    frame = np.eye(4)
    frame[:3, :3] = axes
    frame[:3, 3] = start + normal * (normal @ (np.asarray(geometry.origin) - start))
    return Plane(frame)


def _smallest_rotation(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(3, 3) rotation of a unit vector onto another one that is not opposite to it (Rodrigues' formula)."""
    x, y, z = np.cross(start, end)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + start @ end)


def flat_geometry(geometry: Geometry, plane: Plane) -> Geometry:
    """The 2D geometry, in plane coordinates, of a single slice."""
    axis = geometry.size.index(1)
    axes = np.delete(np.asarray(geometry.direction), axis, axis=1)
    return Geometry(
        size=tuple(np.delete(geometry.size, axis).tolist()),
        spacing=tuple(np.delete(geometry.spacing, axis).tolist()),
        origin=tuple(plane.flat(np.array([geometry.origin]))[0].tolist()),
        direction=tuple(map(tuple, (plane.frame[:3, :2].T @ axes).tolist())),
    )


def lifted_geometry(geometry: Geometry, plane: Plane, thickness: float) -> Geometry:
    """Inverse of ``flat_geometry``: a slice of ``thickness`` mm, with its own two axes first."""
    axes = np.column_stack([plane.frame[:3, :2] @ np.asarray(geometry.direction), plane.frame[:3, 2]])
    return Geometry(
        size=(*geometry.size, 1),
        spacing=(*geometry.spacing, thickness),
        origin=tuple(plane.lifted(np.array([geometry.origin]))[0].tolist()),
        direction=tuple(map(tuple, axes.tolist())),
    )


def flat_voxels(voxels: np.ndarray, geometry: Geometry) -> np.ndarray:
    """(k, j, i[, c]) -> two of the axes[, c]: a view."""
    return np.squeeze(voxels, axis=2 - geometry.size.index(1))


def lifted_transform(transform: TransformData, fixed: Plane, moving: Plane, reach: float) -> TransformData:
    """The 3D transform, LPS, of a 2D one in plane coordinates: plane to plane, and in parallel to it beside them.

    A deformation is the same within ``reach`` mm of the plane on both sides, and fades out beyond.
    """
    elements = [_lifted(element, reach) for element in transform.elements]
    to_plane, from_plane = np.linalg.inv(fixed.frame), moving.frame
    return TransformData((TransformElement.affine(to_plane), *elements, TransformElement.affine(from_plane)))


def _lifted(element: TransformElement, reach: float) -> TransformElement:
    if element.matrix is not None:
        matrix = np.eye(4)
        matrix[np.ix_([0, 1, 3], [0, 1, 3])] = element.matrix
        return TransformElement.affine(matrix)
    if element.name == "BSplineTransform":
        coefficients, origin, spacing, direction = bspline_grid_of(element.parameters, element.fixed_parameters)
        # 4 equal layers hold a cubic B-spline constant between the middle two; 3 of zeros end it, as on other sides.
        layers = np.pad(np.repeat(coefficients[:, None], 4, axis=1), [(0, 1), (3, 3), (0, 0), (0, 0)])
        return TransformElement.bspline(
            layers, np.append(origin, -2 * reach * 4.5), np.append(spacing, 2 * reach), _with_third_axis(direction)
        )
    if element.geometry is not None:
        geometry = element.geometry
        layers = np.pad(np.repeat(element.parameters[None], 2, axis=0), [(1, 1), (0, 0), (0, 0), (0, 1)])
        lifted = Geometry(
            size=(*geometry.size, 4),
            spacing=(*geometry.spacing, 2 * reach),
            origin=(*geometry.origin, -3 * reach),
            direction=tuple(map(tuple, _with_third_axis(geometry.direction).tolist())),
        )
        return TransformElement.displacements(layers, lifted)
    raise InputError(said("A 2D {element} has no counterpart in 3D.", element=element.name))


def _with_third_axis(direction: Any) -> np.ndarray:
    result = np.eye(3)
    result[:2, :2] = direction
    return result


def flattened_matrix(matrix: np.ndarray, fixed: Plane, moving: Plane) -> np.ndarray:
    """(3, 3) of what a (4, 4) LPS matrix does to points of the fixed plane, seen in the moving plane."""
    between = np.linalg.inv(moving.frame) @ matrix @ fixed.frame
    return between[np.ix_([0, 1, 3], [0, 1, 3])]
