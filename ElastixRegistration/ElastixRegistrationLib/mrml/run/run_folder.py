"""A folder with everything about a registration: outputs, transform for elastix, settings, figures, log."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.errors import InputError
from ...core.files.transform_files import write_transform
from ...core.parameters.maps import write_parameter_file
from ...core.request import RegistrationRequest
from ...core.wording import said
from ..nodes.incremental import Steps

_FILES = {
    "outputVolume": "resampled.nrrd",
    "outputTransform": "transform.h5",
    "outputField": "field",
    "outputJacobian": "jacobian.nrrd",
    "outputInverse": "inverse.h5",
}
_FOR_ELASTIX = "TransformParameters.txt"


def save_incrementally(
    parent: str | Path, nodes: Mapping[str, Any], result: Any, settings: RegistrationRequest, comparison: Any, log: str
) -> Steps[Path]:
    """Write a new folder, named by the time, into ``parent`` and return it. ``nodes``: output nodes by role.

    TransformParameters.txt is for transformix; it is the last of a chain of files in the folder. The scene does not
    change, because storage nodes outside it write the nodes. Raises InputError if a file cannot be written.
    """
    folder = Path(parent) / time.strftime("registration-%Y%m%d-%H%M%S")
    number, first = 2, folder
    try:
        while folder.exists():
            folder = first.with_name(f"{first.name}-{number}")
            number += 1
        folder.mkdir(parents=True)
        for stage, parameters in enumerate(result.stages):
            write_parameter_file(parameters, folder / f"parameters.{stage}.txt")
        if result.transform_parameters is not None:
            maps = result.transform_parameters
            write_transform(result.transform, folder / _FOR_ELASTIX, result.fixed_geometry, maps)
        (folder / "settings.json").write_text(json.dumps(settings.as_texts(), indent=1), encoding="utf-8")
        if comparison is not None:
            (folder / "result.json").write_text(json.dumps(comparison.as_dict(), indent=1), encoding="utf-8")
        (folder / "elastix.log").write_text(log, encoding="utf-8")
    except OSError as problem:
        raise InputError(
            said("The folder {parent} cannot be written: {reason}.", parent=parent, reason=problem.strerror)
        ) from problem
    for role, node in nodes.items():
        name = _FILES[role]
        if role == "outputField":
            name += ".h5" if node.IsA("vtkMRMLTransformNode") else ".nrrd"
        yield
        _write(node, folder / name)
    return folder


def _write(node: Any, path: Path) -> None:
    storage = node.CreateDefaultStorageNode()
    storage.UnRegister(None)
    storage.SetFileName(str(path))
    if not storage.WriteData(node):
        raise InputError(said("The node {node} cannot be written to {path}.", node=node.GetName(), path=path))
