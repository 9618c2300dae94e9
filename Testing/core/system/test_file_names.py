"""Names that every file system takes."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.presets.user_presets import id_of
from ElastixRegistrationLib.core.system.file_names import safe_name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("T1 axial, Müller", "T1_axial_Müller"),
        ("CON", "CON_"),
        ("nul.nrrd", "nul_.nrrd"),
        ("com¹", "com¹_"),
        ("lpt9", "lpt9_"),
        ("console", "console"),
        ("../../etc/passwd", "etc_passwd"),
        (" . ", "scan"),
        ("a" * 79 + ". b", "a" * 79),
    ],
)
def test_whatever_a_user_typed(given, expected):
    assert safe_name(given, "scan") == expected


def test_folders_of_presets_are_no_devices():
    assert [id_of(title) for title in ("Con", "NUL", "Lung")] == ["preset-con", "preset-nul", "lung"]
