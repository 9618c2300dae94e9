"""What a subcommand of the command line gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...core.quality.figures import REFUSED, Verdict


def refusal_of(*verdicts: Verdict) -> str:
    """Of results of which one is worse or implausible; else ""."""
    return next((verdict.text for verdict in verdicts if verdict.status in REFUSED), "")


@dataclass(frozen=True)
class Outcome:
    """A text for people, and a document for --json.

    ``failure``: what went wrong although there is something to print, as a sentence; "" when nothing did. ``refusal``:
    why a result should not be used, which counts with --strict; "" for one that may be.
    """

    text: str
    document: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    refusal: str = ""
