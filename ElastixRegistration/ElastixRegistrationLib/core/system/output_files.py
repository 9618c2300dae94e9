"""Output files: checked before anything runs, and written completely or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError, ResourceError, file_error
from ..wording import said
from .file_names import split_choice


def check_suffix(path: Path, known: tuple[str, ...], kind: str) -> None:
    """Raise InputError if the name of ``path`` does not end in one of ``known``."""
    if not path.name.lower().endswith(known):
        choice = f"{', '.join(known[:-1])} or {known[-1]}"
        raise InputError(
            said(
                "No {kind} format is known for the name {path}; use {choice}.", kind=kind, path=path.name, choice=choice
            )
        )


def is_disk_full(folder: Path) -> bool:
    """Whether less than a megabyte is left for a file in ``folder``."""
    try:
        return shutil.disk_usage(folder).free < 2**20
    except OSError:
        return False


def check_folder_of(path: Path) -> None:
    """Raise InputError if no file can be written at ``path``, ResourceError if a permission is missing."""
    if not path.parent.is_dir():
        raise InputError(said("The folder {parent} for {path} does not exist.", parent=path.parent, path=path.name))
    if path.is_dir():
        raise InputError(said("{path} cannot be written: it is a folder.", path=path))
    if not os.access(path.parent, os.W_OK):
        raise ResourceError(said("{path} cannot be written: its folder is read-only.", path=path))


def check_apart(outputs: Iterable[str | os.PathLike], inputs: Iterable[str | os.PathLike | None]) -> None:
    """Raise InputError if an output would overwrite an input or another output."""
    taken = {os.path.realpath(split_choice(path)[0]): "an input" for path in inputs if path is not None}
    for path in outputs:
        place = os.path.realpath(path)
        if os.path.exists(place):  # or names that a disk treats as equal: Scan.nrrd, scan.nrrd
            place = next((other for other in taken if os.path.exists(other) and os.path.samefile(place, other)), place)
        if place in taken:
            raise InputError(
                said("The output {path} would overwrite {taken}; give it another name.", path=path, taken=taken[place])
            )
        taken[place] = "another output"


@dataclass
class _Draft:
    """A file in a hidden ``folder`` next to ``path``, which it will become.

    ``parts``, after it is finished: (draft, its target, a backup of the former target while others are put in place),
    for the file, which comes last, and for files written next to it, such as the voxels of a .mhd.
    """

    folder: tempfile.TemporaryDirectory
    file: Path
    path: Path
    parts: list[tuple[Path, Path, Path]] = field(default_factory=list)

    def finish(self) -> None:
        beside = [path for path in sorted(Path(self.folder.name).iterdir()) if path.is_file() and path != self.file]
        old = Path(self.folder.name) / "old"
        self.parts = [(part, self.path.with_name(part.name), old / part.name) for part in (*beside, self.file)]

    def put_in_place(self) -> None:
        for part, target, _ in self.parts:
            try:
                if part.is_dir() and target.is_dir():
                    target.rmdir()  # an empty one, which Windows would not replace
                os.replace(part, target)
            except OSError as error:
                raise file_error(
                    error,
                    said("{target} cannot be written: {reason}.", target=target, reason=error.strerror or error),
                ) from error

    def keep_old(self) -> None:
        for _, target, old in self.parts:
            if not target.is_file():
                continue
            old.parent.mkdir(exist_ok=True)
            try:
                os.link(target, old)
            except OSError:  # a disk without links
                try:
                    shutil.copy2(target, old)
                except OSError as error:
                    raise file_error(
                        error,
                        said("{target} cannot be replaced: {reason}.", target=target, reason=error.strerror or error),
                    ) from error

    def put_old_back(self) -> None:
        for part, target, old in self.parts:
            if part.exists():
                continue  # it was not put in place, so the target belongs to someone else
            with suppress(OSError):
                if old.exists():
                    os.replace(old, target)
                elif target.is_dir():
                    shutil.rmtree(target)
                else:
                    target.unlink(missing_ok=True)


#: Drafts of the current block of ``all_or_none``.
_drafts: ContextVar[list[_Draft] | None] = ContextVar("drafts", default=None)


@contextmanager
def all_or_none() -> Iterator[None]:
    """Make the files that ``whole_file`` writes in the block appear together at its end, or none if something fails.

    In that case, earlier files of the same names stay unchanged, also after Ctrl-C.
    """
    drafts: list[_Draft] = []
    token = _drafts.set(drafts)
    try:
        yield
        _put_all_in_place(drafts)
    finally:
        _drafts.reset(token)
        for draft in drafts:
            draft.folder.cleanup()


def _put_all_in_place(drafts: list[_Draft]) -> None:
    begun: list[_Draft] = []
    try:
        for draft in drafts:
            draft.keep_old()
            begun.append(draft)
            draft.put_in_place()
    except BaseException:
        for draft in reversed(begun):
            draft.put_old_back()
        raise


@contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a draft path with the suffix of ``path``. The draft becomes ``path`` when the block succeeds.

    Raises InputError if the folder is missing or not writable, before the block runs, and if the block cannot write, as
    on a full disk.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(said("The folder {parent} for {path} does not exist.", parent=path.parent, path=path.name))
    try:
        folder = tempfile.TemporaryDirectory(prefix=".writing-", dir=path.parent)
    except OSError as error:
        raise file_error(
            error,
            said("The folder {parent} cannot be written to: {reason}.", parent=path.parent, reason=error.strerror),
        ) from error
    draft, together = _Draft(folder, Path(folder.name) / path.name, path), _drafts.get()
    try:
        yield draft.file
        draft.finish()
        if together is None:
            draft.put_in_place()
    except BaseException as error:
        folder.cleanup()
        if isinstance(error, OSError):
            raise file_error(
                error, said("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error)
            ) from error
        raise
    if together is None:
        folder.cleanup()
    else:
        together.append(draft)


def write_json(path: str | os.PathLike, document: Any) -> None:
    """Write ``document`` as a ``whole_file``. Values that JSON does not know are written as text, except NaN."""
    with whole_file(path) as draft:
        draft.write_text(json.dumps(document, indent=2, allow_nan=False, default=str) + "\n", encoding="utf-8")


@contextmanager
def whole_folder(path: str | os.PathLike) -> Iterator[Path]:
    """``whole_file`` for a missing or empty folder: yield a draft folder, which becomes ``path``.

    Files in the draft exist at once, also inside ``all_or_none``.
    """
    with whole_file(path) as draft:
        draft.mkdir()
        token = _drafts.set(None)
        try:
            yield draft
        finally:
            _drafts.reset(token)
