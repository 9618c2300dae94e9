"""What a cohort tells its starter arrives as it was told, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.wording import said
from ElastixRegistrationLib.worker.cohort_messages import (
    CohortEnd,
    CohortNews,
    error_data_line,
    error_line,
    error_of_data_line,
    error_of_line,
)


def test_news_are_read_back():
    news = CohortNews(total=5, done=2, kept=1, failed=1, workers=2, dashboard=None, remaining_s=3.5)
    assert CohortNews.of_line(news.line()) == news
    assert news.counts == {"done": 2, "kept": 1, "failed": 1}


def test_other_lines_are_no_news():
    assert CohortNews.of_line("Registering ...") is None
    assert CohortNews.of_line("") is None


def test_the_end_is_told_by_the_document_only():
    assert CohortEnd.of_output("") is None
    assert CohortEnd.of_output('{"interrupted": true, "outputs": {}}') == CohortEnd(True, False)
    assert CohortEnd.of_output('{"interrupted": false, "outputs": {"summary": "s.csv"}}') == CohortEnd(False, True)


def test_an_error_is_one_line():
    assert error_of_line(error_line("The folder x\ndoes not exist.")) == "The folder x does not exist."
    assert error_of_line("Killed") is None


def test_a_sentence_arrives_with_its_template():
    sentence = said(
        "Case {name} cannot be run. {reason}", name="one", reason=said("The table {path} has no rows.", path="t.csv")
    )
    arrived = error_of_data_line(error_data_line(sentence))
    assert arrived == sentence == "Case one cannot be run. The table t.csv has no rows."
    assert arrived.translated(_german) == "Fall one kann nicht laufen. Leer: t.csv"
    assert error_of_data_line(error_data_line("plain")) == "plain"


def _german(template):
    return {
        "Case {name} cannot be run. {reason}": "Fall {name} kann nicht laufen. {reason}",
        "The table {path} has no rows.": "Leer: {path}",
    }[template]


@pytest.mark.parametrize(
    "line",
    [
        "error: x",
        '{"error": {"template": "{a}", "values": {"a": [1]}, "case": ""}}',
        '{"error": {"template": 1, "values": {}, "case": ""}}',
        '{"error": {"values": {}}}',
        '{"error": ',
    ],
)
def test_other_lines_are_no_errors(line):
    assert error_of_data_line(line) is None
