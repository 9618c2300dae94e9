"""Names of files and folders that every system takes, made of what a user typed."""

from __future__ import annotations

import re

#: What a cohort writes beside the folders of its cases.
SUMMARY, PAGE = "summary.csv", "index.html"

_UNSAFE = re.compile(r"[^\w.+=@-]+")
# What Windows keeps for devices, whatever suffix follows.
_DEVICES = re.compile(r"\A(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\..*)?\Z", re.IGNORECASE)


def safe_name(name: str, otherwise: str, longest: int = 80) -> str:
    """``name`` as that of a file or a folder on any system; ``otherwise`` when nothing is left of it."""
    name = _UNSAFE.sub("_", name).strip("._ ")[:longest].rstrip("._ ") or otherwise
    return _DEVICES.sub(r"\1_\2", name)


def is_device(name: str) -> bool:
    """Whether Windows takes the name of a file, with or without suffix, for that of a device."""
    return _DEVICES.match(name) is not None
