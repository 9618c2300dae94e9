"""Messages from a parameter search in a separate process to its caller."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_NEWS = "tuning"


@dataclass(frozen=True)
class TuningNews:
    """``trials`` finished, of ``total`` (None: as many as the time allows); ``best`` score, 1 for the start. A line of
    JSON on stderr."""

    trials: int
    total: int | None
    best: float | None
    seconds: float

    def line(self) -> str:
        return json.dumps({_NEWS: asdict(self)})

    @classmethod
    def of_line(cls, line: str) -> TuningNews | None:
        """None for a line that is something else."""
        if not line.startswith(f'{{"{_NEWS}"'):
            return None
        return cls(**json.loads(line)[_NEWS])
