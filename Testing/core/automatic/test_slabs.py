"""Filters in slabs give what the same filters give of whole arrays, whatever the number of planes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic import slabs
from ElastixRegistrationLib.core.automatic.slabs import PaddedPlanes, SlabFilter, Slabs
from ElastixRegistrationLib.core.automatic.windows import gaussian, smoothed, window_means


@pytest.mark.parametrize("shape", [(23, 14, 17), (5, 40, 9), (3, 20, 22), (1, 12, 15), (31, 44), (12, 1, 20)])
@pytest.mark.parametrize("kind", ["windows", "gaussian"])
def test_several_arrays_at_once(shape, kind, monkeypatch):
    monkeypatch.setattr(
        slabs, "slabs_of_shape", lambda shape: [slice(n, min(n + 9, shape[0])) for n in range(0, shape[0], 9)]
    )
    arrays = np.random.default_rng(1).normal(size=(3, *shape)).astype(np.float32)
    if kind == "windows":
        radii = [2 if n > 1 else 0 for n in shape]
        one = SlabFilter(shape, [(1.0,) * (r + 1) if r else () for r in radii], go_on=False, is_mean=True)
        expected = [window_means(array, radii) for array in arrays]
    else:
        one = SlabFilter(shape, [gaussian(1.3)] * len(shape))
        expected = [smoothed(array, [1.3] * len(shape)) for array in arrays]
    stored, result = PaddedPlanes(3, shape, one.reach), np.empty_like(arrays)
    with ThreadPoolExecutor(2) as pool:
        parts = Slabs(shape, pool, 2, 3)
        parts.each(lambda planes, room: one.within(arrays[:, planes], stored.of(planes), room))
        stored.close(go_on=kind == "gaussian")
        parts.each(lambda planes, room: one.across(stored, planes, result[:, planes]))
    assert np.abs(result - expected).max() < 1e-5
    assert np.abs(arrays - expected).max() > 0.5
