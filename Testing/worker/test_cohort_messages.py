"""What a cohort tells its starter arrives as it was told, and nothing else is taken for it."""

from __future__ import annotations

from ElastixRegistrationLib.worker.cohort_messages import CohortEnd, CohortNews, error_line, error_of_line


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
