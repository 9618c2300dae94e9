"""A search for parameters as one HTML page: its result, its history, and the influence of each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from html import escape
from statistics import median

from ..comparison.page import PAGE_STYLE, ranking_table
from ..comparison.plot import Dot, scatter_svg
from ..report.document import html_document
from .result import COMPLETE, TrialSummary, TuningResult

_SHOWN_TRIALS = 15
#: Values farther above the median than this many times its distance from the smallest one are left out of plots, which
#: would show nothing else.
_OUTLYING = 5.0


def tuning_html(result: TuningResult) -> str:
    """The page as text."""
    sections = [
        _header(result),
        _held_out(result),
        _folds(result),
        _changes(result),
        _history(result),
        _cost(result),
        _trials(result),
    ]
    return html_document("Tuning", sections, PAGE_STYLE)


def _header(result: TuningResult) -> str:
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    mood = "good" if result.is_shown else "even" if result.is_better else "bad"
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    judges = f"held out: {', '.join(result.held_out)}"
    if result.folds:
        judges = f"cross-validated in {len(result.folds)} folds"
    return (
        f"<header><h1>Tuning of {escape(result.start.title)}</h1>"
        f'<p class="quiet">{len(result.trials)} trials on {escape(", ".join(result.tuned_on))};'
        f" {escape(judges)}. Made {made}.</p>"
        f'<p class="verdict {mood}">{escape(result.sentence)}</p>{f"<ul>{notes}</ul>" if notes else ""}</header>'
    )


def _held_out(result: TuningResult) -> str:
    notes = "".join(f'<p class="quiet">{escape(note)}</p>' for note in result.ranking.notes)
    return f"<section><h2>On held-out pairs</h2>{ranking_table(result.ranking)}{notes}</section>"


def _folds(result: TuningResult) -> str:
    if not result.folds:
        return ""
    rows = []
    for number, fold in enumerate(result.folds, 1):
        share = "failed" if fold.share is None else f"{fold.share:.3f}"
        cells = (str(number), ", ".join(fold.held_out), f"{fold.score:.3f}", share)
        rows.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>")
    heads = "".join(f"<th>{text}</th>" for text in ("fold", "never seen", "loss, others", "loss, held out"))
    return (
        '<section><h2>Folds</h2><p class="quiet">Each fold is a separate search. Losses are multiples of the '
        "start's; if the loss on the held-out pairs is much larger than on the others, the search has "
        "overfitted.</p><table "
        f'class="ranking"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></section>'
    )


def _changes(result: TuningResult) -> str:
    most = max(result.importance.values(), default=0) or 1.0
    rows = []
    for name, text in result.changes():
        share = result.importance.get(name)
        bar = "" if share is None else f'<span class="after" style="width:{100 * share / most:.0f}%"></span>'
        rows.append(f'<tr><th>{escape(name)}</th><td>{escape(text)}</td><td class="bar">{bar}</td></tr>')
    head = "<thead><tr><td></td><td>value</td><td>how much it mattered</td></tr></thead>" if result.importance else ""
    return (
        '<section><h2>The best trial</h2><table class="figures landmarks">'
        f"{head}<tbody>{''.join(rows)}</tbody></table></section>"
    )


def _history(result: TuningResult) -> str:
    done = [(float(t.number + 1), t.score) for t in result.trials if t.score is not None and t.state == COMPLETE]
    if len(done) < 2:
        return ""
    best, dots = float("inf"), []
    for number, score in done:
        best = min(best, score)
        dots.append(Dot(f"trial {number:.0f}", number, score, score == best))
    shown = _without_outliers(dots)
    return (
        '<section><h2>History</h2><p class="quiet">Loss of each trial on the training pairs, as a multiple of '
        f"the start's; below 1 is better. The line shows the best so far.{_left_out(dots, shown)}</p>"
        f"{scatter_svg(shown, 'loss / start', x_label='trial', x_unit='', named=False)}</section>"
    )


def _cost(result: TuningResult) -> str:
    done = [t for t in result.trials if t.score is not None and t.seconds is not None and t.state == COMPLETE]
    if len(done) < 2:
        return ""
    front = {trial.number for trial in result.front}
    dots = [Dot(f"trial {t.number + 1}", t.seconds or 0.0, t.score or 0.0, t.number in front) for t in done]
    shown = _without_outliers(dots)
    return (
        '<section><h2>Time and accuracy</h2><p class="quiet">Mean seconds of a registration; the line connects '
        f"the trials that no other trial beats in both.{_left_out(dots, shown)}</p>"
        f"{scatter_svg(shown, 'loss / start', named=False)}</section>"
    )


def _without_outliers(dots: Sequence[Dot]) -> list[Dot]:
    limits = []
    for values in ([dot.x for dot in dots], [dot.y for dot in dots]):
        middle = median(values)
        limits.append(middle + _OUTLYING * (middle - min(values)))
    return [dot for dot in dots if dot.x <= limits[0] and dot.y <= limits[1]]


def _left_out(dots: Sequence[Dot], shown: Sequence[Dot]) -> str:
    count = len(dots) - len(shown)
    if not count:
        return ""
    return f" {count} outlying trial{'s are' if count > 1 else ' is'} not shown."


def _trials(result: TuningResult) -> str:
    ordered = sorted((t for t in result.trials if t.score is not None), key=lambda t: t.score or 0.0)[:_SHOWN_TRIALS]
    if not ordered:
        return ""
    names = list(dict.fromkeys(name for trial in ordered for name in trial.values))
    heads = "".join(f"<th>{escape(text)}</th>" for text in ("trial", "loss", "seconds", *names))
    rows = "".join(_trial_row(trial, names) for trial in ordered)
    return (
        f'<section><h2>The best {len(ordered)} trials</h2><div style="overflow-x:auto"><table class="ranking">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _trial_row(trial: TrialSummary, names: Sequence[str]) -> str:
    values = [trial.values.get(name, "") for name in names]
    texts = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in values]
    seconds = "failed" if trial.seconds is None else f"{trial.seconds:.1f}"
    cells = [str(trial.number + 1), f"{trial.score:.3f}", seconds, *texts]
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
