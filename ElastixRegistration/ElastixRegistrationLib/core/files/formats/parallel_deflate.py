"""Compress large image files with one thread per core. Every reader of the formats accepts the result.

Like pigz, it compresses blocks in parallel, each primed with the end of the previous block, and joins them into one
gzip or zlib stream. The voxels come from an uncompressed file that ITK has written.
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

#: Formats that contain such a stream, and the uncompressed formats from which it is made.
PLAIN_SUFFIXES = {".nrrd": ".nrrd", ".nii.gz": ".nii", ".mha": ".mha"}
#: Higher levels take up to ten times as long and save a few percent.
_LEVEL = 1
_BLOCK, _WINDOW = 1 << 20, 1 << 15
_NRRD_RAW, _NRRD_PACKED = b"\nencoding: raw\n", b"\nencoding: gzip\n"
_META_RAW, _META_PACKED = b"CompressedData = False\n", b"CompressedData = True\nCompressedDataSize = %-20d\n"
_META_DATA = b"ElementDataFile = LOCAL\n"


def pack(plain: Path, packed: Path, threads: int | None = None) -> None:
    """Compress the file ``plain`` to ``packed``. It is a NIfTI, NRRD or MetaImage file with raw voxels that ITK has
    written.

    Raises OSError.
    """
    threads = threads or os.cpu_count() or 1
    suffix = packed.suffix.lower()
    with (
        open(plain, "rb") as source,
        mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content,
        open(packed, "wb") as file,
    ):
        if suffix == ".mha":
            _pack_meta_image(content, file, threads)
            return
        first = 0
        if suffix == ".nrrd":
            first = content.find(b"\n\n") + 2
            file.write(content[:first].replace(_NRRD_RAW, _NRRD_PACKED, 1))
        _write_gzip(content, first, file, threads)


def _pack_meta_image(content: mmap.mmap, file: BinaryIO, threads: int) -> None:
    """Write the voxels and then the header again, because it contains the size of the compressed voxels."""
    first = content.find(_META_DATA) + len(_META_DATA)

    def header(size: int) -> bytes:
        return content[:first].replace(_META_RAW, _META_PACKED % size, 1)

    begin = file.write(header(0))
    _write_zlib(content, first, file, threads)
    size = file.tell() - begin
    file.seek(0)
    file.write(header(size))


def _write_gzip(content: mmap.mmap, first: int, file: BinaryIO, threads: int) -> None:
    # The header has neither name nor time, so equal images give equal files.
    file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
    checksum = 0
    for start, data in _deflated(content, first, threads):
        file.write(data)
        checksum = zlib.crc32(content[start : start + _BLOCK], checksum)
    file.write(checksum.to_bytes(4, "little") + ((len(content) - first) % 2**32).to_bytes(4, "little"))


def _write_zlib(content: mmap.mmap, first: int, file: BinaryIO, threads: int) -> None:
    file.write(b"\x78\x01")
    checksum = 1
    for start, data in _deflated(content, first, threads):
        file.write(data)
        checksum = zlib.adler32(content[start : start + _BLOCK], checksum)
    file.write(checksum.to_bytes(4, "big"))


def _deflated(content: mmap.mmap, first: int, threads: int) -> Iterator[tuple[int, bytes]]:
    """Yield the start of each block of ``content``, from ``first`` on, and its compressed bytes, in order."""

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
