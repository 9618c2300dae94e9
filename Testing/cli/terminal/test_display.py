"""Progress of many registrations: drawn over on a terminal, in few lines of the log elsewhere, and as JSON."""

from __future__ import annotations

import io
import logging
import os
import sys

import pytest
from ElastixRegistrationLib.cli.terminal import display
from ElastixRegistrationLib.cli.terminal.display import JsonDisplay, LineDisplay
from ElastixRegistrationLib.cli.terminal.progress_bar import bar
from ElastixRegistrationLib.core.elastix.progress import ProgressEvent
from ElastixRegistrationLib.worker.tuning_messages import TuningNews


class Stderr(io.StringIO):
    def __init__(self, *, is_terminal=False):
        super().__init__()
        self.isatty = lambda: is_terminal


@pytest.fixture
def clock(monkeypatch):
    """Seconds that only a test moves."""
    now = [100.0]
    monkeypatch.setattr(display.time, "monotonic", lambda: now[0])
    return now


def news(number):
    return TuningNews(number, 9, None, 0.0)


def test_a_terminal_shows_one_line_as_wide_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Stderr(is_terminal=True))
    monkeypatch.setattr(display.shutil, "get_terminal_size", lambda: os.terminal_size((10, 24)))
    shown = LineDisplay(str, on=True)
    for text in ("one of nine", "two"):
        shown.show(text)
    shown.end()
    shown.end()
    assert sys.stderr.getvalue() == "\rone of ni\rtwo      \r   \r"
    assert shown.latest == "two"


def test_elsewhere_a_line_is_logged_every_half_minute_and_the_last(clock, monkeypatch, caplog):
    monkeypatch.setattr(sys, "stderr", Stderr())
    caplog.set_level(logging.INFO)
    shown = LineDisplay(str, on=True, heading=lambda _first: "nine cases", is_complete=lambda number: number == 9)
    for number in (0, 1, 2, 9):
        shown.show(number)
        clock[0] += 20
    shown.end()
    assert caplog.messages == ["nine cases", "2", "9"]
    assert sys.stderr.getvalue() == ""


def test_without_a_display_the_progress_is_known(monkeypatch, caplog):
    monkeypatch.setattr(sys, "stderr", Stderr(is_terminal=True))
    caplog.set_level(logging.INFO)
    shown = LineDisplay(str, on=False, heading=str)
    assert shown.latest is None
    shown.show(3)
    shown.end()
    assert (shown.latest, caplog.messages, sys.stderr.getvalue()) == (3, [], "")


@pytest.mark.parametrize(("last", "written"), [(3, [1, 3]), (4, [1, 3, 4])])
def test_a_calling_program_gets_two_lines_a_second_and_the_last(last, written, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Stderr())
    shown = JsonDisplay(news)
    for number in range(1, last + 1):
        shown.show(number)
        clock[0] += 0.3
    shown.end()
    assert [TuningNews.of_line(line).trials for line in sys.stderr.getvalue().splitlines()] == written


@pytest.mark.parametrize(("columns", "width"), [(120, 30), (80, 14), (20, 4)])
def test_the_bar_leaves_room_for_what_stands_beside_it(columns, width, monkeypatch):
    monkeypatch.setattr(display.shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
    event = ProgressEvent(0, 1, 3, 4, 99, 250, None, None, fraction=1.0, elapsed_s=30.0, remaining_s=7.0)
    line = bar(event)
    assert line.endswith(" 85%  stage 1 of 1, resolution 4 of 4, iteration 100, 7 s left")
    assert line.index("]") == width + 1
    assert len(line) < columns or width == 4
