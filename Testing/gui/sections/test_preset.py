"""The list of presets, and what the panel says about the chosen one."""

from __future__ import annotations

import re

import numpy as np
from support.panel import choose


def test_filters_shorten_the_list_but_keep_the_chosen_preset(open_panel, a_pair):
    ui = open_panel().ui
    everything = ui.presetSelector.count
    choose(ui.presetSelector, "rigid")
    assert not ui.presetSearchBox.visible
    ui.findPresetButton.click()
    assert ui.presetSearchBox.visible
    choose(ui.anatomyFilter, "lung")
    ui.presetSearchBox.text = "lung"
    assert ui.presetSelector.count < everything
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "rigid"
    ui.presetSearchBox.text = ""
    choose(ui.anatomyFilter, "")
    assert ui.presetSelector.count == everything
    choose(ui.anatomyFilter, "lung")
    ui.findPresetButton.click()
    assert ui.presetSelector.count == everything  # nothing is hidden by what is not seen


def test_a_preset_is_described_with_citation_stages_and_time(open_panel, a_pair):
    ui = open_panel().ui
    choose(ui.presetSelector, "rigid")
    assert ui.presetDescriptionLabel.text.startswith("Rotation and translation only")
    assert "https://doi.org/" in ui.presetReferenceLabel.text
    assert ui.presetReferenceLabel.openExternalLinks
    assert ui.presetStagesLabel.text.startswith("1. rigid, mutual information")
    assert " s for these two volumes" in ui.presetAccuracyLabel.text


def test_memory_is_told_before_apply_where_it_is_much(open_panel, a_pair, monkeypatch):
    ui = open_panel().ui
    assert "memory" not in ui.presetAccuracyLabel.text
    monkeypatch.setattr("ElastixRegistrationLib.gui.sections.preset.WORTH_TELLING", 1e6)
    choose(ui.presetSelector, "rigid")
    assert re.search(r"About \d+ s and 0\.\d GB of memory for these two volumes\.", ui.presetAccuracyLabel.text)


def test_how_exact_a_preset_is_stands_where_it_is_chosen(open_panel, a_pair):
    ui = open_panel().ui
    choose(ui.presetSelector, "ct-lung")
    assert "1.34 mm" in ui.presetAccuracyLabel.text
    choose(ui.presetSelector, "pet-ct")
    assert ui.presetAccuracyLabel.text.startswith("Not validated.")


def test_background_and_padding_are_shown_before_a_run(open_panel, a_pair, host, slicer):
    import numpy as np

    rng = np.random.default_rng(3)
    voxels = rng.normal(-1000, 15, (22, 24, 27)).astype("int16")
    voxels[6:16, 6:18, 6:20] = rng.normal(60, 20, (10, 12, 14))
    voxels[:, :3] = -2048
    slicer.util.updateVolumeFromArray(a_pair[1], voxels)
    ui = open_panel().ui
    ui.outputsCollapsibleButton.collapsed = False
    host.waitUntil(lambda: "-2048" in ui.backgroundMessageLabel.text, 5)
    assert "%" in ui.backgroundMessageLabel.text
    choose(ui.backgroundSelector, "value")
    assert ui.backgroundSpinBox.visible
    assert not ui.backgroundMessageLabel.visible


def test_a_preset_of_another_version_is_named(open_panel, a_pair):
    widget = open_panel()
    widget.panel.choices.node.SetParameter("preset", "from-the-future")
    assert "from-the-future" in widget.ui.presetDescriptionLabel.text
    assert widget.ui.applyButton.text == "Choose a preset"


def test_a_preset_for_volumes_is_not_offered_for_single_slices(open_panel, a_pair, slicer):
    ui = open_panel().ui
    choose(ui.presetSelector, "head-same-patient")
    assert ui.applyButton.text == "Apply"
    for role in ("fixed", "moving"):
        voxels = np.random.default_rng(1).normal(100, 9, (1, 40, 40))
        getattr(ui, f"{role}VolumeSelector").setCurrentNode(
            slicer.util.addVolumeFromArray(voxels, name=f"{role} slice")
        )
    assert ui.applyButton.text == "Choose a preset for 2D images"
    assert not ui.applyButton.enabled
    problems = re.sub("<[^>]*>", "", ui.presetProblemsLabel.text)
    assert problems == "This preset is for 3D images. Choose another one."
    choose(ui.presetSelector, "rigid")
    assert ui.applyButton.text == "Apply"
    assert ui.applyButton.enabled
