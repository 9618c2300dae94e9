"""Transforms made from nothing but their definition, independent of the code under test. RAS or LPS as named."""

from __future__ import annotations

import itk
import numpy as np
import slicer
import vtk
from ElastixRegistrationLib.core.system.itk_access import wrapped_class
from vtk.util.numpy_support import vtk_to_numpy

#: VTK's types of voxels, by the names of C.
SCALAR_TYPES = {
    "char": vtk.VTK_CHAR,
    "signed char": vtk.VTK_SIGNED_CHAR,
    "unsigned char": vtk.VTK_UNSIGNED_CHAR,
    "short": vtk.VTK_SHORT,
    "unsigned short": vtk.VTK_UNSIGNED_SHORT,
    "int": vtk.VTK_INT,
    "unsigned int": vtk.VTK_UNSIGNED_INT,
    "long": vtk.VTK_LONG,
    "unsigned long": vtk.VTK_UNSIGNED_LONG,
    "long long": vtk.VTK_LONG_LONG,
    "unsigned long long": vtk.VTK_UNSIGNED_LONG_LONG,
    "float": vtk.VTK_FLOAT,
    "double": vtk.VTK_DOUBLE,
}
FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


def rotation(rng) -> np.ndarray:
    """(3, 3) random proper rotation."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, [1, 0, 2]]


def rigid(rng, translation=20.0) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(rng)
    matrix[:3, 3] = rng.uniform(-translation, translation, 3)
    return matrix


def affine(rng, amount=0.1, translation=20.0) -> np.ndarray:
    """(4, 4) near the identity, with shear and scale."""
    matrix = np.eye(4)
    matrix[:3, :3] += rng.uniform(-amount, amount, (3, 3))
    matrix[:3, 3] = rng.uniform(-translation, translation, 3)
    return matrix


def oblique_ijk_to_ras(rng, spacing=(1.0, 1.5, 2.0), *, left_handed=False) -> np.ndarray:
    matrix = np.eye(4)
    axes = rotation(rng)
    if left_handed:
        axes[:, 0] *= -1
    matrix[:3, :3] = axes * spacing
    matrix[:3, 3] = rng.uniform(-100, 100, 3)
    return matrix


def itk_affine(matrix: np.ndarray):
    """itk.AffineTransform of a (4, 4) LPS matrix, by ITK's own setters."""
    transform = wrapped_class("AffineTransform", "D3").New()
    transform.SetMatrix(itk.matrix_from_array(np.ascontiguousarray(matrix[:3, :3])))
    transform.SetTranslation(matrix[:3, 3].tolist())
    return transform


def itk_bspline(
    rng, *, size=(7, 8, 9), spacing=(12.0, 15.0, 18.0), origin=(-60.0, -70.0, -80.0), axes=None, amount=3.0
):
    """itk.BSplineTransform with random coefficients and 3 zero control points all around."""
    transform = wrapped_class("BSplineTransform", "D33").New()
    axes = np.eye(3) if axes is None else axes
    full = np.array(size) + 6
    start = np.array(origin) - axes @ (3 * np.array(spacing))
    fixed = wrapped_class("OptimizerParameters", "D")(18)
    for n, value in enumerate([*full, *start, *spacing, *axes.ravel()]):
        fixed.SetElement(n, float(value))
    transform.SetFixedParameters(fixed)
    coefficients = np.pad(rng.normal(0, amount, (3, *size[::-1])), [(0, 0), (3, 3), (3, 3), (3, 3)])
    parameters = wrapped_class("OptimizerParameters", "D")(coefficients.size)
    for n, value in enumerate(coefficients.ravel().tolist()):
        parameters.SetElement(n, value)
    transform.SetParameters(parameters)
    return transform


def itk_field(rng, *, size=(12, 14, 16), spacing=(5.0, 6.0, 7.0), origin=(-30.0, -40.0, -50.0), axes=None, amount=2.0):
    """itk.DisplacementFieldTransform of random vectors, zero at the rim."""
    vectors = np.zeros((*size[::-1], 3))
    vectors[1:-1, 1:-1, 1:-1] = rng.normal(0, amount, (size[2] - 2, size[1] - 2, size[0] - 2, 3))
    image = itk.image_from_array(vectors, is_vector=True)
    image.SetSpacing(list(spacing))
    image.SetOrigin(list(origin))
    image.SetDirection(itk.matrix_from_array(np.eye(3) if axes is None else axes))
    transform = wrapped_class("DisplacementFieldTransform", "D3").New()
    transform.SetDisplacementField(image)
    return transform


