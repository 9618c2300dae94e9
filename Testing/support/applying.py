"""Nodes to which a transform is applied, and the same by SimpleITK."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
import vtk
from ElastixRegistrationLib.core.files.transform_files import write_transform
from phantoms.images import grid

from support import builders
from support.builders import ras


def thin_plate(rng):
    from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform

    sources = rng.uniform(-60, 60, (12, 3))
    return spline_kernel_transform(sources, sources + rng.normal(0, 3, sources.shape))


TRANSFORMS = {
    "rigid": lambda rng: builders.itk_affine(builders.FLIP @ builders.rigid(rng, 8) @ builders.FLIP),
    "affine": lambda rng: builders.itk_affine(builders.affine(rng, translation=5)),
    "bspline": lambda rng: builders.itk_bspline(rng),
    "composite": lambda rng: builders.itk_composite(
        builders.itk_affine(builders.affine(rng, 0.05, 5)), builders.itk_bspline(rng)
    ),
    "thin plate": lambda rng: thin_plate(rng),
}


def point_list(scene, points_lps, kind="Fiducial"):
    node = scene.AddNewNodeByClass(f"vtkMRMLMarkups{kind}Node", "landmarks")
    for point in ras(points_lps):
        node.AddControlPoint(vtk.vtkVector3d(*point))
    return node


def positions(node):
    """LPS, as the node holds them."""
    return ras(np.array([list(node.GetNthControlPointPosition(n)) for n in range(node.GetNumberOfControlPoints())]))


def itk_grid(size, spacing, center=(0.0, 0.0, 0.0)):
    return grid(size, spacing, tuple(np.array(center) - (np.array(size) - 1) / 2 * np.array(spacing)))


def volume(a_volume_node, voxels, geometry, **options):
    matrix = builders.FLIP @ geometry.index_to_physical()
    return a_volume_node(voxels, matrix, **options)


def by_simpleitk(voxels, geometry, transform, reference, interpolator, tmp_path):
    write_transform(transform, tmp_path / "theirs.h5", reference)
    image = sitk.GetImageFromArray(voxels)
    image.SetOrigin(geometry.origin)
    image.SetSpacing(geometry.spacing)
    like = sitk.Image(list(reference.size), sitk.sitkUInt8)
    like.SetOrigin(reference.origin)
    like.SetSpacing(reference.spacing)
    moved = sitk.Resample(image, like, sitk.ReadTransform(str(tmp_path / "theirs.h5")), interpolator, 0.0)
    return sitk.GetArrayFromImage(moved)


MOVING, FIXED = itk_grid((40, 38, 36), (2.0, 2.2, 2.4)), itk_grid((30, 32, 34), (2.5, 2.4, 2.3), (2, 1, 0))


def smooth(geometry):
    """A function of the place, so that interpolation errors are small, without padding or background."""
    k, j, i = np.indices(geometry.size[::-1])
    p = geometry.points_of(np.stack([i, j, k], -1))
    return (100 * np.sin(p[..., 0] / 9) + 80 * np.cos(p[..., 1] / 11) + 3 * p[..., 2]).astype(np.float32)
