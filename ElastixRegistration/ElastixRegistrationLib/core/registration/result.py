"""What a registration found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..elastix.progress import Iteration
from ..images.background import BackgroundEstimate
from ..images.geometry import Geometry
from ..sliding.figures import SlidingFigures
from ..transforms.resampling import outside_of, resample


@dataclass(frozen=True, repr=False)
class RegistrationResult:
    """What a registration found.

    ``transform``: itk transform that maps fixed to moving points, LPS mm; linear, B-spline or composite.
    ``transform_parameters``: the same as elastix TransformParameters, first applied first; None when the initial
    transform has no such form. ``background``: of the moving image, with its padding; ``background_setting``: what
    ``register`` was told of it. ``fixed``: the fixed image, None where it is not at hand. ``sliding``: how organs slide
    along each other, None where they do not. ``iterations``: elastix's
    iteration table. ``notes``: sentences for the user about what was done to the input.
    """

    transform: Any
    transform_parameters: list[dict[str, tuple[str, ...]]] | None
    stages: list[dict[str, tuple[str, ...]]]
    background: BackgroundEstimate
    fixed_background: BackgroundEstimate
    fixed_geometry: Geometry
    moving: Any = field(repr=False)
    iterations: list[Iteration] = field(repr=False)
    log: str = field(repr=False)
    notes: list[str]
    background_setting: float | str = "auto"
    threads: int | None = None
    fixed: Any = field(default=None, repr=False)
    sliding: SlidingFigures | None = None

    def __repr__(self) -> str:
        return result_text(self)

    def _repr_html_(self) -> str:
        from .result_html import result_html  # pictures are for notebooks only

        return result_html(self)

    @property
    def keep_padding(self) -> bool:
        return self.background_setting == "keep"

    def resample(
        self,
        moving: Any = None,
        reference: Geometry | None = None,
        interpolation: str = "linear",
        background: float | None = None,
    ) -> Any:
        """The moving image (or another one in its space) on the fixed grid (or ``reference``), in its own pixel type.

        Outside of the image is ``background``, by default the one used in the registration, and of color and vectors
        that of each component.
        """
        image = self.moving if moving is None else moving
        outside: Any = background
        if outside is None:
            outside = outside_of(image, self.background.value, self.background_setting)
        return resample(
            image,
            self.transform,
            self.fixed_geometry if reference is None else reference,
            interpolation=interpolation,
            background=outside,
            padding=None if moving is not None or self.keep_padding else self.background,
            threads=self.threads,
        )


def result_text(result: Any) -> str:
    """What a RegistrationResult, or one of the background, is, in a line: it can hold a million numbers."""
    kinds = ", ".join(stage["Transform"][0] for stage in result.stages) or "no stages"
    size = " x ".join(str(n) for n in result.fixed_geometry.size)
    notes = f", {len(result.notes)} note{'s' * (len(result.notes) != 1)}" if result.notes else ""
    background = f"background {result.background.value:g}"
    return (
        f"{type(result).__name__}({kinds}; fixed grid {size}; {background}; {len(result.iterations)} iterations{notes})"
    )
