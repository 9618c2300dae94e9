"""The logic of SlicerElastix, run by itk-elastix in a process beside Slicer."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer
from ElastixRegistrationLib.core.errors import InputError, ParameterError, RegistrationError
from ElastixRegistrationLib.core.parameters.as_elastix import as_elastix_reads
from ElastixRegistrationLib.core.parameters.maps import read_parameter_file, write_parameter_file
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from .copies import PrivateScene, give_transform, give_volume
from .manager import PresetManagerLogic
from .nearest import nearest_file, preset_of_files
from .programs import ToolboxPrograms, read_lines
from .utils import createTempDirectory, getTempDirectoryBase

_log = logging.getLogger(__name__)
#: How long the window may wait for its next turn, s.
_TURN_S = 0.02
_REQUIREMENTS = Path(__file__).resolve().parents[1] / "Resources" / "requirements.txt"
#: Names that were set and belong to nothing, so that each is told once.
_told: set[str] = set()
_engine: Any = None


class ElastixFailure(RegistrationError, subprocess.CalledProcessError):
    """elastix failed. Scripts that expect the error of a program that failed get it too: ``output`` is the log."""

    def __init__(self, message: str, log: str = ""):
        RegistrationError.__init__(self, message, log=log)
        self.returncode, self.cmd, self.output, self.stderr = 1, "elastix", log, None

    def __str__(self) -> str:
        return str(self.args[0])


class ElastixLogic(ScriptedLoadableModuleLogic, PresetManagerLogic, ToolboxPrograms):
    """Registers volumes as SlicerElastix' logic of the same name, with its arguments, defaults and attributes.

    Attributes that a script sets: ``logCallback`` gets each sentence of the log, and with ``logStandardOutput`` each
    line of elastix too. ``cancelRequested`` ends the registration that runs, without a result; ``abortRequested``, of
    earlier versions, raises ValueError too. ``deleteTemporaryFiles`` False keeps transform and log in a folder that the
    log names. ``registrationParameterFilesDir`` is where relative names of parameter files are looked for.
    """

    FIXED_VOLUME_REF = "FixedVolume"
    MOVING_VOLUME_REF = "MovingVolume"
    FIXED_VOLUME_MASK_REF = "FixedVolumeMask"
    MOVING_VOLUME_MASK_REF = "MovingVolumeMask"
    OUTPUT_VOLUME_REF = "OutputVolume"
    OUTPUT_TRANSFORM_REF = "OutputTransform"
    FORCE_GRID_TRANSFORM_PARAM = "ForceGridTransform"
    INITIAL_TRANSFORM_REF = "InitialTransform"
    REGISTRATION_PRESET_ID_PARAM = "RegistrationPresetId"
    DEFAULT_PRESET_ID = "default0"
    INPUT_DIR_NAME = "input"
    OUTPUT_RESAMPLE_DIR_NAME = "result-resample"
    OUTPUT_TRANSFORM_DIR_NAME = "result-transform"

    def __init__(self) -> None:
        self._complete = False
        ScriptedLoadableModuleLogic.__init__(self)
        PresetManagerLogic.__init__(self)
        ToolboxPrograms.__init__(self)
        self.isRunning = False
        self.cancelRequested = False
        self.abortRequested = False
        self.deleteTemporaryFiles = True
        self.logStandardOutput = False
        self.registrationParameterFilesDir = ""
        self.scriptPath = os.path.dirname(os.path.abspath(__file__))
        self._complete = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__dict__.get("_complete") and not hasattr(self, name) and name not in _told:
            _told.add(name)
            _log.warning("ElastixLogic has no attribute %s, here or in SlicerElastix: setting it has no effect.", name)
        super().__setattr__(name, value)

    def setDefaultParameters(self, parameterNode: Any) -> None:
        """Of a parameter node, where they are not set."""
        defaults = {
            self.FORCE_GRID_TRANSFORM_PARAM: "False",
            self.REGISTRATION_PRESET_ID_PARAM: self.DEFAULT_PRESET_ID,
        }
        for name, value in defaults.items():
            if not parameterNode.GetParameter(name):
                parameterNode.SetParameter(name, value)

    def addLog(self, text: str) -> None:
        _log.info("%s", text)
        if self.logCallback:
            self.logCallback(text)

    def createTempDirectory(self) -> str:
        return createTempDirectory()

    def getTempDirectoryBase(self) -> str:
        return getTempDirectoryBase()

    # --- registration ---

    def registerVolumesUsingParameterNode(self, parameterNode: Any) -> None:
        """``registerVolumes`` with the nodes and the preset that a parameter node names."""
        preset = self.getPresetByID(parameterNode.GetParameter(self.REGISTRATION_PRESET_ID_PARAM))
        if preset is None:
            preset = self.getRegistrationPresets()[0]
        self.registerVolumes(
            fixedVolumeNode=parameterNode.GetNodeReference(self.FIXED_VOLUME_REF),
            movingVolumeNode=parameterNode.GetNodeReference(self.MOVING_VOLUME_REF),
            parameterFilenames=preset.getParameterFiles(),
            outputVolumeNode=parameterNode.GetNodeReference(self.OUTPUT_VOLUME_REF),
            outputTransformNode=parameterNode.GetNodeReference(self.OUTPUT_TRANSFORM_REF),
            fixedVolumeMaskNode=parameterNode.GetNodeReference(self.FIXED_VOLUME_MASK_REF),
            movingVolumeMaskNode=parameterNode.GetNodeReference(self.MOVING_VOLUME_MASK_REF),
            forceDisplacementFieldOutputTransform=slicer.util.toBool(
                parameterNode.GetParameter(self.FORCE_GRID_TRANSFORM_PARAM) or "False"
            ),
            initialTransformNode=parameterNode.GetNodeReference(self.INITIAL_TRANSFORM_REF),
        )

    def registerVolumes(
        self,
        fixedVolumeNode: Any,
        movingVolumeNode: Any,
        parameterFilenames: Sequence[Any] | None = None,
        outputVolumeNode: Any = None,
        outputTransformNode: Any = None,
        fixedVolumeMaskNode: Any = None,
        movingVolumeMaskNode: Any = None,
        forceDisplacementFieldOutputTransform: bool = True,
        initialTransformNode: Any = None,
    ) -> None:
        """Register, and write the outputs that are given; they need not be in the scene.

        Transforms above the nodes do not count, as in SlicerElastix. Meanwhile Qt's events are served. The output
        transform is a dense grid unless ``forceDisplacementFieldOutputTransform`` is False. Raises InputError before
        anything runs, ElastixFailure (a CalledProcessError too) when elastix fails.
        """
        self.isRunning, self.cancelRequested, self.abortRequested = True, False, False
        try:
            if parameterFilenames is None:
                self.addLog(f"The registration preset {self.DEFAULT_PRESET_ID} is used, the default.")
                preset = self.getPresetByID(self.DEFAULT_PRESET_ID) or self.getRegistrationPresets()[0]
                parameterFilenames = preset.getParameterFiles()
            self.addLog("Volume registration is started.")
            private = PrivateScene()
            nodes = {
                "fixedVolumeNode": private.copy(fixedVolumeNode),
                "movingVolumeNode": private.copy(movingVolumeNode),
                "fixedVolumeMaskNode": private.copy(fixedVolumeMaskNode),
                "movingVolumeMaskNode": private.copy(movingVolumeMaskNode),
                "initialTransformNode": private.copy(initialTransformNode),
            }
            if outputVolumeNode is not None:
                nodes["outputVolumeNode"] = private.new(outputVolumeNode.GetClassName(), outputVolumeNode.GetName())
            if outputTransformNode is not None:
                nodes["outputTransformNode"] = private.new("vtkMRMLTransformNode", outputTransformNode.GetName())
            run = engine().startRegistration(
                **nodes,
                **self._stages(parameterFilenames, 2 if _is_single_slice(fixedVolumeNode) else 3),
                forceDisplacementFieldOutputTransform=forceDisplacementFieldOutputTransform,
            )
            self.addLog("Register volumes...")
            if not self._waitFor(run):
                self.addLog("User requested cancel.")
                if self.abortRequested:
                    raise ValueError("User requested cancel.")
                return
            self.addLog("Generate output...")
            outcome = self._outcomeOf(run)
            if outputVolumeNode is not None:
                give_volume(outcome.volume_node, outputVolumeNode)
            if outputTransformNode is not None:
                give_transform(outcome.transform_node, outputTransformNode, fixedVolumeNode, movingVolumeNode)
            for note in outcome.notes:
                self.addLog(note)
            if not self.deleteTemporaryFiles:
                self._keep(outcome.result)
            self.addLog("Registration is completed")
        finally:
            self.isRunning, self.cancelRequested, self.abortRequested = False, False, False

    def _waitFor(self, run: Any) -> bool:
        """Serve events and pass elastix's lines on until it is over; False when the script or the user ended it."""
        told = 0
        while True:
            slicer.app.processEvents()
            over = run.finished
            if self.logStandardOutput:
                lines = run.log.splitlines()
                for line in lines[told : len(lines) if over else -1]:
                    self.addLog(line)
                    told += 1
            if self.cancelRequested or self.abortRequested:
                run.cancel()
                return False
            if over:
                return True
            time.sleep(_TURN_S)

    def _outcomeOf(self, run: Any) -> Any:
        try:
            return run.wait()
        except RegistrationError as error:
            if not self.logStandardOutput and error.log:
                self.addLog(error.log)
            raise ElastixFailure(str(error), error.log) from error

    def _keep(self, result: Any) -> None:
        """What scripts look for among the temporary files: the transform as elastix writes it, and the log."""
        from ElastixRegistrationLib.core.files.transform_files import write_transform

        folder = Path(createTempDirectory()) / self.OUTPUT_TRANSFORM_DIR_NAME
        folder.mkdir()
        (folder / "elastix.log").write_text(result.log, encoding="utf-8")
        path = folder / f"TransformParameters.{len(result.stages) - 1}.txt"
        write_transform(result.transform, path, result.fixed_geometry, result.transform_parameters)
        self.addLog(f"The transform and the log are kept in {folder}.")

    def _stages(self, parameterFilenames: Sequence[Any], dimension: int) -> dict[str, Any]:
        """Arguments that say with what is registered: our preset, where the files are that, else the files."""
        if isinstance(parameterFilenames, str | os.PathLike):
            parameterFilenames = [parameterFilenames]
        paths = [self._found(name) for name in parameterFilenames]
        if not paths:
            raise InputError("No parameter file is given to register with; give at least one.")
        preset = preset_of_files(paths)
        if preset is not None:
            self.addLog(f"In place of SlicerElastix' preset the nearest one of Elastix Registration is used: {preset}.")
            return {"preset": preset}
        return {"parameterFilenames": [self._asElastixReads(path, dimension) for path in paths]}

    def _asElastixReads(self, path: str, dimension: int) -> str:
        """``path``, or that of a copy with the counts of values that elastix makes of those that do not fit."""
        try:
            stage, notes = as_elastix_reads(read_parameter_file(path), dimension)
        except ParameterError:
            return path  # what reads it says what is wrong with it
        if not notes:
            return path
        for note in notes:
            self.addLog(f"{os.path.basename(path)}, {note}")
        copy = os.path.join(createTempDirectory(), os.path.basename(path))
        write_parameter_file(stage, copy)
        return copy

    def _found(self, name: Any) -> str:
        """The path of a parameter file by a name that may be relative, or one that SlicerElastix has."""
        name = os.fspath(name)
        for folder in ("", self.registrationParameterFilesDir, self.getBuiltinPresetsDir()):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return os.path.abspath(path)
        nearest = None if os.path.isabs(name) else nearest_file(name)
        if nearest is None:
            return name  # what reads it says what is wrong with it
        path = os.path.join(createTempDirectory(), os.path.basename(name))
        Path(path).write_text(nearest[1], encoding="utf-8")
        self.addLog(
            f"The parameter file {name} is not here: the last stage of the preset {nearest[0]} of Elastix Registration"
            " takes its place."
        )
        return path

    # --- the programs of the toolbox ---

    def logProcessOutput(self, process: subprocess.Popen) -> None:
        """Pass on what a process says until it ends; ``cancelRequested`` kills it. Raises CalledProcessError."""
        kept = []
        for line in read_lines(process):
            slicer.app.processEvents()
            if self.cancelRequested or self.abortRequested:
                process.kill()
                break
            if line is None:
                time.sleep(_TURN_S)
            elif self.logStandardOutput:
                self.addLog(line)
            else:
                kept.append(line)
        code = process.wait()
        if code and not (self.cancelRequested or self.abortRequested):
            text = "\n".join(kept)
            if text:
                self.addLog(text)
            raise subprocess.CalledProcessError(code, "elastix", text)

    def readElastixLinearTransformToVTK(self, fileName: str, generalTransform: Any) -> bool:
        """Of earlier versions: add what a TransformParameters file maps, RAS mm, to a vtkGeneralTransform."""
        from ElastixRegistrationLib.mrml.nodes.chains import vtk_from_chain
        from ElastixRegistrationLib.mrml.nodes.transform_sources import read_chain

        generalTransform.Concatenate(vtk_from_chain(read_chain(fileName)))
        return True

    def _loadTransformedOutputVolume(self, outputVolumeNode: Any, resultResampleDir: str) -> None:
        """Of scripts that start transformix themselves: what it left there, result.mhd, into a node that is there."""
        path = os.path.join(resultResampleDir, "result.mhd")
        private = PrivateScene()
        loaded = private.new(outputVolumeNode.GetClassName(), "result")
        storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(path)
        if not os.path.isfile(path) or not storage.ReadData(loaded):
            raise RuntimeError(f"The output volume {path} cannot be read; has transformix ended without an error?")
        give_volume(loaded, outputVolumeNode)

    def loadTransformFromFile(self, fileName: str, node: Any) -> None:
        """Read a transform of any form into a node that is there."""
        private = PrivateScene()  # lives as long as the node that is copied
        node.CopyContent(engine().loadTransform(fileName, private.scene))


def _is_single_slice(volumeNode: Any) -> bool:
    """Whether a volume is registered as a picture of two axes."""
    image = None if volumeNode is None else volumeNode.GetImageData()
    return image is not None and 1 in image.GetDimensions()


def engine() -> Any:
    """One logic of Elastix Registration for all, so that its process is started once."""
    global _engine
    if _engine is None:
        from ElastixRegistrationLib.gui.installation import ensureRequirements

        from ElastixRegistration import ElastixRegistrationLogic

        ensureRequirements(_REQUIREMENTS)
        _engine = ElastixRegistrationLogic()
    return _engine
