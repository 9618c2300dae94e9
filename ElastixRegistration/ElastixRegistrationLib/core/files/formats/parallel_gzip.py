"""Large images as compressed files, by as many threads as there are cores; every reader of the formats takes them.

Blocks are compressed side by side and put together as one gzip stream, each knowing the end of the block before it, as
pigz does. The voxels come from an uncompressed file that ITK has written.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

#: Formats that hold such a stream, and the uncompressed files that it is made of.
PLAIN_SUFFIXES = {".nrrd": ".nrrd", ".nii.gz": ".nii"}
#: Higher levels take up to ten times as long and save some percent of an image.
_LEVEL = 1
_BLOCK, _WINDOW = 1 << 20, 1 << 15
_RAW, _PACKED = b"\nencoding: raw\n", b"\nencoding: gzip\n"


def pack(plain: Path, packed: Path, threads: int | None = None) -> None:
    """Compress the file ``plain`` of ITK, a NIfTI or an NRRD file with raw voxels, to ``packed``. Raises OSError."""
    with (
        open(plain, "rb") as source,
        mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content,
        open(packed, "wb") as file,
    ):
        first = 0
        if packed.suffix.lower() == ".nrrd":
            first = content.find(b"\n\n") + 2
            file.write(content[:first].replace(_RAW, _PACKED, 1))
        _write_gzip(content, first, file, threads or os.cpu_count() or 1)


def _write_gzip(content: mmap.mmap, first: int, file: BinaryIO, threads: int) -> None:
    file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")  # no name and no time: the same image makes the same file
    checksum = 0
    for start, data in _deflated(content, first, threads):
        file.write(data)
        checksum = zlib.crc32(content[start : start + _BLOCK], checksum)
    file.write(checksum.to_bytes(4, "little") + ((len(content) - first) % 2**32).to_bytes(4, "little"))


def _deflated(content: mmap.mmap, first: int, threads: int) -> Iterator[tuple[int, bytes]]:
    """Where blocks of ``content`` start, from ``first`` on, and what they become, in order."""

    def deflate(start: int) -> bytes:
        before = content[max(start - _WINDOW, first) : start]
        deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
        is_last = start + _BLOCK >= len(content)
        data = deflater.compress(content[start : start + _BLOCK])
        return data + deflater.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)

    waiting: deque[tuple[int, Future[bytes]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for start in range(first, len(content), _BLOCK):
            waiting.append((start, pool.submit(deflate, start)))
            if len(waiting) > 2 * threads:
                oldest, done = waiting.popleft()
                yield oldest, done.result()
        for oldest, done in waiting:
            yield oldest, done.result()
