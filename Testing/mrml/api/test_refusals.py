"""A registration that is refused or fails leaves the scene as it was; one undo takes a whole one back."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from ElastixRegistrationLib.core.errors import InputError, RegistrationError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.run.channels import VolumePair
from phantoms.images import stage
from phantoms.scans import SHIFT, scene_state
from support import builders


class TestTheSceneStaysAsItWas:
    """When the input is wrong, with one sentence that names node or parameter."""

    def refused(self, logic, scene, match, *arguments, error=InputError, **options):
        before = scene_state(scene)
        with pytest.raises(error, match=match) as caught:
            logic.registerVolumes(*arguments, **options)
        assert scene_state(scene) == before
        return str(caught.value)

    def test_missing_and_empty_volumes(self, logic, a_scene, a_scan, translation_file, an_output):
        scan = a_scan()
        self.refused(logic, a_scene, "No moving volume was given", scan, None, [translation_file])
        self.refused(logic, a_scene, "moving volume output is empty", scan, an_output, [translation_file])
        self.refused(logic, a_scene, "are the same node", scan, scan, [translation_file])

    def test_volumes_of_no_scene_or_of_another_one(self, logic, a_scene, a_scan, translation_file):
        scan, loose, foreign = a_scan(), slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLScalarVolumeNode()
        other_scene = slicer.vtkMRMLScene()
        for node, name in ((loose, "Loose"), (foreign, "Foreign")):
            node.SetName(name)
            node.SetAndObserveImageData(scan.GetImageData())
        other_scene.AddNode(foreign)
        self.refused(logic, a_scene, "moving volume Loose is not in a scene", scan, loose, [translation_file])
        self.refused(logic, a_scene, "moving volume Foreign are in different", scan, foreign, [translation_file])
        output = other_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Abroad")
        self.refused(
            logic, a_scene, "output Abroad is not in the scene", scan, a_scan(SHIFT), [translation_file], output
        )

    @pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
    def test_places_that_are_none(
        self, value, logic, a_scene, a_scan, a_transform_node, a_volume_node, translation_file
    ):
        broken = np.diag([1, 1, value, 1.0])
        nowhere = a_transform_node(broken, name="Nowhere")
        scan, lost = a_scan(), a_scan(SHIFT, name="Lost")
        match = "transform Nowhere .* singular matrix"
        self.refused(logic, a_scene, match, scan, lost, [translation_file], initialTransformNode=nowhere)
        lost.SetAndObserveTransformNodeID(nowhere.GetID())
        self.refused(logic, a_scene, match, scan, lost, [translation_file])
        self.refused(logic, a_scene, match, scan, a_scan(SHIFT), [translation_file], fixedVolumeMaskNode=lost)
        flat = a_volume_node(np.ones((9, 9, 9)), broken, name="Flat")
        self.refused(logic, a_scene, "moving volume Flat has a singular IJK", scan, flat, [translation_file])

    def test_voxels_that_cannot_be_registered(self, logic, a_scene, a_scan, a_volume_node, translation_file):
        voxels = np.zeros((9, 9, 9), np.float32)
        constant = a_volume_node(voxels, name="Flat")
        voxels[4, 4, 4] = np.nan
        broken = a_volume_node(voxels, name="Broken")
        self.refused(logic, a_scene, "moving volume Flat is constant", a_scan(), constant, [translation_file])
        self.refused(logic, a_scene, "fixed volume Broken has 1 voxels", broken, a_scan(), [translation_file])

    def test_no_overlap(self, logic, a_scene, a_scan, a_transform_node, translation_file):
        away = np.eye(4)
        away[:3, 3] = 900
        moving = a_scan()
        moving.SetAndObserveTransformNodeID(a_transform_node(away).GetID())
        self.refused(logic, a_scene, "do not overlap", a_scan(), moving, [translation_file], initialization="none")

    def test_parameters(self, logic, a_scene, a_scan, translation_file, tmp_path):
        scans = a_scan(), a_scan(SHIFT)
        broken = tmp_path / "broken.txt"
        broken.write_text('(Transform "Tran\n')
        self.refused(logic, a_scene, "broken.txt", *scans, [str(broken)])
        self.refused(logic, a_scene, "There is no preset 'rigit'", *scans, preset="rigit")
        self.refused(logic, a_scene, "The preset is 5; it must be text", *scans, preset=5)
        self.refused(logic, a_scene, "not both", *scans, [translation_file], preset="rigid")
        self.refused(logic, a_scene, "is empty", *scans, [])
        self.refused(logic, a_scene, "The interpolation cannot be", *scans, [translation_file], interpolation="cubic")

    def test_masks_and_points(self, logic, a_scene, a_scan, a_volume_node, translation_file):
        scans = a_scan(), a_scan(SHIFT)
        void = a_volume_node(np.zeros((9, 9, 9), np.uint8), name="Void")
        self.refused(logic, a_scene, "mask Void is empty", *scans, [translation_file], fixedVolumeMaskNode=void)
        self.refused(logic, a_scene, "no segmentation was given", *scans, [translation_file], movingSegments=["lung"])
        points = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "F")
        points.AddControlPoint(1, 2, 3)
        self.refused(
            logic, a_scene, "moving points must be a point list", *scans, [translation_file], fixedPointsNode=points
        )

    def test_outputs_that_will_not_do(self, logic, a_scene, a_scan, a_transform_node, translation_file, rng):
        above = a_transform_node(builders.rigid(rng), name="Above")
        fixed, moving = a_scan(name="Fixed", parent=above), a_scan(SHIFT, name="Moving")
        labels = a_scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
        vectors = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "Vectors")
        mask = a_scan(name="Mask")
        for match, options in (
            (
                "Labels is a LabelMapVolume node; the moving volume Moving has one component",
                {"outputVolumeNode": labels},
            ),
            ("Vectors is a VectorVolume node", {"outputVolumeNode": vectors}),
            ("output volume Fixed is the fixed volume", {"outputVolumeNode": fixed}),
            ("Mask is an input", {"outputVolumeNode": mask, "fixedVolumeMaskNode": mask}),
            ("Mask is an input", {"outputVolumeNode": mask, "channels": [VolumePair(moving, mask)]}),
            ("Mask is an input", {"outputVolumeNode": mask, "channels": [VolumePair(mask, moving, mask)]}),
            ("Vectors is an input", {"outputFieldNode": vectors, "channels": [VolumePair(vectors, moving)]}),
            ("output volume Above is a Transform node", {"outputVolumeNode": above}),
            ("output transform Labels is a LabelMapVolume node", {"outputTransformNode": labels}),
            ("output transform Above is above the fixed volume Fixed", {"outputTransformNode": above}),
            ("deformation field Above is above the fixed", {"outputFieldNode": above}),
            ("deformation field Labels is a LabelMapVolume node", {"outputFieldNode": labels}),
            ("Vectors is named for two outputs", {"outputVolumeNode": vectors, "outputFieldNode": vectors}),
        ):
            self.refused(logic, a_scene, match, fixed, moving, [translation_file], **options)

    def test_a_registration_that_fails_in_elastix(self, logic, a_scene, a_scan, a_transform_node, an_output, tmp_path):
        path = tmp_path / "stage.txt"
        write_parameter_file(stage("TranslationTransform"), path)
        away = np.eye(4)
        away[:3, 3] = [92, 85, 80]
        moving = a_scan()
        moving.SetAndObserveTransformNodeID(a_transform_node(away).GetID())
        message = self.refused(
            logic, a_scene, "overlap too little", a_scan(), moving, [str(path)], an_output,
            error=RegistrationError, initialization="none",
        )  # fmt: skip
        assert "\n" not in message


def test_one_undo_takes_back_the_whole_registration(logic, a_scene, a_scan, a_transform, an_output, translation_file):
    a_scene.SetUndoOn()
    fixed, moving = a_scan(), a_scan(SHIFT)
    for node in (fixed, moving, a_transform, an_output):
        node.SetUndoEnabled(True)
    logic.registerVolumes(fixed, moving, [translation_file], an_output, a_transform)
    assert an_output.GetImageData() is not None
    a_scene.Undo()
    assert an_output.GetImageData() is None
    assert a_transform.GetTransformFromParent() is None
