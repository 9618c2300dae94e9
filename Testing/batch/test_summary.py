"""What to look at first, the table, the page, and the line of progress."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
from ElastixRegistrationLib.batch import progress as progress_module
from ElastixRegistrationLib.batch.cluster import local_size
from ElastixRegistrationLib.batch.page import cohort_html
from ElastixRegistrationLib.batch.preview import preview_png
from ElastixRegistrationLib.batch.progress import CohortProgress, duration
from ElastixRegistrationLib.batch.summary import CaseOutcome, ranked, write_summary
from ElastixRegistrationLib.batch.task import PREVIEW
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.quality.figures import Figure
from ElastixRegistrationLib.worker.pool import core_count
from phantoms.images import grid


def outcome(name: str, dice: float = 0.9, folded: float = 0.0, state: str = "done", **more) -> CaseOutcome:
    figures = (
        Figure("Dice overlap, mask", "", 0.5, dice, 1, 4),
        Figure("Folded voxels", "%", None, folded, -1, 3),
    )
    return CaseOutcome(name, state, figures if state == "done" else (), seconds={"all": 2.0}, **more)


@pytest.fixture
def cohort():
    noise = np.random.default_rng(0).normal(0, 0.004, 12)
    outcomes = [outcome(f"c{n:02}", 0.9 + noise[n], folded=0.01 * n) for n in range(12)]
    outcomes[3] = outcome("c03", 0.99, folded=0.0)  # unusually good
    outcomes[5] = outcome("c05", 0.6, folded=0.05)
    outcomes[7] = outcome("c07", 0.9, folded=9.0)
    outcomes[9] = CaseOutcome("c09", "failed", error='The moving image "x<y>" is empty.')
    return outcomes


def test_failed_cases_come_first_then_the_worst(cohort):
    rows = ranked(cohort)
    assert [row.outcome.case for row in rows[:3]] == ["c09", "c07", "c05"]
    assert rows[1].reasons == ("Folded voxels is unusually high",)
    assert rows[2].reasons == ("Dice overlap, mask is unusually low",)
    assert not any(row.reasons for row in rows[3:])
    assert rows[-1].outcome.case == "c03"


def test_few_or_equal_cases_are_not_called_unusual(cohort):
    assert not any(row.reasons for row in ranked(cohort[4:8]))
    same = [outcome(f"c{n}", 0.9 + 1e-9 * n**3) for n in range(9)]
    assert not any(row.reasons for row in ranked(same))


def test_one_case_unlike_many_equal_ones_is_unusual():
    cases = [outcome(f"c{n}", folded=0.0) for n in range(20)]
    cases[11] = outcome("odd", folded=2.0)
    assert ranked(cases)[0].reasons == ("Folded voxels is unusually high",)


def test_the_table_has_a_row_for_each_case(cohort, tmp_path):
    write_summary(cohort, tmp_path / "s.csv")
    with open(tmp_path / "s.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [one.case for one in cohort]
    assert float(rows[5]["Dice overlap, mask, after"]) == pytest.approx(0.6)
    assert float(rows[5]["Dice overlap, mask, before"]) == pytest.approx(0.5)
    assert rows[9]["state"] == "failed"
    assert rows[9]["error"] == 'The moving image "x<y>" is empty.'
    assert rows[9]["Folded voxels"] == ""
    assert rows[7]["unusual"] == "Folded voxels is unusually high"


def test_the_page_shows_the_worst_first_and_loads_nothing(cohort, tmp_path):
    geometry = grid((20, 18, 16))
    image = np.random.default_rng(0).normal(size=(16, 18, 20))
    (tmp_path / "c05").mkdir()
    (tmp_path / "c05" / PREVIEW).write_bytes(preview_png(image, image, geometry, [0.0]))
    page = cohort_html(cohort, tmp_path)
    names = re.findall(r'<th scope="row">(c\d\d)', page)
    assert names[:3] == ["c09", "c07", "c05"]
    assert len(names) == len(cohort)
    assert "x&lt;y&gt;" in page
    assert page.count('src="data:image/png;base64,') == 1
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_many_labels_are_shown_as_their_mean(tmp_path):
    figures = tuple(Figure(f"Dice overlap, label {n}", "", 0.5, 0.7 + 0.01 * n, 1, 4) for n in range(11))
    page = cohort_html([CaseOutcome("c", "done", figures)], tmp_path)
    assert "Dice overlap, mean" in page
    assert "label 7" not in page
    assert ">0.7500<" in page


def test_few_labels_are_shown_after_their_mean_even_for_a_case_with_one(tmp_path):
    figures = tuple(Figure(f"Dice overlap, label {n}", "", 0.5, after, 1, 4) for n, after in ((1, 0.75), (2, 0.25)))
    page = cohort_html([CaseOutcome("c", "done", figures), CaseOutcome("d", "done", figures[:1])], tmp_path)
    places = [page.index(f">Dice overlap, {name}<") for name in ("mean", "label 1", "label 2")]
    assert places == sorted(places)
    assert page.count(">0.5000<") == 1
    assert page.count(">0.7500<") == 3


def test_progress_counts_and_tells_the_time_left(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    progress = CohortProgress(20, workers=2, started=100.0)
    assert "0 of 20" in progress.line()
    assert "left" not in progress.line()
    for _ in range(10):
        progress.count("kept")
    assert progress.rate() is None
    for n in range(5):
        now[0] = 102.0 + 2 * n
        progress.count("failed" if n == 1 else "done")
    assert progress.rate() == pytest.approx(0.5)
    assert progress.remaining_s() == pytest.approx(10.0)
    assert progress.line().endswith("] 15 of 20, 10 kept, 1 failed, 2 workers, 30/min, 10 s left")


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.4, "4 s"), (200, "3 min 20 s"), (3600, "1 h"), (18600, "5 h 10 min"), (183600, "2 d 3 h")]
)
def test_durations_are_read_at_a_glance(seconds, text):
    assert duration(seconds) == text


def test_workers_times_threads_fit_on_the_cores_and_in_memory():
    cores = core_count()
    assert local_size(100, 1e6).workers == cores
    assert local_size(1, 1e6) == local_size(1, 1e6, workers=1)
    assert local_size(1, 1e6).threads == cores
    assert local_size(100, 1e15).workers == 1
    assert local_size(100, 1e6, threads=cores).workers == 1
    size = local_size(100, 1e6, workers=2)
    assert size.workers * size.threads <= max(2, cores)
    with pytest.raises(InputError, match="number of workers is 0"):
        local_size(3, 1e6, workers=0)
