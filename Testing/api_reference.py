"""Write the API reference, out of the docstrings: ``dev.py docs [FOLDER]``. A warning of pdoc is an error."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pdoc

SOURCES = Path(__file__).resolve().parents[1] / "ElastixRegistration"
#: What scripts call. The rest is described where it stands.
MODULES = (
    "ElastixRegistrationLib.core",
    *(f"ElastixRegistrationLib.core.{name}" for name in ("settings", "errors", "images.geometry", "parameters.maps")),
    *(f"ElastixRegistrationLib.core.{name}" for name in ("transforms.itk_transforms", "presets.preset")),
    *(f"ElastixRegistrationLib.core.{name}" for name in ("elastix.progress", "quality.assessment", "report.page")),
    "ElastixRegistrationLib.batch",
    *(f"ElastixRegistrationLib.worker.{name}" for name in ("pool", "client", "outputs", "result")),
    "ElastixRegistrationLib.mrml.logic",
)


def build(folder: Path) -> None:
    """Write index.html and a page for each module."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module="pdoc")
        pdoc.render.configure(docformat="markdown", search=False, show_source=False)
        pdoc.pdoc(*MODULES, output_directory=folder)


if __name__ == "__main__":
    sys.path.insert(0, str(SOURCES))
    build(Path(sys.argv[1]))
    sys.stdout.write(f"{Path(sys.argv[1]) / 'index.html'}\n")
