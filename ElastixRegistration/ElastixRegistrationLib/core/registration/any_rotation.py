"""The best start among all rotations of a 2D image."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..images.geometry import as_scalar
from ..start.similarity import similarity_scorer
from ..start.start_search import find_start
from ..transforms.itk_transforms import affine_from_matrix
from ..wording import said
from .prepared_images import PreparedSide


def any_rotation_start(fixed: Any, moving: Any, fixed_mask: Any = None, moving_mask: Any = None) -> Any:
    """itk.AffineTransform, a rotation and a translation, fixed to moving, LPS mm, for 2D images turned by any angle.

    elastix alone finds about 30 degrees. The search ignores how the images lie as loaded. It compares mutual
    information, so contrasts may differ. Raises InputError for images that are not 2D.
    """
    if fixed.GetImageDimension() != 2 or moving.GetImageDimension() != 2:
        raise InputError(said("All rotations can be tried for 2D images only."))
    sides = (
        PreparedSide("fixed", as_scalar(fixed), fixed_mask, "auto"),
        PreparedSide("moving", as_scalar(moving), moving_mask, "auto"),
    )
    scorer = similarity_scorer(*(side.for_fitting for side in sides))
    return affine_from_matrix(find_start(scorer, prefer_loaded=False).matrix)
