"""Writes docs/accuracy.md from the figures that ``accuracy.py`` measured.

    python Testing/benchmarks/accuracy_page.py [--figures FOLDER] [--page docs/accuracy.md]

FOLDER, by default ``figures`` beside this file, holds lines of JSON as ``accuracy.py --results`` writes them:
``pairs.jsonl``, the pairs that the constants were chosen on; for each collection of other pairs
``collection-N.first.jsonl``, run before anything was changed because of them, and ``collection-N.now.jsonl``; and
``constants.jsonl``, written by ``constants.py``. A plot of errors over seconds is written beside the page.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import constants
from accuracy import TOP, Results
from scatter import Dot, scatter_svg

FIGURES = Path(__file__).parent / "figures"
PAGE = TOP / "docs" / "accuracy.md"
OURS = "ours: automatic"
OTHERS = {"SlicerElastix": "SlicerElastix", "Greedy": "Greedy", "ANTs": "ANTs SyN"}
#: How the method of each effort goes on.
_EFFORTS = {"fast": ", fast", "normal": "", "thorough": ", thorough"}
Lines = Sequence[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    pairs = Results(options.figures / "pairs.jsonl").lines
    still = [line for line in pairs if not any(line["moved"])]
    text = [_HEAD, *_table(still, {}), *_effort_table(still, options.page.with_suffix(".svg")), *_UNSEEN.splitlines()]
    for first in sorted(options.figures.glob("collection-*.first.jsonl")):
        number = first.name.split(".")[0].rpartition("-")[2]
        now = Results(first.with_name(f"collection-{number}.now.jsonl")).lines
        text += ["", f"### Collection {number}", "", _COLLECTIONS.get(number, ""), ""]
        text += _table(now, {"first run": Results(first).lines})
    text += [*_moved_table(pairs), _LIMITS, *_left_out(options.figures / "constants.jsonl"), _TAIL]
    options.page.write_text("\n".join(text), encoding="utf-8")
    print(options.page)


def _table(now: Lines, before: dict[str, Lines]) -> list[str]:
    """Rows of Markdown, one for each pair."""
    titles = ["pair", *(f"Automatic, {title}" for title in before), "Automatic", *OTHERS.values()]
    titles += ["largest share folded", "seconds of all cores"]
    rows = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for name in sorted({line["pair"] for lines in (now, *before.values()) for line in lines}):
        mine = _runs(now, name, OURS, exact=True)
        cells = [_cell(_runs(lines, name, OURS, exact=True)) for lines in before.values()]
        cells += [_cell(mine), *(_cell(_runs(now, name, other)) for other in OTHERS)]
        folded = [line["figures"]["folded"] for line in mine if "folded" in line.get("figures", {})]
        cpu = [line["cpu"] for line in mine if "cpu" in line]
        cells += [f"{max(folded):.2%}" if folded else "-", f"{statistics.median(cpu):.0f}" if cpu else "-"]
        rows.append(f"| {' | '.join([name, *cells])} |")
    return rows


def _effort_table(lines: Lines, plot: Path) -> list[str]:
    """Error and seconds of each effort and of the other tools, and ``plot``, the same as a picture."""
    methods = {f"{OURS}{end}": effort for effort, end in _EFFORTS.items()} | OTHERS
    rows = [f"| pair | {' | '.join(methods.values())} |", "|---" * (len(methods) + 1) + "|"]
    panels: dict[str, list[Dot]] = {}
    unit = {}
    ratios: dict[str, list[float]] = {}
    for name in sorted({line["pair"] for line in lines}):
        found = {method: _runs(lines, name, method, exact=method.startswith(OURS)) for method in methods}
        cells = []
        for method, runs in found.items():
            cells.append(_cell(runs) + (f", {_cpu(runs):.0f} s" if _cpu(runs) else ""))
            for machine in {one["machine"] for one in runs}:
                own, slicer = (_cpu(lines, machine) for lines in (runs, found["SlicerElastix"]))
                if own and slicer:
                    ratios.setdefault(methods[method], []).append(own / slicer)
        rows.append(f"| {' | '.join([name, *cells])} |")
        dots = [_dot(method, title, found[method]) for method, title in methods.items()]
        panels[name] = [dot for dot in dots if dot is not None]
        unit[name] = "mean error, mm" if "mm" in _cell(found[OURS]) else "1 - mean Dice"
    rows.append(
        f"| median time, SlicerElastix = 1 | {' | '.join(_ratio(ratios.get(title)) for title in methods.values())} |"
    )
    footer = "Seconds of all cores, from files to files, one run each. Lower and farther left is better."
    plot.write_text(scatter_svg(panels, unit, footer), encoding="utf-8")
    return ["", _EFFORT_TEXT.format(plot=plot.name), *rows]


def _dot(method: str, title: str, runs: Lines) -> Dot | None:
    if not _cpu(runs) or any("failure" in one for one in runs):
        return None
    figures = runs[0]["figures"]
    error = figures["tre"] if "tre" in figures else 1 - figures["dice"]
    return Dot("ours" if method.startswith(OURS) else title.split()[0], title, _cpu(runs), error)


def _cpu(runs: Lines, machine: str | None = None) -> float:
    """Median seconds of all cores, on any or one ``machine``; 0 if unknown."""
    known = [
        one["cpu"] for one in runs if one.get("cpu") and "failure" not in one and machine in (None, one["machine"])
    ]
    return float(statistics.median(known)) if known else 0.0


def _ratio(values: Sequence[float] | None) -> str:
    return f"{statistics.median(values):.2g}" if values else "-"


def _runs(lines: Lines, pair: str, method: str, *, exact: bool = False) -> list[dict[str, Any]]:
    return [
        line
        for line in lines
        if line["pair"] == pair and (line["method"] == method if exact else line["method"].startswith(method))
    ]


def _moved_table(lines: Lines) -> list[str]:
    """What becomes of a pair when the header of its moving image is moved, beside the same with its own header."""
    moved = [line for line in lines if any(line["moved"])]
    if not moved:
        return []
    text = ["", "## With the header of the moving image moved", ""]
    text += ["| pair | moved by | result | original header |", "|---|---|---|---|"]
    for name in sorted({line["pair"] for line in moved}):
        rows, still = (
            [x for x in _runs(lines, name, OURS, exact=True) if any(x["moved"]) == is_moved]
            for is_moved in (True, False)
        )
        by = ", ".join(sorted({f"{line['moved'][0]:g} mm and {line['moved'][1]:g} degrees" for line in rows}))
        text.append(f"| {name} | {by} | {_cell(rows)} | {_cell(still)} |")
    return text


def _left_out(path: Path) -> list[str]:
    """What the choice of each constant is worth on the kinds of pairs that had no part in it."""
    lines = Results(path).lines
    count = len({line["pair"] for line in lines})
    return ["", _LEFT_OUT.format(count=count), *constants.table(lines)] if lines else []


def _cell(runs: Lines) -> str:
    """The worst of the runs, and their number."""
    if not runs:
        return "-"
    if any("failure" in one for one in runs):
        return "failed"
    figures = [one["figures"] for one in runs]
    count = f" ({len(runs)})" if len(runs) > 1 else ""
    if "tre" in figures[0]:
        return f"{max(one['tre'] for one in figures):.2f} mm{count}"
    return f"{min(one['dice'] for one in figures):.3f}{count}"


_HEAD = """# Accuracy

