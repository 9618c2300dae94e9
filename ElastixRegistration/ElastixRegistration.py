"""The ElastixRegistration module of 3D Slicer: what Slicer looks for by name. The work is in ElastixRegistrationLib."""

import importlib.metadata
import logging
import os
import time
import unittest
from pathlib import Path

import vtk

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import *

from ElastixRegistrationLib.core.errors import ElastixRegistrationError
from ElastixRegistrationLib.mrml.logic import RegistrationLogic

TUTORIAL = "https://github.com/ElastixRegistration/SlicerElastixRegistration/blob/main/docs/tutorial.md"


class ElastixRegistration(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        slicer.app.loadTranslations(str(Path(__file__).parent / "Resources" / "Translations"))
        self.parent.title = _("Elastix Registration")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Registration")]
        self.parent.dependencies = []
        self.parent.contributors = ["ElastixRegistration developers"]
        self.parent.helpText = (
            _("Aligns two images with itk-elastix. Choose a fixed volume, a moving volume, and a preset.")
            + f'<p><a href="{TUTORIAL}">{TUTORIAL}</a>'
        )
        self.parent.acknowledgementText = _(
            "Built on elastix, itk-elastix and ITK. Please cite Klein et al. 2010, doi:10.1109/TMI.2009.2035616."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer the image pairs of the tutorial in the Sample Data module."""
    from ElastixRegistrationLib.mrml.sample_data import register_sample_pairs

    register_sample_pairs(Path(__file__).parent / "Resources" / "Icons", _("Elastix Registration"))


class ElastixRegistrationWidget(ScriptedLoadableModuleWidget):
    """Loads the .ui file and hands it to the panel in ElastixRegistrationLib/gui.

    A set-up that fails leaves a module that says so, and that can be left, reloaded and closed.
    """

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self.logic = None
        self.panel = None
        self.ui = None
        self._failure = None

    def setup(self) -> None:
        ScriptedLoadableModuleWidget.setup(self)
        try:
            self._build()
        except Exception as problem:
            self._failure = FailureLabel(self.layout, problem)
            self._close()
            raise

    def enter(self) -> None:
        if self.panel is not None:
            self.panel.enter()
        elif self._failure is not None:
            logging.error(self._failure.text)

    def exit(self) -> None:
        if self.panel is not None:
            self.panel.exit()

    def cleanup(self) -> None:
        self._close()

    def _build(self) -> None:
        from ElastixRegistrationLib.gui.panel import RegistrationPanel

        uiWidget = slicer.util.loadUI(self.resourcePath("UI/ElastixRegistration.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = ElastixRegistrationLogic()
        self.panel = RegistrationPanel(self.ui, self.logic, self.resourcePath("requirements.txt"))

    def _close(self) -> None:
        panel, self.panel = self.panel, None
        logic, self.logic = self.logic, None
        try:
            if panel is not None:
                panel.cleanup()
        finally:
            if logic is not None:
                logic.close()


class FailureLabel:
    """Says in the place of the panel why there is none."""

    def __init__(self, layout, problem: Exception) -> None:
        import qt

        text = _("Elastix Registration could not be opened: {problem} See the Python console for details.")
        self.text = text.format(problem=f"{type(problem).__name__}: {problem}.")
        self._label = qt.QLabel(self.text)
        self._label.wordWrap = True
        layout.addWidget(self._label)


class ElastixRegistrationLogic(ScriptedLoadableModuleLogic, RegistrationLogic):
    """``registerVolumes`` and its three steps (see RegistrationLogic), and the same in the background."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        RegistrationLogic.__init__(self)
        self.isSingletonParameterNode = False  # a scene can have several, for several registrations
        from ElastixRegistrationLib.core.presets.user_presets import use_presets_folder

        use_presets_folder(Path(slicer.app.slicerUserSettingsFilePath).parent / "ElastixRegistration" / "Presets")
        self._workers = None

    def getParameterNode(self):
        """The choices of the first parameter set of the scene, which is made when there is none, as typed members.

        The members are those of RegistrationParameterNode: ``fixedVolume``, ``request``, ``wantedOutputVolume``, ...
        """
        from ElastixRegistrationLib.gui.parameter_node import RegistrationParameterNode

        return RegistrationParameterNode(ScriptedLoadableModuleLogic.getParameterNode(self))

    def createParameterNode(self):
        from ElastixRegistrationLib.mrml.run.parameter_node import new_parameter_node

        return new_parameter_node(slicer.mrmlScene, _("Registration"))

    def startRegistration(self, *arguments, **options):
        """Begin what ``registerVolumes`` does with these arguments, in the background.

        Returns an AsynchronousRegistration: ``state``, ``progress``, ``cancel()``, and ``wait()``, which brings the
        result into the scene. Raises InputError before anything has run.
        """
        from ElastixRegistrationLib.mrml.run.asynchronous_registration import AsynchronousRegistration

        job = self.prepareRegistration(*arguments, **options)
        return AsynchronousRegistration(job, self.startJob(job, wanted=tuple(job.outputs.by_role())))

    def startJob(self, job, inBackground: bool = True, wanted=("outputVolume",)):
        """Run what ``prepareRegistration`` returned. The result of the handle is not in the scene yet.

        ``wanted``: roles of the outputs, of which the worker computes what it can.
        """
        from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion

        return run_to_completion(self.startSteps(job, inBackground, wanted))

    def startSteps(self, job, inBackground: bool = True, wanted=("outputVolume",)):
        """``startJob`` in steps between which a window can move; the generator returns the handle."""
        if inBackground:
            from ElastixRegistrationLib.mrml.run.asynchronous import submission_incrementally

            return submission_incrementally(self.workers, job, wanted)
        from ElastixRegistrationLib.mrml.run.in_process import run_incrementally

        return run_incrementally(job.inputs)

    def warmUp(self) -> None:
        """Start a process for the next background registration, where itk-elastix is installed."""
        try:
            importlib.metadata.version("itk-elastix")
        except importlib.metadata.PackageNotFoundError:
            return
        try:
            self.workers.warm_up()
        except ElastixRegistrationError as problem:  # the next Apply tells the user
            logging.info("No process could be started ahead of time: %s", problem)

    @property
    def workers(self):
        """The processes that background registrations run in."""
        if self._workers is None:
            from ElastixRegistrationLib.worker.pool import WorkerPool

            self._workers = WorkerPool()
        return self._workers

    def close(self) -> None:
        """Cancel what runs in the background, and end its processes."""
        RegistrationLogic.close(self)
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def describeBackground(self, volumeNode) -> str:
        """One sentence about background and padding of a volume."""
        from ElastixRegistrationLib.mrml.run.background_text import background_text

        return background_text(volumeNode)


class ElastixRegistrationTest(ScriptedLoadableModuleTest):
    """Registers in this process, in the background and in the panel; sample data too, where they can be had."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()
        from ElastixRegistrationLib.gui.installation import ensureRequirements

        ensureRequirements(Path(__file__).parent / "Resources" / "requirements.txt")
        try:
            importlib.metadata.version("itk-elastix")
        except importlib.metadata.PackageNotFoundError:  # Slicer installs nothing while its own tests run
            message = "itk-elastix is not installed in Slicer's Python"
            if os.environ.get("ELASTIXREGISTRATION_TEST_WITH_ELASTIX"):  # set by ctest, which installs it before
                self.fail(message)
            raise unittest.SkipTest(message) from None

    def runTest(self) -> None:
        for test in (
            self.test_aKnownShiftComesBack,
            self.test_theBackgroundFindsTheSame,
            self.test_cancelLeavesTheSceneAsItWas,
            self.test_thePanelRegistersAndReverts,
            self.test_twoScansOfATumor,
            self.test_headCtAndMr,
        ):
            self.setUp()
            test()

    def test_aKnownShiftComesBack(self) -> None:
        """Two made volumes, the second 6 mm to the right of the first."""
        self.delayDisplay("Registering two made volumes")
        fixed, moving = self._blobs(0.0), self._blobs(6.0)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
        ElastixRegistrationLogic().registerVolumes(fixed, moving, outputTransformNode=transform, preset="translation")
        self.assertAlmostEqual(self._shift(transform), -6.0, delta=0.5)

    def test_theBackgroundFindsTheSame(self) -> None:
        self.delayDisplay("Registering in the background")
        fixed, moving = self._blobs(0.0), self._blobs(6.0)
        here, there = (slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name) for name in ("here", "there"))
        logic = ElastixRegistrationLogic()
        options = {"preset": "translation", "threads": 1, "seed": 1}
        logic.registerVolumes(fixed, moving, outputTransformNode=here, **options)
        try:
            logic.startRegistration(fixed, moving, outputTransformNode=there, **options).wait()
        finally:
            logic.close()
        self.assertEqual(self._shift(here), self._shift(there))

    def test_cancelLeavesTheSceneAsItWas(self) -> None:
        self.delayDisplay("Cancelling a registration")
        fixed, moving = self._blobs(0.0), self._blobs(6.0)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "untouched")
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        logic = ElastixRegistrationLogic()
        try:
            run = logic.startRegistration(fixed, moving, outputTransformNode=transform)
            run.cancel()
            self.assertEqual(run.state, "cancelled")
        finally:
            logic.close()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), nodes)
        self.assertEqual(self._shift(transform), 0.0)

    def test_thePanelRegistersAndReverts(self) -> None:
        """What a user does: choose two volumes and a preset, Apply, look at the verdict, Revert."""
        if slicer.app.layoutManager() is None or slicer.util.mainWindow() is None:
            self.delayDisplay("There is no window: the panel is not tested")
            return
        self.delayDisplay("Registering in the panel")
        fixed, moving = self._blobs(0.0), self._blobs(6.0)
        slicer.util.selectModule("ElastixRegistration")
        ui = slicer.modules.ElastixRegistrationWidget.ui
        ui.fixedVolumeSelector.setCurrentNode(fixed)
        ui.movingVolumeSelector.setCurrentNode(moving)
        ui.presetSelector.setCurrentIndex(ui.presetSelector.findData("translation"))
        volumes = len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"))
        ui.applyButton.click()
        self._waitUntil(lambda: ui.revertButton.enabled)
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")), volumes + 1)
        self.assertAlmostEqual(self._shift(ui.outputTransformSelector.currentNode()), -6.0, delta=0.5)
        self.assertGreater(ui.resultTable.rowCount, 0)
        ui.revertButton.click()
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")), volumes)

    def test_twoScansOfATumor(self) -> None:
        from ElastixRegistrationLib.mrml.sample_data import BRAIN_TUMOR

        self._samplesComeCloser(BRAIN_TUMOR)

    def test_headCtAndMr(self) -> None:
        from ElastixRegistrationLib.mrml.sample_data import HEAD_CT_MR

        self._samplesComeCloser(HEAD_CT_MR)

    def _samplesComeCloser(self, pair) -> None:
        """The tutorial's registration raises the mutual information of a pair of the Sample Data module."""
        from ElastixRegistrationLib.mrml.sample_data import download_pair

        self.delayDisplay(f"Registering the sample data {pair.name}")
        registerSampleData()
        nodes = download_pair(pair)
        if nodes is None:
            self.delayDisplay(f"The sample data {pair.name} cannot be had (no network?): not tested")
            return
        logic = ElastixRegistrationLogic()
        try:
            outcome = logic.startRegistration(*nodes, preset="head-same-patient").wait()
        finally:
            logic.close()
        self.assertTrue(outcome.transformNode.IsLinear())
        agreement = {figure.name: figure for figure in outcome.result.outputs["figures"].figures}
        self.assertTrue(agreement["Mutual information"].improved)

    def _waitUntil(self, isTrue, seconds: float = 120.0) -> None:
        end = time.monotonic() + seconds
        while not isTrue():
            self.assertLess(time.monotonic(), end, "the registration did not end in time")
            slicer.app.processEvents()
            time.sleep(0.01)

    def _shift(self, transform) -> float:
        """How far to the right a linear transform node moves, mm."""
        matrix = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformToParent(matrix)
        return matrix.GetElement(0, 3)

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
