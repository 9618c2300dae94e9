"""Groupwise registration: a set of images of one kind at once, all to their common mean space, without a reference
image.

elastix treats the set as one image with an additional axis, and moves each member by its own transform (a "stack")
until they look alike along that axis. The metric is the variance of the intensities (C.T. Metz et al., Nonrigid
registration of dynamic medical imaging data using nD+t B-splines and a groupwise optimization approach, Medical Image
Analysis 15, 2011), or the number of principal components that explain them, which tolerates changes of contrast (W.
Huizinga et al., PCA-based groupwise image registration for quantitative MRI, Medical Image Analysis 29, 2016). The
displacements of all members add up to zero at each point, so that the mean position stays fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..elastix.run import run_elastix
from ..errors import InputError, ResourceError
from ..images.background import BackgroundEstimate, estimate_background, padding_mask
from ..images.geometry import Geometry, array_view, as_scalar, check_image, geometry_of, image_from_array
from ..registration.masks import metric_mask
from ..registration.memory import available_bytes
from ..resampling.images import outside_of, resample
from ..transforms.itk_transforms import compose, identity
from ..transforms.transform_parameters import extend_bspline, transforms_from_maps
from ..wording import said

METRICS = {"variance": "VarianceOverLastDimensionMetric", "pca": "PCAMetric2"}
#: Kind of transform: its name in elastix as a stack, and for one member.
TRANSFORMS = {
    "translation": ("TranslationStackTransform", "TranslationTransform"),
    "rigid": ("EulerStackTransform", "EulerTransform"),
    "affine": ("AffineLogStackTransform", "AffineLogTransform"),
    "deformable": ("BSplineStackTransform", "BSplineTransform"),
}
_MIN_IMAGES = 3
#: Grid points of a B-spline along the shortest side, and the fewest voxels between two of them.
_GRID_POINTS, _GRID_VOXELS = 10, 4


@dataclass(frozen=True)
class GroupSettings:
    """``transforms``: one or more of TRANSFORMS, one stage each. ``metric``: "pca" or "variance".

    ``grid_spacing``: of the B-spline, mm; None: a tenth of the shortest side. ``iterations`` for each of the
    ``resolutions``; ``samples``: points at which all members are compared, new ones in each iteration.
    """

    transforms: tuple[str, ...] = ("deformable",)
    metric: str = "pca"
    resolutions: int = 3
    iterations: int = 500
    samples: int = 2048
    grid_spacing: float | None = None
    seed: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise InputError(
                said(
                    "Unknown groupwise metric {metric}; use one of {names}.",
                    metric=repr(self.metric),
                    names=", ".join(METRICS),
                )
            )
        unknown = [name for name in self.transforms if name not in TRANSFORMS]
        if unknown or not self.transforms:
            raise InputError(
                said(
                    "Unknown groupwise transform {unknown}; use some of {names}.",
                    unknown=unknown,
                    names=", ".join(TRANSFORMS),
                )
            )
        for name in ("resolutions", "iterations", "samples"):
            if getattr(self, name) < 1:
                raise InputError(
                    said(
                        "The number of {name} is {value}; it must be at least 1.", name=name, value=getattr(self, name)
                    )
                )


@dataclass(frozen=True)
class GroupResult:
    """``transforms``, one for each image: common space to that image, LPS mm. ``geometry``: grid of the common space.

    ``backgrounds``: value outside each image. ``log``: of elastix.
    """

    transforms: list[Any] = field(repr=False)
    geometry: Geometry
    images: list[Any] = field(repr=False)
    backgrounds: list[BackgroundEstimate] = field(repr=False)
    log: str = field(repr=False)

    def resample(self, member: int, image: Any = None, *, interpolation: str = "linear") -> Any:
        """Image number ``member``, or another one in its space, on the common grid, in its own pixel type."""
        own = image is None
        estimate = self.backgrounds[member]
        return resample(
            self.images[member] if own else image,
            self.transforms[member],
            self.geometry,
            interpolation=interpolation,
            background=outside_of(self.images[member], estimate.value) if own else 0.0,
            padding=estimate if own else None,
        )

    def mean(self) -> Any:
        """float32 image: the mean of all resampled images."""
        total = np.zeros(self.geometry.size[::-1])
        for member in range(len(self.images)):
            total += array_view(as_scalar(self.resample(member)))
        return image_from_array((total / len(self.images)).astype(np.float32), self.geometry)


def register_group(
    images: Sequence[Any],
    settings: GroupSettings | None = None,
    *,
    reference: Geometry | None = None,
    mask: Any = None,
    log_to_console: bool = False,
) -> GroupResult:
    """Register all ``images``, 2D or 3D ITK images of one kind, to their common mean space.

    They are resampled to one grid first: ``reference``, or that of the first image. ``mask``: nonzero in the relevant
    part of the common space. Raises InputError before anything is run, RegistrationError when elastix fails.
    """
    settings = settings or GroupSettings()
    check_count(images)
    scalars = [as_scalar(image) for image in images]
    for number, image in enumerate(scalars):
        check_image(image, f"image {number} of the group")
    grid = reference or geometry_of(scalars[0])
    dimensions = {image.GetImageDimension() for image in scalars}
    if dimensions != {grid.dimension} or grid.dimension not in (2, 3):
        raise InputError(
            said(
                "A group has images of 2 or 3 dimensions, all the same, not {dimensions}.",
                dimensions=sorted(dimensions),
            )
        )
    _check_memory(grid, len(images), settings.resolutions)
    estimates = [estimate_background(image) for image in scalars]
    stacked = np.empty((len(scalars), *grid.size[::-1]), np.float32)
    for place, image, estimate in zip(stacked, scalars, estimates, strict=True):
        place[...] = _on_grid(image, estimate, grid)
    stack_grid = _with_one_more_axis(grid, len(images))
    stack = image_from_array(stacked, stack_grid)
    stack_mask = None
    if mask is not None:
        inside = array_view(metric_mask(image_from_array(stacked[0], grid), mask, None, "group"))
        stack_mask = image_from_array(np.repeat(inside[None], len(images), 0), stack_grid)
    run = run_elastix(
        [stack],
        [stack],
        group_stages(grid, settings),
        fixed_masks=[stack_mask],
        threads=settings.threads,
        log_to_console=log_to_console,
    )
    transforms = [
        compose(transforms_from_maps([_member_map(stage, member, len(images)) for stage in run.maps]))
        for member in range(len(images))
    ]
    return GroupResult(transforms, grid, list(images), estimates, run.log)


def _on_grid(image: Any, estimate: BackgroundEstimate, grid: Geometry) -> np.ndarray:
    voxels = np.array(array_view(image), np.float32)
    if estimate.padding is not None:
        voxels[padding_mask(array_view(image), estimate)] = estimate.value
    geometry = geometry_of(image)
    if geometry.is_close(grid):
        return voxels
    clean = image_from_array(voxels, geometry)
    return array_view(resample(clean, identity(grid.dimension), grid, background=estimate.value))


def _with_one_more_axis(grid: Geometry, count: int) -> Geometry:
    direction = np.eye(grid.dimension + 1)
    direction[:-1, :-1] = grid.direction
    return Geometry(
        size=(*grid.size, count),
        spacing=(*grid.spacing, 1.0),
        origin=(*grid.origin, 0.0),
        direction=tuple(map(tuple, direction.tolist())),
    )


def check_count(images: Sequence[Any]) -> None:
    """Raise InputError for too few images for a group."""
    if len(images) < _MIN_IMAGES:
        raise InputError(
            said("A group has at least {min_images} images, not {count}.", min_images=_MIN_IMAGES, count=len(images))
        )


def group_stages(grid: Geometry, settings: GroupSettings) -> list[dict[str, tuple[str, ...]]]:
    """The parameter maps of a group on ``grid``: one stage for each of ``settings.transforms``."""
    return [_stage(name, grid, settings) for name in settings.transforms]


def _stage(kind: str, grid: Geometry, settings: GroupSettings) -> dict[str, tuple[str, ...]]:
    dimension = grid.dimension
    pyramid: list[str] = []
    for resolution in range(settings.resolutions):
        factor = 2 ** (settings.resolutions - 1 - resolution)
        # The last axis is never smoothed: its members are different images.
        pyramid += [*[str(factor)] * dimension, "0"]
    values = {
        "Registration": "MultiResolutionRegistration",
        "FixedImagePyramid": "FixedSmoothingImagePyramid",
        "MovingImagePyramid": "MovingSmoothingImagePyramid",
        "Interpolator": "ReducedDimensionBSplineInterpolator",
        "BSplineInterpolationOrder": "1",
        "ResampleInterpolator": "FinalReducedDimensionBSplineInterpolator",
        "Resampler": "DefaultResampler",
        "Metric": METRICS[settings.metric],
        "Optimizer": "AdaptiveStochasticGradientDescent",
        "Transform": TRANSFORMS[kind][0],
        "ImageSampler": "RandomCoordinate",
        "FixedImageDimension": str(dimension + 1),
        "MovingImageDimension": str(dimension + 1),
        "FixedInternalImagePixelType": "float",
        "MovingInternalImagePixelType": "float",
        "UseDirectionCosines": "true",
        "HowToCombineTransforms": "Compose",
        "AutomaticTransformInitialization": "false",
        "AutomaticScalesEstimation": "true",
        "AutomaticParameterEstimation": "true",
        "ASGDParameterEstimationMethod": "Original",
        "UseZeroAverageDisplacementConstraint": "true",
        "SampleLastDimensionRandomly": "false",
        "NumberOfResolutions": str(settings.resolutions),
        "MaximumNumberOfIterations": str(settings.iterations),
        "NumberOfSpatialSamples": str(settings.samples),
        "NewSamplesEveryIteration": "true",
        "BSplineTransformSplineOrder": "3",
        "FinalGridSpacingInPhysicalUnits": repr(_grid_spacing(grid, settings)),
        "WriteResultImage": "false",
    }
    if settings.seed is not None:
        values["RandomSeed"] = str(settings.seed)
    stage = {name: (value,) for name, value in values.items()}
    return stage | {
        "ImagePyramidSchedule": tuple(pyramid),
        "MovingImageDerivativeScales": (*["1"] * dimension, "0"),
    }


def _grid_spacing(grid: Geometry, settings: GroupSettings) -> float:
    if settings.grid_spacing is not None:
        return float(settings.grid_spacing)
    sides = [n * s for n, s in zip(grid.size, grid.spacing, strict=True)]
    return float(max(min(sides) / _GRID_POINTS, _GRID_VOXELS * max(grid.spacing)))


def _member_map(stack: dict[str, tuple[str, ...]], member: int, count: int) -> dict[str, tuple[str, ...]]:
    """The TransformParameters of one member of a stack, as elastix would write them for that image alone."""
    kind = next(single for several, single in TRANSFORMS.values() if several == stack["Transform"][0])
    numbers = stack["TransformParameters"]
    own = len(numbers) // count
    parameters = dict(stack) | {
        "Transform": (kind,),
        "TransformParameters": numbers[member * own : (member + 1) * own],
        "NumberOfParameters": (str(own),),
        "FixedImageDimension": (str(int(stack["FixedImageDimension"][0]) - 1),),
        "MovingImageDimension": (str(int(stack["MovingImageDimension"][0]) - 1),),
    }
    return extend_bspline(parameters)


def _check_memory(grid: Geometry, count: int, resolutions: int) -> None:
    """The stack, its copy in elastix, and its pyramid twice, as it is both the fixed and the moving image."""
    needed = 4.0 * float(np.prod(grid.size)) * count * (2 + 2 * (resolutions + 1))
    available = available_bytes()
    if available is not None and needed > available:
        raise ResourceError(
            said(
                "Not enough memory: a group of {count} images on {grid} takes about {needed:.1f} GB and "
                "{available:.1f} GB is free; crop or downsample the images.",
                count=count,
                grid=grid,
                needed=needed / 1e9,
                available=available / 1e9,
            )
        )
