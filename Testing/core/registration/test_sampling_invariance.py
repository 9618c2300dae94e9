"""One body with one motion, known everywhere, however finely it is sampled: the error follows the anatomy."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import stage

#: mm. Waves are at least twice as long as the coarsest voxels.
EXTENT, SHORTEST, LONGEST = 128.0, 14.0, 45.0
RANDOM = np.random.default_rng(11)
_DIRECTIONS = RANDOM.normal(size=(16, 3))
WAVES = _DIRECTIONS / np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)
WAVES *= 2 * np.pi / np.geomspace(SHORTEST, LONGEST, 16)[:, None]
PHASES = RANDOM.uniform(0, 2 * np.pi, 16)
SOFT = {
    "NumberOfResolutions": "3",
    "MaximumNumberOfIterations": "150",
    "NumberOfSpatialSamples": "3000",
    "Metric": "AdvancedNormalizedCorrelation",
    "ASGDParameterEstimationMethod": "DisplacementDistribution",
    "MaximumStepLength": "1",
}
STAGES = [
    stage("TranslationTransform", **SOFT | {"ASGDParameterEstimationMethod": "Original"}),
    stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="24", **SOFT),
]


def moved(points):
    """Where the motion takes (..., 3) points, mm: a shift, and a swelling of up to 5 mm."""
    bend = np.sin(points[..., ::-1] * (np.pi / EXTENT))
    return points + np.array([4.0, -3.0, 2.0]) + 5.0 * bend


def body(points):
    """Gray values at (..., 3) points: waves in a ball with a soft border, and weak ones around it."""
    radius = np.linalg.norm(points, axis=-1)
    inside = 1 / (1 + np.exp((radius - 0.4 * EXTENT) / 4))
    waves = sum(np.cos(points @ wave + phase) for wave, phase in zip(WAVES, PHASES, strict=True))
    return 1000 * (0.1 + 0.9 * inside) * (1 + 0.15 * waves)


def sampled(spacing, at):
    """Image of ``at`` over the box, plane by plane."""
    size = tuple(int(EXTENT / s) for s in spacing)
    origin = tuple((s - EXTENT) / 2 for s in spacing)
    grid = Geometry(size, tuple(spacing), origin, tuple(map(tuple, np.eye(3).tolist())))
    rows = [origin[axis] + spacing[axis] * np.arange(size[axis]) for axis in range(3)]
    voxels = np.empty(size[::-1], np.int16)
    for k, z in enumerate(rows[2]):
        points = np.stack(np.broadcast_arrays(rows[0], rows[1][:, None], z), -1)
        voxels[k] = at(points)
    return image_from_array(voxels, grid)


def error(spacing, **how):
    """Mean distance, mm, from the true motion inside of the body."""
    fixed, moving = sampled(spacing, lambda points: body(moved(points))), sampled(spacing, body)
    result = register(fixed, moving, seed=1, threads=2, **how)
    points = np.random.default_rng(5).uniform(-1, 1, (4000, 3)) * EXTENT / 2
    points = points[np.linalg.norm(moved(points), axis=1) < 0.35 * EXTENT]
    return float(np.linalg.norm(map_points(result.transform, points) - moved(points), axis=1).mean())


def test_errors_are_alike_in_coarse_voxels_and_in_thick_slices():
    errors = [error(spacing, stages=STAGES) for spacing in ((4.0, 4.0, 4.0), (2.0, 2.0, 4.0))]
    assert max(errors) < 0.5, errors
    assert max(errors) - min(errors) < 0.2, errors


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["ct-lung", "automatic"])
def test_errors_of_presets_are_alike_from_half_a_millimeter_to_four(preset):
    spacings = ((0.5, 0.5, 0.5), (1.0, 1.0, 1.0), (2.0, 2.0, 2.0), (4.0, 4.0, 4.0), (0.5, 0.5, 4.0))
    errors = [error(spacing, preset=preset, initialization="none") for spacing in spacings]
    assert max(errors) < 0.6, errors
    assert max(errors) - min(errors) < 0.3, errors
