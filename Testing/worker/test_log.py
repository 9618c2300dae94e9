"""The log that is kept: complete, without the coefficients of the result, and without names of people or folders."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import tempfile
from pathlib import Path

from ElastixRegistrationLib.core.errors import ParameterError, RegistrationError
from ElastixRegistrationLib.worker import log_reader
from ElastixRegistrationLib.worker.log_reader import LogReader, end_mark
from ElastixRegistrationLib.worker.outputs import DisplacementField
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.images import blobs, grid, stage

LOG = (
    b"Resolution: 0\r\n1:ItNr\t2:Metric\n0\t-0.5\n"
    b"Final result:\n"
    b"=============== start of TransformParameterFile ===============\n"
    b'(TransformParameters 1 2 3)\n(Comment "x")\n'
    b"=============== end of TransformParameterFile ===============\n"
    b"Metric \xc3\xa9 \xff\n" + end_mark("job 1") + b"of the next one\n"
)
TEXT = "Resolution: 0\n1:ItNr\t2:Metric\n0\t-0.5\nFinal result:\nMetric \xe9 \N{REPLACEMENT CHARACTER}\n"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_pieces_make_no_difference(pieces):
    reader, text, at = LogReader("job 1"), "", 0
    while at < len(LOG):
        for piece in pieces:
            text += reader.feed(LOG[at : at + piece])
            at += piece
    assert text == TEXT
    assert reader.ended


def test_the_mark_of_another_job_is_a_line_like_others():
    reader = LogReader("job 2")
    assert reader.feed(LOG) == TEXT + end_mark("job 1").decode() + "of the next one\n"
    assert not reader.ended


def test_the_last_line_of_a_crash_is_kept():
    reader = LogReader("job 1")
    assert reader.feed(b"one\nterminate called") == "one\n"
    assert reader.flush() == "terminate called\n"
    assert reader.flush() == ""


def test_an_endless_line_takes_no_endless_memory():
    reader = LogReader("job 1")
    for _ in range(50):
        reader.feed(b"x" * 100_000)
    assert len(reader.flush()) <= 100_001


def test_folders_of_the_user_are_replaced(monkeypatch):
    monkeypatch.setenv("HOME", "/home/jane.doe")
    monkeypatch.setattr(tempfile, "tempdir", "/home/jane.doe/tmp")
    extension = Path(log_reader.__file__).resolve().parents[2]
    reader = LogReader("job 1")
    said = f"/home/jane.doe/tmp/a /home/jane.doe/b {extension}/c\n".encode()
    assert reader.feed(said) == "<temporary folder>/a ~/b <extension>/c\n"


def private_words():
    words = {socket.gethostname(), str(Path.home()), tempfile.gettempdir() + os.sep, os.getcwd(), sys.prefix}
    if len(getpass.getuser()) > 4:
        words.add(getpass.getuser())
    return {word for word in words if len(word) > 3}


def test_no_name_and_no_path_is_in_the_log_of_a_run(pool, pair, tmp_path):
    stages = [
        stage(MaximumNumberOfIterations="5"),
        stage("BSplineTransform", MaximumNumberOfIterations="5", FinalGridSpacingInPhysicalUnits="32"),
    ]
    handle = pool.submit(*pair, stages)
    assert handle.wait(60)
    log = handle.result.log
    assert log == handle.log
    assert log.count("Resolution: ") == 4
    assert "TransformParameters " not in log
    assert len(log) < 100_000
    for word in private_words():
        assert word not in log


def test_no_path_is_in_the_log_of_a_failure(pool, pair, quick):
    geometry = grid()
    handle = pool.submit(blobs(geometry), blobs(grid(origin=(25, 12, -55))), [stage(RequiredRatioOfValidSamples="0.9")])
    assert handle.wait(60)
    assert isinstance(handle.error, RegistrationError)
    assert handle.error.log == handle.log
    for word in private_words():
        assert word not in handle.log


def test_a_parameter_that_is_refused_is_named(pool, pair, quick):
    handle = pool.submit(*pair, [{**quick[0], "NumberOfResolutions": ("many",)}])
    assert handle.wait(60)
    assert isinstance(handle.error, ParameterError)
    assert handle.error.parameter == "NumberOfResolutions"
    assert "many" in str(handle.error)


def test_an_error_nobody_expected_is_in_the_log_without_paths(pool, pair, quick):
    handle = pool.submit(*pair, quick, outputs=[DisplacementField("field", reference=7)])
    assert handle.wait(60)
    assert str(handle.error).startswith("The registration failed. AttributeError: ")
    assert "Traceback" in handle.log
    assert "<extension>" in handle.log
    for word in private_words():
        assert word not in handle.log
