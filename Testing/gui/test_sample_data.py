"""The tutorial's images in the Sample Data module, and the self-test that Slicer runs with and without them."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.mrml import sample_data
from SlicerHost.application.sample_data import sample_data_module
from support.panel import MODULE_FILE, blobs_volume


@pytest.fixture
def sample_module(monkeypatch):
    module = sample_data_module()
    monkeypatch.setitem(sys.modules, "SampleData", module)
    return module


@pytest.fixture
def module(host):
    """The module file as Slicer has loaded it."""
    host.loadModule(MODULE_FILE)
    return sys.modules["ElastixRegistration"]


def test_both_pairs_are_offered_once_slicer_has_started(host, sample_module, module):
    for _ in range(2):  # Reload registers again
        host.app.startupCompleted.emit()
    sources = sample_module.SampleDataLogic.sources[sample_data.CATEGORY]
    assert [source.nodeNames for source in sources] == [["MRBrainTumor2", "MRBrainTumor1"], ["MRBrainT1", "CTBrain"]]
    assert sample_module.SampleDataLogic.titles == {sample_data.CATEGORY: "Elastix Registration"}
    for source in sources:
        assert Path(source.thumbnailFileName).is_file()
        for uri, checksum in zip(source.uris, source.checksums, strict=True):
            digest = re.fullmatch(r"SHA256:([0-9a-f]{64})", checksum).group(1)
            assert uri == f"https://github.com/Slicer/SlicerTestingData/releases/download/SHA256/{digest}"


def test_a_slicer_without_the_sample_data_module_starts(host, monkeypatch, module):
    monkeypatch.setitem(sys.modules, "SampleData", None)  # makes its import fail
    module.registerSampleData()
    assert sample_data.download_pair(sample_data.BRAIN_TUMOR) is None


def test_the_self_test_without_a_network(host, sample_module, module, slicer):
    slicer.selfTests["ElastixRegistration"](msec=0)


def test_the_self_test_registers_sample_data(host, sample_module, module, slicer, monkeypatch, tmp_path):
    """With a pair of its own in place of the download. What a download spoiled is not registered."""
    files = []
    for (name, file, _checksum), shift in zip(sample_data.BRAIN_TUMOR.files, (6.0, 0.0), strict=True):
        node = blobs_volume(name, shift)
        assert slicer.util.saveNode(node, str(tmp_path / file))
        files.append((name, file, hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()))
    pair = replace(sample_data.BRAIN_TUMOR, files=tuple(files))
    monkeypatch.setattr(sample_data, "BRAIN_TUMOR", pair)
    monkeypatch.setattr(sample_data, "SAMPLE_PAIRS", (pair,))
    sample_module.SampleDataLogic.downloads = tmp_path
    case = module.ElastixRegistrationTest()
    case.messageDelay = 0
    case.setUp()
    case.test_twoScansOfATumor()
    (result,) = [n for n in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if "registered to" in n.GetName()]
    fixed, moved = (
        slicer.util.arrayFromVolume(node).astype(float) for node in (slicer.util.getNode(files[1][0]), result)
    )
    assert np.abs(fixed - moved).mean() < 10
    (tmp_path / files[0][1]).write_bytes(b"spoiled")
    assert sample_data.download_pair(pair) is None


def test_the_self_test_says_that_itk_elastix_is_missing(host, module, monkeypatch):
    """As in Slicer's own test runs, where nothing is installed."""
    import importlib.metadata
    import unittest

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(type(host.app), "testing", True)
    monkeypatch.setattr(importlib.metadata, "version", missing)
    monkeypatch.delenv("ELASTIXREGISTRATION_TEST_WITH_ELASTIX", raising=False)
    with pytest.raises(unittest.SkipTest, match="itk-elastix is not installed"):
        module.ElastixRegistrationTest().setUp()
    monkeypatch.setenv("ELASTIXREGISTRATION_TEST_WITH_ELASTIX", "1")  # ctest has installed it before
    with pytest.raises(AssertionError, match="itk-elastix is not installed"):
        module.ElastixRegistrationTest().setUp()


def test_the_tutorial_names_what_is_offered():
    text = (Path(__file__).resolve().parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
    for pair in sample_data.SAMPLE_PAIRS:
        assert f"**{pair.name}**" in text, json.dumps(pair.name)
