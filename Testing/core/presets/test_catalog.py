"""Presets: complete, found, and each one runs through elastix and brings a small image closer."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
from ElastixRegistrationLib.core.parameters.schema import is_known_name
from ElastixRegistrationLib.core.parameters.validation import find_problems
from ElastixRegistrationLib.core.presets.catalog import DEFAULT_PRESET, find_preset, list_presets, presets_folder
from ElastixRegistrationLib.core.presets.preset import read_entry
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points

PRESETS = list_presets()
CASES = [
    pytest.param(preset, dimension, id=f"{preset.id}-{dimension}d")
    for preset in PRESETS
    for dimension in preset.dimension
]
# Correlation between lungs needs the texture of lungs: over a handful of smooth blobs it drifts off.
PHANTOM_CASES = [case for case in CASES if "lung" not in case.values[0].anatomy]
LUNG_PRESETS = [preset for preset in PRESETS if "lung" in preset.anatomy]
PYRAMIDS = ("FixedImagePyramidSchedule", "MovingImagePyramidSchedule")
SHIFT_MM = 3.0
#: Size of the head of a mouse relative to that of a person.
MOUSE_SCALE = 0.1
UNPROVEN = "tested on synthetic images only", "not validated"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_says_what_a_user_needs_to_choose_it(preset):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", preset.id)
    for text in (preset.title, preset.description, preset.reference, preset.expected_accuracy):
        assert text.strip()
    assert preset.modality
    assert preset.anatomy
    assert all(word == word.lower() for word in (*preset.modality, *preset.anatomy))
    assert set(preset.dimension) <= {2, 3}
    assert preset.dimension
    assert "doi:10." in preset.reference
    assert preset.initialization in ([None] if preset.adapts else ["geometry", "mass", "search", "none"])
    assert preset.files


def test_only_presets_measured_on_given_images_count_as_validated():
    for preset in PRESETS:
        assert preset.validated != preset.expected_accuracy.startswith(UNPROVEN), preset.id


def test_an_entry_of_an_earlier_release_is_validated_where_it_tells_an_accuracy():
    plain = {"id": "mine", "files": ["a.txt"]}
    assert not read_entry(plain, "here")["validated"]
    assert read_entry(plain | {"expected_accuracy": "0.9 mm"}, "here")["validated"]
    assert not read_entry(plain | {"expected_accuracy": "0.9 mm", "validated": False}, "here")["validated"]
    with pytest.raises(InputError, match="validated must be true or false"):
        read_entry(plain | {"validated": "yes"}, "here")


def test_ids_and_titles_are_unique():
    assert len({preset.id for preset in PRESETS}) == len(PRESETS)
    assert len({preset.title for preset in PRESETS}) == len(PRESETS)


def test_every_file_is_used_and_every_used_file_exists():
    on_disk = {path.name for path in presets_folder().glob("*.txt")}
    assert {path.name for preset in PRESETS for path in preset.files} == on_disk


def test_the_default_is_a_general_preset_of_both_dimensions():
    default = find_preset(DEFAULT_PRESET)
    assert default.modality == ("any",)
    assert default.anatomy == ("any",)
    assert default.dimension == (2, 3)
    assert json.loads((presets_folder() / "presets.json").read_text(encoding="utf-8"))["default"] == DEFAULT_PRESET


@pytest.mark.parametrize(
    ("wish", "found", "not_found"),
    [
        ({"anatomy": "lung"}, {"ct-lung", "deformable"}, {"spine", "mr-liver"}),
        ({"modality": "PET"}, {"pet-ct", "rigid"}, {"mr-liver", "ct-lung"}),
        ({"dimension": 2}, {"histology", "rigid"}, {"ct-lung", "spine"}),
        ({"dimension": 3}, {"ct-lung"}, {"histology", "xray"}),
        ({"search": "breathing chest"}, {"ct-lung"}, {"rigid"}),
        ({"search": "PROSTATE"}, {"prostate"}, {"rigid"}),
        ({"modality": "mr", "anatomy": "brain", "search": "subjects"}, {"brain-between-subjects"}, {"deformable"}),
    ],
)
def test_filters(wish, found, not_found):
    ids = {preset.id for preset in list_presets(**wish)}
    assert found <= ids
    assert not not_found & ids


def test_a_search_without_a_hit_is_empty():
    assert list_presets(search="no such words") == []


def test_an_unknown_id_names_the_closest():
    with pytest.raises(InputError, match=r"'ct-lungs'.*ct-lung"):
        find_preset("ct-lungs")
    with pytest.raises(InputError, match=r"known are .*rigid"):
        find_preset("zzzz")


@pytest.mark.parametrize(("preset", "dimension"), CASES)
def test_the_stages_pass_validation_without_a_remark(preset, dimension):
    for masks in (False, True):
        problems = find_problems(
            preset.stages(),
            dimension,
            has_fixed_mask=masks,
            has_moving_mask=masks,
            has_points=_needs_points(preset),
            sources=[str(path) for path in preset.files],
        )
        # The command-line elastix writes its result unless told not to; core never lets it.
        assert [problem for problem in problems if problem.parameter != "WriteResultImage"] == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_parameter_is_known_to_the_schema(preset):
    assert [name for stage in preset.stages() for name in stage if not is_known_name(name)] == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_no_value_is_given_per_dimension(preset):
    """The same file serves 2D and 3D; what core writes for the dimension at hand is not in it."""
    for stage in preset.stages():
        resolutions = int(stage["NumberOfResolutions"][0])
        metrics = len(stage["Metric"])
        assert "FixedImageDimension" not in stage
        for name, values in stage.items():
            if name in PYRAMIDS and len(preset.dimension) == 1:
                assert len(values) == resolutions * preset.dimension[0]
            else:
                assert len(values) in (1, resolutions, metrics)


@pytest.mark.parametrize(("preset", "dimension"), PHANTOM_CASES)
def test_a_preset_brings_a_shifted_image_closer(preset, dimension):
    scale = MOUSE_SCALE if "mouse" in preset.id else 1.0
    fixed, moving, points = _shifted_blobs(dimension, scale)
    # A run cut short has no time to recover from the first large steps, so they are short too.
    short = {"MaximumNumberOfIterations": ("30",), "MaximumStepLength": (str(0.7 * scale),)}
    stages = [{**stage, **short} for stage in preset.stages()]
    shift = SHIFT_MM * scale
    landmarks = {"fixed_points": points, "moving_points": points + shift} if _needs_points(preset) else {}
    result = register(fixed, moving, stages, initialization="none", seed=1, threads=2, **landmarks)
    errors = np.linalg.norm(map_points(result.transform, points) - (points + shift), axis=1)
    assert np.isfinite(errors).all()
    assert errors.mean() < 0.7 * shift * np.sqrt(dimension)


@pytest.mark.parametrize("preset", LUNG_PRESETS, ids=lambda preset: preset.id)
def test_a_lung_preset_finds_the_shift_of_a_texture(preset):
    fixed, moving, points = _shifted_waves()
    stages = [
        {**stage, "MaximumNumberOfIterations": ("30",), "MaximumStepLength": ("0.7",)} for stage in preset.stages()
    ]
    result = register(fixed, moving, stages, initialization="none", seed=1, threads=2)
    assert np.linalg.norm(map_points(result.transform, points) - (points + SHIFT_MM), axis=1).mean() < 0.5


@pytest.mark.parametrize("preset", LUNG_PRESETS, ids=lambda preset: preset.id)
def test_a_lung_preset_brings_real_lungs_together(preset, shared_data):
    """A few iterations take the landmarks from 35 mm to less than the best affine transform possible (2.5 mm) + 1."""
    folder = shared_data / "lung"
    images = [read_image(folder / f"{name}.mha") for name in ("fixed", "moving", "fixed_mask", "moving_mask")]
    start, end = (read_points(folder / f"{name}_points.txt").coordinates for name in ("fixed", "moving"))
    stages = preset.stages()
    stages[-1] |= {"MaximumNumberOfIterations": ("40",), "NumberOfSpatialSamples": ("1000",)}
    result = register(*images[:2], stages, *images[2:], initialization=preset.initialization, seed=1, threads=2)
    assert np.linalg.norm(map_points(result.transform, start) - end, axis=1).mean() < 3.5


def test_images_that_lie_on_each_other_stay_so():
    """The fast way to find a step size, DisplacementDistribution, finds one here that leads out of the image."""
    fixed, _, points = _shifted_waves()
    stage = find_preset("ct-lung").stages()[-1] | {"MaximumNumberOfIterations": ("30",)}
    result = register(fixed, fixed, [stage], initialization="none", seed=1, threads=2)
    assert np.linalg.norm(map_points(result.transform, points) - points, axis=1).mean() < 0.1


def _needs_points(preset) -> bool:
    return any("CorrespondingPointsEuclideanDistanceMetric" in stage["Metric"] for stage in preset.stages())


def _shifted_waves():
    """Texture of some 40 mm everywhere in a 3D image, the same shifted by SHIFT_MM, and points (N, 3), LPS mm."""
    grid = Geometry((56, 52, 44), (4.0, 4.0, 4.5), (0.0, 0.0, 0.0), tuple(map(tuple, np.eye(3).tolist())))
    at = grid.points_of(np.stack(np.meshgrid(*map(np.arange, grid.size[::-1]), indexing="ij")[::-1], -1))
    random = np.random.default_rng(3)
    waves = list(zip(random.normal(0, 0.16, (60, 3)), random.uniform(0, 2 * np.pi, 60), strict=True))
    fixed, moving = (
        image_from_array(
            sum(30 * np.cos((at - shift) @ wave + phase) for wave, phase in waves).astype(np.float32), grid
        )
        for shift in (0.0, SHIFT_MM)
    )
    extent = np.array(grid.size) * grid.spacing
    return fixed, moving, extent * random.uniform(0.25, 0.75, (60, 3))


def _shifted_blobs(dimension: int, scale: float):
    """An ellipsoid full of blobs, the same shifted by SHIFT_MM along every axis, and points (N, D) in it, LPS mm.

    All lengths are ``scale`` times what they are for a person.
    """
    size = {2: (96, 90), 3: (26, 24, 22)}[dimension]
    spacing = {2: (1.5, 1.6), 3: (4.0, 4.0, 4.5)}[dimension]
    grid = Geometry(size, spacing, (0.0,) * dimension, tuple(map(tuple, np.eye(dimension).tolist())))
    index = np.stack(np.meshgrid(*(np.arange(float(n)) for n in size[::-1]), indexing="ij")[::-1], -1)
    at = grid.points_of(index)
    extent = np.array(size) * spacing
    random = np.random.default_rng(5)
    centers = extent * random.uniform(0.2, 0.8, (30, dimension))
    heights = random.uniform(-60, 120, len(centers))
    radii = extent * np.linspace(0.42, 0.3, dimension)

    place = Geometry(size, tuple(scale * one for one in spacing), grid.origin, grid.direction)

    def image(shift: float):
        body = (((at - extent / 2 - shift) / radii) ** 2).sum(-1)
        values = 100 / (1 + np.exp(8 * (body - 1)))
        for center, height in zip(centers, heights, strict=True):
            values += height * np.exp(-((at - center - shift) ** 2).sum(-1) / (2 * 9.0**2))
        return image_from_array((values + random.normal(0, 1, values.shape)).astype(np.float32), place)

    return image(0.0), image(SHIFT_MM), scale * centers