def itk_composite(*transforms):
    """The first given acts first on a point."""
    composite = wrapped_class("CompositeTransform", "D3").New()
    for transform in reversed(transforms):
        composite.AddTransform(transform)
    return composite


def itk_map(transform, points_lps: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(point) for point in points_lps.tolist()])


def vtk_map(transform, points_ras: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(point) for point in points_ras.tolist()])


def ras(points_lps: np.ndarray) -> np.ndarray:
    return points_lps * [-1, -1, 1]


lps = ras


def _vectors(rng, size, spacing, axes, amount):
    """vtkImageData of random vectors, centered at 0 where a transform turns it by ``axes``."""
    image = vtk.vtkImageData()
    image.SetDimensions(*size)
    image.SetSpacing(*spacing)
    image.SetOrigin(*(-axes @ ((np.array(size) - 1) / 2 * spacing)))
    image.AllocateScalars(vtk.VTK_DOUBLE, 3)
    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    scalars[:] = rng.normal(0, amount, scalars.shape)
    return image


def vtk_bspline(
    rng, *, mode="zero", bulk=None, size=(6, 7, 8), spacing=(14.0, 13.0, 12.0), axes=None, scale=1.0, amount=1.5
):
    """vtkOrientedBSplineTransform, RAS, centered near 0, random coefficients up to its rim."""
    transform = slicer.vtkOrientedBSplineTransform()
    axes = np.eye(3) if axes is None else axes
    image = _vectors(rng, size, spacing, axes, amount / scale)
    transform.SetCoefficientData(image)
    transform.SetGridDirectionMatrix(_matrix(axes))
    transform.SetDisplacementScale(scale)
    if bulk is not None:
        transform.SetBulkTransformMatrix(_matrix(bulk))
    if mode == "zero":
        transform.SetBorderModeToZero()
    else:
        transform.SetBorderModeToEdge()
    return transform


def vtk_grid(rng, *, size=(8, 9, 10), spacing=(8.0, 9.0, 10.0), axes=None, amount=1.5):
    """vtkOrientedGridTransform, RAS, centered near 0, smooth vectors up to its rim."""
    transform = slicer.vtkOrientedGridTransform()
    axes = np.eye(3) if axes is None else axes
    image = _vectors(rng, size, spacing, axes, amount)
    transform.SetDisplacementGridData(image)
    transform.SetGridDirectionMatrix(_matrix(axes))
    return transform


def vtk_thin_plate(rng, count=12):
    transform = vtk.vtkThinPlateSplineTransform()
    transform.SetBasisToR()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for point in rng.uniform(-60, 60, (count, 3)):
        source.InsertNextPoint(point)
        target.InsertNextPoint(point + rng.normal(0, 3, 3))
    transform.SetSourceLandmarks(source)
    transform.SetTargetLandmarks(target)
    return transform


def _matrix(array):
    matrix = vtk.vtkMatrix4x4()
    for (row, column), value in np.ndenumerate(array):
        matrix.SetElement(row, column, value)
    return matrix


def balls(scene, segments, name="Seg"):
    """A segmentation of balls around the origin, given as (id, name, radius), or elsewhere, with a center (RAS)."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    kind = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    for segment_id, segment_name, radius, *center in segments:
        sphere = vtk.vtkSphereSource()
        sphere.SetCenter(*(center or [(0, 0, 0)])[0])
        sphere.SetRadius(radius)
        sphere.SetThetaResolution(40)
        sphere.SetPhiResolution(40)
        sphere.Update()
        segment = slicer.vtkSegment()
        segment.SetName(segment_name)
        segment.AddRepresentation(kind, sphere.GetOutput())
        assert node.GetSegmentation().AddSegment(segment, segment_id)
    return node


def vtk_matrix(array):
    matrix = vtk.vtkMatrix4x4()
    for (row, column), value in np.ndenumerate(array):
        matrix.SetElement(row, column, value)
    return matrix
