"""Whether the constants of Automatic hold on kinds of images that had no part in choosing them.

    python Testing/benchmarks/constants.py FOLDER ... [--results constants.jsonl] [--only NAME ...] [--effort normal]

FOLDER holds pairs as ``accuracy.py`` takes them. Each pair is registered with the constants in use, then with each
constant alone at each of the other values of ``CONSTANTS``. A threshold remembers what it was compared with, so a pair
is not run again where the other value decides nothing otherwise. Every run becomes a line of the results at once, and
has its line counts as done.

From the lines follows, for each constant and each kind of pairs: the value that is best on all other kinds, and what
it would do on the kind left out, in units of noise (0.01 in Dice, 5 % in error). ``accuracy_page.py`` prints the table.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import DICE_NOISE, ERROR_NOISE, TOP, Results, TruePair, figures_of, is_help, pairs_in
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.automatic import dense_stage, pipeline
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.sliding import detection
from ElastixRegistrationLib.core.start import start_search
from processes import machine

RESULTS = TOP / "constants.jsonl"
IN_USE = "in use"
#: A failure, and a difference beyond this many units of noise, count as much.
MAX_LOSS = 10.0


@dataclass(frozen=True)
class Constant:
    """``replace(module, name, value)`` gives what stands for the constant; None: the value itself, a threshold."""

    title: str
    module: Any
    name: str
    in_use: float
    others: tuple[float, ...]
    replacement: Callable[[Any, float], Any] | None = None


def _of_flow(setting: str) -> Callable[[Any, float], Any]:
    return lambda settings, value: functools.partial(settings, **{setting: value})


def _threshold(title: str, module: Any, name: str, *others: float) -> Constant:
    return Constant(title, module, name, float(getattr(module, name)), others)


CONSTANTS = (
    _threshold("share of window correlations with the same sign", pipeline, "_SAME_CONTRAST", 0.78, 0.85),
    _threshold("the same after a coarse deformation", pipeline, "_SAME_CONTRAST_WHEN_DEFORMED", 0.88, 0.96),
    _threshold("share of block motion that neighbors agree on", pipeline, "_AGREED_SHARE", 0.15, 0.4),
    _threshold("motion of one body, relative to its blocks", pipeline, "_MAX_OF_BLOCKS", 1.4, 2.2),
    _threshold("change of size between two bodies", pipeline, "_SCANNERS_ERR", 0.02, 0.05),
    _threshold("score ratio of the best start", start_search, "_AHEAD", 1.05, 1.2),
    _threshold("share of tissue that stands still", detection, "_LEAST_STILL", 0.01, 0.04),
    _threshold("motion along, relative to apart", detection, "_LEAST_ALONG", 3.0, 5.0),
    Constant("control points of the B-spline, relative", pipeline, "grid_spacing", 1.0, (0.7, 1.4),
             lambda spacing, value: lambda geometry: value * spacing(geometry)),
    Constant("windows of the dense stage, radius", dense_stage, "FlowSettings", 2, (1, 3), _of_flow("radius")),
    Constant("smoothing of its updates, voxels", dense_stage, "FlowSettings", 1.7, (1.2, 2.4),
             _of_flow("update_sigma")),
    Constant("smoothing of their sum, voxels", dense_stage, "FlowSettings", 0.6, (0.45, 0.8), _of_flow("total_sigma")),
)  # fmt: skip


class Threshold(np.float64):
    """A number that remembers what it was compared with. Being a float64, it is asked first."""

    compared: list[float]

    def __new__(cls, value: float) -> Threshold:
        made = super().__new__(cls, value)
        made.compared = []
        return made

    def _with(self, compare: str, other: Any) -> Any:
        self.compared.append(float(other))
        return getattr(np.float64(self), compare)(other)

    def __lt__(self, other: Any) -> Any:
        return self._with("__lt__", other)

    def __le__(self, other: Any) -> Any:
        return self._with("__le__", other)

    def __gt__(self, other: Any) -> Any:
        return self._with("__gt__", other)

    def __ge__(self, other: Any) -> Any:
        return self._with("__ge__", other)


@contextmanager
def replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    usual = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, usual)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--effort", default="normal")
    options = parser.parse_args()
    results = Results(options.results)
    for pair in pairs_in(options.folders, options.only):
        compared = _run_in_use(pair, options.effort, results)
        for constant in CONSTANTS:
            for value in constant.others:
                _run_other(pair, constant, value, compared.get(constant.name), options.effort, results)
    sys.stdout.write("\n".join(table(results.lines)) + "\n")


def _run_in_use(pair: TruePair, effort: str, results: Results) -> dict[str, list[float]]:
    """What each threshold was compared with."""
    key = {"pair": pair.name, "constant": IN_USE}
    for line in results.lines:
        if {name: line.get(name) for name in key} == key:
            return line["compared"]
    thresholds = [constant for constant in CONSTANTS if constant.replacement is None]
    watched = {constant.name: Threshold(constant.in_use) for constant in thresholds}
    with ExitStack() as stack:
        for constant in thresholds:
            stack.enter_context(replaced(constant.module, constant.name, watched[constant.name]))
        line = {**key, **_measured(pair, effort)}
    compared = {name: sorted(set(one.compared)) for name, one in watched.items()}
    _add(results, {**line, "compared": compared})
    return compared


def _run_other(
    pair: TruePair, constant: Constant, value: float, compared: Sequence[float] | None, effort: str, results: Results
) -> None:
    key = {"pair": pair.name, "constant": constant.title, "value": value}
    if results.has(**key):
        return
    low, high = sorted((value, constant.in_use))
    if compared is not None and not any(low <= one <= high for one in compared):
        _add(results, {**key, "same": True})
        return
    usual = getattr(constant.module, constant.name)
    with replaced(constant.module, constant.name, (constant.replacement or (lambda _, v: v))(usual, value)):
        _add(results, {**key, **_measured(pair, effort)})


def _add(results: Results, line: dict[str, Any]) -> None:
    results.add(line)
    print({name: value for name, value in line.items() if name != "compared"}, flush=True)


def _measured(pair: TruePair, effort: str) -> dict[str, Any]:
    fixed, moving = pair.image("fixed"), pair.image("moving")
    masks = {name: pair.image(name) for name in ("fixed_mask", "moving_mask") if is_help(pair)}
    begin = time.process_time()
    try:
        result = core.register(fixed, moving, preset="automatic", effort=effort, seed=1, **masks)
    except RegistrationError as error:
        return {"failure": str(error).splitlines()[-1], "machine": machine()}
    cpu = time.process_time() - begin
    figures = figures_of(pair, result.transform, np.eye(fixed.GetImageDimension() + 1))
    return {"figures": figures, "cpu": cpu, "machine": machine()}


def kind_of(pair: str) -> str:
    """Of a pair named after what it shows, such as liver_mr_breathing_2: all but numbers and names of persons."""
    name = re.sub(r"_(p?\d.*|eve_vs_fs|known)$", "", pair)
    return re.sub(r"^brain_t1_intersubject$", "brain_t1", name)


def _loss(line: dict[str, Any], in_use: dict[str, Any]) -> float:
    """How much worse than with the constants in use, in units of noise."""
    if line.get("same"):
        return 0.0
    if "failure" in line or "failure" in in_use:
        return MAX_LOSS * (("failure" in line) - ("failure" in in_use))
    now, usual = line["figures"], in_use["figures"]
    if "tre" in now:
        worse = np.log(now["tre"] / usual["tre"]) / np.log1p(ERROR_NOISE)
    else:
        worse = (usual["dice"] - now["dice"]) / DICE_NOISE
    return float(np.clip(worse, -MAX_LOSS, MAX_LOSS))


@dataclass(frozen=True)
class LeftOut:
    """``chosen``: value by kind left out. ``losses``: of that value on the kind left out, against the value in use."""

    constant: Constant
    chosen: dict[str, float]
    losses: dict[str, float]


def leave_one_kind_out(lines: Sequence[dict[str, Any]]) -> list[LeftOut]:
    in_use = {line["pair"]: line for line in lines if line["constant"] == IN_USE}
    found = []
    for constant in CONSTANTS:
        losses: dict[str, dict[float, list[float]]] = {}
        for line in lines:
            if line["constant"] == constant.title and line["pair"] in in_use:
                by_value = losses.setdefault(kind_of(line["pair"]), {})
                by_value.setdefault(line["value"], []).append(_loss(line, in_use[line["pair"]]))
        means = {
            kind: {constant.in_use: 0.0, **{value: float(np.mean(all_)) for value, all_ in by_value.items()}}
            for kind, by_value in losses.items()
        }
        chosen = {kind: _best(constant, [one for other, one in means.items() if other != kind]) for kind in means}
        found.append(LeftOut(constant, chosen, {kind: means[kind].get(chosen[kind], 0.0) for kind in means}))
    return found


def _best(constant: Constant, kinds: Sequence[dict[float, float]]) -> float:
    """The value with the least mean loss over the kinds; the one in use, which comes first, wins a tie."""
    values = (constant.in_use, *constant.others)
    return min(values, key=lambda value: float(np.mean([one.get(value, 0.0) for one in kinds])) if kinds else 0.0)


def _effect(loss: float) -> str:
    return f"{-loss:+.1f}" if abs(loss) >= 0.05 else "0"


def table(lines: Sequence[dict[str, Any]]) -> list[str]:
    """Rows of Markdown, one for each constant."""
    rows = ["| constant | in use | tried | chosen without a kind | effect on the kind left out: mean | worst |"]
    rows.append("|---|---|---|---|---|---|")
    for one in leave_one_kind_out(lines):
        counts = {value: list(one.chosen.values()).count(value) for value in sorted(set(one.chosen.values()))}
        chosen = ", ".join(f"{value:g} ({count} of {len(one.chosen)})" for value, count in counts.items())
        worst = max(one.losses, key=lambda kind: one.losses[kind], default="")
        name = f" ({worst})" if one.losses.get(worst, 0.0) > 0 else ""
        tried = ", ".join(f"{value:g}" for value in one.constant.others)
        mean = float(np.mean(list(one.losses.values()))) if one.losses else 0.0
        rows.append(
            f"| {one.constant.title} | {one.constant.in_use:g} | {tried} | {chosen} | {_effect(mean)} | "
            f"{_effect(one.losses.get(worst, 0.0))}{name} |"
        )
    return rows


if __name__ == "__main__":
    main()
