"""What a subcommand of the command line gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """A text for people, and a document for --json."""

    text: str
    document: dict[str, Any] = field(default_factory=dict)
