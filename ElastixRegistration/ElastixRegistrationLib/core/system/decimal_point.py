"""Decimal points for C and C++ libraries, which follow the locale that a Qt program sets for its user."""

from __future__ import annotations

import locale
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def decimal_point() -> Iterator[None]:
    """Use a decimal point within the block. In a locale with a comma, elastix would read a grid spacing of 17.5 as 17.

    The locale belongs to the process; ITK holds Python's lock while it works, so no other thread sees the change.
    """
    users = locale.setlocale(locale.LC_NUMERIC)
    if users in ("C", "POSIX"):
        yield
        return
    locale.setlocale(locale.LC_NUMERIC, "C")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_NUMERIC, users)
