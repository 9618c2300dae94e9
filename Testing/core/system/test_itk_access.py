"""What loading ITK brings into a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[3] / "ElastixRegistration"
#: Stands for PyTorch, which loads for seconds; ITK looks for its metadata.
_HEAVY = {"torch/__init__.py": "", "torch-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: torch\nVersion: 2.0\n"}


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_process_of_our_own_loads_no_other_arrays(tmp_path, is_ours):
    for name, text in _HEAVY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    code = (
        "import sys\n"
        "from ElastixRegistrationLib.core.system.itk_access import use_itk_alone, wrapped_class\n"
        + "use_itk_alone()\n"
        * is_ours
        + "wrapped_class('ImageFileReader', 'IF3')\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (LIBRARY, tmp_path)))},
        capture_output=True,
        text=True,
        check=True,
    )
    # Others may hand arrays of these libraries to ITK's functions.
    assert done.stdout.strip() == str(not is_ours)
