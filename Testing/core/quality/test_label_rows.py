"""Tables of many labels have a row for each, with its figures side by side."""

from __future__ import annotations

import numpy as np
from ElastixRegistrationLib.core.comparison.evaluation import Evaluation, EvaluationTable
from ElastixRegistrationLib.core.quality.figures import Comparison, Figure
from ElastixRegistrationLib.core.quality.label_rows import LABEL_HEADING, by_label, label_text
from ElastixRegistrationLib.core.report.tables import figure_table

CORRELATION = Figure("Correlation", "", 0.5, 0.75, 1)


def of_label(name, before, after):
    """Figures of a label from (overlap, distance, distance) before and after."""
    kinds = (("Dice overlap", "", 1, 4), ("Surface distance", "mm", -1, 2), ("Hausdorff distance 95 %", "mm", -1, 2))
    return [
        Figure(f"{kind}, {name}", unit, one, then, better, digits)
        for (kind, unit, better, digits), one, then in zip(kinds, before, after, strict=True)
    ]


LIVER = of_label("liver, left", (0.5, 2.5, 7.25), (0.75, 1.0, 12.5))
SPLEEN = of_label("spleen", (0.0, np.nan, np.nan), (0.25, 3.0, 4.0))


def test_figures_are_sorted_by_label():
    others, rows = by_label([*LIVER, CORRELATION, *SPLEEN])
    assert [figure.name for figure in others] == ["Dice overlap, mean", "Correlation"]
    assert [(row.name, row.figures) for row in rows] == [("liver, left", tuple(LIVER)), ("spleen", tuple(SPLEEN))]
    assert label_text(rows[0].figures, "before") == "   0.5000   2.50   7.25"
    assert label_text(rows[1].figures, "before") == "   0.0000      -      -"


def test_one_label_and_overlap_alone_stay_as_they_are():
    assert by_label([*LIVER, CORRELATION]) == ([*LIVER, CORRELATION], [])
    overlaps = [LIVER[0], SPLEEN[0]]
    others, rows = by_label(overlaps)
    assert (others[1:], rows) == (overlaps, [])


def test_a_label_that_lacks_a_figure_has_a_gap():
    _, rows = by_label([*LIVER, *SPLEEN[:2]])
    assert rows[1].figures == (SPLEEN[0], SPLEEN[1], None)
    assert label_text(rows[1].figures, "after") == "   0.2500   3.00      -"
    assert "<td>0.0000</td><td class=\"good\">0.2500</td><td>\N{EN DASH}</td><td>3.00</td><td></td><td></td></tr>" in (
        figure_table([*LIVER, *SPLEEN[:2]])
    )  # fmt: skip


def test_the_report_has_a_row_for_each_label():
    page = figure_table([*LIVER, CORRELATION, *SPLEEN])
    assert page.count("<tr><th>") == 5  # with the head
    assert (
        '<tr><th>liver, left</th><td>0.5000</td><td class="good">0.7500</td><td>2.50</td><td class="good">1.00</td>'
        '<td>7.25</td><td class="bad">12.50</td></tr>'
    ) in page
    assert page.count("Hausdorff") == 1


def test_an_evaluation_prints_a_line_for_each_label_and_knows_every_figure():
    given = {"one": [*LIVER, *SPLEEN, CORRELATION], "two": [*LIVER[:1], *SPLEEN, CORRELATION]}
    table = EvaluationTable(tuple(Evaluation(name, None, Comparison(tuple(f))) for name, f in given.items()))
    assert len(table.cells()[0]) == 1 + 1 + 6 + 1
    lines = repr(table).splitlines()
    assert [line.split()[0] for line in lines] == ["before", "Dice", "Correlation", "Labels:", "liver,", "spleen"]
    assert lines[3] == LABEL_HEADING
    assert " ".join(lines[4].split()) == "liver, left 0.5000 2.50 7.25 0.7500 1.00 12.50 0.7500 - -"
    assert f'<th colspan="4">{LABEL_HEADING}</th>' in table._repr_html_()
