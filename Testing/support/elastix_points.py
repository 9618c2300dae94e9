"""elastix's own mapping of points, to compare with."""

from __future__ import annotations

import os

import numpy as np
from ElastixRegistrationLib.core.elastix.run import parameter_object
from ElastixRegistrationLib.core.images.geometry import float_copy
from ElastixRegistrationLib.core.system.itk_access import wrapped_class


def transformix_points(maps, moving, points, folder):
    """``points`` (N, D), LPS mm, mapped by TransformParameters maps, first applied first."""
    chain = [dict(m) for m in maps]
    chain[0]["InitialTransformParameterFileName"] = ("NoInitialTransform",)
    return _mapped(parameter_object(chain), moving, points, folder)


def transformix_points_of_file(path, moving, points, folder):
    """The same by a TransformParameters file, whose links elastix follows by itself, from the current folder."""
    parameters = parameter_object([])
    parameters.ReadParameterFile(str(path))
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        return _mapped(parameters, moving, points, folder)
    finally:
        os.chdir(before)


def _mapped(parameters, moving, points, folder):
    transformix = wrapped_class("TransformixFilter", f"IF{points.shape[1]}").New()
    moving = float_copy(moving)
    transformix.SetMovingImage(moving)
    transformix.SetTransformParameterObject(parameters)
    path = folder / "points.txt"
    rows = [" ".join(map(repr, p)) for p in points.tolist()]
    path.write_text("\n".join(["point", str(len(rows)), *rows]), encoding="ascii")
    transformix.SetFixedPointSetFileName(str(path))
    transformix.SetOutputDirectory(str(folder))
    transformix.UpdateLargestPossibleRegion()
    lines = (folder / "outputpoints.txt").read_text(encoding="ascii").splitlines()
    return np.array([line.split("OutputPoint = [")[1].split("]")[0].split() for line in lines], float)
