"""Counts of values that do not fit: held against what the real elastix does with the same maps."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.elastix.run import run_elastix
from ElastixRegistrationLib.core.parameters.as_elastix import as_elastix_reads
from ElastixRegistrationLib.core.parameters.validation import find_problems
from phantoms.images import blobs, grid, stage

SHORT = stage("EulerTransform", MaximumNumberOfIterations="12", RandomSeed="7")


@pytest.mark.parametrize(
    "values",
    [
        {"ImagePyramidSchedule": ("8", "4", "2", "1")},  # of images with 2 axes
        {"ImagePyramidSchedule": ("4", "2", "1", "1", "1")},
        {"NumberOfResolutions": ("3",), "MaximumNumberOfIterations": ("12", "5")},
        {
            "NumberOfResolutions": ("3",),
            "NumberOfHistogramBins": ("16", "24"),
            "Metric": ("AdvancedMattesMutualInformation",),
        },
    ],
)
def test_elastix_does_the_same_with_what_it_is_given_instead(values):
    given = SHORT | values
    changed, notes = as_elastix_reads(given, 3)
    assert len(notes) == 1
    assert changed != given
    assert not [problem for problem in find_problems([changed], 3) if problem.severity == "error"]
    place = grid((24, 22, 20))
    images = [blobs(place)], [blobs(place, (3.0, 1.0, 0.0))]
    one, other = (run_elastix(*images, [each], threads=1).maps[0]["TransformParameters"] for each in (given, changed))
    np.testing.assert_array_equal(np.array(one, float), np.array(other, float))


def test_what_fits_or_is_wrong_otherwise_stays():
    wrong = SHORT | {"MaximumNumberOfIterations": ("many",), "Metric": ("NoSuchMetric",)}
    assert as_elastix_reads(SHORT, 3) == (SHORT, [])
    assert as_elastix_reads(wrong, 3) == (wrong, [])
