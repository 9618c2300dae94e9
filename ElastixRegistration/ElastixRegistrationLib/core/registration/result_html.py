"""A result as a picture in a notebook."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from ..images.geometry import array_view, as_scalar
from ..images.overlay import image_tag, overlay_png
from ..resampling.images import resample
from ..transforms.itk_transforms import identity
from ..transforms.sampling import coarsened
from .result import result_text

_PICTURE_VOXELS = 4_000_000


def result_html(result: Any) -> str:
    """The line of ``result_text``, and, if the fixed image is at hand, the moved image over it in up to three
    planes."""
    line = f"<p>{escape(result_text(result))}</p>"
    if getattr(result, "fixed", None) is None:
        return line
    grid = coarsened(result.fixed_geometry, _PICTURE_VOXELS)
    still, moved = (
        np.asarray(array_view(resample(as_scalar(image), transform, grid, background=estimate.value)))
        for image, transform, estimate in (
            (result.fixed, identity(grid.dimension), result.fixed_background),
            (result.moving, result.transform, result.background),
        )
    )
    legend = "The fixed image is orange, the moved one blue; where they agree, it is gray."
    return f"{line}{image_tag(overlay_png(still, moved, grid), 'the registration')}<p>{legend}</p>"
