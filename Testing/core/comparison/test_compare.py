"""Methods compared on a pair whose truth is known: the ranking is that of an independent computation."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.comparison.methods import methods_of
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import blobs, grid, stage
from scipy import stats

SHIFT = np.array([5.0, -4.0, 3.0])
GRID = grid((24, 22, 20), spacing=(3.0, 3.0, 3.0))


class Moved:
    """What a registration that found a shift gives back."""

    def __init__(self, vector):
        matrix = np.eye(4)
        matrix[:3, 3] = vector
        self.transform = affine_from_matrix(matrix)


@pytest.fixture
def landmarks():
    points = GRID.center() + np.random.default_rng(2).uniform(-18, 18, (12, 3))
    return points, points + SHIFT + np.random.default_rng(3).normal(0, 0.3, (12, 3))


@pytest.fixture
def pair():
    return blobs(GRID), blobs(GRID, SHIFT)


def test_real_registrations_are_ranked_as_scipy_ranks_them(pair, landmarks, tmp_path):
    quick = {"MaximumNumberOfIterations": "60"}
    methods = {
        "few": [stage(MaximumNumberOfIterations="2")],
        "many": [stage(**quick)],
        "rigid": [stage("EulerTransform", **quick)],
    }
    result = core.compare(*pair, methods, fixed_points=landmarks[0], moving_points=landmarks[1])
    distances = {
        name: np.linalg.norm(
            np.array([transform.TransformPoint(p) for p in landmarks[0].tolist()]) - landmarks[1], axis=1
        )
        for (_, name), transform in result.transforms.items()
    }
    assert [row.name for row in result.rows] == sorted(methods, key=lambda name: distances[name].mean())
    assert result.rows[-1].name == "few"
    assert result.best.mean == pytest.approx(distances[result.best.name].mean())
    last = result.rows[-1].behind
    expected = stats.bootstrap(
        (distances["few"] - distances[result.best.name],), np.mean, confidence_level=0.975, n_resamples=10_000,
        method="BCa", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (last.low, last.high) == pytest.approx((expected.low, expected.high), rel=1e-3)
    paths = result.write(tmp_path / "out")
    page = paths["page"].read_text("utf-8")
    assert page.count("data:image/png") == 4  # three overlays and a map of disagreement
    assert result.ranking.sentence in page
    rows = list(csv.DictReader(paths["ranking"].open()))
    assert "behind" not in rows[0]
    assert [row["name"] for row in rows] == [row.name for row in result.rows]
    document = json.loads(paths["document"].read_text("utf-8"))
    assert document == json.loads(
        json.dumps({"command": "compare", **result.as_dict(), "outputs": document["outputs"]})
    )
    assert document["outputs"] == {
        "page": str(tmp_path / "out" / "comparison.html"),
        "ranking": str(tmp_path / "out" / "ranking.csv"),
        "runs": str(tmp_path / "out" / "runs.csv"),
        "document": str(tmp_path / "out" / "comparison.json"),
    }
    assert len(repr(result).splitlines()) < 8
    assert "<table" in result._repr_html_()


def _fixed_results(method, pair, seed):
    if method.name == "broken":
        raise RegistrationError("elastix failed: too many samples map outside")
    way = -1 if np.allclose(pair.inputs.fixed.GetOrigin(), MOVED_ORIGIN) else 1
    return Moved(way * (SHIFT + {"good": 0, "far": 4}[method.name]))


MOVED_ORIGIN = (99.0, 99.0, 99.0)
NAMED = {name: [stage()] for name in ("far", "good", "broken")}


def test_a_failure_is_counted_and_stops_nothing(pair, landmarks):
    result = core.compare(*pair, NAMED, fixed_points=landmarks[0], moving_points=landmarks[1], registrar=_fixed_results)
    assert [row.name for row in result.rows] == ["good", "far", "broken"]
    assert result.ranking.verdict(result.rows[-1]) == "failed"
    assert "failed" in repr(result).splitlines()[0]


def test_without_truth_nothing_is_ranked_but_agreement_and_the_way_back_are_shown():
    fixed, moving = blobs(GRID), blobs(grid(GRID.size, spacing=GRID.spacing, origin=MOVED_ORIGIN))
    names = {name: NAMED[name] for name in ("far", "good")}
    result = core.compare(fixed, moving, names, registrar=_fixed_results)
    assert result.best is None
    assert "nothing is ranked" in repr(result)
    assert [row.inverse_mm for row in result.rows] == pytest.approx([0, 0], abs=1e-9)
    (agreement,) = [pictures.agreement for pictures in result.pictures]
    assert agreement.between["far", "good"] == pytest.approx(4 * np.sqrt(3), abs=1e-5)
    assert agreement.share == 1
    assert agreement.distance == pytest.approx(np.full(agreement.distance.shape, 4 * np.sqrt(3)), abs=1e-4)


def test_seeds_are_runs_of_their_own(pair, landmarks):
    told = []
    result = core.compare(
        *pair, {"good": [stage()]}, fixed_points=landmarks[0], moving_points=landmarks[1], seeds=3,
        registrar=_fixed_results, progress=lambda *news: told.append(news),
    )  # fmt: skip
    assert [record.seed for record in result.ranking.records] == [1, 2, 3]
    assert result.rows[0].spread == pytest.approx(0)
    assert told[-1][:2] == (3, 3)


def test_presets_are_methods_under_their_ids_with_what_was_changed():
    rigid, changed = methods_of(["rigid", core.Method.of("rigid", changes=["NumberOfSpatialSamples=99"])])
    assert rigid.name == "rigid"
    assert changed.name == "rigid NumberOfSpatialSamples=99"
    assert changed.stages[0]["NumberOfSpatialSamples"] == ("99",)


@pytest.mark.parametrize(
    ("methods", "more", "sentence"),
    [
        ([], {}, "no method"),
        (["rigid", "rigid"], {}, "given twice"),
        (["rigit"], {}, "did you mean rigid"),
        (["rigid"], {"seeds": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_compared_is_said(pair, methods, more, sentence):
    with pytest.raises(core.InputError, match=re.escape(sentence)):
        core.compare(*pair, methods, **more)
