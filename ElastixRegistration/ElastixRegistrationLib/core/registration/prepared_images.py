"""Images as elastix gets them: float, padding replaced by background and masked out. LPS, mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..images.background import background_of, padding_mask
from ..images.geometry import Geometry, array_view, float_copy, geometry_of, image_from_array
from ..images.reduction import block_means, reduced_geometry
from ..resampling.images import resample
from ..start.coarse import FittedImage
from ..transforms.itk_transforms import identity
from ..wording import named_role, said
from .masks import metric_mask
from .working_resolution import working_factors

#: Margin around a smaller image, as a share of its extent; and the largest share of the whole image for which only this
#: part is used.
_MARGIN, _MUCH_SMALLER = 0.2, 0.5


class PreparedSide:
    """One image as elastix gets it: float, padding replaced by background and masked out.

    With ``voxel_mm``, smaller voxels are merged into blocks of about that size; ``factors``: voxels per block.
    """

    def __init__(
        self,
        name: str,
        image: Any,
        mask: Any,
        background: float | str,
        voxel_mm: float | None = None,
        threads: int | None = None,
    ):
        self.original = image
        self.geometry = geometry_of(image)
        self.estimate = background_of(image, background)
        has_padding = self.estimate.padding is not None and background != "keep"
        padding = padding_mask(array_view(image), self.estimate) if has_padding else None
        self.mask = metric_mask(image, mask, padding, name)
        self.factors = (1,) * self.geometry.dimension if voxel_mm is None else working_factors(self.geometry, voxel_mm)
        if max(self.factors) > 1:
            self._reduce(image, padding, threads)
        else:
            self.image = float_copy(image, replace=padding, by=self.estimate.value)
        self.notes = []
        if has_padding:
            self.notes.append(
                said(
                    "Padding {padding} of the {image} ({share:.1%} of its voxels) is left out and replaced by "
                    "background {background:g}.",
                    padding=" and ".join(f"{one.value:g}" for one in self.estimate.paddings),
                    image=named_role(f"{name} image"),
                    share=self.estimate.padding_fraction,
                    background=self.estimate.value,
                )
            )
        if not self.geometry.is_orthogonal:
            self._straighten()
            self.notes.append(
                said(
                    "The grid of the {image} is sheared; it was registered on an orthogonal grid, but results are "
                    "computed from the original voxels.",
                    image=named_role(f"{name} image"),
                )
            )

    def _straighten(self) -> None:
        """Resample onto perpendicular axes, because elastix assumes them; the mask excludes places outside the original
        grid.

        For the metric only: ITK maps points and resamples with the sheared grid exactly.
        """
        self.geometry, same = self.geometry.orthogonal_box(), identity(self.geometry.dimension)
        inside = everywhere(self.image) if self.mask is None else self.mask
        self.image = resample(self.image, same, self.geometry, background=self.estimate.value)
        self.mask = resample(inside, same, self.geometry, interpolation="nearest")

    def _reduce(self, image: Any, padding: np.ndarray | None, threads: int | None) -> None:
        """Image and mask of blocks of voxels; a block is inside when half of it is."""
        geometry = reduced_geometry(self.geometry, self.factors)
        voxels = block_means(array_view(image), self.factors, replace=padding, by=self.estimate.value, threads=threads)
        self.image = image_from_array(voxels, geometry)
        if self.mask is not None:
            shares = block_means(array_view(self.mask), self.factors, threads=threads)
            inside = shares >= min(0.5, float(shares.max()))
            self.mask = image_from_array(inside.view(np.uint8), geometry)
        self.geometry = geometry

    @property
    def volume_mm(self) -> float:
        """Volume of the mask, or of the whole image, mm to the power of its dimension."""
        voxels = np.prod(self.geometry.size) if self.mask is None else np.count_nonzero(array_view(self.mask))
        return float(voxels * np.prod(self.geometry.spacing))

    def look_around(self, other: Geometry, there: np.ndarray) -> list[str]:
        """Restrict the mask to the surroundings of the much smaller grid ``other``; returns a sentence about it, if it
        applies.

        ``there``: homogeneous matrix from its points to this image, LPS mm. Otherwise few samples would fall into a
        small part of a large image.
        """
        corners = self.geometry.indices_of(other.corners() @ there[:-1, :-1].T + there[:-1, -1])
        low, high = corners.min(axis=0), corners.max(axis=0)
        margin = _MARGIN * (high - low)
        first = np.maximum(np.floor(low - margin), 0).astype(int)
        past = np.minimum(np.ceil(high + margin) + 1, self.geometry.size).astype(int)
        if (past <= first).any() or np.prod((past - first) / self.geometry.size) > _MUCH_SMALLER:
            return []
        near = np.zeros(self.geometry.size[::-1], bool)
        near[tuple(slice(a, b) for a, b in zip(first[::-1], past[::-1], strict=True))] = True
        if self.mask is not None:
            near &= np.asarray(array_view(self.mask)) != 0
        if not near.any():
            return []
        self.mask = image_from_array(near.view(np.uint8), self.geometry)
        return [said("Only the part of the fixed image around the much smaller moving image is used.")]

    @property
    def for_fitting(self) -> FittedImage:
        """The image to which stages and a start are fitted."""
        mask = None if self.mask is None else array_view(self.mask)
        return FittedImage(array_view(self.image), self.geometry, self.estimate.value, mask)


def warped(side: PreparedSide, transform: Any, fixed: Geometry, threads: int | None) -> tuple[Any, Any]:
    """Moving image and mask under an initial transform that elastix cannot continue from (a field, a thin plate ...).

    elastix then starts from the identity, and its result comes before the initial transform. The grid reaches a
    quarter of the fixed image's size beyond it, so that samples may move.
    """
    margin = [-(-n // 4) for n in fixed.size]
    grid = Geometry(
        size=tuple(n + 2 * m for n, m in zip(fixed.size, margin, strict=True)),
        spacing=fixed.spacing,
        origin=tuple(fixed.points_of(-np.asarray(margin, float)).tolist()),
        direction=fixed.direction,
    )
    image = resample(side.image, transform, grid, background=side.estimate.value, threads=threads)
    mask = everywhere(side.image) if side.mask is None else side.mask
    return image, resample(mask, transform, grid, interpolation="nearest", threads=threads)


def everywhere(image: Any) -> Any:
    """A mask that includes everything."""
    geometry = geometry_of(image)
    return image_from_array(np.ones(geometry.size[::-1], np.uint8), geometry)
