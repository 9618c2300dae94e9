from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images import labels
from ElastixRegistrationLib.core.images.labels import label_values, shared_labels


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_values_are_those_numpy_finds(dtype, monkeypatch):
    monkeypatch.setattr(labels, "_CHUNK", 50)  # more than one part
    voxels = np.random.default_rng(1).integers(0, 90, (5, 6, 7)).astype(dtype)
    if np.dtype(dtype).kind != "u":
        voxels[0, 0, 0] = -30000 if np.dtype(dtype).itemsize > 1 else -100
    assert np.array_equal(label_values(voxels), np.unique(voxels[voxels != 0]))


def test_a_map_without_labels_has_no_values():
    assert label_values(np.zeros((3, 3), np.uint8)).size == 0
    assert label_values(np.zeros((0, 3), np.uint8)).size == 0


def test_labels_of_both_maps_in_different_types():
    assert shared_labels(np.array([0, 1, 5, 7], np.uint8), np.array([7.0, 5.0, 2.0])) == [5, 7]


def test_labels_are_named_as_they_are_in_the_file():
    brain_atlas = np.array([0, 312782574, 7, 2**63], np.uint64)
    with pytest.raises(InputError, match=r"hold 7, 312782574, 9223372036854775808, the moving ones -1\.5, 312782560\."):
        shared_labels(brain_atlas, np.array([0, 312782560, -1.5], np.float32))


def test_maps_without_a_common_label_are_refused_by_name():
    with pytest.raises(InputError, match="fixed ones hold 1, 2, the moving ones none"):
        shared_labels(np.array([0, 1, 2]), np.array([0, 0]))
