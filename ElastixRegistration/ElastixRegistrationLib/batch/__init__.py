"""Many registrations: cohorts on Dask, on this computer or a cluster.

    from ElastixRegistrationLib import batch

    cases = batch.find_cases(["fixed.nrrd", "scans/"])
    result = batch.run_cohort(cases, "out", RegistrationRequest(preset="rigid"))

Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME_OF = {
    "Case": "cases",
    "CaseOutcome": "summary",
    "CohortProgress": "progress",
    "CohortResult": "cohort",
    "Tls": "cluster",
    "compare_cohort": "comparison",
    "find_cases": "cases",
    "ranked": "summary",
    "read_pairs": "pairs",
    "read_table": "cases",
    "run_cohort": "cohort",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value
