"""Applying a transform to nodes moves them as independent programs do."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
import vtk
from ElastixRegistrationLib.mrml.apply.apply import apply_incrementally
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from phantoms.scans import voxels_of
from support import builders
from support.applying import (
    FIXED,
    MOVING,
    TRANSFORMS,
    by_simpleitk,
    itk_grid,
    point_list,
    positions,
    smooth,
    volume,
)
from support.builders import itk_map, ras
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy


def model(scene, points_lps):
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "surface")
    points, cells = vtk.vtkPoints(), vtk.vtkCellArray()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(ras(points_lps)), deep=True))
    for n in range(len(points_lps)):
        cells.InsertNextCell(1, [n])
    mesh = vtk.vtkPolyData()
    mesh.SetPoints(points)
    mesh.SetVerts(cells)
    node.SetAndObservePolyData(mesh)
    return node


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_a_landmark_lands(kind, a_scene, a_transform, landmarks):
    transform, node = a_transform(kind)
    there = itk_map(transform, landmarks)
    markups, curve, surface = point_list(a_scene, there), point_list(a_scene, there, "Curve"), model(a_scene, there)
    applied = run_to_completion(apply_incrementally(node, [markups, curve, surface]))
    assert positions(applied.nodes[0]) == pytest.approx(landmarks, abs=1e-5)
    assert positions(applied.nodes[1]) == pytest.approx(landmarks, abs=1e-5)
    moved = vtk_to_numpy(applied.nodes[2].GetPolyData().GetPoints().GetData())
    assert ras(moved) == pytest.approx(landmarks, abs=1e-5)
    assert positions(markups) == pytest.approx(there, abs=1e-9)
    back = run_to_completion(apply_incrementally(node, [applied.nodes[0]], inverted=True))
    assert positions(back.nodes[0]) == pytest.approx(there, abs=1e-5)


@pytest.mark.parametrize("kind", ["affine", "bspline", "composite"])
def test_volumes_agree_with_simpleitk(kind, a_transform, a_volume_node, tmp_path):
    transform, node = a_transform(kind)
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [moving], reference_node=fixed, background=0.0)).nodes
    theirs = by_simpleitk(smooth(MOVING), MOVING, transform, FIXED, sitk.sitkLinear, tmp_path)
    # At the very rim of the image one of both may call a voxel inside.
    assert np.percentile(np.abs(voxels_of(result) - theirs), 99.5) < 0.01
    assert voxels_of(result).dtype == np.float32
    assert result.GetName() == "volume (transformed)"


def test_outside_of_a_dose_there_is_none(a_scene, a_volume_node):
    node = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "T")
    dose = volume(a_volume_node, np.full(MOVING.size[::-1], 7, np.float32), MOVING)
    dose.SetAttribute("DicomRtImport.DoseVolume", "1")
    wide = itk_grid((30, 32, 34), (6.0, 6.0, 6.0))
    reference = volume(a_volume_node, np.zeros(wide.size[::-1], np.uint8), wide, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [dose], reference_node=reference)).nodes
    assert set(np.unique(voxels_of(result))) == {0, 7}


def labels(geometry):
    k, j, i = np.indices(geometry.size[::-1])
    p = geometry.points_of(np.stack([i, j, k], -1))
    return ((np.linalg.norm(p, axis=-1) < 20) * 1 + (np.linalg.norm(p - [0, 0, 12], axis=-1) < 9) * 2).astype(np.uint8)


def test_label_maps_take_the_nearest_voxel(a_transform, a_volume_node, tmp_path):
    transform, node = a_transform("bspline")
    moving = volume(a_volume_node, labels(MOVING), MOVING, node_class="vtkMRMLLabelMapVolumeNode")
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [moving], reference_node=fixed)).nodes
    theirs = by_simpleitk(labels(MOVING), MOVING, transform, FIXED, sitk.sitkNearestNeighbor, tmp_path)
    assert result.IsA("vtkMRMLLabelMapVolumeNode")
    assert np.mean(voxels_of(result) != theirs) < 1e-3
    assert set(np.unique(voxels_of(result))) == {0, 1, 2, 3}


def segmentation(scene, voxels, geometry, kind="label map"):
    """Two segments that share a label map, or a sphere as surface."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "segments")
    converter = slicer.vtkSegmentationConverter
    if kind == "surface":
        name = converter.GetClosedSurfaceRepresentationName()
        sphere = vtk.vtkSphereSource()
        sphere.SetRadius(20)
        sphere.SetThetaResolution(40)
        sphere.SetPhiResolution(40)
        sphere.Update()
        shapes = [(name, "ball", sphere.GetOutput(), 1)]
    else:
        name = converter.GetBinaryLabelmapRepresentationName()
        image = slicer.vtkOrientedImageData()
        image.SetDimensions(*geometry.size)
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
        vtk_to_numpy(image.GetPointData().GetScalars())[:] = voxels.ravel()
        image.SetImageToWorldMatrix(builders._matrix(builders.FLIP @ geometry.index_to_physical()))
        shapes = [(name, "ball", image, 1), (name, "core", image, 3)]
    node.GetSegmentation().SetSourceRepresentationName(name)
    for name, label, shape, value in shapes:
        segment = slicer.vtkSegment()
        segment.SetName(label)
        segment.SetLabelValue(value)
        segment.AddRepresentation(name, shape)
        node.GetSegmentation().AddSegment(segment, label)
    return node


