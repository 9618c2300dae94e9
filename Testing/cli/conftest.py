"""A pair of images in files, with points and parameter files."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.cli import register
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import blobs, grid, stage

#: Of the moving image, LPS mm.
SHIFT = np.array([6.0, -4.0, 5.0])


@pytest.fixture(scope="session")
def worker_pool():
    with WorkerPool() as pool:
        yield pool


@pytest.fixture(autouse=True)
def commands_share_a_worker(worker_pool, monkeypatch):
    """Commands called in this process use one worker, because starting it takes a second; those in a shell start it."""
    monkeypatch.setattr(register, "register", lambda options: register.register_in(worker_pool, options))


@pytest.fixture
def shift():
    """How far the moving image of ``pair`` is moved, LPS mm."""
    return SHIFT


@pytest.fixture
def pair(tmp_path):
    """Folder with two images SHIFT apart, their parameter file and corresponding points."""
    folder = tmp_path / "scans of Jürgen"
    folder.mkdir()
    geometry = grid()
    write_image(blobs(geometry, dtype=np.int16), folder / "fixed.nrrd")
    write_image(blobs(geometry, SHIFT, dtype=np.int16), folder / "moving.nrrd")
    write_parameter_file(stage("EulerTransform"), folder / "rigid.txt")
    write_parameter_file(stage("BSplineTransform", MaximumNumberOfIterations="30"), folder / "deformable.toml")
    points = geometry.center() + np.random.default_rng(1).uniform(-15, 15, (8, 3))
    labels = tuple(f"P, {n}" for n in range(8))
    write_points(Points(points, labels), folder / "fixed.fcsv")
    write_points(Points(points + SHIFT, labels), folder / "moving.mrk.json")
    return folder