Results of *Automatic*, normal effort, on image pairs with ground truth: the mean Dice over the labels that both images
have (higher is better), or the mean landmark distance in mm (lower is better). One seed each, unless the number of
seeds, of which the worst counts, is in parentheses. `Testing/benchmarks/accuracy.py` computes the figures for any
folder of pairs, and `accuracy_page.py` writes this page from those in `Testing/benchmarks/figures`. The pairs are from
public repositories and are not part of this project. *demo_brain* is the brain of `dev.py demo` with its known
deformation; *head2d* is measured by outlines of the head, *lung_masks* is *lung* with masks. All runs shared their
machine with other work, and not all ran on the same one, so compare errors, not seconds. Differences of less than 0.01
in Dice, or 5 % in error, are not significant. *SlicerElastix* ran its default, *Greedy* affine and deformable stages
with NCC, *ANTs* SyNRA.
"""

_EFFORT_TEXT = """## Effort, and time beside other tools

Results and seconds of all cores, from image files to a transform and a resampled image, of each effort and of the other
tools, on two cores, which other work shared. The median time compares only runs on the same machine. Results without
seconds are newer than the others of their row.

![Errors over seconds]({plot})
"""
_UNSEEN = """
## Other kinds of pairs

Collected, and run for the first time, when all constants had been chosen. Names that end in "rigid_known" have a known
rigid ground truth. The ground truth is weak for abdomens (labels from a network), "rigid_patient" and "rigid_approx"
(means of other registrations), prostates (outlines), diffusion, marmosets and persons to MNI (labels from two sources);
vertebrae and the spinal cord are short pieces in a long image. Errors in histology are in pixels. A dash means that the
pair was not run (again)."""

_COLLECTIONS = {
    "1": "Because of the first run, three things were changed: the initial resolution for 2D images, how large motion\n"
    "of a liver is followed, and how far a deformation across contrasts may move one body. The figures are of the\n"
    "version before collection 2.",
    "2": "Because of the first run, four things were changed: implausible deformations are repaired where they are\n"
    "implausible, until they are plausible (prostates, hearts); starts of 2D images are compared at the resolution of\n"
    "their search (histology); a stage that all criteria together find worse is not kept (hearts); and where sides\n"
    "part as much as they slide, sliding is not examined further (time only). Pairs without a first run were first\n"
    "run while these changes were made, some of them before the last one.",
    "3": "Because of the first run, three things were changed: an object that was cut out of its surroundings is not\n"
    "stretched to fill what was cut off (brain in a head); a repair does not mix thick slices (hearts); and 2D images\n"
    "get a longer B-spline stage (chests).",
    "4": "Because of the first run, three things were changed: a rigid stage that all criteria together find worse\n"
    "is not kept (hearts, chests); a dense deformation that small repairs leave folded is smoothed as a whole, not\n"
    "thrown away (hearts, abdomens); and images count as one contrast from a lower share of agreeing signs on\n"
    "(cephalograms, a heart). The machine was slow, and shared.",
    "5": "Pairs of different contrast. Because of the first run, three things were changed: a dense deformation\n"
    "follows across contrasts too, where bodies differ or blocks agree; a volume is turned by more than 60 degrees\n"
    "only where every criterion is certain; and an affine transform keeps proportions. Later, a start that turns by\n"
    "more than 20 degrees had to be certainly better than one that does not (chimpanzee, abdomen). Abdomens, spines\n"
    "and prostates of two persons are hard for all tools here; the truth of brain_spm pairs is some mm off itself.",
}
_CONSTANTS = (
    ("share of window correlations with the same sign, for one contrast", "0.8",
     "0.91 to 1.00 for aligned images of one contrast, 0.81 to 0.90 for two persons after a B-spline; at most 0.77 for "
     "T2 and FLAIR, T1 and T2, T1 and TIRM, CT and MR"),
    ("the same after a coarse dense deformation, if it was 0.7 to 0.8 before", "0.92",
     "0.97 for two hippocampi; 0.85 for T2 and FLAIR"),
    ("share of the squared block motion that neighbors agree on, to deform across contrasts", "0.25",
     "0.06 to 0.19 if a deformation harmed or did not help; 0.51 if it helped"),
    ("largest motion of one body by a deformation across contrasts, relative to single blocks", "1.75",
     "2.0 for T1 and PET of one head that were moved apart by 11 mm; 1.5 for two hearts, where it helped"),
    ("change of size between two bodies: deform across contrasts if all criteria support it", "3 %",
     "scanner error, not fitted; 1 % for one neck, 12 % between two babies"),
    ("largest ratio of the scales of an affine transform", "1.5",
     "at most 1.3 where one helped; a heart and a spine that were harmed had 1.5 and 1.7, an abdomen 1.6"),
    ("turn of a volume from its loaded orientation, from which every criterion must be certain", "60 degrees",
     "the least certain criterion had at least 4.3 standard errors if a header was turned, at most 2.3 otherwise"),
    ("turn from which a start must be certainly better, by the mean of the criteria, than one that turns less",
     "20 degrees", "3.4 to 16 standard errors if a turn was right, 0.9 to 2.5 if it was wrong"),
    ("score ratio of the best start to others: no more rotations are tried", "1.1",
     "at least 1.14 if it was right, 1.02 if it was wrong"),
    ("share of textured tissue that stands still while neighbors move, to examine sliding", "0.02",
     "0.06 to 0.19 for livers, 0.04 to 0.27 if their headers were moved; 0.00 to 0.03 for two with little motion; "
     "0.03 and 0.04 for hippocampi and a fetus, which later tests leave whole; at most 0.01 for others"),
    ("motion of sliding sides along each other, relative to their motion apart", "4",
     "4.9 to 5.7 for livers; 2.9 and 3.2 if hippocampi and mice were torn by mistake"),
    ("the same for the coarse field, before it is refined", "3",
     "4.7 to 5.3 for livers; 1.6 for a brain without its skull in a whole head"),
    ("gain of unseen windows on coarse voxels, from which sliding is examined further", "0.02; 1.5 standard errors",
     "0.08 and 0.09, 3.7 and 5.4 standard errors for livers; 0.00 for two stacks of a fetus that moved"),
    ("structure around an object, relative to that in it, from which it counts as cut out of the other image", "0.2",
     "0.31 for a brain in a head; at most 0.10 for 35 other pairs with flat surroundings"),
    ("standard errors between blocks from which a difference is certain", "3; 2 for a start or an affine transform",
     "statistics, not fitted"),
    ("plausible local volume, after / before", "0.2 to 5", "plausible for tissue, not fitted"),
)  # fmt: skip
_LIMITS = f"""
## Limits of these figures

