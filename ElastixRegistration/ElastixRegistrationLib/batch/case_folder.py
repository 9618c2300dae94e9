"""The output of one case: a folder that appears complete, with a ``result.json`` that names its inputs.

A result counts only if it is still valid: its files, its inputs and its settings must have the recorded checksums.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.errors import InputError, file_error
from ..core.system.file_names import CASE_RESULT
from ..core.wording import said

DRAFTS = ".drafts"
FORMAT = 1
_CHUNK = 1 << 22
# Errors of renaming to a non-empty folder on Linux, macOS and Windows. The folder may be gone a moment later.
_TAKEN = errno.ENOTEMPTY, errno.EEXIST, errno.EACCES


@contextmanager
def new_case_folder(output_dir: Path, name: str) -> Iterator[Path]:
    """A private folder to write to; when the block succeeds, it becomes ``output_dir/name`` and replaces an earlier
    one.

    Safe for several processes at once: the last one wins. Raises InputError if the folder cannot be written.
    """
    drafts = output_dir / DRAFTS
    try:
        drafts.mkdir(exist_ok=True)
        draft = _new_folder(drafts, name)
    except OSError as error:
        raise file_error(
            error,
            said(
                "The folder {output_dir} cannot be written to: {reason}.", output_dir=output_dir, reason=error.strerror
            ),
        ) from error
    try:
        yield draft
        _put_in_place(draft, output_dir / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove_drafts(output_dir: Path) -> None:
    """Remove remains of killed runs. Call only while no other run uses the folder."""
    shutil.rmtree(output_dir / DRAFTS, ignore_errors=True)


def write_result(folder: Path, document: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Write ``result.json`` into ``folder``: ``document``, and ``files`` in the folder by content, with checksums."""
    outputs = {what: {"file": file, "sha256": checksum(folder / file)} for what, file in files.items()}
    text = json.dumps({"format": FORMAT, **document, "outputs": outputs}, indent=2, allow_nan=False)
    (folder / CASE_RESULT).write_text(text + "\n", encoding="utf-8")


def read_result(folder: Path) -> dict[str, Any] | None:
    """The content of ``result.json``; None if there is none, or one from a different version."""
    try:
        document = json.loads((folder / CASE_RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document.get("format") == FORMAT else None


def complete_result(folder: Path, inputs: Mapping[str, str], settings: str) -> dict[str, Any] | None:
    """The content of ``result.json`` if it is still valid, otherwise None.

    ``inputs``: checksums by role; ``settings``: checksum of the settings. These and the output files must be unchanged.
    """
    document = read_result(folder)
    if document is None or document.get("state") != "done" or document.get("settings_sha256") != settings:
        return None
    try:
        made_from = {role: entry["sha256"] for role, entry in document["inputs"].items()}
        outputs = {entry["file"]: entry["sha256"] for entry in document["outputs"].values()}
        if made_from != dict(inputs) or not outputs:
            return None
        # Names only: a result.json must not refer to files elsewhere.
        whole = all(Path(file).name == file and checksum(folder / file) == digest for file, digest in outputs.items())
    except (OSError, KeyError, TypeError, AttributeError, ValueError):
        return None
    return document if whole else None


def checksum(path: str | os.PathLike) -> str:
    """SHA-256 of a file, or of the names and contents of all files in a folder. Raises OSError."""
    path = Path(path)
    if not path.is_dir():
        return _file_checksum(os.fspath(path), *_stamp(path))
    digest = hashlib.sha256()
    for file in sorted(entry for entry in path.iterdir() if entry.is_file()):
        digest.update(f"{file.name}\0{checksum(file)}\n".encode())
    return digest.hexdigest()


def checksum_of(document: Any) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=64)
def _file_checksum(path: str, _changed: int, _size: int) -> str:
    """Cached, because all cases of a cohort share the fixed image: each process reads it only once."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _put_in_place(draft: Path, target: Path) -> None:
    for _ in range(100):
        try:
            os.rename(draft, target)
            return
        except OSError as error:
            if error.errno not in _TAKEN and not target.exists():
                raise
        # Renaming does not replace a non-empty folder, so the earlier one is moved away first.
        aside = _new_folder(draft.parent, "former")
        with contextlib.suppress(FileNotFoundError):  # another process was quicker
            os.rename(target, aside / target.name)
        shutil.rmtree(aside, ignore_errors=True)
    raise InputError(said("The folder {target} cannot be replaced; is it open in another program?", target=target))


def _new_folder(parent: Path, name: str) -> Path:
    """With the usual permissions, unlike folders from ``tempfile``."""
    folder = parent / f"{name}-{uuid.uuid4().hex}"
    folder.mkdir()
    return folder
