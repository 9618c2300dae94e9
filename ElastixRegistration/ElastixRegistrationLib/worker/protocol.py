"""Frames on a pipe: a JSON header and raw arrays. Nothing that arrives can execute anything.

A frame is ``ELX1``, the length of the header (4 bytes), the bytes of all arrays (8 bytes), the header, and the arrays
one after another, C order; numbers are little-endian. The header is ``{"kind": ..., "body": ..., "arrays": [[dtype,
shape], ...]}``. Array memory is read into and written from directly, without a copy besides that of the pipe.
"""

from __future__ import annotations

import itertools
import json
import math
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.registration.memory import available_bytes

_MAGIC = b"ELX1"
_PREFIX = struct.Struct("<4sIQ")
_DTYPES = {
    name: np.dtype(name)
    for name in (
        *("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64"),
    )
}
_MAX_HEADER_BYTES = 16_000_000
_MAX_ARRAYS = 4096
_MAX_AXES = 5
#: Largest size of arrays, in bytes, if the system does not report its free memory.
_DEFAULT_MAX_BYTES = 64e9


class ProtocolError(Exception):
    """Received data is not a frame of this protocol."""


@dataclass(frozen=True)
class Frame:
    kind: str
    body: Any
    arrays: list[np.ndarray] = field(repr=False)


def frame_buffers(kind: str, body: Any, arrays: Sequence[np.ndarray] = ()) -> Iterator[memoryview]:
    """The bytes of a frame, in pieces. Only arrays that are not contiguous are copied, slice by slice.

    Raises TypeError for arrays that cannot be sent.
    """
    arrays = [_sendable(array) for array in arrays]
    header = json.dumps(
        {"kind": kind, "body": body, "arrays": [[array.dtype.name, list(array.shape)] for array in arrays]},
        separators=(",", ":"),
    ).encode("ascii")
    start = memoryview(_PREFIX.pack(_MAGIC, len(header), sum(array.nbytes for array in arrays)) + header)
    return itertools.chain([start], itertools.chain.from_iterable(_pieces(array) for array in arrays if array.nbytes))


def _sendable(array: np.ndarray) -> np.ndarray:
    if array.dtype == bool:
        array = array.view(np.uint8)
    if array.dtype.name not in _DTYPES:
        raise TypeError(f"arrays of {array.dtype} cannot be sent")
    return array


def _pieces(array: np.ndarray) -> Iterator[memoryview]:
    if array.flags.c_contiguous and _is_little_endian(array.dtype):
        yield array.reshape(-1).data.cast("B")
    elif array.ndim < 2:
        yield np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data
    else:
        for part in array:
            yield from _pieces(part)


def _is_little_endian(dtype: np.dtype) -> bool:
    return dtype.byteorder in "<|" or (dtype.byteorder == "=" and sys.byteorder == "little")


class Outbox:
    """Outgoing frames, for a pipe that accepts some bytes at a time."""

    def __init__(self) -> None:
        self._frames: deque[Iterator[memoryview]] = deque()
        self._current = memoryview(b"")

    def add(self, buffers: Iterator[memoryview]) -> None:
        self._frames.append(buffers)

    def pending(self) -> memoryview:
        """Bytes to write next; may be empty."""
        while not self._current and self._frames:
            try:
                self._current = next(self._frames[0])
            except StopIteration:
                self._frames.popleft()
        return self._current

    def advance(self, count: int) -> None:
        self._current = self._current[count:]


class FrameReader:
    """Assembles frames from bytes as they arrive.

    ``most_bytes``: largest size of a frame's arrays, by default the free memory. Raises ProtocolError as soon as a
    frame is invalid, before its memory is allocated.
    """

    def __init__(self, most_bytes: Callable[[], float | None] = available_bytes):
        self._most_bytes = most_bytes
        self._start()

    def _start(self) -> None:
        self._header_size: int | None = None
        self._array_bytes = 0
        self._frame: Frame | None = None
        self._index = 0
        self._expect(bytearray(_PREFIX.size))

    def _expect(self, target: Any) -> None:
        self._target, self._filled = memoryview(target), 0

    @property
    def is_between_frames(self) -> bool:
        return self._header_size is None and self._filled == 0

    def free(self) -> memoryview:
        """Where to put the next bytes; never empty."""
        return self._target[self._filled :]

    def advance(self, count: int) -> Frame | None:
        """Report that ``count`` bytes were put into ``free()``; returns the frame that they complete, if any."""
        self._filled += count
        while self._filled == len(self._target):
            if self._header_size is None:
                self._prefix_is_in()
            elif self._frame is None:
                self._header_is_in()
            else:
                self._index += 1
            if self._frame is not None:
                while self._index < len(self._frame.arrays) and self._frame.arrays[self._index].nbytes == 0:
                    self._index += 1
                if self._index == len(self._frame.arrays):
                    frame = self._frame
                    self._start()
                    return frame
                self._expect(self._frame.arrays[self._index].reshape(-1).data.cast("B"))
        return None

    def _prefix_is_in(self) -> None:
        magic, self._header_size, self._array_bytes = _PREFIX.unpack(self._target)
        if magic != _MAGIC:
            raise ProtocolError(f"a frame starts with {magic!r}")
        if not 0 < self._header_size <= _MAX_HEADER_BYTES:
            raise ProtocolError(f"a frame announces a header of {self._header_size} bytes")
        most = self._most_bytes()
        if self._array_bytes > (_DEFAULT_MAX_BYTES if most is None else most):
            raise ProtocolError(f"a frame announces {self._array_bytes} bytes, more than there is memory for")
        self._expect(bytearray(self._header_size))

    def _header_is_in(self) -> None:
        try:
            header = json.loads(self._target.tobytes())
        except (ValueError, RecursionError) as error:
            raise ProtocolError(f"the header of a frame is not JSON: {error}") from error
        if not isinstance(header, dict) or set(header) != {"kind", "body", "arrays"}:
            raise ProtocolError("the header of a frame has other entries than kind, body and arrays")
        if not isinstance(header["kind"], str) or not isinstance(header["arrays"], list):
            raise ProtocolError("the kind of a frame is no text, or its arrays are no list")
        if len(header["arrays"]) > _MAX_ARRAYS:
            raise ProtocolError(f"a frame announces {len(header['arrays'])} arrays")
        layouts = [_layout(entry) for entry in header["arrays"]]
        if sum(dtype.itemsize * math.prod(shape) for dtype, shape in layouts) != self._array_bytes:
            raise ProtocolError("the arrays of a frame are not as long as it says")
        try:
            arrays = [np.empty(shape, dtype) for dtype, shape in layouts]
        except (MemoryError, ValueError) as error:
            raise ProtocolError(f"there is no memory for {self._array_bytes} bytes of arrays") from error
        self._frame = Frame(header["kind"], header["body"], arrays)


def _layout(entry: Any) -> tuple[np.dtype, tuple[int, ...]]:
    try:
        name, shape = entry
        dtype = _DTYPES[name]
    except (TypeError, ValueError, KeyError):
        raise ProtocolError(f"an array is announced as {str(entry)[:80]}") from None
    is_shape = isinstance(shape, list) and len(shape) <= _MAX_AXES
    if not is_shape or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise ProtocolError(f"an array has the shape {str(shape)[:80]}")
    return dtype.newbyteorder("<"), tuple(shape)
