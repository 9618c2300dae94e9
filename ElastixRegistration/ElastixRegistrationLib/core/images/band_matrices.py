"""Matrices with few elements beside a diagonal, applied to every line of a volume along one of its axes.

Convolutions and interpolations on regular grids have this form. NumPy's matrix product is faster than a loop over
shifted copies: a filter of 11 elements along the last axis takes a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: OpenBLAS uses one thread for products of at most this many multiplications. For larger ones, its threads wait longer
#: than they work, which triples the processor time.
_AT_ONCE = 2**18
#: Rows of a matrix that are multiplied at a time: along the last axis of a volume, and along others.
_LAST_ROWS, _ROWS = 16, 32
#: Smaller volumes use one thread.
_FEW = 200_000


@dataclass(frozen=True)
class Block:
    """``rows`` of a matrix from number ``first`` on, without the columns before ``low`` and those after, all zero."""

    first: int
    low: int
    rows: np.ndarray

    @property
    def out(self) -> slice:
        return slice(self.first, self.first + len(self.rows))

    @property
    def used(self) -> slice:
        return slice(self.low, self.low + self.rows.shape[1])


class BandMatrix:
    """One row per element of the result, one column per element of a line.

    ``block``: makes some of the rows.
    """

    def __init__(self, rows: int, columns: int, block: Callable[[int, int], Block]):
        self.rows, self.columns = rows, columns
        self._by_rows, self._by_last = (
            [block(first, min(first + each, rows)) for first in range(0, rows, each)] for each in (_ROWS, _LAST_ROWS)
        )

    def part(self, rows: slice) -> BandMatrix:
        """Some of its rows."""

        def block(first: int, past: int) -> Block:
            blocks = [
                one for one in self._by_rows if one.first < rows.start + past and one.out.stop > rows.start + first
            ]
            low, high = min(one.low for one in blocks), max(one.used.stop for one in blocks)
            result = np.zeros((past - first, high - low), np.float32)
            for one in blocks:
                begin, end = max(one.first, rows.start + first), min(one.out.stop, rows.start + past)
                target = result[begin - rows.start - first : end - rows.start - first]
                target[:, one.low - low : one.used.stop - low] = one.rows[begin - one.first : end - one.first]
            return Block(first, low, result)

        return BandMatrix(rows.stop - rows.start, self.columns, block)

    def along(self, volume: np.ndarray, axis: int, out: np.ndarray | None = None, threads: int = 1) -> np.ndarray:
        """Applied to every line of ``volume`` along ``axis``; into ``out``. The axes behind ``axis``, and of the last
        axis the one before it, are contiguous in both."""
        shape = list(volume.shape)
        shape[axis] = self.rows
        if out is None:
            out = np.empty(shape, np.float32)
        after = int(np.prod(volume.shape[axis + 1 :]))
        if after == 1:
            if volume.flags.c_contiguous and out.flags.c_contiguous:
                volume, out_lines = volume.reshape(-1, self.columns), out.reshape(-1, self.rows)
            else:
                before = volume.shape[:axis]
                volume, out_lines = volume.reshape(*before, self.columns), out.reshape(*before, self.rows)
            products = self._of_lines(volume, out_lines)
        else:
            before = volume.shape[:axis]
            volume, rows = volume.reshape(*before, self.columns, after), out.reshape(*before, self.rows, after)
            products = blocks_along(self._by_rows, volume, rows)
        if threads > 1 and volume.size >= _FEW:
            with ThreadPoolExecutor(threads) as pool:
                for _ in pool.map(lambda product: product(), products):
                    pass
        else:
            for product in products:
                product()
        return out

    def _of_lines(self, lines: np.ndarray, out: np.ndarray) -> Iterator[Callable[[], object]]:
        for block in self._by_last:
            each = max(1, _AT_ONCE // block.rows.size)
            for first in range(0, lines.shape[-2], each):
                part = slice(first, first + each)
                yield _product(lines[..., part, block.used], block.rows.T, out[..., part, block.out])


def blocks_along(blocks: Sequence[Block], planes: np.ndarray, out: np.ndarray) -> Iterator[Callable[[], object]]:
    """Products along the last but one axis of ``planes`` (..., columns, n), into ``out`` (..., rows, n)."""
    for block in blocks:
        each = max(1, _AT_ONCE // block.rows.size)
        for first in range(0, planes.shape[-1], each):
            part = slice(first, first + each)
            yield _product(block.rows, planes[..., block.used, part], out[..., block.out, part])


def interpolation(count: int, places: np.ndarray, weights: tuple[float, ...] = (1.0,)) -> BandMatrix:
    """Values at ``places`` between ``count`` elements, linear, after a convolution with ``weights``, as above; beyond
    the ends the last ones go on."""
    places = np.clip(places, 0, count - 1)
    low = np.floor(places).astype(int)
    share = (places - low)[:, None]
    reach = len(weights) - 1
    kernel = np.concatenate([weights[:0:-1], weights, [0.0]])
    table = (1 - share) * kernel + share * np.roll(kernel, 1)
    steps = np.arange(-reach, reach + 2)

    def block(first: int, past: int) -> Block:
        columns = np.clip(low[first:past, None] + steps, 0, count - 1)
        begin = int(columns.min())
        rows = np.zeros((past - first, int(columns.max()) + 1 - begin), np.float32)
        np.add.at(rows, (np.arange(past - first)[:, None], columns - begin), table[first:past])
        return Block(first, begin, rows)

    return BandMatrix(len(places), count, block)


def product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(N, r) @ (r, c), by one thread."""
    result = np.empty((len(rows), matrix.shape[1]), np.result_type(rows, matrix))
    each = max(1, _AT_ONCE // matrix.size)
    for first in range(0, len(rows), each):
        np.matmul(rows[first : first + each], matrix, out=result[first : first + each])
    return result


def _product(one: np.ndarray, other: np.ndarray, out: np.ndarray) -> Callable[[], object]:
    return lambda: np.matmul(one, other, out=out)


def band_matrix(matrix: np.ndarray) -> BandMatrix:
    """Of a matrix as it is."""

    def block(first: int, past: int) -> Block:
        part = matrix[first:past]
        filled = np.flatnonzero(part.any(axis=0))
        low, high = (int(filled[0]), int(filled[-1]) + 1) if filled.size else (0, 1)
        return Block(first, low, np.ascontiguousarray(part[:, low:high], np.float32))

    return BandMatrix(matrix.shape[0], matrix.shape[1], block)


@lru_cache(64)
def convolution(count: int, weights: tuple[float, ...], goes_on: bool, is_mean: bool = False) -> BandMatrix:
    """With the symmetric kernel whose middle and upper half is ``weights``, of lines of ``count`` elements.

    Beyond their ends the last one goes on, or there are zeros; ``is_mean``: divided by the sum of the weights inside.
    """
    reach = len(weights) - 1
    steps = np.arange(-reach, reach + 1)
    kernel = np.asarray(weights, np.float32)[np.abs(steps)]

    def block(first: int, past: int) -> Block:
        low, high = max(0, first - reach), min(count, past + reach)
        rows = np.zeros((past - first, high - low), np.float32)
        columns = np.arange(first, past)[:, None] + steps
        inside = (columns >= 0) & (columns < count) | goes_on
        numbers, taken = np.nonzero(inside)
        np.add.at(rows, (numbers, np.clip(columns[inside], 0, count - 1) - low), kernel[taken])
        return Block(first, low, rows / rows.sum(axis=1, keepdims=True) if is_mean else rows)

    return BandMatrix(count, count, block)
