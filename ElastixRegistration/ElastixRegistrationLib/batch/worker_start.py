"""What Dask does first in each worker of a cluster on this computer."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Ctrl-C in a terminal goes to every process there; here the run ends the workers, in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
