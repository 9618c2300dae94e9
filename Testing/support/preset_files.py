"""Folders of parameter files to import, and what a report says of each."""

from __future__ import annotations

from pathlib import Path

from ElastixRegistrationLib.core.parameters.maps import format_parameter_text
from phantoms.images import stage

RIGID, DEFORMABLE = format_parameter_text(stage("EulerTransform")), format_parameter_text(stage("BSplineTransform"))


def folder_of(path: Path, **files: str) -> Path:
    """A folder with these files; double underscores in names are slashes, single ones dots."""
    for name, text in files.items():
        file = path / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


def states(report) -> dict[str, str]:
    return {file.path: file.state for file in report.files}
