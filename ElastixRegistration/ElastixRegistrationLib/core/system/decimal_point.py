"""Numbers in C and C++ libraries follow the locale of the process, which a Qt program sets to that of its user."""

from __future__ import annotations

import locale
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def decimal_point() -> Iterator[None]:
    """Numbers have a decimal point in the block: elastix would read a grid spacing of 17.5 as 17 where a comma is used.

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
