"""A transform of each kind, and points."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.nodes.transforms import chain_from_data, set_from_parent
from support.applying import (
    TRANSFORMS,
)


@pytest.fixture
def a_transform(a_scene, rng):
    """Makes (itk transform, fixed to moving, LPS; the node that a registration would write of it)."""

    def make(kind):
        transform = TRANSFORMS[kind](rng)
        node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
        set_from_parent(node, chain_from_data(TransformData.of(transform)))
        return transform, node

    return make


@pytest.fixture
def landmarks(rng):
    """(N, 3) of the fixed image, LPS mm."""
    return rng.uniform(-25, 25, (20, 3))
