"""Messages from a cohort process to its caller, written by the command line and read by ``mrml``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ..core.wording import from_data, to_data

_NEWS = "progress"
_ERROR = "error: "
_ERROR_DATA = "error"


@dataclass(frozen=True)
class CohortNews:
    """Counts of cases so far: a line of JSON on stderr. ``remaining_s``: None before the first case is finished."""

    total: int
    done: int
    kept: int
    failed: int
    workers: int
    dashboard: str | None
    remaining_s: float | None = None

    @property
    def counts(self) -> dict[str, int]:
        return {"done": self.done, "kept": self.kept, "failed": self.failed}

    def line(self) -> str:
        return json.dumps({_NEWS: asdict(self)})

    @classmethod
    def of_line(cls, line: str) -> CohortNews | None:
        """None for a line that is something else."""
        if not line.startswith(f'{{"{_NEWS}"'):
            return None
        return cls(**json.loads(line)[_NEWS])


@dataclass(frozen=True)
class CohortEnd:
    """The end of a cohort: its JSON document on stdout. ``has_summary``: whether a summary was written."""

    interrupted: bool
    has_summary: bool

    @classmethod
    def of_output(cls, output: str) -> CohortEnd | None:
        """None without a complete document."""
        try:
            document = json.loads(output)
        except ValueError:
            return None
        return cls(document["interrupted"], "summary" in document["outputs"])


def error_line(sentence: str) -> str:
    """The last line of stderr of a command that failed."""
    return _ERROR + " ".join(sentence.split())


def error_data_line(sentence: str) -> str:
    """A line of JSON with the same sentence for calling programs, which can translate it."""
    return json.dumps({_ERROR_DATA: to_data(sentence)})


def error_of_data_line(line: str) -> str | None:
    """Inverse of ``error_data_line``; None for a line that is something else."""
    if not line.startswith(f'{{"{_ERROR_DATA}"'):
        return None
    try:
        return from_data(json.loads(line)[_ERROR_DATA])
    except ValueError:
        return None


def error_of_line(line: str) -> str | None:
    """Inverse of ``error_line``; None for a line that is something else."""
    return line.removeprefix(_ERROR) if line.startswith(_ERROR) else None
