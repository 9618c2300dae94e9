"""The ElastixRegistration module of 3D Slicer: what Slicer looks for by name. The work is in ElastixRegistrationLib."""

import importlib.metadata
import logging
from pathlib import Path

import vtk

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import *

from ElastixRegistrationLib.core.errors import ElastixRegistrationError
from ElastixRegistrationLib.core.user_presets import use_presets_folder
from ElastixRegistrationLib.mrml.registration import RegistrationLogic


class ElastixRegistration(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        slicer.app.loadTranslations(str(Path(__file__).parent / "Resources" / "Translations"))
        self.parent.title = _("Elastix Registration")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Registration")]
        self.parent.dependencies = []
        self.parent.contributors = ["ElastixRegistration developers"]
        self.parent.helpText = _("Aligns two images with itk-elastix: choose a fixed and a moving volume and a preset.")
        self.parent.acknowledgementText = _(
            "Built on elastix, itk-elastix and ITK. Please cite Klein et al. 2010, doi:10.1109/TMI.2009.2035616."
        )


class ElastixRegistrationWidget(ScriptedLoadableModuleWidget):
    """Loads the .ui file and hands it to the panel in ElastixRegistrationLib/gui."""

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self.logic = None
        self.panel = None

    def setup(self) -> None:
        ScriptedLoadableModuleWidget.setup(self)
        from ElastixRegistrationLib.gui.panel import RegistrationPanel

        uiWidget = slicer.util.loadUI(self.resourcePath("UI/ElastixRegistration.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = ElastixRegistrationLogic()
        self.panel = RegistrationPanel(self.ui, self.logic, self.resourcePath("requirements.txt"))

    def enter(self) -> None:
        self.panel.enter()

    def exit(self) -> None:
        self.panel.exit()

    def cleanup(self) -> None:
        if self.panel is not None:
            self.panel.cleanup()
            self.logic.close()


class ElastixRegistrationLogic(ScriptedLoadableModuleLogic, RegistrationLogic):
    """``registerVolumes`` and its three steps (see RegistrationLogic), and the same in the background."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        use_presets_folder(Path(slicer.app.slicerUserSettingsFilePath).parent / "ElastixRegistration" / "Presets")
        self._workers = None

    def startRegistration(self, *arguments, **options):
        """Begin what ``registerVolumes`` does with these arguments, in the background.

        Returns a BackgroundRegistration: ``state``, ``progress``, ``cancel()``, and ``wait()``, which brings the result
        into the scene. Raises InputError before anything has run.
        """
        from ElastixRegistrationLib.mrml.background_registration import BackgroundRegistration

        job = self.prepareRegistration(*arguments, **options)
        return BackgroundRegistration(job, self.startJob(job), self.applyResult)

    def startJob(self, job, inBackground: bool = True, wanted=("outputVolume",)):
        """Run what ``prepareRegistration`` returned. The result of the handle is not in the scene yet.

        ``wanted``: roles of the outputs, of which the worker computes what it can.
        """
        from ElastixRegistrationLib.mrml.steps import completed

        return completed(self.startSteps(job, inBackground, wanted))

    def startSteps(self, job, inBackground: bool = True, wanted=("outputVolume",)):
        """``startJob`` in steps between which a window can move; the generator returns the handle."""
        if inBackground:
            from ElastixRegistrationLib.mrml.background_registration import submission_steps

            return submission_steps(self.workers, job, wanted)
        from ElastixRegistrationLib.mrml.in_process import run_steps

        return run_steps(job.inputs)

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
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def describeBackground(self, volumeNode) -> str:
        """One sentence about background and padding of a volume."""
        from ElastixRegistrationLib.mrml.background_text import background_text

        return background_text(volumeNode)


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
        ElastixRegistrationLogic().registerVolumes(fixed, moving, outputTransformNode=transform, preset="translation")
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
