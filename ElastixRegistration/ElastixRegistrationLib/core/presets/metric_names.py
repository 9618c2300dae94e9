"""Names of metrics within the names of parameter files."""

from __future__ import annotations

import re

#: Of interchangeable image metrics: words and abbreviation.
_NAMES = {
    "AdvancedMattesMutualInformation": ("mutual-information", "MI"),
    "NormalizedMutualInformation": ("normalized-mutual-information", "NMI"),
    "AdvancedNormalizedCorrelation": ("correlation", "NCC"),
    "AdvancedMeanSquares": ("mean-squares", "MSD"),
    "AdvancedKappaStatistic": ("kappa", "kappa"),
}
_ELASTIX = re.compile(
    r"(?:Advanced)?(?:(?:Mattes|Normalized)?MutualInformation|NormalizedCorrelation|MeanSquares|KappaStatistic)"
)
_WORDS = re.compile(
    r"(?:normalized[-_ ])?(?:mutual[-_ ]?information|correlation|mean[-_ ]?squares|kappa)", flags=re.IGNORECASE
)
_SHORT = re.compile(r"(?<![A-Za-z])(?:N?MI|N?CC|[MS]SD)(?![A-Za-z])", flags=re.IGNORECASE)


def with_metric_name(name: str, metric: str) -> str:
    """``name`` of a parameter file with ``metric`` in place of another one; a name without a metric stays.

    A metric is recognized as elastix calls it, in words, or by its abbreviation, and is replaced in the same style.
    """
    words, short = _NAMES.get(metric, (metric, metric))
    for pattern, new in ((_ELASTIX, metric), (_WORDS, words), (_SHORT, short)):
        found = pattern.search(name)
        if found:
            new = new.lower() if found[0].islower() else new
            return name[: found.start()] + new + name[found.end() :]
    return name
