"""The command presets: list, show, import, export, delete."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import stage
from support.command_line import LIBRARY, call


def test_presets_are_listed_shown_and_exported(tmp_path, capsys):
    assert call("presets", "list", "--json", "--dimension", 2) == 0
    found = json.loads(capsys.readouterr().out)["presets"]
    assert {"rigid", "affine"} <= {preset["id"] for preset in found}
    assert call("presets", "show", "rigid") == 0
    assert '(Transform "EulerTransform")' in capsys.readouterr().out
    assert call("presets", "export", "rigid", tmp_path / "mine") == 0
    assert call("presets", "show", "rigit") == 2
    assert "rigid" in capsys.readouterr().err
    assert sorted(p.suffix for p in (tmp_path / "mine").iterdir()) == [".json", ".txt"]


def test_imported_presets_are_listed_changed_used_and_deleted(pair, tmp_path, capsys, preset_folder):
    assert call("presets", "import", pair / "rigid.txt", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["imported"] == [{"id": "rigid-2", "title": "rigid"}]
    assert [(file["path"], file["state"]) for file in document["files"]] == [("rigid.txt", "read")]
    assert call("presets", "rename", "rigid-2", "Ours") == 0
    assert call("presets", "copy", "rigid-2", "Ours too") == 0
    capsys.readouterr()
    assert call("presets", "--search", "ours") == 0
    assert capsys.readouterr().out.split() == ["rigid-2", "Ours", "[yours]", "ours-too", "Ours", "too", "[yours]"]
    assert call("presets", "delete", "ours-too") == 0
    assert [path.name for path in preset_folder.iterdir()] == ["rigid-2"]
    volume = tmp_path / "v.nrrd"
    assert (
        call("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--preset", "rigid-2", "--output-volume", volume)
        == 0
    )
    assert volume.is_file()
    capsys.readouterr()
    assert call("presets", "delete", "rigid") == 2
    assert "built-in" in capsys.readouterr().err


def test_an_import_says_what_it_upgraded_and_left_out(tmp_path, capsys, preset_folder):
    (tmp_path / "old").mkdir()
    write_parameter_file(stage("AffineTransform", Metric="NormalizedCorrelation"), tmp_path / "old" / "affine.txt")
    (tmp_path / "groupwise").mkdir()
    write_parameter_file(stage(Metric="PCAMetric2"), tmp_path / "groupwise" / "x.txt")
    assert call("presets", "import", tmp_path) == 0
    out = capsys.readouterr().out
    assert "upgraded: old/affine.txt: Metric NormalizedCorrelation is AdvancedNormalizedCorrelation now (cdadf82" in out
    assert "left out: groupwise" in out
    assert out.splitlines()[-1] == "1 preset imported, 1 left out, 1 file upgraded, 0 refused."
    assert call("presets", "import", tmp_path / "nothing") == 2
    assert "nothing" in capsys.readouterr().err.splitlines()[-1]


def test_listing_presets_is_quick_as_it_loads_no_itk():
    load = "import sys; from ElastixRegistrationLib.cli.main import main;"
    code = f"{load} main(['presets']); sys.exit('itk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(LIBRARY)}, check=False)
    assert done.returncode == 0
