"""Results that appear whole, and count only while they hold."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from ElastixRegistrationLib.batch.case_folder import (
    DRAFTS,
    checksum,
    complete_result,
    new_case_folder,
    remove_drafts,
    write_result,
)
from ElastixRegistrationLib.batch.lock import locked
from ElastixRegistrationLib.core.errors import InputError
from support.processes import until

INPUTS = {"fixed": "1", "moving": "2"}


def publish(output: Path, content: str = "voxels") -> Path:
    with new_case_folder(output, "case") as folder:
        (folder / "resampled.nrrd").write_text(content, encoding="ascii")
        inputs = {role: {"path": "/x", "sha256": digest} for role, digest in INPUTS.items()}
        document = {"state": "done", "settings_sha256": "s", "inputs": inputs}
        write_result(folder, document, {"resampled": "resampled.nrrd"})
    return output / "case"


def test_a_result_holds_until_something_changes(tmp_path):
    folder = publish(tmp_path)
    assert complete_result(folder, INPUTS, "s")["state"] == "done"
    assert complete_result(folder, INPUTS | {"moving": "3"}, "s") is None
    assert complete_result(folder, INPUTS | {"fixed_mask": "1"}, "s") is None
    assert complete_result(folder, INPUTS, "other") is None
    (folder / "resampled.nrrd").write_text("vowels", encoding="ascii")
    assert complete_result(folder, INPUTS, "s") is None
    (folder / "resampled.nrrd").unlink()
    assert complete_result(folder, INPUTS, "s") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(state="failed"),
        lambda document: document.update(format=99),
        lambda document: document.update(outputs={}),
        lambda document: document["outputs"]["resampled"].update(file="../case/resampled.nrrd"),
        lambda document: document.update(inputs=[1]),
    ],
)
def test_a_result_that_says_something_else_does_not_count(tmp_path, change):
    folder = publish(tmp_path)
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    change(document)
    (folder / "result.json").write_text(json.dumps(document), encoding="utf-8")
    assert complete_result(folder, INPUTS, "s") is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100000, '"text"'])
def test_a_damaged_result_does_not_count(tmp_path, text):
    folder = publish(tmp_path)
    (folder / "result.json").write_text(text, encoding="utf-8")
    assert complete_result(folder, INPUTS, "s") is None


def test_a_block_that_fails_leaves_the_former_result(tmp_path):
    publish(tmp_path)
    with pytest.raises(FileNotFoundError), new_case_folder(tmp_path, "case") as folder:
        (folder / "none" / "half").write_text("", encoding="ascii")
    assert sorted(os.listdir(tmp_path / "case")) == ["resampled.nrrd", "result.json"]
    assert os.listdir(tmp_path / DRAFTS) == []


def _publish_often(output: Path, letter: str) -> None:
    for _ in range(60):
        publish(output, letter * 10000)


def test_two_processes_that_publish_the_same_case_leave_one_whole_result(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_publish_often, args=(tmp_path, letter)) for letter in "ab"]
    for writer in writers:
        writer.start()
    seen = 0
    while any(writer.is_alive() for writer in writers):
        try:
            text = (tmp_path / "case" / "resampled.nrrd").read_text(encoding="ascii")
        except FileNotFoundError:  # between the former and the new one
            continue
        seen += 1
        assert text in ("a" * 10000, "b" * 10000)
    assert seen > 0
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert complete_result(tmp_path / "case", INPUTS, "s") is not None
    remove_drafts(tmp_path)
    assert os.listdir(tmp_path) == ["case"]


def test_the_checksum_of_a_folder_changes_with_names_and_content(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    first = checksum(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = checksum(tmp_path)
    (tmp_path / "b").write_bytes(b"12")
    assert len({first, second, checksum(tmp_path)}) == 3


def _hold(folder: Path, held) -> None:
    with locked(folder):
        held.set()
        signal.pause()


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_a_lock_names_its_holder_and_ends_with_it(tmp_path):
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held))
    holder.start()
    assert held.wait(30)
    with pytest.raises(InputError, match=rf"Another run uses .*process {holder.pid} on"), locked(tmp_path):
        pass
    holder.kill()
    assert until(lambda: not holder.is_alive())
    with locked(tmp_path):
        pass
