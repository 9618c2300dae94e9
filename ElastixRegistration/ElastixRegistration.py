"""The ElastixRegistration module of 3D Slicer: what Slicer looks for by name. The work is in ElastixRegistrationLib."""

import vtk

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin

from ElastixRegistrationLib.core.presets import DEFAULT_PRESET, list_presets
from ElastixRegistrationLib.mrml.registration import RegistrationLogic


class ElastixRegistration(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Elastix Registration")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Registration")]
        self.parent.dependencies = []
        self.parent.contributors = ["ElastixRegistration developers"]
        self.parent.helpText = _("Aligns two images with itk-elastix: choose a fixed and a moving volume and a preset.")
        self.parent.acknowledgementText = _(
            "Built on elastix, itk-elastix and ITK. Please cite Klein et al. 2010, doi:10.1109/TMI.2009.2035616."
        )


class ElastixRegistrationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None

    def setup(self) -> None:
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/ElastixRegistration.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = ElastixRegistrationLogic()
        for preset in list_presets():
            self.ui.presetSelector.addItem(preset.title, preset.id)
        self.ui.presetSelector.setCurrentIndex(self.ui.presetSelector.findData(DEFAULT_PRESET))
        for selector in (
            self.ui.fixedVolumeSelector,
            self.ui.movingVolumeSelector,
            self.ui.outputVolumeSelector,
            self.ui.outputTransformSelector,
        ):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.onSelectionChanged)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)
        self.onSelectionChanged()

    def cleanup(self) -> None:
        self.removeObservers()

    def onSelectionChanged(self, node=None) -> None:
        missing = self._whatIsMissing()
        self.ui.applyButton.enabled = not missing
        self.ui.applyButton.text = missing or _("Apply")

    def _whatIsMissing(self) -> str:
        fixed, moving = self.ui.fixedVolumeSelector.currentNode(), self.ui.movingVolumeSelector.currentNode()
        if fixed is None:
            return _("Choose a fixed volume")
        if moving is None:
            return _("Choose a moving volume")
        if fixed is moving:
            return _("Fixed and moving volume are the same")
        if not (self.ui.outputVolumeSelector.currentNode() or self.ui.outputTransformSelector.currentNode()):
            return _("Choose an output")
        return ""

    def onApply(self, checked=False) -> None:
        with slicer.util.tryWithErrorDisplay(_("The registration failed."), waitCursor=True):
            installRequirements(self.resourcePath("requirements.txt"))
            self.logic.registerVolumes(
                self.ui.fixedVolumeSelector.currentNode(),
                self.ui.movingVolumeSelector.currentNode(),
                outputVolumeNode=self.ui.outputVolumeSelector.currentNode(),
                outputTransformNode=self.ui.outputTransformSelector.currentNode(),
                preset=self.ui.presetSelector.currentData,
            )


def installRequirements(path: str) -> None:
    """Ask for and install itk-elastix into Slicer's Python where it is missing. Raises when it is not to be had."""
    if hasattr(slicer, "packaging"):  # Slicer 5.11 and later
        slicer.packaging.pip_ensure(slicer.packaging.load_requirements(path), requester="ElastixRegistration")
        return
    try:
        import importlib.metadata

        importlib.metadata.version("itk-elastix")
    except importlib.metadata.PackageNotFoundError:
        question = _("Elastix Registration needs the Python package itk-elastix (some 100 MB). Install it now?")
        if not slicer.util.confirmOkCancelDisplay(question):
            raise RuntimeError(_("itk-elastix is not installed, so nothing can be registered.")) from None
        slicer.util.pip_install(["-r", path])


class ElastixRegistrationLogic(ScriptedLoadableModuleLogic, RegistrationLogic):
    """``registerVolumes`` and all else that scripts call; see RegistrationLogic."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)


class ElastixRegistrationTest(ScriptedLoadableModuleTest):
    def setUp(self) -> None:
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        self.setUp()
        self.test_aKnownShiftComesBack()

    def test_aKnownShiftComesBack(self) -> None:
        """Two made volumes, the second 6 mm to the left of the first."""
        fixed, moving = self._blobs(0.0), self._blobs(6.0)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
        ElastixRegistrationLogic().registerVolumes(fixed, moving, outputTransformNode=transform, preset="rigid")
        matrix = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformToParent(matrix)
        self.assertAlmostEqual(matrix.GetElement(0, 3), -6.0, delta=0.5)

    def _blobs(self, shiftRight: float):
        import numpy as np

        k, j, i = np.indices((32, 36, 40)) * 2.0
        voxels = sum(
            height * np.exp(-((i - x - shiftRight) ** 2 + (j - y) ** 2 + (k - z) ** 2) / (2 * width**2))
            for x, y, z, width, height in ((30, 30, 28, 9, 90), (48, 40, 36, 6, 60), (38, 44, 24, 5, 75))
        )
        node = slicer.util.addVolumeFromArray(voxels.astype("float32"))
        node.SetSpacing(2, 2, 2)
        return node
