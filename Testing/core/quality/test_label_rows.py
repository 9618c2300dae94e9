"""Tables of many labels have a row for each, with its figures side by side."""

from __future__ import annotations

import numpy as np
from ElastixRegistrationLib.core.comparison.evaluation import AS_LOADED, Evaluation, EvaluationTable
from ElastixRegistrationLib.core.quality.figures import Comparison, Figure
from ElastixRegistrationLib.core.quality.label_rows import by_label, figure_text, label_lines
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
    assert [figure_text(figure, "before") for figure in rows[0].figures] == ["0.5000", "2.50", "7.25"]
    assert [figure_text(figure, "before") for figure in rows[1].figures] == ["0.0000", "-", "-"]


def test_each_figure_has_its_name_above_its_values_before_and_after():
    lines = label_lines(["before", "after"], {"liver": [["0.5000", "0.7500"], ["2.50", "1.00"], ["7.25", "-"]]})
    assert lines == [
        "",
        "                          Surface distance   Hausdorff distance",
        "          Dice overlap          (mm)             95 % (mm)",
        "Labels   before   after      before  after        before  after",
        "liver    0.5000  0.7500        2.50   1.00          7.25      -",
    ]


def test_figures_stand_below_each_other_where_a_terminal_is_too_narrow():
    files = ["before", "results/first/transform.h5", "results/second/transform.h5"]
    texts = [["0.5000", "0.6", "0.7"], ["2.50", "1.0", "-"], ["7.25", "5.0", "4.0"]]
    lines = label_lines(files, {"liver": texts, "spleen": texts})
    starts = ["", "Dice", "liver", "spleen", "", "Surface", "liver", "spleen", "", "Hausdorff", "liver", "spleen"]
    assert [line.partition(" ")[0] for line in lines] == starts
    assert lines[5].split() == ["Surface", "distance", "(mm)", *files]
    assert lines[6].split() == ["liver", "2.50", "1.0", "-"]
    ends = [[line.index(file) + len(file) for file in files] for line in (lines[1], lines[5], lines[9])]
    assert ends[0] == ends[1] == ends[2]


def test_one_label_and_overlap_alone_stay_as_they_are():
    assert by_label([*LIVER, CORRELATION]) == ([*LIVER, CORRELATION], [])
    overlaps = [LIVER[0], SPLEEN[0]]
    others, rows = by_label(overlaps)
    assert (others[1:], rows) == (overlaps, [])


def test_a_label_that_lacks_a_figure_has_a_gap():
    _, rows = by_label([*LIVER, *SPLEEN[:2]])
    assert rows[1].figures == (SPLEEN[0], SPLEEN[1], None)
    assert [figure_text(figure, "after") for figure in rows[1].figures] == ["0.2500", "3.00", "-"]
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
    assert lines[0].split() == ["before", "one", "two"]
    assert [line.split()[0] for line in lines[1:3]] == ["Dice", "Correlation"]
    assert [line.split() for line in lines[6:]] == [
        ["Labels", *("before", "one", "two") * 3],
        ["liver,", "left", "0.5000", "0.7500", "0.7500", "2.50", "1.00", "-", "7.25", "12.50", "-"],
        ["spleen", "0.0000", "0.2500", "0.2500", "-", "3.00", "3.00", "-", "4.00", "4.00"],
    ]
    page = table._repr_html_()
    assert '<th colspan="4">Surface distance (mm)</th></tr><tr><td>liver, left</td><td>2.50</td><td>1.00</td>' in page


def test_labels_evaluated_as_loaded_have_one_column():
    table = EvaluationTable((Evaluation(AS_LOADED, None, Comparison((*LIVER, *SPLEEN))),))
    lines = repr(table).splitlines()
    assert lines[-3].split() == ["Labels", *["as", "loaded"] * 3]
    assert lines[-2].split() == ["liver,", "left", "0.7500", "1.00", "12.50"]
