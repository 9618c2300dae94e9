"""Models moved from file to file, against VTK's own readers and normals."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.model_files import move_model, turned_normals
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, map_points

vtk = pytest.importorskip("vtk")
numpy_support = pytest.importorskip("vtk.util.numpy_support")

MATRIX = np.eye(4)
MATRIX[:3, :3] = [[1.1, 0.3, 0], [-0.2, 0.9, 0.1], [0.05, 0, 1.2]]
MATRIX[:3, 3] = [5, -7, 9]


def mapping(points):
    return map_points(affine_from_matrix(MATRIX), points)


def a_surface():
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(20)
    sphere.SetThetaResolution(12)
    sphere.SetPhiResolution(10)
    sphere.Update()
    return sphere.GetOutput()


WRITERS = {
    "ascii.vtk": (vtk.vtkPolyDataWriter, "SetFileTypeToASCII", vtk.vtkPolyDataReader),
    "binary.vtk": (vtk.vtkPolyDataWriter, "SetFileTypeToBinary", vtk.vtkPolyDataReader),
    "ascii.stl": (vtk.vtkSTLWriter, "SetFileTypeToASCII", vtk.vtkSTLReader),
    "binary.stl": (vtk.vtkSTLWriter, "SetFileTypeToBinary", vtk.vtkSTLReader),
    "ascii.ply": (vtk.vtkPLYWriter, "SetFileTypeToASCII", vtk.vtkPLYReader),
    "binary.ply": (vtk.vtkPLYWriter, "SetFileTypeToBinary", vtk.vtkPLYReader),
    "plain.obj": (vtk.vtkOBJWriter, None, vtk.vtkOBJReader),
}


def write(name, surface, path, header=None):
    writer_class, form, _ = WRITERS[name]
    writer = writer_class()
    if form is not None:
        getattr(writer, form)()
    if header is not None:
        writer.SetHeader(header)
    writer.SetInputData(surface)
    writer.SetFileName(str(path))
    writer.Write()


def read(name, path):
    reader = WRITERS[name][2]()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def points_of(surface):
    return numpy_support.vtk_to_numpy(surface.GetPoints().GetData()).astype(float)


@pytest.mark.parametrize("name", WRITERS)
def test_points_and_normals_follow(name, tmp_path):
    surface = a_surface()
    write(name, surface, tmp_path / name)
    before = read(name, tmp_path / name)
    count = move_model(tmp_path / name, tmp_path / f"moved.{name}", mapping)
    after = read(name, tmp_path / f"moved.{name}")
    assert count >= before.GetNumberOfPoints()
    assert after.GetNumberOfCells() == before.GetNumberOfCells()
    assert points_of(after) == pytest.approx(mapping(points_of(before)), abs=2e-5)
    normals = after.GetPointData().GetNormals()
    if normals is not None:
        transform = vtk.vtkTransform()
        transform.SetMatrix(MATRIX.ravel())
        filter_ = vtk.vtkTransformPolyDataFilter()
        filter_.SetTransform(transform)
        filter_.SetInputData(before)
        filter_.Update()
        theirs = numpy_support.vtk_to_numpy(filter_.GetOutput().GetPointData().GetNormals())
        assert numpy_support.vtk_to_numpy(normals) == pytest.approx(theirs, abs=1e-4)


def test_a_file_in_ras_stays_in_ras(tmp_path):
    write("binary.vtk", a_surface(), tmp_path / "ras.vtk", "made by somebody; SPACE=RAS")
    move_model(tmp_path / "ras.vtk", tmp_path / "out.vtk", mapping)
    flip = np.array([-1, -1, 1])
    found = points_of(read("binary.vtk", tmp_path / "out.vtk"))
    assert found == pytest.approx(mapping(points_of(a_surface()) * flip) * flip, abs=2e-5)
    assert b"SPACE=RAS" in (tmp_path / "out.vtk").read_bytes()[:200]


def test_other_data_stays(tmp_path):
    surface = a_surface()
    values = numpy_support.numpy_to_vtk(np.arange(surface.GetNumberOfPoints(), dtype=float), deep=True)
    values.SetName("thickness")
    surface.GetPointData().AddArray(values)
    write("binary.vtk", surface, tmp_path / "m.vtk")
    move_model(tmp_path / "m.vtk", tmp_path / "n.vtk", mapping)
    kept = read("binary.vtk", tmp_path / "n.vtk").GetPointData().GetArray("thickness")
    assert np.array_equal(numpy_support.vtk_to_numpy(kept), np.arange(surface.GetNumberOfPoints()))


def test_normals_of_a_bent_plane():
    points = np.array([[x, y, 0.0] for x in (-2, 0, 3) for y in (-1, 4)])
    normals = np.tile([0.0, 0, 1], (6, 1))

    def bend(p):
        return p + np.stack([np.zeros(len(p)), np.zeros(len(p)), 0.1 * p[:, 0] ** 2], axis=1)

    slope = 0.2 * points[:, 0]
    expected = np.stack([-slope, np.zeros(6), np.ones(6)], 1) / np.sqrt(1 + slope**2)[:, None]
    assert turned_normals(points, normals, bend) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.vtk", b"no", "a.vtk is damaged"),
        ("a.vtk", b"# vtk DataFile Version 4.2\nx\nASCII\nDATASET POLYDATA\nPOINTS 9 float\n1 2 3\n", "is truncated"),
        ("a.stl", b"solid\nendsolid", "no facets"),
        ("a.ply", b"ply\nformat ascii 1.0\n", "damaged"),
        ("a.obj", b"f 1 2 3\n", "no vertices"),
        ("a.vtp", b"<VTKFile>", r"Models \(.vtk"),
    ],
)
def test_what_is_no_model_is_refused(name, content, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        move_model(tmp_path / name, tmp_path / f"out{name}", mapping)
    assert not (tmp_path / f"out{name}").exists()
    with pytest.raises(InputError, match=r"missing\.vtk does not exist"):
        move_model(tmp_path / "missing.vtk", tmp_path / "out.vtk", mapping)
