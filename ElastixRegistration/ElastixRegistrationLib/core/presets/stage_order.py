"""Grouping the parameter files of a folder, and their order.

A folder may hold one registration in several steps, several variants of its last step, or unrelated registrations. The
calls in the README decide; without them, numbers at the start of the file names; otherwise the kinds of transform
(translation, rotation, deformation), the initial transforms that files name, and words that file names share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import PurePosixPath

from ..parameters.maps import ParameterMap

#: Transforms by freedom of motion, in the order of stages.
_RANKS = {"Translation": 0, "Euler": 1, "Similarity": 2, "Affine": 3}
_DEFORMABLE = 4
_KIND_WORDS = r"translations?|nonrigid|non-rigid|rigid|euler|similarity|affine|b-?splines?|splines?|deformable|elastic"
_SHORT_KINDS = {"tr", "ri", "si", "sim", "af", "aff", "bs", "transform", "param", "params", "parameter", "parameters"}
# One of several numbers in a row, as in par_1_2_3, is part of a code, not a step; 2D is not a number.
_NO_CODE = r"(?![0-9]|[-_. ][0-9]+(?![0-9d]))"
_STEP = re.compile(rf"(?:{_KIND_WORDS}|step|stage|pass|parameters?|params?|par)[-_. ]?([0-9]{{1,3}}){_NO_CODE}")
_FRONT = re.compile(rf"(?:par(?:ams?|ameters?)?[-_. ]?)?([0-9]{{1,3}}){_NO_CODE}")
_WORD = re.compile(r"[23]d(?![a-z])|[a-z]+|[0-9]+")


def stage_sequences(files: Mapping[str, ParameterMap], commands: Iterable[Sequence[str]] = ()) -> list[tuple[str, ...]]:
    """Names of the files of one folder in presets, each in the order of its stages. Every file is in one at least.

    ``commands``: parameter files of the calls of elastix in a README. Calls that name other files are ignored.
    """
    found = _called(files, commands)
    rest = _without(files, found)
    if len(rest) == len(files) > 1 and (numbered := _by_front_numbers(rest)):
        return [numbered]
    words = _words(files)
    while rest:
        top = max(_rank(files[name]) for name in rest)
        for chain in _chains({name: files[name] for name in rest if _rank(files[name]) == top}):
            sequence = (*_stages_before(chain, files, words, top), *chain)
            found.append(tuple(sorted(sequence, key=lambda name: _goes_on(files[name]))))
        rest = _without(rest, found)
    return found


def _without(names: Iterable[str], sequences: Iterable[Sequence[str]]) -> list[str]:
    used = {name for sequence in sequences for name in sequence}
    return [name for name in names if name not in used]


def _called(files: Mapping[str, ParameterMap], commands: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    sequences: list[tuple[str, ...]] = []
    for command in commands:
        *first, last = (_base(written) for written in command)
        before = [_named(wanted, files) for wanted in first]
        if first and "*" in last:
            ends = [name for name in files if fnmatch(name.lower(), last) and name not in before]
        else:
            ends = [name for name in [_named(last, files)] if name is not None]
        found = tuple(name for name in before if name is not None)
        for end in ends if len(found) == len(before) else ():
            names = (*found, end)
            if len(set(names)) == len(names) and names not in sequences:
                sequences.append(names)
    return sequences


def _base(written: str) -> str:
    return PurePosixPath(written.replace("\\", "/")).name.lower()


def _named(wanted: str, files: Iterable[str]) -> str | None:
    """The file that a README refers to, which may omit the suffix or the end of the name."""
    if "*" in wanted:
        return None
    exact = [name for name in files if wanted in (name.lower(), PurePosixPath(name).stem.lower())]
    if exact:
        return exact[0]
    stem = PurePosixPath(wanted).stem
    longer = [
        name for name in files if len(stem) > 4 and re.fullmatch(rf"{re.escape(stem)}[-_. ]\w+\.\w+", name.lower())
    ]
    return longer[0] if len(longer) == 1 else None


def _by_front_numbers(names: Sequence[str]) -> tuple[str, ...]:
    """All files in the order of the numbers at the start of their names, if these count from 0 or 1."""
    numbers = {}
    for name in names:
        match = _FRONT.match(name.lower())
        if match is None:
            return ()
        numbers[int(match[1])] = name
    return tuple(numbers[number] for number in sorted(numbers)) if _counts_on(numbers, len(names)) else ()


def _chains(names: Mapping[str, ParameterMap]) -> list[tuple[str, ...]]:
    """Files of one kind, those together that are steps: bspline1, bspline2; but not bspline08, bspline16."""
    later = [name for name, stage in names.items() if _goes_on(stage)]
    if len(later) == len(names) - 1 > 0:
        return [tuple(sorted(names, key=lambda name: (name in later, name)))]
    alike: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        stem = PurePosixPath(name).stem.lower()
        matches = list(_STEP.finditer(stem))
        if matches:
            start, end = matches[-1].span(1)
            alike.setdefault(f"{stem[:start]}#{stem[end:]}", []).append((int(matches[-1][1]), name))
    chains: list[tuple[str, ...]] = []
    used: set[str] = set()
    for steps in alike.values():
        if len(steps) > 1 and _counts_on([number for number, _name in steps], len(steps)):
            chains.append(tuple(name for _number, name in sorted(steps)))
            used.update(chains[-1])
    return sorted([*chains, *((name,) for name in names if name not in used)])


def _counts_on(numbers: Iterable[int], count: int) -> bool:
    return sorted(numbers) in (list(range(count)), list(range(1, count + 1)))


def _stages_before(
    chain: Sequence[str], files: Mapping[str, ParameterMap], words: Mapping[str, set[str]], top: int
) -> list[str]:
    """For each freer kind of motion below ``top``, the file whose name fits the chain's."""
    of_chain = set().union(*(words[name] for name in chain))
    by_rank: dict[int, list[str]] = {}
    for name in files:
        if _rank(files[name]) < top and _agree(_dimension(files[name]), _dimension(files[chain[0]])):
            by_rank.setdefault(_rank(files[name]), []).append(name)

    def shared(name: str) -> int:
        return len(words[name] & of_chain)

    def best(fits: Callable[[str], bool]) -> dict[int, str]:
        fitting = {rank: [name for name in names if fits(name)] for rank, names in by_rank.items()}
        return {rank: max(sorted(names), key=shared) for rank, names in fitting.items() if names}

    chosen = best(lambda name: words[name] <= of_chain)
    chosen = chosen or best(lambda name: bool(words[name]) and 2 * shared(name) >= len(words[name]))
    if not chosen and all(len(names) == 1 for names in by_rank.values()):
        # The only rigid one of the folder, if it is called so, is the start of all others.
        chosen = best(lambda name: bool(re.search(_KIND_WORDS, name.lower())))
    return [chosen[rank] for rank in sorted(chosen)]


