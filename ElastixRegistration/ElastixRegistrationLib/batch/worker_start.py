"""Setup of each Dask worker of a cluster on this computer."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Ignore Ctrl-C, which a terminal sends to all its processes, because the run ends the workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
