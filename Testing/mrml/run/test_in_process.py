"""elastix in Slicer's own process reads and writes no files: Slicer has an HDF5 of its own."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.run.in_process import InProcessRun
from phantoms.images import stage

PENALTY = {
    "Registration": ("MultiMetricMultiResolutionRegistration",),
    "Metric": ("AdvancedMeanSquares", "TransformRigidityPenalty"),
    "MovingRigidityImageName": ("bones.nrrd",),
}


def test_what_makes_elastix_read_a_file_is_left_to_the_background(a_volume_node, tmp_path):
    write_parameter_file(stage("BSplineTransform") | PENALTY, tmp_path / "penalty.txt")
    nodes = [a_volume_node(np.random.default_rng(n).normal(size=(12, 12, 12)).astype("f4"), np.eye(4)) for n in (1, 2)]
    logic = RegistrationLogic()
    with pytest.raises(InputError, match=r"MovingRigidityImageName makes elastix read the file bones.nrrd"):
        logic.registerVolumes(*nodes, [tmp_path / "penalty.txt"])
    job = logic.prepareRegistration(*nodes, [tmp_path / "penalty.txt"])
    run = InProcessRun(job.inputs)
    assert run.state == "failed"
    assert "in the background" in str(run.error)
