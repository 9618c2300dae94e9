"""Values of TransformParameters maps as texts, numbers and matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..wording import said

ParameterMap = Mapping[str, Sequence[str]]


def text_of(parameters: ParameterMap, name: str, default: str | None = None) -> str:
    values = parameters.get(name)
    if values:
        return values[0]
    if default is None:
        raise InputError(
            said("The transform parameters have no {name}; is this a TransformParameters file?", name=name)
        )
    return default


def numbers_of(parameters: ParameterMap, name: str) -> np.ndarray:
    if name not in parameters:
        raise InputError(
            said("The transform parameters have no {name}; is this a TransformParameters file?", name=name)
        )
    try:
        return np.array(parameters[name], dtype=np.float64)
    except ValueError as error:
        raise InputError(said("{name} of the transform parameters is not a list of numbers.", name=name)) from error


def texts_of(numbers: Any) -> tuple[str, ...]:
    """Shortest text of each number that reads back as the same float64."""
    return tuple(map(repr, np.asarray(numbers, np.float64).tolist()))


def dimension_of(parameters: ParameterMap) -> int:
    return int(text_of(parameters, "FixedImageDimension"))


def direction_of(parameters: ParameterMap, name: str, dimension: int) -> np.ndarray:
    """elastix writes directions column after column."""
    if name not in parameters:
        return np.eye(dimension)
    return numbers_of(parameters, name).reshape(dimension, dimension).T


def matrix_exponential(matrix: np.ndarray) -> np.ndarray:
    """exp of a small matrix by scaling and squaring a Taylor series (Moler, Van Loan 2003, method 3)."""
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(matrix).sum(1).max(), 1e-300)))) + 4)
    scaled = matrix / 2**halvings
    term = result = np.eye(len(matrix))
    for n in range(1, 20):
        term = term @ scaled / n
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return result
