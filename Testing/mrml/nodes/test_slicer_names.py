"""Results of the Logic by names in Slicer's style and by the ones they have."""

from __future__ import annotations

import pickle

import pytest
from ElastixRegistrationLib.mrml.apply.inverse import InverseNode
from ElastixRegistrationLib.mrml.multi_image.sequence_outputs import SequenceOutcome
from ElastixRegistrationLib.mrml.run.results import RegistrationOutcome


def test_both_names_give_the_same():
    outcome = RegistrationOutcome(volume_node="v", transform_node="t", field_node=None, result=3)
    assert (outcome.volumeNode, outcome.transformNode, outcome.fieldNode) == ("v", "t", None)
    assert outcome.result == 3
    assert {"volumeNode", "volume_node", "result"} <= set(dir(outcome))
    assert SequenceOutcome({}, "browser", (), {}).browserNode == "browser"
    inverse = InverseNode("node", 0.1, 0.4)
    assert (inverse.meanResidual, inverse.max_residual) == (0.1, 0.4)


def test_a_name_that_neither_has_is_named():
    outcome = RegistrationOutcome(None, None, None, None)
    with pytest.raises(AttributeError, match="'RegistrationOutcome' object has no attribute 'gridNode'"):
        _ = outcome.gridNode
    assert pickle.loads(pickle.dumps(outcome)) == outcome
