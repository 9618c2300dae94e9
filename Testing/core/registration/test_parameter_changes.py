"""Single parameters that a user changes are what elastix gets, whatever a preset fits to the images."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.parameters.changes import changed
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.request import RegistrationRequest
from phantoms.images import blobs, grid, stage

QUICK = ["MaximumNumberOfIterations=5", "NumberOfSpatialSamples=200"]


def test_what_is_changed_outweighs_what_automatic_fits():
    geometry = grid((30, 28, 26), spacing=(4.0, 4.0, 4.0))
    image, other = blobs(geometry), blobs(geometry, np.array([3.0, 0.0, 0.0]))
    stages = changed(find_preset("automatic").stages(), QUICK)
    changes = ["2:FinalGridSpacingInPhysicalUnits=33", "2:Metric=AdvancedMeanSquares"]
    result = register(image, other, stages, adapt=True, effort="fast", parameter_changes=changes)
    assert result.stages[-1]["FinalGridSpacingInPhysicalUnits"] == ("33",)
    assert result.stages[-1]["Metric"] == ("AdvancedMeanSquares",)
    assert result.stages[0]["Metric"] != ("AdvancedMeanSquares",)


def test_a_request_has_its_changes_in_the_stages_and_as_text():
    request = RegistrationRequest(preset="rigid", parameter_changes=("NumberOfSpatialSamples=77",))
    assert request.stages()[0]["NumberOfSpatialSamples"] == ("77",)
    assert RegistrationRequest.from_texts(request.as_texts()) == request
    assert request.flags() == ["--preset=rigid", "--set", "NumberOfSpatialSamples=77"]


@pytest.mark.parametrize("text", ["NumberOfSpatialSamples=88|MaximumNumberOfIterations=3 4", ""])
def test_a_cell_of_a_table_is_read(text):
    stages = RegistrationRequest(preset="rigid").changed_by_texts({"parameter_changes": text}).stages()
    assert (stages[0]["NumberOfSpatialSamples"] == ("88",)) == bool(text)


def test_the_map_that_was_given_stays_as_it_was():
    geometry = grid((20, 18, 16))
    given = [stage(MaximumNumberOfIterations="3")]
    result = register(blobs(geometry), blobs(geometry), given, parameter_changes=["NumberOfSpatialSamples=222"])
    assert result.stages[0]["NumberOfSpatialSamples"] == ("222",)
    assert given[0]["NumberOfSpatialSamples"] == ("1500",)
