"""What a subcommand of the command line gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """A text for people, and a document for --json.

    ``failure``: what went wrong although there is something to print, as a sentence; "" when nothing did.
    """

    text: str
    document: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
