"""Outputs of volumes that were registered together: a transform and a resampled volume for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ...core.wording import said
from ..nodes.chains import Chain
from ..nodes.incremental import Steps
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import rollback_on_failure
from ..nodes.transforms import node_chain, node_class_of, set_from_parent
from ..nodes.volumes import VolumeImage
from .scene_volumes import RESULT_ATTRIBUTE
from .sequence_outputs import add_volume, moved_group_incrementally

if TYPE_CHECKING:
    from .group import GroupChains


@dataclass(frozen=True)
class VolumesOutcome(SlicerNames):
    """``transforms`` and ``volumes``: nodes by the number of the volume. ``failed``: why others have none."""

    transforms: dict[int, Any]
    volumes: dict[int, Any]
    failed: dict[int, str]


def volumes_group_incrementally(
    nodes: Sequence[Any], members: Sequence[VolumeImage], found: GroupChains
) -> Steps[tuple[VolumesOutcome, Any]]:
    """(outcome, mean volume node) of a groupwise registration, on the grid of the first of ``nodes``."""
    check_still_there(nodes)
    group = yield from moved_group_incrementally(members, found)
    check_still_there(nodes)
    scene = nodes[0].GetScene()
    transforms, volumes = {}, {}
    with rollback_on_failure() as made:
        made += [*group.members.values(), group.mean]
        for place, chain in found.chains.items():
            name = f"{nodes[place].GetName()} in the group"
            transforms[place] = add_transform(scene, f"{name} (transform)", chain, members[place])
            made.append(transforms[place])
            volumes[place] = add_result_volume(scene, name, group.members[place])
            yield
        group.mean.SetAttribute(RESULT_ATTRIBUTE, "mean")
        mean_node = add_volume(scene, f"{nodes[0].GetName()} group mean", group.mean)
    return VolumesOutcome(transforms, volumes, {}), mean_node


def check_still_there(nodes: Sequence[Any]) -> None:
    """Raise InputError if one of the nodes is no longer in the scene."""
    for node in nodes:
        if node.GetScene() is None:
            raise InputError(
                said("The node {node} was removed from the scene while it was registered.", node=node.GetName())
            )


def add_transform(scene: Any, name: str, chain: Chain, moving: VolumeImage) -> Any:
    """A transform node that aligns ``moving``; ``chain`` maps from world to its position in world."""
    chain = node_chain(chain, moving.parents)
    node = scene.AddNewNodeByClass(node_class_of(chain), scene.GenerateUniqueName(name))
    set_from_parent(node, chain)
    return node


def add_result_volume(scene: Any, name: str, node: Any) -> Any:
    """``add_volume`` for the result of a registration."""
    node.SetAttribute(RESULT_ATTRIBUTE, "resampled")
    return add_volume(scene, name, node)
