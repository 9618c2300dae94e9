"""File and folder names that are valid on every system, made from user input."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Files that a cohort writes next to the folders of its cases, and one in each of these.
SUMMARY, PAGE, CASE_RESULT = "summary.csv", "index.html", "result.json"

_UNSAFE = re.compile(r"[^\w.+=@-]+")
# Device names that Windows reserves, with any suffix.
_DEVICES = re.compile(r"\A(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\..*)?\Z", re.IGNORECASE)


def safe_name(name: str, otherwise: str, longest: int = 80) -> str:
    """``name`` as a valid file or folder name on any system; ``otherwise`` if nothing is left."""
    name = _UNSAFE.sub("_", name).strip("._ ")[:longest].rstrip("._ ") or otherwise
    return _DEVICES.sub(r"\1_\2", name)


def is_device(name: str) -> bool:
    """Whether Windows takes the name of a file, with or without suffix, for that of a device."""
    return _DEVICES.match(name) is not None


def split_choice(path: str | os.PathLike) -> tuple[Path, str]:
    """(file, what follows its colon), the second empty where the whole is the name of a file, or of none that exists.

    >>> split_choice("rs.dcm:Heart")  # where there is a file rs.dcm        # doctest: +SKIP
    (PosixPath('rs.dcm'), 'Heart')
    """
    text = os.fspath(path)
    if not os.path.exists(text):
        for at, letter in enumerate(text):
            if letter == ":" and at + 1 < len(text) and os.path.exists(text[:at]):
                return Path(text[:at]), text[at + 1 :]
    return Path(text), ""
