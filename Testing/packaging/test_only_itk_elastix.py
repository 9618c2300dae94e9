"""A plain registration inside Slicer needs no package that Slicer lacks but itk-elastix.

Here and in the process of the background there are only the packages of ITK and itk-elastix, and of what Slicer brings
MRML, VTK and NumPy: links to them in an environment of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.metadata import distributions
from pathlib import Path

import pytest

#: How their names begin.
KEPT = ("itk", "numpy", "vtk", "slicer")
MODULES = Path(__file__).parents[2] / "ElastixRegistration"

REGISTRATION = """
import numpy as np, slicer, vtk
from vtk.util.numpy_support import numpy_to_vtk
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.worker import live

scene = slicer.vtkMRMLScene()
z, y, x = np.indices((24, 28, 32)).astype("f4")


def blob(at):
    return (100 * np.exp(-(((x - 15 - at) / 6) ** 2 + ((y - 13) / 5) ** 2 + ((z - 11) / 4) ** 2))).astype("f4")


nodes = []
for at in (0, 3):
    image = vtk.vtkImageData()
    image.SetDimensions(32, 28, 24)
    image.GetPointData().SetScalars(numpy_to_vtk(blob(at).ravel(), deep=True))
    nodes.append(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))
    nodes[-1].SetAndObserveImageData(image)
output = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
transform = scene.AddNewNodeByClass("vtkMRMLTransformNode")
RegistrationLogic().registerVolumes(*nodes, outputVolumeNode=output, outputTransformNode=transform, preset="automatic")
moved = [0.0, 0, 0]
transform.GetTransformFromParent().TransformPoint([-15.0, -13, 11], moved)
print("here", *np.round(np.subtract(moved, [-15.0, -13, 11]), 1).tolist())

plain = Geometry((32, 28, 24), (1.0,) * 3, (0.0,) * 3, ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
images = [image_from_array(blob(at), plain) for at in (0, 3)]
result = live.register(*images, preset="rigid")
from importlib.util import find_spec
print("others", [name for name in ("pydicom", "tifffile", "scipy", "xarray", "dask", "h5py") if find_spec(name)])
print("there", *np.round(np.subtract(result.transform.TransformPoint([15.0, 13, 11]), [15.0, 13, 11]), 1).tolist())
"""


def environment_of(folder: Path) -> Path:
    """The Python of a new environment in ``folder`` with links to all that the kept packages have put beside each
    other."""
    venv.EnvBuilder(symlinks=True).create(folder)
    packages = next(folder.glob("lib*/python*/site-packages"))
    for one in distributions():
        if not one.metadata["Name"].lower().startswith(KEPT):
            continue
        for name in {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}:
            place = Path(str(one.locate_file(name)))
            if place.exists() and not (packages / name).exists():
                (packages / name).symlink_to(place)
    return folder / "bin" / "python"


@pytest.mark.skipif(sys.platform == "win32", reason="links need permission on Windows")
def test_a_registration_in_slicer_needs_itk_elastix_alone(tmp_path):
    python = environment_of(tmp_path / "env")
    done = subprocess.run(
        [python, "-c", REGISTRATION],
        env=os.environ | {"PYTHONPATH": str(MODULES)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert lines["others"] == "[]"
    for process in ("here", "there"):
        shift = [abs(float(word)) for word in lines[process].split()]
        assert abs(shift[0] - 3) <= 0.1
        assert max(shift[1:]) <= 0.1
