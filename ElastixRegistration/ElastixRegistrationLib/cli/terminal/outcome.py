"""The outcome of a subcommand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...core.quality.figures import REFUSED, Verdict


def refusal_of(*verdicts: Verdict) -> str:
    """The reason if a result is worse or implausible, otherwise ""."""
    return next((verdict.text for verdict in verdicts if verdict.status in REFUSED), "")


@dataclass(frozen=True)
class Outcome:
    """A text for people, and a document for --json.

    ``failure``: a sentence on what went wrong despite a printable outcome, or "". ``refusal``: why the result should
    not be used (only with --strict), or "". ``is_interrupted``: by Ctrl-C.
    """

    text: str
    document: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    refusal: str = ""
    is_interrupted: bool = False
