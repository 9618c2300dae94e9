"""The frames of a sequence node as a group: all onto their common middle, by elastix's groupwise metrics."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.groupwise import GroupSettings, register_group
from ..core.images import array_view, image_from_array
from ..worker.data import TransformData
from .planes import flat_geometry, flat_voxels, lifted_transform, plane_of
from .sequences import frames_of
from .sequences_outputs import SequenceOutcome, write_group
from .transforms import chain_from_data


def register_sequence_groupwise(
    sequence_node: Any, settings: GroupSettings | None = None
) -> tuple[SequenceOutcome, Any]:
    """(outcome, mean volume node), in this process. Single slices are registered in their plane.

    Raises InputError before anything is run, RegistrationError when elastix fails; the scene is then as it was.
    """
    frames = frames_of(sequence_node)
    first = frames[0]
    skewed = next((frame for frame in frames if not frame.is_orthogonal_in_world), None)
    if skewed is not None:
        raise InputError(f"The {skewed.name} has axes that are not at right angles, which groups do not support.")
    if any((frame.slice_axis is None) != (first.slice_axis is None) for frame in frames):
        raise InputError("The frames of a group are all volumes, or all single slices.")
    if first.slice_axis is None:
        images = [image_from_array(frame.scalars(), frame.geometry) for frame in frames]
    else:
        plane = plane_of(first.geometry)
        planes = [plane_of(frame.geometry, plane) for frame in frames]
        images = [
            image_from_array(flat_voxels(frame.scalars(), frame.geometry), flat_geometry(frame.geometry, own))
            for frame, own in zip(frames, planes, strict=True)
        ]
    result = register_group(images, settings)
    data = [TransformData.of(transform) for transform in result.transforms]
    if first.slice_axis is not None:
        corners = np.concatenate([frame.geometry.corners() for frame in frames])
        reach = float(np.linalg.norm(np.ptp(corners, axis=0)))
        data = [lifted_transform(one, plane, own, reach) for one, own in zip(data, planes, strict=True)]
    chains = {frame: chain_from_data(one) for frame, one in enumerate(data)}
    mean = array_view(result.mean()).reshape(first.geometry.size[::-1])
    return write_group(sequence_node, frames, chains, mean, first)
