"""Volumes of the scene that were registered together: a transform and a resampled volume for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from .chains import Chain
from .sequences_outputs import mean_volume_node, resampled_member_steps
from .steps import Steps
from .transforms import node_chain, node_class_of, set_from_parent
from .volumes import VolumeImage

#: Marks volumes that a registration of many made, so that the next one does not take them for inputs.
RESULT_ATTRIBUTE = "ElastixRegistration.Result"


@dataclass(frozen=True)
class VolumesOutcome:
    """``transforms`` and ``volumes``: nodes by the place of the volume. ``failed``: why others have none."""

    transforms: dict[int, Any]
    volumes: dict[int, Any]
    failed: dict[int, str]


def volumes_group_steps(
    nodes: Sequence[Any], members: Sequence[VolumeImage], chains: Mapping[int, Chain], mean: np.ndarray
) -> Steps[tuple[VolumesOutcome, Any]]:
    """(outcome, mean volume node) of a groupwise registration, on the grid of the first of ``nodes``."""
    check_still_there(nodes)
    moved = {}
    for place, chain in chains.items():
        moved[place] = yield from resampled_member_steps(members[place], members[0], chain)
        yield
    scene = nodes[0].GetScene()
    transforms, volumes = {}, {}
    for place, chain in chains.items():
        name = f"{nodes[place].GetName()} in the group"
        transforms[place] = add_transform(scene, f"{name} (transform)", chain, members[place])
        volumes[place] = add_result_volume(scene, name, moved[place])
    mean_node = mean_volume_node(scene, f"{nodes[0].GetName()} group mean", mean, members[0])
    mean_node.SetAttribute(RESULT_ATTRIBUTE, "mean")
    return VolumesOutcome(transforms, volumes, {}), mean_node


def check_still_there(nodes: Sequence[Any]) -> None:
    """Raise InputError when one of them has left the scene."""
    for node in nodes:
        if node.GetScene() is None:
            raise InputError(f"The node {node.GetName()} was removed from the scene while it was registered.")


def add_transform(scene: Any, name: str, chain: Chain, moving: VolumeImage) -> Any:
    """A transform node under which ``moving`` is aligned; ``chain`` leads from world to where it is in world."""
    chain = node_chain(chain, moving.parents)
    node = scene.AddNewNodeByClass(node_class_of(chain), scene.GenerateUniqueName(name))
    set_from_parent(node, chain)
    return node


def add_result_volume(scene: Any, name: str, node: Any) -> Any:
    """Put a volume node that is in no scene into ``scene``, with a display."""
    node.SetName(scene.GenerateUniqueName(name))
    node.SetAttribute(RESULT_ATTRIBUTE, "resampled")
    scene.AddNode(node)
    node.CreateDefaultDisplayNodes()
    return node
