"""Results say what they are in a few lines, however large they are."""

from __future__ import annotations

import numpy as np
from ElastixRegistrationLib import core
from phantoms.images import blobs, grid, stage

GRID = grid((24, 22, 20))


def test_a_preset_is_enough_to_register_and_the_result_prints_in_a_line():
    fixed, moving = blobs(GRID), blobs(GRID, np.array([3.0, 0.0, 0.0]))
    result = core.register(fixed, moving, preset="translation", parameter_changes=["MaximumNumberOfIterations=20"])
    assert result.stages[0]["Transform"] == ("TranslationTransform",)
    for text in (repr(result), str(result)):
        assert len(text) < 300
        assert "TranslationTransform" in text
        assert "24 x 22 x 20" in text
    assert "data:image/png;base64," in result._repr_html_()
    table = core.evaluate(result.transform, fixed=fixed, moving=moving)
    assert len(repr(table)) < 2000
    html = table._repr_html_()
    assert "data:image/png;base64," in html
    assert "Mutual information" in html


def test_the_default_preset_fits_itself_as_on_the_command_line():
    given = core.find_preset("automatic")
    one = core.register(blobs(GRID), blobs(GRID), preset=given, parameter_changes=["MaximumNumberOfIterations=2"])
    assert any(note.startswith("Automatic") for note in one.notes)


def test_stages_and_arguments_of_the_caller_outweigh_those_of_the_preset():
    result = core.register(blobs(GRID), blobs(GRID), [stage(MaximumNumberOfIterations="2")])
    assert len(result.stages) == 1


def test_no_public_result_prints_its_voxels_or_transforms():
    """A transform prints some twenty lines, an array more; the repr of a result names what can be looked at."""
    assessment = core.assess(
        blobs(GRID), core.register(blobs(GRID), blobs(GRID), [stage(MaximumNumberOfIterations="2")])
    )
    inverse = core.invert(core.fit_landmarks(np.eye(4, 3) * 9, np.eye(4, 3) * 9 + 1).transform, GRID)
    fit = core.fit_landmarks(np.eye(4, 3) * 9, np.eye(4, 3) * 9 + 1)
    for result in (inverse, fit):
        assert len(repr(result)) < 300
        assert "itk" not in repr(result)
    assert "array(" not in repr(assessment)
