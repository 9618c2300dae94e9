"""What the demo prints: its own lines and nothing else, also where an earlier demo has left its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.files.image_files import write_image
from phantoms.images import blobs, grid

SOURCES = Path(__file__).resolve().parents[2] / "ElastixRegistration"


def test_a_second_demo_prints_what_the_first_did(tmp_path):
    pytest.importorskip("slicer")
    for name, shift in (("fixed scan", (0.0, 0.0, 0.0)), ("moving scan", (3.0, 0.0, 0.0))):
        write_image(blobs(grid(), shift), tmp_path / f"{name}.nrrd")
    code = (
        f"import sys; sys.path[:0] = [{str(SOURCES)!r}, {str(SOURCES.parent / 'Testing')!r}]\n"
        "from demo.__main__ import main\n"
        "arguments = ['fixed scan.nrrd', 'moving scan.nrrd', '--preset', 'translation', '--output', 'über demo']\n"
        "sys.exit(main(arguments) or main(arguments))\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
    )
    first, second = done.stdout.split("Registering with")[1:]
    starts = [[line.split(" ")[0] for line in part.splitlines() if " s on " not in line] for part in (first, second)]
    assert starts[0] == starts[1]
    assert not any(word in done.stdout for word in ("Info:", "Warning", "ERROR", ".cxx"))
    assert (tmp_path / "über demo" / "scene.mrml").is_file()
