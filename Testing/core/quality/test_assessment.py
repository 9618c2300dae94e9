"""The judgment of a registration: what is given beside the images adds figures and changes none."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.quality.assessment import assess
from ElastixRegistrationLib.core.quality.figures import Figure, with_mean_overlap
from ElastixRegistrationLib.core.registration.register import register
from phantoms.images import blobs, grid, stage

GRID = grid((40, 36, 32))
SHIFT = (4.0, -3.0, 5.0)


@pytest.fixture(scope="module")
def registered():
    """(fixed image, result, labels of both images: 1 where a blob is)."""
    fixed, moving = blobs(GRID), blobs(GRID, SHIFT)
    labels = [image_from_array((np.asarray(array_view(one)) > 60).astype(np.uint8), GRID) for one in (fixed, moving)]
    return fixed, register(fixed, moving, [stage()], seed=1), labels


@pytest.mark.parametrize("most_voxels", [1e6, 5000])
def test_labels_add_their_figures_and_leave_the_rest_as_it_is(registered, most_voxels):
    fixed, result, (fixed_labels, moving_labels) = registered
    alone = assess(fixed, result, most_voxels=most_voxels)
    judged = assess(fixed, result, fixed_labels=fixed_labels, moving_labels=moving_labels, most_voxels=most_voxels)
    names = {figure.name for figure in alone.comparison.figures}
    assert [figure for figure in judged.comparison.figures if figure.name in names] == list(alone.comparison.figures)
    assert np.array_equal(judged.before, alone.before)
    assert np.array_equal(judged.after, alone.after)
    overlap = next(figure for figure in judged.comparison.figures if figure.name == "Dice overlap, label 1")
    drawn, moved = (np.asarray(array_view(one)) != 0 for one in (fixed_labels, moving_labels))
    assert overlap.before == pytest.approx(2 * (drawn & moved).sum() / (drawn.sum() + moved.sum()))
    assert overlap.after > 0.9 > overlap.before


def test_one_region_for_both_images_is_no_outline_to_judge_by(registered):
    """A perfect shift moves a region that was drawn once for both off itself; outlines of each image meet."""
    fixed, result, outlines = registered
    region = np.zeros(GRID.size[::-1], np.uint8)
    region[4:-4, 4:-4, 4:-4] = 1
    region = image_from_array(region, GRID)
    judged = assess(fixed, result, fixed_mask=region, moving_mask=region).comparison
    assert not any(figure.name.startswith("Dice") for figure in judged.figures)
    assert judged.verdict.status == "better"
    judged = assess(fixed, result, fixed_mask=outlines[0], moving_mask=outlines[1]).comparison
    assert any(figure.name.startswith("Dice") for figure in judged.figures)


def test_padding_of_the_fixed_image_counts_for_nothing(registered):
    """The same image with and without padding: where it was measured, both are the same."""
    fixed, _, _ = registered
    voxels = np.array(array_view(fixed)) + np.random.default_rng(1).normal(0, 2, GRID.size[::-1]).astype(np.float32)
    padded = voxels.copy()
    _, j, i = np.indices(voxels.shape)
    padded[(j - 17.5) ** 2 + (i - 19.5) ** 2 > 17**2] = -2000
    images = [image_from_array(one.astype(np.float32), GRID) for one in (padded, voxels)]
    result = register(*images, [stage(MaximumNumberOfIterations="1")], seed=1)
    assert result.fixed_background.padding == -2000
    figures = {figure.name: figure for figure in assess(images[0], result).comparison.figures}
    assert figures["Correlation"].before > 0.999


def test_the_mean_of_several_overlaps_is_shown_before_them():
    def overlap(name, before, after):
        return Figure(f"Dice overlap, {name}", "", before, after, 1, 4)

    other = Figure("Correlation", "", 0.5, 0.75, 1)
    one, two = overlap("liver", 0.5, 0.75), overlap("spleen", 0.0, 0.25)
    assert with_mean_overlap([other, one]) == [other, one]
    assert [figure.after for figure in with_mean_overlap([other, one], fewest=1)] == [0.75, 0.75, 0.75]
    shown = with_mean_overlap([other, one, two])
    assert [figure.name for figure in shown][1] == "Dice overlap, mean"
    assert (shown[1].before, shown[1].after) == (0.25, 0.5)
    assert [shown[0], *shown[2:]] == [other, one, two]
