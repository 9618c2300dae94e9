"""Minimization with limited memory BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

_MEMORY = 8
_HALVINGS = 8
_SUFFICIENT = 1e-4
#: Stop after this many iterations in a row with a relative gain below this limit.
_PATIENCE, _SMALL_GAIN = 5, 1e-5


def minimize(
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    iterations: int,
    longest_step: float,
) -> np.ndarray:
    """Find a local minimum near ``start``, a float32 array of any shape.

    No iteration changes an element by more than ``longest_step``.
    """
    place = start
    value, gradient = value_and_gradient(place)
    pairs: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=_MEMORY)
    values = [value]
    for _ in range(iterations):
        direction = _direction(gradient, pairs, longest_step)
        slope = _product(direction.ravel().astype(float), gradient.ravel())
        found = None if slope >= 0 else _line_search(value_and_gradient, place, direction, value, slope, longest_step)
        if found is None:
            if not pairs:
                break
            pairs.clear()  # the curvature history is misleading here
            continue
        next_place, value, next_gradient = found
        step = (next_place - place).ravel().astype(float)
        change = (next_gradient - gradient).ravel().astype(float)
        curvature = _product(step, change)
        if curvature > 1e-12 * np.sqrt(_product(step, step) * _product(change, change)):
            pairs.append((step, change, 1 / curvature))
        place, gradient = next_place, next_gradient
        values.append(value)
        if len(values) > _PATIENCE and values[-1 - _PATIENCE] - value < _PATIENCE * _SMALL_GAIN * abs(value):
            break
    return place


def _direction(gradient: np.ndarray, pairs: deque[tuple[np.ndarray, np.ndarray, float]], step: float) -> np.ndarray:
    """Descent direction by the two-loop recursion; minus the gradient, with length ``step``, without a history."""
    rest = gradient.ravel().astype(float)
    shares = []
    for move, change, inverse in reversed(pairs):
        share = inverse * _product(move, rest)
        shares.append(share)
        rest -= share * change
    if pairs:
        move, change, _ = pairs[-1]
        rest *= _product(move, change) / _product(change, change)
    else:
        rest *= step / max(float(np.abs(rest).max()), 1e-30)
    for (move, change, inverse), share in zip(pairs, reversed(shares), strict=True):
        rest += (share - inverse * _product(change, rest)) * move
    return -rest.reshape(gradient.shape).astype(np.float32)


def _product(one: np.ndarray, other: np.ndarray) -> float:
    """The scalar product of two vectors. NumPy's own uses all cores, which mostly wait for each other."""
    return float(np.einsum("i,i->", one, other))


def _line_search(
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    place: np.ndarray,
    direction: np.ndarray,
    value: float,
    slope: float,
    longest_step: float,
) -> tuple[np.ndarray, float, np.ndarray] | None:
    """(Place, value, gradient) with a sufficient decrease, by halving; None where there is none."""
    length = min(1.0, longest_step / max(float(np.abs(direction).max()), 1e-30))
    for _ in range(_HALVINGS):
        there = place + np.float32(length) * direction
        its_value, its_gradient = value_and_gradient(there)
        if its_value <= value + _SUFFICIENT * length * slope:
            return there, its_value, its_gradient
        length /= 2
    return None
