"""Zips that are damaged, or made to write elsewhere or to fill the memory."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.presets import sources as preset_sources
from ElastixRegistrationLib.core.presets.import_report import READ, REFUSED
from ElastixRegistrationLib.core.presets.importing import examine, import_presets
from support.preset_files import DEFORMABLE, RIGID, folder_of, states


def zipped(path: Path, **files: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_a_zip_as_mac_os_makes_it(mine, tmp_path):
    source = zipped(
        tmp_path / "set.zip",
        **{
            "set/": "",
            "set/rigid.txt": RIGID,
            "set/bspline.txt": DEFORMABLE,
            "__MACOSX/set/._rigid.txt": b"\0\5\x16\7",
            "set/.DS_Store": b"\0",
        },
    )
    report = import_presets(source, mine)
    assert [preset.id for preset in report.presets] == ["set"]
    assert set(states(report)) == {"set/rigid.txt", "set/bspline.txt"}


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt", "c:evil.txt"]
)
def test_a_zip_cannot_write_elsewhere(mine, tmp_path, name):
    source = zipped(tmp_path / "set.zip", **{name: RIGID, "good/rigid.txt": RIGID})
    before = set(tmp_path.rglob("*"))
    report = import_presets(source, mine)
    assert next(file.reason for file in report.files if file.state == REFUSED) == "its name leads out of the zip"
    made = set(tmp_path.rglob("*")) - before
    assert all(path == mine.folder or mine.folder in path.parents for path in made)
    assert [preset.id for preset in mine.presets()] == ["good"]


def test_links_are_not_followed(mine, tmp_path):
    link = zipfile.ZipInfo("set/link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("set/rigid.txt", RIGID)
    assert states(examine(tmp_path / "set.zip"))["set/link.txt"] == REFUSED
    if sys.platform != "win32":
        source = folder_of(tmp_path / "set", rigid_txt=RIGID)
        os.symlink(tmp_path / "set.zip", source / "link.txt")
        os.symlink("/", source / "everything")
        assert states(examine(source)) == {"link.txt": REFUSED, "rigid.txt": READ}


def test_a_zip_bomb_is_not_inflated(mine, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"(" * (200 * 10**6))
        archive.writestr("rigid.txt", RIGID)
    assert (tmp_path / "bomb.zip").stat().st_size < 10**6
    assert states(examine(tmp_path / "bomb.zip")) == {"bomb.txt": REFUSED, "rigid.txt": READ}
    monkeypatch.setattr(preset_sources, "MAX_ALL_BYTES", 100)
    with pytest.raises(InputError, match="more than"):
        import_presets(tmp_path / "bomb.zip", mine)
    assert not mine.folder.exists()


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(preset_sources, "MAX_FILES", 3)
    source = folder_of(tmp_path / "set", **{f"f{n}_txt": RIGID for n in range(4)})
    with pytest.raises(InputError, match="more than 3 files"):
        examine(source)
    with pytest.raises(InputError, match="more than 3"):
        examine(zipped(tmp_path / "set.zip", **{f"f{n}.txt": RIGID for n in range(4)}))


@pytest.mark.parametrize("cut", [30, 200, -30])
def test_a_broken_zip_leaves_nothing(mine, tmp_path, cut):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"set{n}/rigid.txt", RIGID)
    data = bytearray(whole.getvalue())
    if cut < 0:
        data[40:60] = b"\xff" * 20  # of the first file's content
    else:
        del data[:cut]
    (tmp_path / "broken.zip").write_bytes(bytes(data))
    with pytest.raises(
        InputError, match=r"broken\.zip: the archive is damaged; (its list of files|set0/rigid\.txt in it)"
    ):
        import_presets(tmp_path / "broken.zip", mine)
    assert not mine.folder.exists()


def test_a_damaged_zip_in_a_folder_is_called_so(tmp_path):
    source = folder_of(tmp_path / "given", rigid_txt=RIGID)
    whole = zipped(source / "whole.zip", **{"rigid.txt": RIGID}).read_bytes()
    (source / "cut.zip").write_bytes(whole[:-30])
    reasons = {file.path: file.reason for file in examine(source).files}
    assert reasons["whole.zip"] == "it is a zip inside; import it by itself"
    assert reasons["cut.zip"].startswith("the archive is damaged")


def test_a_zip_that_is_packed_otherwise_is_refused_by_file(tmp_path):
    data = zipped(tmp_path / "set.zip", **{"a.txt": RIGID}).read_bytes()
    for method in (14, 99):  # LZMA, which some Pythons cannot read, and one that none can
        changed = bytearray(data)
        changed[8] = changed[data.index(b"PK\1\2") + 10] = method
        (tmp_path / "set.zip").write_bytes(bytes(changed))
        (file,) = examine(tmp_path / "set.zip").files
        assert (file.state, "compression" in file.reason) == (REFUSED, True)


def test_an_encrypted_file_is_refused(tmp_path):
    source = zipped(tmp_path / "set.zip", **{"rigid.txt": RIGID, "secret.txt": RIGID})
    data = bytearray(source.read_bytes())
    for place in (data.rindex(b"secret.txt") - 46 + 8, data.index(b"secret.txt") - 30 + 6):
        data[place] |= 1
    source.write_bytes(bytes(data))
    assert states(examine(source)) == {"rigid.txt": READ, "secret.txt": REFUSED}