def _words(files: Iterable[str]) -> dict[str, set[str]]:
    """The words that distinguish each file from the others in its folder, except its kind and step number."""
    words = {name: _all_words(name) for name in files}
    common = set.intersection(*words.values()) if words else set()
    return {name: own - common for name, own in words.items()}


def _all_words(name: str) -> set[str]:
    stem = re.sub(rf"(?:{_KIND_WORDS})", " # ", PurePosixPath(name).stem.lower())
    words: list[str] = []
    after_kind = False
    for word in re.findall(r"#|" + _WORD.pattern, stem):
        is_kind = word == "#" or word in _SHORT_KINDS
        if not is_kind and not (after_kind and word.isdecimal()):
            words.append(word)
        after_kind = is_kind
    return set(words)


def _rank(stage: ParameterMap) -> int:
    transform = (stage.get("Transform") or ("",))[0]
    return next((rank for kind, rank in _RANKS.items() if transform.startswith(kind)), _DEFORMABLE)


def _goes_on(stage: ParameterMap) -> bool:
    """Whether a file names an initial transform, the result of a stage before it."""
    names = stage.get("InitialTransformParameterFileName") or stage.get("InitialTransformParametersFileName") or ("",)
    return names[0] not in ("", "NoInitialTransform")


def _agree(one: str | None, other: str | None) -> bool:
    return None in (one, other) or one == other


def _dimension(stage: ParameterMap) -> str | None:
    return (stage.get("FixedImageDimension") or (None,))[0]
