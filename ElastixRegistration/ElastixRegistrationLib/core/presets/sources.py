"""The small text files in a folder or a zip, read into memory. A zip is never unpacked to disk."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import InputError
from ..wording import said

#: A folder of parameter files has hundreds of them, of some kilobytes each.
MAX_FILES = 20_000
MAX_FILE_BYTES = 2 * 10**6
MAX_ALL_BYTES = 100 * 10**6
_WANTED = (".txt", ".toml", ".md", ".rst", ".json", "")
_SKIPPED_FOLDERS = ("__MACOSX",)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, UnicodeDecodeError)
#: Compressions that Python reads everywhere; not every Slicer has LZMA.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_ZIP_INSIDE = "it is a zip inside; import it by itself"


@dataclass(frozen=True)
class SourceFile:
    """A file, by its relative path with forward slashes. ``refused``: why it was not read, or ""."""

    path: PurePosixPath
    data: bytes = b""
    refused: str = ""


def read_sources(path: str | os.PathLike) -> list[SourceFile]:
    """Every parameter file, README and JSON in ``path``: a folder with what is below it, a zip, or a single file.

    Other files are left out. Raises InputError for a path that is neither, for a broken or encrypted zip, and for more
    than MAX_FILES files or MAX_ALL_BYTES bytes.
    """
    path = Path(path)
    if path.is_dir():
        found = _folder_files(path)
    elif zipfile.is_zipfile(path):
        found = _zip_files(path)
    elif path.is_file():
        if path.suffix.lower() == ".zip":
            raise InputError(said("{path}: {value}.", path=path, value=_why_no_zip(path)))
        found = iter([_read_plain(path, PurePosixPath(path.name))])
    else:
        raise InputError(said("{path}: there is no such file or folder.", path=path))
    sources, total = [], 0
    for source in found:
        sources.append(source)
        total += len(source.data)
        if len(sources) > MAX_FILES or total > MAX_ALL_BYTES:
            raise InputError(
                said(
                    "{path}: there are more than {max_files} files or {max_all_bytes} MB in it; choose the "
                    "folder with the parameter files.",
                    path=path,
                    max_files=MAX_FILES,
                    max_all_bytes=MAX_ALL_BYTES // 10**6,
                )
            )
    return sorted(sources, key=lambda source: source.path)


def _is_wanted(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in path.parts)
    return not hidden and (path.suffix.lower() in (*_WANTED, ".zip"))


def _folder_files(folder: Path) -> Iterator[SourceFile]:
    # Links are not followed, so that nothing outside the folder is read.
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(parent) / name
            below = PurePosixPath(path.relative_to(folder).as_posix())
            if not _is_wanted(below):
                continue
            yield SourceFile(below, refused="it is a link") if path.is_symlink() else _read_plain(path, below)


def _why_no_zip(path: Path) -> str:
    """The fault of a file named like a zip, "" without one."""
    try:
        with open(path, "rb") as file:
            return "" if zipfile.is_zipfile(file) else "the archive is damaged (truncated, or not a zip file)"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"


def _read_plain(path: Path, below: PurePosixPath) -> SourceFile:
    if below.suffix.lower() == ".zip":
        return SourceFile(below, refused=_why_no_zip(path) or _ZIP_INSIDE)
    try:
        if not path.is_file():
            return SourceFile(below, refused="it is not a regular file")
        with open(path, "rb") as file:
            return _sized(below, file.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        return SourceFile(below, refused=f"it cannot be read ({error.strerror})")


def _zip_files(path: Path) -> Iterator[SourceFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_FILES:
                raise InputError(
                    said(
                        "{path}: there are {count} files in it, more than {max_files}.",
                        path=path,
                        count=len(members),
                        max_files=MAX_FILES,
                    )
                )
            for member in members:
                below = PurePosixPath(member.filename.replace("\\", "/"))
                if member.is_dir():
                    continue
                if problem := _name_problem(member, below):
                    yield SourceFile(below, refused=problem)
                elif _is_wanted(below):
                    yield _read_member(archive, member, below, path)
    except _DAMAGED as error:
        raise InputError(
            said("{path}: the archive is damaged; its list of files cannot be read.", path=path)
        ) from error
    except NotImplementedError as error:
        raise InputError(said("{path}: the zip cannot be read ({error}).", path=path, error=error)) from error


def _name_problem(member: zipfile.ZipInfo, below: PurePosixPath) -> str:
    if below.is_absolute() or ".." in below.parts or ":" in member.filename or "\0" in member.filename:
        return "its name leads out of the zip"
    return "it is a link" if stat.S_ISLNK(member.external_attr >> 16) else ""


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, below: PurePosixPath, path: Path) -> SourceFile:
    if below.suffix.lower() == ".zip":
        return SourceFile(below, refused=_ZIP_INSIDE)
    if member.flag_bits & 1:
        return SourceFile(below, refused="it is encrypted")
    if member.compress_type not in _PACKED:
        return SourceFile(below, refused="its compression is not supported; create the zip again with Deflate")
    try:
        with archive.open(member) as file:
            # The size in the directory of a zip may be false; reading stops at the limit anyway.
            return _sized(below, file.read(MAX_FILE_BYTES + 1))
    except _DAMAGED as error:
        raise InputError(
            said("{path}: the archive is damaged; {below} in it cannot be read.", path=path, below=below)
        ) from error


def _sized(below: PurePosixPath, data: bytes) -> SourceFile:
    if len(data) > MAX_FILE_BYTES:
        return SourceFile(
            below, refused=f"it is larger than {MAX_FILE_BYTES // 10**6} MB, so it is not a parameter file"
        )
    return SourceFile(below, data)
