"""All that the panel can look like, one state after the other, for tests of its shape and for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import slicer
from ElastixRegistrationLib.core.errors import RegistrationError

from support.panel import blobs_volume, choose

FOLDS = ("masks", "start", "outputs", "preset", "advanced", "result")
LONG_NAME = (
    "T1w MPRAGE sagittal isotropic post_contrast_session-02_resampled_and_bias_corrected of the patient who moved"
)


def states_before_a_run(host: Any, widget: Any, name: str = LONG_NAME) -> Iterator[str]:
    """Brings ``widget`` from an empty scene to a pair with everything chosen; gives the name of each state."""
    ui = widget.ui
    yield "empty"
    fixed, moving = blobs_volume(f"{name} fixed"), blobs_volume(f"{name} moving", 6.0)
    host.pump(0.4)
    yield "chosen"
    ui.findPresetButton.click()
    ui.presetSearchBox.text = "CT"
    yield "find a preset"
    ui.findPresetButton.click()
    choose(ui.presetSelector, "landmarks")
    yield "a preset with problems"
    choose(ui.presetSelector, "translation")
    for fold in FOLDS:
        button = getattr(ui, f"{fold}CollapsibleButton")
        button.collapsed = False
        yield f"{fold} open"
        button.collapsed = True
    _choose_masks(ui, name)
    yield "masks chosen"
    ui.masksCollapsibleButton.collapsed = False
    yield "masks chosen, open"
    ui.masksCollapsibleButton.collapsed = True
    for output in ("Field", "Jacobian", "Inverse"):
        getattr(ui, f"output{output}CheckBox").checked = True
    choose(ui.backgroundSelector, "value")
    ui.outputsCollapsibleButton.collapsed = False
    yield "all outputs"
    ui.outputsCollapsibleButton.collapsed = True
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", f"{name} start")
    choose(ui.startSelector, "transform")
    ui.initialTransformSelector.setCurrentNode(transform)
    ui.startCollapsibleButton.collapsed = False
    yield "start from a transform"
    ui.startCollapsibleButton.collapsed = True
    choose(ui.startSelector, "preset")
    ui.fixedMaskSelector.setCurrentNode(None)
    ui.fixedPointsSelector.setCurrentNode(None)
    ui.movingPointsSelector.setCurrentNode(None)
    ui.movingVolumeSelector.setCurrentNode(fixed)
    yield "the same twice"
    ui.movingVolumeSelector.setCurrentNode(moving)


def _choose_masks(ui: Any, name: str) -> None:
    labels = blobs_volume(f"{name} labels", node_class="vtkMRMLLabelMapVolumeNode")
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{name} organs")
    segmentation.GetSegmentation().AddEmptySegment("liver", f"{name} liver")
    ui.fixedMaskSelector.setCurrentNode(segmentation)
    ui.movingMaskSelector.setCurrentNode(labels)
    for side in ("fixed", "moving"):
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", f"{name} points {side}")
        points.AddControlPoint(10, 10, 10, f"{name} {side}")
        getattr(ui, f"{side}PointsSelector").setCurrentNode(points)
    ui.movingMaskSelector.setCurrentNode(None)


def states_of_a_run(host: Any, widget: Any, a_fake_run: Any, done: Any, name: str = LONG_NAME) -> Iterator[str]:
    """A run that fails, and one with the result of ``done``, the handle of a run that is done."""
    ui = widget.ui
    handle = a_fake_run(widget)
    yield "started"
    handle.advance()
    handle.log = "Resolution: 0\n"
    host.waitUntil(lambda: ui.plotFrame.visible, 2)
    yield "running"
    host.dialogs.expect("OK")
    handle.error, handle.state = RegistrationError(f"Too few samples inside {name}.", log=handle.log), "failed"
    host.waitUntil(lambda: host.dialogs.shown, 5)
    yield "failed"
    handle = a_fake_run(widget, start=False)
    for what in ("result", "progress", "iterations", "log"):
        setattr(handle, what, getattr(done, what))
    ui.applyButton.click()
    host.waitUntil(lambda: ui.revertButton.enabled, 20)
    host.pump(0.1)
    yield "result"
    ui.fadeButton.click()
    host.pump(0.1)
    yield "result, fading"
    ui.fadeButton.click()
    for n in range(4):
        ui.applyToSelector.check(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", f"{name} model {n}"))
    ui.applyToSelector.check(ui.fixedVolumeSelector.currentNode())
    ui.applyToButton.click()
    yield "result, applied to others"
    ui.revertButton.click()
    yield "reverted"


def states_of_other_tabs(host: Any, widget: Any, name: str = LONG_NAME) -> Iterator[str]:
    """The tabs Transform and Many images. Needs a fixed volume in the scene."""
    ui, transform, many = widget.ui, widget.panel.transform, widget.panel.many
    ui.panelTabs.setCurrentIndex(1)
    yield "transform"
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", f"{name} transform")
    transform.ui.appliedTransformSelector.setCurrentNode(node)
    transform.ui.referenceVolumeSelector.setCurrentNode(ui.fixedVolumeSelector.currentNode())
    transform.ui.transformTreeView.setCurrentNode(ui.movingVolumeSelector.currentNode())
    transform.ui.putUnderTransformButton.click()
    yield "transform, put under"
    transform.ui.revertTransformButton.click()
    ui.panelTabs.setCurrentIndex(2)
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", f"{name} cine")
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("ms")
    for n in range(3):
        sequence.SetDataNodeAtValue(ui.fixedVolumeSelector.currentNode(), str(40 * n))
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{name} heart")
    many.ui.sequenceSelector.setCurrentNode(sequence)
    many.ui.sequenceSegmentationSelector.setCurrentNode(segmentation)
    yield "sequence"
    many.ui.manyTabs.setCurrentIndex(1)
    yield "group"
    choose(many.ui.groupOfSelector, "volumes")
    yield "group of volumes"
    many.ui.manyTabs.setCurrentIndex(2)
    for source in ("scene", "folder", "table"):
        choose(many.ui.cohortSourceSelector, source)
        many.ui.cohortOutputEdit.setCurrentPath("/data/study/" + name.replace(" ", "_"))
        yield f"cohort from the {source}"
    ui.panelTabs.setCurrentIndex(0)
