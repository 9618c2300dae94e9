"""The window stays alive while a registration is prepared and runs."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import vtk
from support.panel import choose

#: What Testing/benchmarks/worker.py measures on an idle machine; time given to other processes is not counted.
MAX_GAP_MS = 100


@pytest.fixture
def longest_gap(host, apply_and_wait):
    """The longest time, ms, that the event loop stands still from the click to the result and its pictures.

    VTK has one thread meanwhile: how long its threads wait for other processes is not to be known.
    """
    threads, backend = vtk.vtkMultiThreader.GetGlobalMaximumNumberOfThreads(), vtk.vtkSMPTools.GetBackend()
    vtk.vtkMultiThreader.SetGlobalMaximumNumberOfThreads(1)
    vtk.vtkSMPTools.SetBackend("Sequential")

    def measure(widget):
        longest = []
        for _ in range(3):  # on a machine full of other work the best one
            gc.collect()  # what other tests left
            with host.measureGaps() as gaps:
                apply_and_wait(widget, 120)
                host.pump(0.2)
            longest.append(gaps.longestOwn)
            if longest[-1] <= MAX_GAP_MS:
                break
        return min(longest)

    yield measure
    vtk.vtkMultiThreader.SetGlobalMaximumNumberOfThreads(threads)
    vtk.vtkSMPTools.SetBackend(backend)


@pytest.fixture(params=["result", pytest.param("time", marks=pytest.mark.slow)])
def apply(request, apply_and_wait, longest_gap):
    """Registers with the panel, and also measures the gaps if the machine is idle (``slow``)."""

    def apply(widget):
        if request.param == "result":
            apply_and_wait(widget, 120)
        else:
            assert longest_gap(widget) <= MAX_GAP_MS

    return apply


@pytest.mark.parametrize("kind", ["color", "sheared", "warped"])
def test_the_window_stays_alive_with_volumes_elastix_cannot_take(
    kind, a_panel, a_pair, a_volume, slicer, apply, a_ready_worker
):
    ui, moving = a_panel.ui, a_pair[1]
    ui.inBackgroundCheckBox.checked = True
    if kind == "color":
        moving = a_volume("color", shift=6.0, node_class="vtkMRMLVectorVolumeNode")
        ui.movingVolumeSelector.setCurrentNode(moving)
    elif kind == "sheared":
        parent = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "shear")
        shear = np.eye(4)
        shear[0, 1] = 0.05
        parent.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(shear))
        moving.SetAndObserveTransformNodeID(parent.GetID())
    elif kind == "warped":
        parent = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "warp")
        parent.SetAndObserveTransformFromParent(small_warp(slicer))
        moving.SetAndObserveTransformNodeID(parent.GetID())
    a_ready_worker(a_panel)
    for name in ("Field", "Jacobian", "Inverse"):
        getattr(ui, f"output{name}CheckBox").click()
    apply(a_panel)
    assert ui.verdictLabel.text.startswith("Better aligned")
    result = slicer.util.arrayFromVolume(ui.outputVolumeSelector.currentNode()).astype(float)
    if kind == "color":
        assert result.shape[3] == 3
        result = (result[..., 0] * 4 + result[..., 1] * 5) / 2
    assert np.abs(slicer.util.arrayFromVolume(a_pair[0]) - result)[3:-3, 3:-3, 3:-3].mean() < 25


def small_warp(slicer):
    """A thin plate spline that moves things by about 1 mm."""
    corners = np.stack(np.meshgrid(*[[0, 40, 80]] * 3), -1).reshape(-1, 3).astype(float)
    warp = vtk.vtkThinPlateSplineTransform()
    warp.SetBasisToR()
    moved = corners + np.random.default_rng(4).normal(0, 0.6, corners.shape)
    for setter, places in ((warp.SetSourceLandmarks, corners), (warp.SetTargetLandmarks, moved)):
        points = vtk.vtkPoints()
        for place in places:
            points.InsertNextPoint(*place)
        setter(points)
    return warp


@pytest.mark.parametrize(("pair", "preset"), [("head2d", "rigid"), ("lung", "translation")])
def test_the_window_stays_alive_with_real_images(pair, preset, host, open_panel, shared_data, slicer, apply):
    """The example of the itk-elastix paper, single slices that are registered in 2D, and a breath-hold CT pair."""
    load(slicer, shared_data / pair)
    widget = open_panel()
    host.waitUntil(lambda: "background" in widget.ui.backgroundMessageLabel.text, 10)
    choose(widget.ui.presetSelector, preset)
    for name in ("Field", "Jacobian", "Inverse"):
        getattr(widget.ui, f"output{name}CheckBox").click()
    apply(widget)
    assert widget.ui.verdictLabel.text.startswith("Better aligned")
    for name in ("Volume", "Transform", "Field", "Jacobian", "Inverse"):
        assert getattr(widget.ui, f"output{name}Selector").currentNode() is not None


def load(slicer, folder):
    """Fixed and moving image of a folder as volume nodes, a 2D image as a single slice."""
    import SimpleITK

    for name in ("fixed", "moving"):
        image = SimpleITK.ReadImage(str(folder / f"{name}.mha"))
        voxels = SimpleITK.GetArrayFromImage(image)
        node = slicer.util.addVolumeFromArray(voxels if voxels.ndim == 3 else voxels[None], name=name)
        node.SetSpacing(*[*image.GetSpacing(), 1.0][:3])
        node.SetOrigin(*[*image.GetOrigin(), 0.0][:3])