Pairs and seeds that are not in the table were not measured with this version. The constants below were chosen on all
available pairs, so results on new kinds of images may be worse than in the table.

| constant | value | observed |
|---|---|---|
{chr(10).join(f"| {' | '.join(row)} |" for row in _CONSTANTS)}"""
_LEFT_OUT = """### Would the constants have been chosen without a kind of pairs?

Each constant was changed alone, on {count} pairs of the first table. For each kind of pairs, the value was chosen that
is best on all other kinds, and its effect on the kind left out was compared with the value in use. Effects are in units
of noise (0.01 in Dice, 5 % in error); positive is better than the value in use. A threshold has 0 if no pair had a
measured value between those tried.
"""
_TAIL = """
Known weaknesses: the surface between sliding organs is only as sharp as the node spacing of the field, about 5 mm (a
voxel with `--sliding-mask`), and the column of folds includes voxels on it, unlike the verdict. Without a mask, the gap
or overlap that is reported (3.3 and 3.8 mm for the two livers) is larger than the true one: it is read two nodes away
on either side, along normals of the tear, and gives 1.8 mm for a ball of 60 or 90 mm radius that turns in its socket by
15 mm without any gap; the median with its sign is 1 mm for both livers. A frame that moves with the camera, as around a
retina, is registered instead of the content unless a mask excludes it; vertebrae and their discs look alike, so a spine
may end up shifted by one of them, as lumbar_discs_t2 did: choose a start by hand there.
"""


if __name__ == "__main__":
    main()
