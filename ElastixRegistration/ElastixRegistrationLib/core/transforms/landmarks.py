"""Corresponding landmarks: their pairing, and the transform that they define. LPS, mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InputError
from ..wording import said
from .itk_transforms import affine_from_matrix, map_points
from .spline_kernels import spline_kernel_transform

PAIRINGS = ("auto", "order", "label")
LANDMARK_TRANSFORMS = ("rigid", "similarity", "affine", "thin-plate")
_MAX_NAMED = 10


@dataclass(frozen=True)
class LandmarkPairs:
    """``fixed`` and ``moving`` (N, D) correspond row by row. ``notes``: sentences about what was left out."""

    fixed: np.ndarray
    moving: np.ndarray
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LandmarkFit:
    """``transform``: itk transform, fixed to moving points. ``residuals`` (N,): how far it misses each landmark, mm."""

    transform: Any = field(repr=False)
    residuals: np.ndarray = field(repr=False)


def pair_landmarks(
    fixed: np.ndarray,
    moving: np.ndarray,
    fixed_labels: Sequence[str] = (),
    moving_labels: Sequence[str] = (),
    pairing: str = "auto",
    names: str = "",
) -> LandmarkPairs:
    """Pair (N, D) ``fixed`` with (M, D) ``moving`` points by "order" or by "label".

    "auto" is by label when both lists have labels, each once, of which they share some; otherwise by order. By label,
    landmarks that only one list has are left out, and named in the notes. ``names`` names the lists in messages.
    Raises InputError when they do not make pairs.
    """
    if pairing not in PAIRINGS:
        raise InputError(
            said(
                "Unknown pairing {pairing} of points; use one of {names}.",
                pairing=repr(pairing),
                names=", ".join(PAIRINGS),
            )
        )
    named = {"names": names or said("fixed and the moving points")}
    fixed, moving = np.asarray(fixed, float), np.asarray(moving, float)
    fixed_labels, moving_labels = ([str(label).strip() for label in labels] for labels in (fixed_labels, moving_labels))
    shared = [label for label in fixed_labels if label and label in set(moving_labels)]
    repeated = _repeated(fixed_labels) or _repeated(moving_labels)
    if pairing == "label" and repeated:
        text = said("The {names} cannot be paired by label: {label!r} occurs twice.", **named, label=repeated)
        raise InputError(text)
    if pairing == "label" and not shared:
        raise InputError(said("The {names} cannot be paired by label: they have none in common.", **named))
    if pairing == "label" or (pairing == "auto" and shared and not repeated):
        missing = _missing(fixed_labels, moving_labels)
        rows = [fixed_labels.index(label) for label in shared], [moving_labels.index(label) for label in shared]
        note = said(
            "{count} landmarks are paired by label; {missing}, so these are left out.",
            count=len(shared),
            missing=missing,
        )
        return LandmarkPairs(fixed[rows[0]], moving[rows[1]], tuple(shared), (note,) if missing else ())
    if len(fixed) != len(moving):
        counts = {"one": len(fixed), "other": len(moving)}
        raise InputError(said("The {names} do not make pairs: there are {one} and {other}.", **named, **counts))
    labels = fixed_labels if len(fixed_labels) == len(fixed) and any(fixed_labels) else moving_labels
    return LandmarkPairs(fixed, moving, tuple(labels) if len(labels) == len(fixed) else ("",) * len(fixed))


def fit_landmarks(fixed: np.ndarray, moving: np.ndarray, kind: str = "rigid") -> LandmarkFit:
    """The transform of that ``kind`` that brings (N, D) ``fixed`` onto ``moving`` landmarks, 2D or 3D.

    Rigid, similarity (Umeyama, IEEE PAMI 13:376, 1991) and affine in the sense of least squares; "thin-plate" passes
    through all. Raises InputError when the landmarks leave it undefined.
    """
    fixed, moving = np.asarray(fixed, float), np.asarray(moving, float)
    matrix = landmark_matrix(fixed, moving, kind)
    transform = spline_kernel_transform(fixed, moving) if matrix is None else affine_from_matrix(matrix)
    return LandmarkFit(transform, np.linalg.norm(map_points(transform, fixed) - moving, axis=1))


def landmark_matrix(fixed: np.ndarray, moving: np.ndarray, kind: str) -> np.ndarray | None:
    """The (D+1, D+1) matrix of ``fit_landmarks``, without ITK; None for a thin plate, once all is checked for it."""
    fixed, moving = np.asarray(fixed, float), np.asarray(moving, float)
    if kind not in LANDMARK_TRANSFORMS:
        raise InputError(
            said(
                "Unknown landmark transform {kind}; use one of {names}.",
                kind=repr(kind),
                names=", ".join(LANDMARK_TRANSFORMS),
            )
        )
    if fixed.ndim != 2 or fixed.shape != moving.shape or fixed.shape[1] not in (2, 3):
        raise InputError(
            said(
                "Landmarks must come in pairs of 2D or 3D points, not as {shape} and {shape2}.",
                shape=fixed.shape,
                shape2=moving.shape,
            )
        )
    _check_defined(fixed, moving, kind)
    if kind == "thin-plate":
        return None
    if kind == "affine":
        return _least_squares_affine(fixed, moving)
    return _least_squares_similarity(fixed, moving, scales=kind == "similarity")


def _check_defined(fixed: np.ndarray, moving: np.ndarray, kind: str) -> None:
    count, dimension = fixed.shape
    if not (np.isfinite(fixed).all() and np.isfinite(moving).all()):
        raise InputError(said("Landmarks must have finite coordinates."))
    # A rotation is fixed by one axis less than space has.
    axes = dimension - 1 if kind in ("rigid", "similarity") else dimension
    if count <= axes:
        raise InputError(
            said(
                "A start position by {kind} landmarks needs {axes} pairs of points; there are {count}.",
                kind=kind,
                axes=axes + 1,
                count=count,
            )
        )
    for name, points in (("fixed", fixed), ("moving", moving)):
        if kind == "thin-plate" and name == "moving":
            continue
        spread = np.linalg.svd(points - points.mean(0), compute_uv=False)
        if spread[axes - 1] < 1e-6 * max(spread[0], 1e-6):
            where = {0: "at one place", 1: "on one line", 2: "in one plane"}[axes - 1]
            raise InputError(
                said(
                    "The {name} landmarks lie {where}, which leaves a {kind} transform undefined; add others.",
                    name=name,
                    where=where,
                    kind=kind,
                )
            )


def _least_squares_affine(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    center = fixed.mean(0)
    solution = np.linalg.lstsq(np.c_[fixed - center, np.ones(len(fixed))], moving, rcond=None)[0]
    matrix = np.eye(fixed.shape[1] + 1)
    matrix[:-1, :-1] = solution[:-1].T
    matrix[:-1, -1] = solution[-1] - matrix[:-1, :-1] @ center
    return matrix


def _least_squares_similarity(fixed: np.ndarray, moving: np.ndarray, scales: bool) -> np.ndarray:
    centers = fixed.mean(0), moving.mean(0)
    start, end = fixed - centers[0], moving - centers[1]
    left, singular, right = np.linalg.svd(end.T @ start)
    signs = np.ones(len(singular))
    signs[-1] = np.sign(np.linalg.det(left) * np.linalg.det(right))  # a rotation, no mirror
    rotation = left @ np.diag(signs) @ right
    scale = (singular * signs).sum() / np.square(start).sum() if scales else 1.0
    matrix = np.eye(fixed.shape[1] + 1)
    matrix[:-1, :-1] = scale * rotation
    matrix[:-1, -1] = centers[1] - matrix[:-1, :-1] @ centers[0]
    return matrix


def _repeated(labels: Sequence[str]) -> str | None:
    return next((label for n, label in enumerate(labels) if label and label in labels[:n]), None)


def _missing(fixed: Sequence[str], moving: Sequence[str]) -> str:
    parts = {}
    for side, own, other in (("moving", moving, fixed), ("fixed", fixed, moving)):
        lacks = [label or "?" for label in other if not label or label not in own]
        if lacks:
            parts[side] = ", ".join(lacks[:_MAX_NAMED]) + (" ..." if len(lacks) > _MAX_NAMED else "")
    if len(parts) == 2:
        return said("the moving list lacks {moving} and the fixed list lacks {fixed}", **parts)
    if "moving" in parts:
        return said("the moving list lacks {moving}", **parts)
    return said("the fixed list lacks {fixed}", **parts) if parts else ""