def test_segments_that_share_a_label_map_still_do(a_scene, a_transform, a_volume_node, tmp_path):
    transform, node = a_transform("composite")
    segments = segmentation(a_scene, labels(MOVING), MOVING)
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [segments], reference_node=fixed)).nodes
    name = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    images = [result.GetSegmentation().GetSegment(s).GetRepresentation(name) for s in ("ball", "core")]
    assert images[0] is images[1]
    found = vtk_to_numpy(images[0].GetPointData().GetScalars()).reshape(FIXED.size[::-1])
    theirs = by_simpleitk(labels(MOVING), MOVING, transform, FIXED, sitk.sitkNearestNeighbor, tmp_path)
    assert np.mean(found != theirs) < 1e-3
    original = segments.GetSegmentation().GetSegment("ball").GetRepresentation(name)
    assert np.array_equal(vtk_to_numpy(original.GetPointData().GetScalars()).reshape(MOVING.size[::-1]), labels(MOVING))


def test_segments_without_reference_keep_their_volume_where_they_land(a_scene, a_transform):
    """A ball of 20 mm under a shear-free and a shearing map: volume times determinant, center at the mapped center."""
    for kind in ("rigid", "affine"):
        transform, node = a_transform(kind)
        segments = segmentation(a_scene, (labels(MOVING) == 1).astype(np.uint8), MOVING)
        (result,) = run_to_completion(apply_incrementally(node, [segments])).nodes
        name = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
        image = result.GetSegmentation().GetSegment("ball").GetRepresentation(name)
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        matrix = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
        voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
        k, j, i = np.nonzero(voxels)
        center = (matrix @ [i.mean(), j.mean(), k.mean(), 1])[:3]
        origin = itk_map(transform, np.zeros((1, 3)))[0]
        linear = np.stack([itk_map(transform, np.eye(3)[[n]])[0] - origin for n in range(3)], 1)
        k, j, i = np.nonzero(labels(MOVING) == 1)
        before = MOVING.points_of([i.mean(), j.mean(), k.mean()])
        assert linear @ ras(center) + origin == pytest.approx(before, abs=0.2)
        volume_ratio = (len(voxels.nonzero()[0]) * np.linalg.det(matrix[:3, :3])) / (
            len(i) * np.linalg.det(MOVING.index_to_physical()[:3, :3])
        )
        assert volume_ratio == pytest.approx(1 / np.linalg.det(linear), rel=0.02)


def test_surfaces_of_segments_move_with_their_points(a_scene, a_transform):
    transform, node = a_transform("bspline")
    segments = segmentation(a_scene, None, None, "surface")
    name = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    before = vtk_to_numpy(
        segments.GetSegmentation().GetSegment("ball").GetRepresentation(name).GetPoints().GetData()
    ).copy()
    (result,) = run_to_completion(apply_incrementally(node, [segments])).nodes
    after = vtk_to_numpy(result.GetSegmentation().GetSegment("ball").GetRepresentation(name).GetPoints().GetData())
    assert itk_map(transform, ras(after.astype(float))) == pytest.approx(ras(before), abs=1e-4)


def test_a_volume_under_a_rigid_transform_keeps_its_voxels(a_transform, a_volume_node):
    transform, node = a_transform("rigid")
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    (result,) = run_to_completion(apply_incrementally(node, [moving])).nodes
    assert np.array_equal(voxels_of(result), smooth(MOVING))
    corner = MOVING.points_of([3.0, 4.0, 5.0])
    matrix = vtk.vtkMatrix4x4()
    result.GetIJKToRASMatrix(matrix)
    found = ras(np.array(matrix.MultiplyPoint([3, 4, 5, 1]))[:3])
    assert itk_map(transform, found[None])[0] == pytest.approx(corner, abs=1e-6)
