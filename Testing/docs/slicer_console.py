"""Run the blocks for Slicer's Python console in the stand-in for Slicer's window: ``slicer_console.py REPORT``.

A process of its own, with the folders ElastixRegistration and Testing on its path, in the folder of the files that the
blocks name. Writes a JSON file: block to traceback, "" for
one that ran. The blocks of a page share their names, as in a console, and a scene with the nodes they ask for.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

import numpy as np
import slicer
import SlicerHost
import vtk
from docs.blocks import SLICER, TOP, all_blocks
from docs.workspace import GRID, SHIFT, short_sources
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.presets.preset import Preset
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of, vtk_matrix_from_array
from phantoms.images import blobs


def main(report: Path) -> None:
    Preset.sources = short_sources
    host = SlicerHost.install()
    host.loadModule(TOP / "ElastixRegistration" / "ElastixRegistration.py")
    outcomes, page = {}, None
    for block in all_blocks(SLICER):
        if block.page != page:
            page, console = block.page, {"__name__": "__main__", "slicer": slicer}
            slicer.mrmlScene.Clear(False)
            fill_scene()
        outcomes[block.name] = ""
        try:
            exec(compile(block.code, block.page, "exec"), console)
        except BaseException:
            outcomes[block.name] = traceback.format_exc()
    report.write_text(json.dumps(outcomes), encoding="utf-8")
    SlicerHost.uninstall()


def fill_scene() -> None:
    """What the blocks find by name."""
    fixed = array_view(blobs(GRID, dtype=np.int16))
    volume("MRBrainTumor1", fixed)
    volume("MRBrainTumor2", array_view(blobs(GRID, SHIFT, dtype=np.int16)))
    segmentation("brain", fixed > 25)
    segmentation("drawn on frame 3", fixed > 25)
    points = (GRID.center() + np.random.default_rng(1).uniform(-30, 30, (6, 3))) * [-1, -1, 1]
    for number, moved in ((1, points), (2, points + SHIFT * [-1, -1, 1])):
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", f"landmarks {number}")
        for point in moved:
            node.AddControlPoint(vtk.vtkVector3d(point))
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "CTCardioSeq")
    for number in range(4):
        frame = volume("frame", array_view(blobs(GRID, SHIFT * (3 - number) / 3, dtype=np.int16)))
        sequence.SetDataNodeAtValue(frame, str(number))
        slicer.mrmlScene.RemoveNode(frame)


def volume(name: str, voxels: np.ndarray):
    node = slicer.util.addVolumeFromArray(np.asarray(voxels), name=name)
    node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(GRID)))
    return node


def segmentation(name: str, inside: np.ndarray):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    source = volume("inside", inside.astype(np.uint8))
    label_map = slicer.vtkOrientedImageData()
    label_map.DeepCopy(source.GetImageData())
    label_map.SetImageToWorldMatrix(vtk_matrix_from_array(ijk_to_ras_of(GRID)))
    slicer.mrmlScene.RemoveNode(source)
    kind = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    segment = slicer.vtkSegment()
    segment.SetName("head")
    segment.AddRepresentation(kind, label_map)
    node.GetSegmentation().AddSegment(segment)
    return node


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
