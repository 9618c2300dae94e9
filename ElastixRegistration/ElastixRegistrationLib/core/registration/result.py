"""The result of a registration.

Annotations here are not strings, because the generated ``__init__`` of a subclass in another module repeats them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from ..elastix.progress import Iteration
from ..images.background import BackgroundEstimate
from ..images.geometry import Geometry
from ..request import KEEP
from ..sliding.figures import SlidingFigures


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ResultBase(ABC):
    """The result of a registration, here or in the background process, except for the transform itself.

    ``transform_parameters``: the transform as elastix TransformParameters, first applied first; None when the initial
    transform has no such form. ``background``: of the moving image, with its padding; ``background_setting``: the value
    given to ``register``. ``fixed``: the fixed image; None if it is not at hand. ``sliding``: how organs slide along
    each other; None if they do not. ``iterations``: elastix's iteration table. ``notes``: sentences for the user about
    changes to the input.
    """

    transform_parameters: list[dict[str, tuple[str, ...]]] | None
    stages: list[dict[str, tuple[str, ...]]]
    background: BackgroundEstimate
    fixed_background: BackgroundEstimate
    fixed_geometry: Geometry
    iterations: list[Iteration]
    log: str
    notes: list[str]
    background_setting: float | str = "auto"
    threads: int | None = None
    fixed: Any = None
    sliding: SlidingFigures | None = None

    def __repr__(self) -> str:
        return result_text(self)

    def _repr_html_(self) -> str:
        from .result_html import result_html  # pictures are for notebooks only

        return result_html(self)

    @property
    def keep_padding(self) -> bool:
        return self.background_setting == KEEP

    @abstractmethod
    def itk_objects(self) -> tuple[Any, Any]:
        """The transform and the moving image."""

    def resample(
        self,
        moving: Any = None,
        reference: Geometry | None = None,
        interpolation: str = "linear",
        background: float | None = None,
    ) -> Any:
        """Resample the moving image (or another one in its space) to the fixed grid (or ``reference``), in its own
        pixel type.

        ``background``: value outside the image; by default that of the registration, for colors and vectors one for
        each component.
        """
        from ..resampling.images import outside_of, resample  # loads itk

        transform, own = self.itk_objects()
        image = own if moving is None else moving
        outside: Any = background
        if outside is None:
            outside = outside_of(image, self.background.value, self.background_setting)
        return resample(
            image,
            transform,
            self.fixed_geometry if reference is None else reference,
            interpolation=interpolation,
            background=outside,
            padding=None if moving is not None or self.keep_padding else self.background,
            threads=self.threads,
        )


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class RegistrationResult(ResultBase):
    """The result of a registration in this process.

    ``transform``: itk transform that maps fixed to moving points, LPS mm; linear, B-spline or composite. ``moving``:
    the moving image.
    """

    transform: Any
    moving: Any

    def itk_objects(self) -> tuple[Any, Any]:
        return self.transform, self.moving


def result_text(result: ResultBase) -> str:
    """A result in one line, because its values can be a million numbers."""
    kinds = ", ".join(stage["Transform"][0] for stage in result.stages) or "no stages"
    size = " x ".join(str(n) for n in result.fixed_geometry.size)
    notes = f", {len(result.notes)} note{'s' * (len(result.notes) != 1)}" if result.notes else ""
    background = f"background {result.background.value:g}"
    return (
        f"{type(result).__name__}({kinds}; fixed grid {size}; {background}; {len(result.iterations)} iterations{notes})"
    )
