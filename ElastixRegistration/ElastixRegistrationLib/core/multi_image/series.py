"""Series of images (frames of a sequence, slices of a stack), registered with one frame or each with its neighbor.

A series is registered pair by pair. ``frame_pairs`` lists the pairs, and ``compose_frames`` composes their results into
one transform for each frame. The registrations in between run in this process (``register_series``) or in others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ..deprecation import former_keywords
from ..errors import InputError, RegistrationError
from ..images.geometry import Geometry, array_view, geometry_of, image_from_array
from ..parameters.maps import ParameterMap
from ..registration.any_rotation import any_rotation_start
from ..registration.register import register
from ..resampling.images import outside_of, resample
from ..transforms.itk_transforms import compose, identity
from ..wording import said

T = TypeVar("T")


@dataclass(frozen=True)
class FramePair:
    """The registration that ``frame`` needs, and ``via``, the frame whose own transform it continues."""

    frame: int
    via: int
    fixed: int
    moving: int


@dataclass(frozen=True)
class SeriesResult:
    """``transforms`` by frame, LPS mm, the identity for ``reference``; ``failed``: reasons of failure, by frame.

    With ``onto_reference`` they map points of the reference frame to points of the frame, otherwise the reverse.
    ``backgrounds`` by frame; ``background_setting``: the value given to ``register``.
    """

    reference: int
    onto_reference: bool
    transforms: dict[int, Any]
    failed: dict[int, str] = field(default_factory=dict)
    backgrounds: dict[int, float] = field(default_factory=dict)
    background_setting: float | str = "auto"

    def resample(
        self, images: Sequence[Any], frame: int, *, interpolation: str = "linear", background: float | None = None
    ) -> Any:
        """The image that ``frame`` brings: itself on the reference's grid, or the reference's image on its own grid.

        ``images`` is one for each frame: those registered, or others in their space such as label maps.
        """
        fixed, moving = (self.reference, frame) if self.onto_reference else (frame, self.reference)
        outside: Any = background
        if outside is None:
            outside = outside_of(images[moving], self.backgrounds.get(frame, 0.0), self.background_setting)
        return resample(
            images[moving],
            self.transforms[frame],
            geometry_of(images[fixed]),
            interpolation=interpolation,
            background=outside,
        )


def frame_pairs(
    frames: Sequence[int], reference: int, *, neighbors: bool = False, onto_reference: bool = True
) -> list[FramePair]:
    """The pairs for all ``frames`` but ``reference``, which must be one of them; nearest to it first.

    ``neighbors``: each frame is paired with its neighbor toward the reference; otherwise with the reference itself.
    ``onto_reference``: the frame is the moving image; otherwise the fixed one. Raises InputError.
    """
    ordered = sorted(set(frames))
    if reference not in ordered:
        raise InputError(
            said(
                "The reference frame {reference} is not among the frames {value}.",
                reference=reference,
                value=_named(ordered),
            )
        )
    place = ordered.index(reference)
    pairs = []
    for distance in range(1, len(ordered)):
        for side in (1, -1):
            here = place + side * distance
            if not 0 <= here < len(ordered):
                continue
            frame, via = ordered[here], ordered[here - side] if neighbors else reference
            fixed, moving = (via, frame) if onto_reference else (frame, via)
            pairs.append(FramePair(frame, via, fixed, moving))
    return pairs


def compose_frames(
    pairs: Sequence[FramePair],
    found: Mapping[int, T],
    reference: int,
    nothing: T,
    join: Callable[[Sequence[T]], T] = compose,
    *,
    onto_reference: bool = True,
) -> dict[int, T]:
    """One transform for each frame from those ``found`` for its pair, by frame; ``nothing`` for the reference.

    Transforms are ITK's, or of any kind that ``join`` can combine, first applied first. Frames are left out if a pair
    between them and the reference failed or was cancelled.
    """
    whole = {reference: nothing}
    for pair in pairs:
        if pair.frame not in found or pair.via not in whole:
            continue
        steps = [whole[pair.via], found[pair.frame]]
        whole[pair.frame] = join(steps if onto_reference else steps[::-1])
    return whole


@former_keywords(neighbours="neighbors")  # codespell:ignore
def register_series(
    images: Sequence[Any],
    stages: Sequence[ParameterMap],
    reference: int = 0,
    *,
    frames: Sequence[int] | None = None,
    neighbors: bool = False,
    onto_reference: bool = True,
    any_rotation: bool = False,
    masks: Sequence[Any] | None = None,
    sliding_mask: Any = None,
    initialization: str | None = None,
    background: float | str = "auto",
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **choices: Any,
) -> SeriesResult:
    """Register ``frames`` (default: all) of ``images``, ITK images of one dimension, in this process.

    ``neighbors`` suits series whose motion is too large for one step; errors add up along the way. ``any_rotation``
    tries all rotations first, for 2D images. ``masks``: one for each frame, nonzero inside, or None. ``sliding_mask``:
    of the reference, which must be the fixed image of each pair. ``choices`` and other arguments: as for ``register``.
    ``progress`` is called with the number of finished registrations and their
    total. ``cancelled`` is asked between registrations; if it returns True, the finished ones are returned. A frame
    that fails does not stop the others.

    Raises InputError if the call is wrong.
    """
    if any_rotation and initialization not in (None, "none"):
        raise InputError(said("Give an initialization, or let all rotations be tried, not both."))
    chosen = range(len(images)) if frames is None else frames
    _check_frames(chosen, len(images), masks)
    if sliding_mask is not None:
        check_sliding(neighbors=neighbors, onto_reference=onto_reference)
    pairs = frame_pairs(chosen, reference, neighbors=neighbors, onto_reference=onto_reference)
    found: dict[int, Any] = {}
    failed: dict[int, str] = {}
    backgrounds: dict[int, float] = {}
    for number, pair in enumerate(pairs):
        if cancelled is not None and cancelled():
            break
        fixed, moving = images[pair.fixed], images[pair.moving]
        pair_masks = [None if masks is None else masks[one] for one in (pair.fixed, pair.moving)]
        try:
            result = register(
                fixed,
                moving,
                stages,
                fixed_mask=pair_masks[0],
                moving_mask=pair_masks[1],
                sliding_mask=sliding_mask,
                initial_transform=any_rotation_start(fixed, moving, *pair_masks) if any_rotation else None,
                initialization=initialization,
                background=background,
                **choices,
            )
        except (InputError, RegistrationError) as error:
            failed[pair.frame] = str(error)
        else:
            found[pair.frame] = result.transform
            backgrounds[pair.frame] = result.background.value
        if progress is not None:
            progress(number + 1, len(pairs))
    nothing = identity(images[reference].GetImageDimension())
    transforms = compose_frames(pairs, found, reference, nothing, onto_reference=onto_reference)
    for pair in pairs:
        if pair.frame in found and pair.frame not in transforms:
            failed[pair.frame] = f"Its path to frame {reference} goes through frame {pair.via}, which has no transform."
    return SeriesResult(reference, onto_reference, transforms, failed, backgrounds, background)


def check_sliding(*, neighbors: bool, onto_reference: bool) -> None:
    """Raise InputError if the reference frame, on which a sliding mask lies, is not the fixed image of each pair."""
    if neighbors or not onto_reference:
        raise InputError(
            said(
                "A sliding mask lies on the reference frame, so it can be used only where each frame is moved onto "
                "that frame directly."
            )
        )


def _check_frames(frames: Sequence[int], count: int, masks: Sequence[Any] | None) -> None:
    if masks is not None and len(masks) != count:
        raise InputError(said("There are {count} frames and {count2} masks.", count=count, count2=len(masks)))
    unknown = [frame for frame in frames if not 0 <= frame < count]
    if unknown:
        raise InputError(
            said("There is no frame {unknown}; there are {count}, counted from 0.", unknown=unknown[0], count=count)
        )


def slices_of(volume: Any) -> list[Any]:
    """The slices of a 3D image along its third axis as 2D images, in mm of the plane, from its first voxel on.

    Memory is shared if ITK can.
    """
    geometry = geometry_of(volume)
    if geometry.dimension != 3:
        raise InputError(
            said("A stack of slices is a 3D image, not one of {dimension} dimensions.", dimension=geometry.dimension)
        )
    voxels = array_view(volume)
    return [image_from_array(voxels[k], _plane(geometry)) for k in range(geometry.size[2])]


def stack_of(slices: Sequence[Any], geometry: Geometry) -> Any:
    """The 3D image on ``geometry`` of 2D images on one grid: inverse of ``slices_of``."""
    voxels = np.stack([array_view(one) for one in slices])
    if voxels.shape[:3] != geometry.size[::-1]:
        raise InputError(
            said(
                "Slices of {shape}x{shape2} pixels do not make up {geometry}.",
                shape=voxels.shape[2],
                shape2=voxels.shape[1],
                geometry=geometry,
            )
        )
    return image_from_array(voxels, geometry)


@former_keywords(neighbours="neighbors")  # codespell:ignore
def align_stack(
    volume: Any, stages: Sequence[ParameterMap], reference: int | None = None, **options: Any
) -> tuple[Any, SeriesResult]:
    """(3D image with all slices aligned to the reference, SeriesResult) of a 3D stack; ``options`` of
    ``register_series``, with neighbors by default. The reference defaults to the middle slice.

    Slices without a transform stay unchanged. Raises InputError for other than 3D images, and like ``register_series``.
    """
    slices = slices_of(volume)
    middle = len(slices) // 2 if reference is None else reference
    result = register_series(slices, stages, middle, **{"neighbors": True, **options, "onto_reference": True})
    moved = [
        result.resample(slices, k) if k in result.transforms and k != middle else one for k, one in enumerate(slices)
    ]
    return stack_of(moved, geometry_of(volume)), result


def _plane(geometry: Geometry) -> Geometry:
    return Geometry(geometry.size[:2], geometry.spacing[:2], (0.0, 0.0), ((1.0, 0.0), (0.0, 1.0)))


def _named(frames: Sequence[int]) -> str:
    return ", ".join(map(str, frames)) or "(none)"
