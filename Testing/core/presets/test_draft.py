"""A preset while it is edited: texts, parameters, problems; and common wishes, which elastix takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ElastixRegistrationLib.core.errors import InputError, ParameterError
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text
from ElastixRegistrationLib.core.presets.catalog import find_preset, list_presets
from ElastixRegistrationLib.core.presets.draft import STAGE_KINDS, PresetDraft, new_stage
from ElastixRegistrationLib.core.presets.preset import NOT_MEASURED, Preset, PresetStage
from ElastixRegistrationLib.core.presets.quick_edits import (
    IMAGE_METRICS,
    MOTIONS,
    GridSpacing,
    grid_spacing,
    iterations,
    metric,
    motion,
    stiffness,
    with_grid_spacing,
    with_iterations,
    with_metric,
    with_motion,
    with_stiffness,
)
from ElastixRegistrationLib.core.registration.register import register
from phantoms.images import blobs, grid, stage

PRESETS = list_presets()


def draft_of(*stages) -> PresetDraft:
    texts = tuple(
        PresetStage(f"{n}.txt", text if isinstance(text, str) else format_parameter_text(text))
        for n, text in enumerate(stages)
    )
    return PresetDraft.of(Preset("x", "X", texts=texts))


def errors(draft, dimension=3, **given):
    return [problem for problem in draft.problems(dimension, **given) if problem.severity == "error"]


RIGID, DEFORMABLE = stage("EulerTransform"), stage("BSplineTransform")


def test_a_built_in_preset_is_edited_as_a_copy():
    draft = PresetDraft.of(find_preset("deformable"))
    assert draft.is_read_only
    changed = draft.with_values(0, "NumberOfHistogramBins", ["64"])
    assert draft.stages == find_preset("deformable").all_stages()
    saved = changed.to_preset("mine", "Mine", "user")
    assert saved.stages()[0]["NumberOfHistogramBins"] == ("64",)
    assert (saved.expected_accuracy, saved.reference) == ("not measured", find_preset("deformable").reference)
    assert [text.name[:2] for text in saved.texts] == [f"{n + 1}-" for n in range(len(draft.stages))]


def test_what_was_measured_is_said_of_these_parameters_only():
    draft = PresetDraft.of(find_preset("automatic"))
    said = draft.to_preset("mine", "Mine", "user")
    commented = draft.with_text(0, "// of ours\n" + draft.stages[0].text).to_preset("mine", "Mine", "user")
    for same in (said, commented):
        assert (same.expected_accuracy, same.adapts) == (find_preset("automatic").expected_accuracy, True)
    for changed in (draft.switched(0, False), draft.with_values(1, "NumberOfHistogramBins", ["64"])):
        made = changed.to_preset("mine", "Mine", "user")
        assert (made.expected_accuracy, made.adapts) == (NOT_MEASURED, False)


def test_text_and_parameters_are_in_step():
    draft = draft_of('// ours\n(Transform "EulerTransform") // rigid\n(MyOwn 1 2)\n')
    assert draft.maps == ({"Transform": ("EulerTransform",), "MyOwn": ("1", "2")},)
    draft = draft.with_values(0, "Transform", ["AffineTransform"]).with_values(0, "MyOwn", [])
    assert draft.stages[0].text == '// ours\n(Transform "AffineTransform")  // rigid\n'
    draft = draft.with_text(0, '(Metric "AdvancedMeanSquares")')
    assert draft.maps == ({"Metric": ("AdvancedMeanSquares",)},)


def test_a_broken_text_is_kept_and_told_with_its_line():
    draft = draft_of(RIGID, DEFORMABLE).with_text(0, "(Transform\n(Metric\n")
    assert draft.maps[0] is None
    assert draft.maps[1] is not None
    problem = errors(draft)[0]
    assert (problem.stage, problem.line) == (0, 1)
    with pytest.raises(ParameterError):
        draft.with_values(0, "Metric", ["x"])
    with pytest.raises(ParameterError):
        draft.to_preset("x", "X", "user")
    assert errors(draft.switched(0, False)) == []


def test_stages_are_added_moved_removed_and_switched_off():
    draft = draft_of(RIGID, DEFORMABLE)
    assert [s["Transform"][0] for s in draft.moved(1, 0).maps] == ["BSplineTransform", "EulerTransform"]
    assert draft.moved(0, -1) == draft
    assert draft.moved(0, 9) == draft.moved(0, 1)
    assert draft.without_stage(0).stages == draft.stages[1:]
    off = draft.switched(1, False)
    assert [problem.stage for problem in off.with_values(1, "Metric", ["Nonsense"]).problems(3)] == []
    assert len(off.to_preset("x", "X", "user").stages()) == 1
    none = off.switched(0, False)
    assert "switch one on" in errors(none)[0].message
    with pytest.raises(InputError, match="switched off"):
        none.to_preset("x", "X", "user")
    with pytest.raises(InputError, match=r"'bent'; there are translation"):
        new_stage("bent")


@pytest.mark.parametrize("kind", STAGE_KINDS)
def test_a_new_stage_has_no_problem(kind):
    draft = draft_of(RIGID).with_stage(kind, 0)
    assert draft.maps[0]["Transform"][0] in MOTIONS[kind]
    assert [problem.message for problem in errors(draft.without_stage(1))] == []
    assert draft_of(RIGID).with_stage(kind).maps[1] == draft.maps[0]


def test_problems_count_all_stages_and_know_the_line():
    draft = draft_of(RIGID, RIGID, DEFORMABLE).switched(0, False).with_values(2, "NumberOfResolutions", ["three"])
    problem = errors(draft)[0]
    assert (problem.stage, problem.parameter) == (2, "NumberOfResolutions")
    assert draft.stages[2].text.splitlines()[problem.line - 1] == '(NumberOfResolutions "three")'
    masks = draft_of(stage(ErodeMask="true")).problems(3, has_fixed_mask=True)
    assert [problem.parameter for problem in masks] == ["ErodeMask"]


# --- wishes ---


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_wishes_leave_every_preset_valid(preset):
    draft = PresetDraft.of(preset)
    wanted = [
        with_iterations(draft, 1000),
        with_stiffness(draft, 0.5),
        with_stiffness(with_stiffness(draft, 0.5), 0),
        *(with_metric(draft, name) for name in IMAGE_METRICS),
        *(with_motion(draft, kind) for kind in MOTIONS),
    ]
    if grid_spacing(draft) is not None:
        wanted.append(with_grid_spacing(draft, grid_spacing(draft).value / 2))
    for changed in wanted:
        for dimension in preset.dimension:
            assert errors(changed, dimension, has_points=True) == []
    assert with_iterations(draft, iterations(draft)).maps == draft.maps


def test_a_finer_grid():
    two = draft_of(stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="20"), RIGID, DEFORMABLE)
    assert grid_spacing(two) == GridSpacing(16.0, "mm")
    finer = with_grid_spacing(two, 8)
    assert [finer.maps[n].get("FinalGridSpacingInPhysicalUnits") for n in (0, 2)] == [("10",), ("8",)]
    voxels = draft_of(DEFORMABLE).with_values(0, "FinalGridSpacingInPhysicalUnits", [])
    voxels = voxels.with_values(0, "FinalGridSpacingInVoxels", ["16", "16", "4"])
    assert grid_spacing(voxels) == GridSpacing(4.0, "voxels")
    assert with_grid_spacing(voxels, 2).maps[0]["FinalGridSpacingInVoxels"] == ("8", "8", "2")
    assert grid_spacing(draft_of(RIGID)) is None
    assert with_grid_spacing(draft_of(RIGID), 3) == draft_of(RIGID)


def test_more_iterations():
    draft = draft_of(RIGID, DEFORMABLE).with_values(1, "MaximumNumberOfIterations", ["100", "300"])
    assert iterations(draft) == 300
    assert [s["MaximumNumberOfIterations"] for s in with_iterations(draft, 600).maps] == [("300",), ("200", "600")]
    assert with_iterations(draft, 1).maps[1]["MaximumNumberOfIterations"] == ("1", "1")


def test_stiffer_and_back_again():
    draft = draft_of(RIGID, DEFORMABLE)
    assert stiffness(draft) == 0
    stiffer = with_stiffness(draft, 0.25)
    assert stiffness(stiffer) == 0.25
    assert stiffer.maps[0] == draft.maps[0]
    assert stiffer.maps[1]["Metric"] == ("AdvancedMeanSquares", "TransformBendingEnergyPenalty")
    assert stiffer.maps[1]["Registration"] == ("MultiMetricMultiResolutionRegistration",)
    assert (stiffer.maps[1]["Metric0Weight"], stiffer.maps[1]["Metric1Weight"]) == (("1.0",), ("0.25",))
    assert with_stiffness(stiffer, 2).maps[1]["Metric1Weight"] == ("2",)
    assert with_stiffness(stiffer, 0).maps == draft.maps
    assert stiffness(draft_of(RIGID)) is None


def test_the_metric_after_a_penalty_keeps_its_weight():
    three = DEFORMABLE | {
        "Registration": ("MultiMetricMultiResolutionRegistration",),
        "Metric": ("AdvancedMeanSquares", "TransformBendingEnergyPenalty", "NormalizedMutualInformation"),
        "Metric0Weight": ("1",),
        "Metric1Weight": ("5",),
        "Metric2Weight": ("3",),
        "Metric2NumberOfHistogramBins": ("16",),
        "Interpolator": ("LinearInterpolator",) * 3,
    }
    freed = with_stiffness(draft_of(three), 0).maps[0]
    assert freed["Metric"] == ("AdvancedMeanSquares", "NormalizedMutualInformation")
    assert (freed["Metric0Weight"], freed["Metric1Weight"]) == (("1",), ("3",))
    assert freed["Metric1NumberOfHistogramBins"] == ("16",)
    assert not {"Metric2Weight", "Metric2NumberOfHistogramBins"} & set(freed)
    assert freed["Interpolator"] == ("LinearInterpolator",) * 2


def test_another_metric_leaves_points_and_penalties():
    guided = RIGID | {"Metric": ("AdvancedMeanSquares", "CorrespondingPointsEuclideanDistanceMetric")}
    draft = draft_of(guided, DEFORMABLE)
    assert metric(draft) == "AdvancedMeanSquares"
    changed = with_metric(draft, "AdvancedNormalizedCorrelation")
    assert changed.maps[0]["Metric"] == ("AdvancedNormalizedCorrelation", "CorrespondingPointsEuclideanDistanceMetric")
    assert changed.maps[1]["Metric"] == ("AdvancedNormalizedCorrelation",)


@pytest.mark.parametrize(
    ("name", "metric_name", "expected"),
    [
        ("1-BSpline.AdvancedMattesMutualInformation.txt", "AdvancedNormalizedCorrelation",
         "1-BSpline.AdvancedNormalizedCorrelation.txt"),
        ("lungMattesMutualInformation.txt", "AdvancedMeanSquares", "lungAdvancedMeanSquares.txt"),
        ("correlation-bspline-fast.txt", "NormalizedMutualInformation",
         "normalized-mutual-information-bspline-fast.txt"),
        ("Parameters.MI.Coarse.Bspline_tuned.txt", "AdvancedMeanSquares", "Parameters.MSD.Coarse.Bspline_tuned.txt"),
        ("affine_ncc.txt", "AdvancedMattesMutualInformation", "affine_mi.txt"),
        ("family-mini-bspline.txt", "AdvancedNormalizedCorrelation", "family-mini-bspline.txt"),
    ],
)  # fmt: skip
def test_a_stage_is_named_by_its_metric(name, metric_name, expected):
    other = "AdvancedKappaStatistic"
    draft = draft_of(DEFORMABLE | {"Metric": (other,)}).renamed(0, name)
    assert with_metric(draft, other).stages[0].name == name
    assert with_metric(draft, metric_name).stages[0].name == expected


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        ("rigid affine B-spline", "translation", "translation"),
        ("rigid affine B-spline", "rigid", "rigid"),
        ("rigid affine B-spline", "affine", "rigid affine"),
        ("rigid affine B-spline", "similarity", "rigid similarity"),
        ("rigid", "B-spline", "rigid B-spline"),
        ("B-spline", "translation", "translation"),
        ("translation B-spline", "translation", "translation"),
        ("rigid affine", "affine", "rigid affine"),
    ],
)
def test_keep_only_this_kind_of_motion(given, kind, expected):
    draft = draft_of(*(stage(MOTIONS[each][0]) for each in given.split()))
    changed = with_motion(draft, kind)
    kinds = [next(k for k, names in MOTIONS.items() if s["Transform"][0] in names) for s in changed.maps]
    assert " ".join(kinds) == expected
    assert motion(changed) == kind
    assert errors(changed) == []


def test_scales_of_the_former_transform_go():
    draft = draft_of(RIGID).with_values(0, "Scales", ["1000", "1000", "1000", "1", "1", "1"])
    draft = draft.with_values(0, "AutomaticScalesEstimation", ["false"])
    changed = with_motion(draft, "translation")
    assert "Scales" not in changed.maps[0]
    assert errors(changed) == []


def test_switched_off_and_broken_stages_stay_as_they_are():
    draft = draft_of(RIGID, DEFORMABLE, "(broken").switched(0, False)
    for changed in (
        with_iterations(draft, 9),
        with_stiffness(draft, 1),
        with_metric(draft, "NormalizedMutualInformation"),
    ):
        assert changed.stages[0] == draft.stages[0]
        assert changed.stages[2] == draft.stages[2]


def test_elastix_runs_what_was_wished_for():
    draft = draft_of(stage("BSplineTransform", MaximumNumberOfIterations="4"))
    draft = with_grid_spacing(with_metric(with_stiffness(draft, 0.1), "AdvancedNormalizedCorrelation"), 24)
    image = blobs(grid((24, 22, 20)))
    assert register(image, image, replace(draft.preset, texts=draft.stages).stages(), threads=2).transform is not None
