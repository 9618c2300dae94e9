"""The outcome of a subcommand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...core.quality.figures import REFUSED, Verdict


def refusal_of(*verdicts: Verdict) -> str:
    """Return the reason why a result is worse or implausible, or ""."""
    return next((verdict.text for verdict in verdicts if verdict.status in REFUSED), "")


@dataclass(frozen=True)
class Outcome:
    """A text for people, and a document for --json.

    ``failure`` says in a sentence what went wrong although there is an outcome to print, or is "". ``refusal`` says why
    the result should not be used, or is ""; it counts only with --strict. ``is_interrupted`` says that Ctrl-C ended the
    command.
    """

    text: str
    document: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    refusal: str = ""
    is_interrupted: bool = False
