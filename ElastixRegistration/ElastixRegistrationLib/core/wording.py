"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 case", "2 cases": ``noun`` in the singular, with a regular plural."""
    return f"{number} {noun}{'s' * (number != 1)}"
