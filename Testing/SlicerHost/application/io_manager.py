"""slicer.app.coreIOManager(): loading and saving through MRML's own storage nodes.

Read in Slicer/Slicer:Base/QTCore/qSlicerCoreIOManager.h and .cxx, the readers in Modules/Loadable/*/qSlicer*Reader.cxx
(file types and extensions), Base/Python/slicer/util.py (how loadVolume and its kin call it).
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import slicer
import vtk
from PySide6.QtCore import QObject, Signal, Slot

#: File type -> (node class, storage node class, endings). The first that fits an ending wins.
TYPES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "MarkupsFile": ("vtkMRMLMarkupsFiducialNode", "vtkMRMLMarkupsJsonStorageNode", (".mrk.json",)),
    "SegmentationFile": ("vtkMRMLSegmentationNode", "vtkMRMLSegmentationStorageNode", (".seg.nrrd", ".seg.nhdr")),
    "VolumeFile": (
        "vtkMRMLScalarVolumeNode",
        "vtkMRMLVolumeArchetypeStorageNode",
        (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".png", ".tif", ".jpg"),
    ),
    "TransformFile": (
        "vtkMRMLTransformNode",
        "vtkMRMLTransformStorageNode",
        (".h5", ".tfm", ".txt", ".mat"),
    ),
    "ModelFile": ("vtkMRMLModelNode", "vtkMRMLModelStorageNode", (".vtk", ".vtp", ".stl", ".obj", ".ply")),
    "TableFile": ("vtkMRMLTableNode", "vtkMRMLTableStorageNode", (".csv", ".tsv")),
    "SceneFile": ("", "", (".mrml", ".mrb")),
}


class qSlicerCoreIOManager(QObject):
    newFileLoaded = Signal("QVariantMap")
    fileSaved = Signal("QVariantMap")
    cppSignatures = MappingProxyType(
        {
            "loadNodes(QString,QVariantMap)": "loadNodes(QString,QVariantMap)",
            "loadNodes(QString,QVariantMap,PyObject)": "loadNodes(QString,QVariantMap,vtkCollection*)",
            "loadNodes(QString,QVariantMap,PyObject,PyObject)": (
                "loadNodes(QString,QVariantMap,vtkCollection*,vtkMRMLMessageCollection*)"
            ),
            "saveNodes(QString,QVariantMap,PyObject)": "saveNodes(QString,QVariantMap,vtkMRMLMessageCollection*)",
            "fileWriterFileType(PyObject)": "fileWriterFileType(vtkObject*)",
        }
    )

    @Slot(str, result=str)
    def fileType(self, path: str) -> str:
        name = Path(path).name.lower()
        return next((kind for kind, (_, _, ends) in TYPES.items() if name.endswith(ends)), "NoFile")

    @Slot(object, result=str)
    def fileWriterFileType(self, node: Any) -> str:
        kinds = {cls: kind for kind, (cls, _, _) in TYPES.items() if cls}
        return next((kind for cls, kind in kinds.items() if node.IsA(cls)), "NodeFile")

    @Slot(str, "QVariantMap", result=bool)
    @Slot(str, "QVariantMap", object, result=bool)
    @Slot(str, "QVariantMap", object, object, result=bool)
    def loadNodes(self, kind: str, properties: dict[str, Any], loaded: Any = None, messages: Any = None) -> bool:
        path = Path(properties["fileName"])
        if kind == "SceneFile":
            return self._load_scene(path, bool(properties.get("clear", True)))
        if kind not in TYPES or not path.exists():
            return self._complain(messages, f"cannot read {path}: no such file, or unknown type {kind}")
        node_class, storage_class, _ = TYPES[kind]
        if kind == "VolumeFile" and properties.get("labelmap"):
            node_class = "vtkMRMLLabelMapVolumeNode"
        scene = slicer.mrmlScene
        node = scene.CreateNodeByClass(node_class)
        node.UnRegister(None)
        node.SetName(scene.GetUniqueNameByString(properties.get("name") or path.name.split(".")[0]))
        storage = scene.AddNewNodeByClass(storage_class)
        storage.SetFileName(str(path))
        if kind == "VolumeFile":
            storage.SetSingleFile(bool(properties.get("singleFile", False)))
        scene.AddNode(node)
        if not storage.ReadData(node):
            scene.RemoveNode(node)
            scene.RemoveNode(storage)
            return self._complain(messages, f"{path} could not be read as {kind}")
        node.SetAndObserveStorageNodeID(storage.GetID())
        if node.IsA("vtkMRMLDisplayableNode"):
            node.CreateDefaultDisplayNodes()
        if kind == "VolumeFile" and properties.get("show", True):
            self._show(node)
        if loaded is not None:
            loaded.AddItem(node)
        return True

    @staticmethod
    def _show(node: Any) -> None:
        logic = slicer.app.applicationLogic()
        selection = logic.GetSelectionNode()
        if node.IsA("vtkMRMLLabelMapVolumeNode"):
            selection.SetActiveLabelVolumeID(node.GetID())
        else:
            selection.SetActiveVolumeID(node.GetID())
        logic.PropagateVolumeSelection(1)

    @staticmethod
    def _load_scene(path: Path, clear: bool) -> bool:
        scene = slicer.mrmlScene
        if path.suffix == ".mrb":
            folder = Path(slicer.app.temporaryPath) / f"unpacked-{path.stem}"
            folder.mkdir(parents=True, exist_ok=True)
            return bool(scene.ReadFromMRB(str(path), clear))
        scene.SetURL(str(path))
        return bool(scene.Connect() if clear else scene.Import())

    @Slot(str, "QVariantMap", result=bool)
    @Slot(str, "QVariantMap", object, result=bool)
    def saveNodes(self, kind: str, properties: dict[str, Any], messages: Any = None) -> bool:
        path = Path(properties["fileName"])
        scene = slicer.mrmlScene
        if kind == "SceneFile":
            if path.suffix == ".mrb":
                return bool(scene.WriteToMRB(str(path), None))
            if path.suffix == ".mrml":
                scene.SetURL(str(path))
                return bool(scene.Commit(str(path)))
            return bool(slicer.app.applicationLogic().SaveSceneToSlicerDataBundleDirectory(str(path), None))
        node = scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        storage.SetFileName(str(path))
        if not storage.WriteData(node):
            return self._complain(messages, f"{path} could not be written")
        return True

    @staticmethod
    def _complain(messages: Any, text: str) -> bool:
        if messages is not None:
            messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
        return False


WIDGETS = (qSlicerCoreIOManager,)
