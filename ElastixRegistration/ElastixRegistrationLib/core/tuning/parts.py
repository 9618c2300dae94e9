"""The pairs that train a search, and those that judge its result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..comparison.truth import Pair, check_names
from ..errors import InputError
from ..wording import said

#: Share of held-out pairs; at least one.
_SHARE_HELD_OUT = 0.25
_MIN_FOR_FOLDS = 3


@dataclass(frozen=True)
class Part:
    """One search: the ``name`` of its study, training pairs, and held-out pairs that judge it.

    A cross-validation has a part for each fold, and a last one that trains on all pairs and is not judged.
    """

    name: str
    tuned_on: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def parts_of(pairs: Sequence[Pair], hold_out: Sequence[str] | None = None, folds: int | None = None) -> list[Part]:
    """One part, or, with ``folds``, one more than that. Raises InputError if no split is possible."""
    _check(pairs)
    if folds is not None:
        return _folded(pairs, hold_out, folds)
    names = [pair.name for pair in pairs]
    if hold_out is None:
        kept = set(_shuffled(names)[: max(1, round(_SHARE_HELD_OUT * len(pairs)))])
    else:
        kept = set(hold_out)
        unknown = sorted(kept - set(names))
        if unknown:
            raise InputError(
                said(
                    "There is no pair {unknown} to hold out; the pairs are {names}.",
                    unknown=unknown[0],
                    names=", ".join(names),
                )
            )
        if not kept or len(kept) == len(pairs):
            raise InputError(said("Hold out at least one pair, and leave at least one to tune on."))
    return [_part("", pairs, kept)]


def _check(pairs: Sequence[Pair]) -> None:
    check_names(list(pairs))
    blind = [pair.name for pair in pairs if not pair.has_truth]
    if blind:
        raise InputError(
            said(
                "Tuning needs landmarks or labels for every pair, but these have none: {names}.", names=", ".join(blind)
            )
        )
    if len(pairs) < 2:
        raise InputError(
            said("Tuning needs at least two pairs: one to tune on, and a held-out one to judge the result.")
        )


def _folded(pairs: Sequence[Pair], hold_out: Sequence[str] | None, folds: int) -> list[Part]:
    if hold_out is not None:
        raise InputError(said("With folds, every pair is held out in turn, so pairs to hold out cannot be named."))
    if len(pairs) < _MIN_FOR_FOLDS:
        raise InputError(said("Cross-validation needs at least three pairs, but there are {count}.", count=len(pairs)))
    if not 2 <= folds <= len(pairs):
        raise InputError(
            said(
                "{count} pairs cannot be split into {folds} folds; give 2 to {count} folds.",
                count=len(pairs),
                folds=folds,
            )
        )
    order = _shuffled([pair.name for pair in pairs])
    parts = [_part(f"fold {number + 1}", pairs, set(order[number::folds])) for number in range(folds)]
    return [*parts, _part("", pairs, set())]


def _shuffled(names: Sequence[str]) -> list[str]:
    """By their names, so that every process makes the same choice, regardless of the order in a table."""
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def _part(name: str, pairs: Sequence[Pair], kept: set[str]) -> Part:
    tuned_on = tuple(pair for pair in pairs if pair.name not in kept)
    return Part(name, tuned_on, tuple(pair for pair in pairs if pair.name in kept))
