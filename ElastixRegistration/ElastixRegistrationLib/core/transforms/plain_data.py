"""Images and transforms as arrays, which travel between processes without ITK."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.channels import Channel
from ..images.geometry import Geometry, array_view, geometry_of, image_from_array, image_view, scalar_from_components
from ..system.itk_access import fill_parameters, parameters_of, wrapped_class
from ..system.native_messages import NATIVE_ERRORS
from ..wording import said
from .itk_transforms import bspline_fixed_parameters, chain_of, composite_of, displacement_field_transform, matrix_of

#: Classes that their parameters and fixed parameters describe completely.
_PARAMETRIC = frozenset(
    {
        *(
            "IdentityTransform",
            "TranslationTransform",
            "ScaleTransform",
            "AffineTransform",
            "MatrixOffsetTransformBase",
        ),
        *("Rigid2DTransform", "Euler2DTransform", "CenteredRigid2DTransform", "Similarity2DTransform"),
        *("Euler3DTransform", "CenteredEuler3DTransform", "VersorTransform", "VersorRigid3DTransform"),
        *("Similarity3DTransform", "ScaleVersor3DTransform", "ScaleSkewVersor3DTransform", "CenteredAffineTransform"),
        *("BSplineTransform", "ThinPlateSplineKernelTransform", "ThinPlateR2LogRSplineKernelTransform"),
        *("ElasticBodySplineKernelTransform", "ElasticBodyReciprocalSplineKernelTransform"),
        *("VolumeSplineKernelTransform",),
    }
)
_DISPLACEMENTS = "DisplacementFieldTransform"
_CLASS_NAME = re.compile(r"itk(?P<name>[A-Z]\w*?Transform(?:Base)?)(?P<suffix>D[234]{0,2})")


@dataclass(frozen=True)
class VoxelData:
    """Voxels (k, j, i), or (k, j, i, components), with their place, LPS mm."""

    array: np.ndarray = field(repr=False)
    geometry: Geometry

    def __post_init__(self) -> None:
        dimension = self.geometry.dimension
        if (
            self.array.ndim not in (dimension, dimension + 1)
            or self.array.shape[:dimension] != self.geometry.size[::-1]
        ):
            raise InputError(
                said(
                    "An array of shape {shape} does not fit a grid of {geometry}.",
                    shape=self.array.shape,
                    geometry=self.geometry,
                )
            )

    @property
    def components(self) -> int:
        return self.array.shape[-1] if self.array.ndim > self.geometry.dimension else 1

    @classmethod
    def of(cls, image: Any) -> VoxelData:
        """Of an ITK image, whose memory it shares, of a pair (array, geometry), or of voxel data."""
        if isinstance(image, VoxelData):
            return image
        if isinstance(image, tuple):
            return cls(*image)
        return cls(array_view(image), geometry_of(image))

    def image(self) -> Any:
        """ITK image that shares the memory of the array where ITK wraps its type."""
        if self.components > 1:
            return image_from_array(self.array, self.geometry)
        array = self.array.reshape(self.geometry.size[::-1])
        exact = {"int64": "SLL", "uint64": "ULL", "int8": "SC"}.get(array.dtype.name)
        if exact is not None:
            # Some wheels have images of these types; a wider type would have another background estimate.
            try:
                return image_view(np.ascontiguousarray(array), self.geometry, f"I{exact}{self.geometry.dimension}")
            except InputError:
                pass
        return image_from_array(array, self.geometry)

    def scalar_image(self) -> Any:
        """The ITK image to register on, of the values that ``core.images.as_scalar`` gives."""
        if self.components == 1:
            return self.image()
        return image_from_array(scalar_from_components(self.array), self.geometry)


def channel_data(channel: Channel) -> Channel:
    """A channel with its images and masks as voxel data."""
    return replace(
        channel,
        fixed=VoxelData.of(channel.fixed),
        moving=VoxelData.of(channel.moving),
        fixed_mask=None if channel.fixed_mask is None else VoxelData.of(channel.fixed_mask),
        moving_mask=None if channel.moving_mask is None else VoxelData.of(channel.moving_mask),
    )


def channel_images(channel: Channel) -> Channel:
    """A channel of voxel data with ITK images to register on."""
    return replace(
        channel,
        fixed=channel.fixed.scalar_image(),
        moving=channel.moving.scalar_image(),
        fixed_mask=None if channel.fixed_mask is None else channel.fixed_mask.image(),
        moving_mask=None if channel.moving_mask is None else channel.moving_mask.image(),
    )


@dataclass(frozen=True)
class TransformElement:
    """One ITK transform: its class, its parameters and its fixed parameters (float64).

    Of a displacement field transform ``parameters`` are the vectors (k, j, i, D), and ``geometry`` is where they lie.
    ``matrix`` (D+1, D+1) is what a linear one does to points, LPS mm; None for others.
    """

    name: str
    suffix: str
    parameters: np.ndarray = field(repr=False)
    fixed_parameters: np.ndarray = field(repr=False)
    geometry: Geometry | None = None
    matrix: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.name not in _PARAMETRIC and self.name != _DISPLACEMENTS:
            raise InputError(said("A transform of class {name} cannot be sent to another process.", name=self.name))
        if not re.fullmatch(r"D[234]{0,2}", self.suffix) or (self.name == _DISPLACEMENTS) == (self.geometry is None):
            raise InputError(said("A {name} with suffix {suffix} is not complete.", name=self.name, suffix=self.suffix))
        if self.geometry is None:
            if self.parameters.ndim != 1 or self.fixed_parameters.ndim != 1:
                raise InputError(said("The parameters of a {name} are not a list.", name=self.name))
        elif self.parameters.shape != (*self.geometry.size[::-1], self.geometry.dimension):
            raise InputError(
                said(
                    "{shape} vectors do not fit a grid of {geometry}.",
                    shape=self.parameters.shape,
                    geometry=self.geometry,
                )
            )
        if self.matrix is not None and self.matrix.shape != (self.dimension + 1, self.dimension + 1):
            raise InputError(
                said(
                    "A {name} of {dimension} dimensions has no {shape} matrix.",
                    name=self.name,
                    dimension=self.dimension,
                    shape=self.matrix.shape,
                )
            )

    @classmethod
    def affine(cls, matrix: np.ndarray) -> TransformElement:
        """Maps points, LPS mm, by a (D+1, D+1) homogeneous matrix."""
        matrix = np.array(matrix, float)
        values = np.concatenate([matrix[:-1, :-1].ravel(), matrix[:-1, -1]])
        return cls("AffineTransform", f"D{len(matrix) - 1}", values, np.zeros(len(matrix) - 1), matrix=matrix)

    @classmethod
    def bspline(
        cls, coefficients: np.ndarray, origin: np.ndarray, spacing: np.ndarray, direction: np.ndarray
    ) -> TransformElement:
        """A cubic B-spline: the arguments of ``core.transforms.bspline_transform``."""
        fixed = bspline_fixed_parameters(coefficients, origin, spacing, direction)
        return cls("BSplineTransform", f"D{len(coefficients)}3", np.array(coefficients, float).ravel(), fixed)

    @classmethod
    def displacements(cls, vectors: np.ndarray, geometry: Geometry) -> TransformElement:
        """Adds ``vectors`` (k, j, i, D), LPS mm, interpolated linearly; identity outside of the grid."""
        return cls(_DISPLACEMENTS, f"D{geometry.dimension}", np.asarray(vectors, float), np.empty(0), geometry)

    @classmethod
    def thin_plate(cls, sources: np.ndarray, targets: np.ndarray) -> TransformElement:
        """Maps (N, 3) ``sources`` onto ``targets``, LPS mm, and bends space smoothly between them."""
        # ITK calls the sources parameters and the targets fixed.
        lists = (np.ravel(sources).astype(float), np.ravel(targets).astype(float))
        return cls("ThinPlateSplineKernelTransform", "D3", *lists)

    @property
    def dimension(self) -> int:
        return int(self.suffix[1]) if len(self.suffix) > 1 else 2 if "2D" in self.name else 3

    def build(self) -> Any:
        """The ITK transform. Raises InputError where ITK refuses the parameters."""
        try:
            return self._built()
        except NATIVE_ERRORS as error:
            raise InputError(said("The parameters of the {kind} do not fit each other.", kind=self.name)) from error

    def _built(self) -> Any:
        if self.geometry is not None:
            return displacement_field_transform(self.parameters, self.geometry)
        transform = wrapped_class(self.name, self.suffix).New()
        self._set(transform, "FixedParameters", self.fixed_parameters)
        self._set(transform, "Parameters", self.parameters)
        if self.name.endswith("KernelTransform"):
            transform.ComputeWMatrix()  # without it, the first point that is mapped ends the process
        return transform

    def _set(self, transform: Any, what: str, values: np.ndarray) -> None:
        target = getattr(transform, f"Get{what}")()
        resizable = self.name.endswith("KernelTransform")
        if len(values) != len(target) and not resizable:
            raise InputError(
                said(
                    "A {name} takes {count} {what}, not {count2}.",
                    name=self.name,
                    count=len(target),
                    what=what,
                    count2=len(values),
                )
            )
        if len(values):
            getattr(transform, f"Set{what}")(fill_parameters(target, values))


@dataclass(frozen=True)
class TransformData:
    """An ITK transform, composites as the elements inside, the one that acts first on a point first."""

    elements: tuple[TransformElement, ...]

    def __post_init__(self) -> None:
        # A damaged message may hold anything.
        if not self.elements or not all(isinstance(element, TransformElement) for element in self.elements):
            raise InputError(said("A transform of another process is not made of transforms."))

    @classmethod
    def of(cls, transform: Any) -> TransformData:
        """Of an ITK transform, or of transform data. Raises InputError for classes that cannot travel."""
        return transform if isinstance(transform, TransformData) else cls(tuple(map(_element, chain_of(transform))))

    @property
    def dimension(self) -> int:
        return self.elements[0].dimension

    def transform(self) -> Any:
        """The ITK transform: the one element itself, or a flat composite."""
        return composite_of([element.build() for element in self.elements])


def _element(transform: Any) -> TransformElement:
    match = _CLASS_NAME.fullmatch(type(transform).__name__)
    name = match["name"] if match else transform.GetNameOfClass()
    if not match or (name not in _PARAMETRIC and name != _DISPLACEMENTS):
        matrix = matrix_of(transform)
        if matrix is not None:  # a rare class: what it does to points is all that elastix looks at
            return TransformElement.affine(matrix)
        raise InputError(said("A transform of class {name} cannot be sent to another process.", name=name))
    if name == _DISPLACEMENTS:
        field_image = transform.GetDisplacementField()
        vectors = np.asarray(array_view(field_image), np.float64)
        return TransformElement(name, match["suffix"], vectors, np.empty(0), geometry_of(field_image))
    return TransformElement(
        name,
        match["suffix"],
        parameters_of(transform.GetParameters()),
        parameters_of(transform.GetFixedParameters()),
        matrix=matrix_of(transform),
    )
