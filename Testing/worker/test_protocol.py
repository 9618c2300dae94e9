"""Frames and messages: whole however they arrive, and nothing but arrays and plain values out of anything else."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import pickle
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError, ParameterError
from ElastixRegistrationLib.core.images.background import BackgroundEstimate
from ElastixRegistrationLib.core.transforms.plain_data import TransformData, TransformElement, VoxelData
from ElastixRegistrationLib.worker import messages
from ElastixRegistrationLib.worker.log_reader import end_mark
from ElastixRegistrationLib.worker.messages import ParameterMaps, pack, unpack
from ElastixRegistrationLib.worker.outputs import DisplacementField, ResampledVolume
from ElastixRegistrationLib.worker.pool import WorkerPool
from ElastixRegistrationLib.worker.process import WorkerProcess
from ElastixRegistrationLib.worker.protocol import FrameReader, Outbox, ProtocolError, frame_buffers
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.images import grid
from support.processes import until

WORKER = Path(messages.__file__).parent


def frame_bytes(kind="register", body=None, arrays=()):
    return b"".join(bytes(piece) for piece in frame_buffers(kind, body, arrays))


def feed(data, pieces=(1 << 20,), most_bytes=lambda: 1e8):
    """Frames that a reader makes of ``data``, read in pieces of the given lengths, over and over."""
    reader, frames, at = FrameReader(most_bytes), [], 0
    while at < len(data):
        for piece in pieces:
            free = reader.free()[:piece]
            part = data[at : at + len(free)]
            free[: len(part)] = part
            if not part:
                break
            at += len(part)
            frame = reader.advance(len(part))
            if frame is not None:
                frames.append(frame)
    return frames


def header_bytes(header, array_bytes=0, length=None, magic=b"ELX1"):
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<4sIQ", magic, len(text) if length is None else length, array_bytes) + text


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_frames_arrive_whole_whatever_the_pieces(pieces, random):
    values = np.random.default_rng(random.randrange(100))
    arrays = [
        values.integers(0, 200, (3, 4, 5)).astype(name) for name in ("uint8", "int16", "uint64", "float32", "float64")
    ]
    arrays += [np.empty((0, 3)), np.asfortranarray(arrays[3]), arrays[1].astype(">i2")[:, ::2], arrays[0] > 100]
    frames = feed(frame_bytes("one", {"a": [1, None, "é"]}, arrays) + frame_bytes("two"), pieces)
    assert [frame.kind for frame in frames] == ["one", "two"]
    assert frames[0].body == {"a": [1, None, "é"]}
    for sent, come in zip(arrays, frames[0].arrays, strict=True):
        assert np.array_equal(sent, come)
        assert come.flags.writeable


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        header_bytes({"kind": "x", "body": None, "arrays": []}, magic=b"ELX2"),
        header_bytes(b"", length=0),
        header_bytes(b"{}", length=2**32 - 1),
        header_bytes({"kind": "x", "body": None, "arrays": []}, array_bytes=2**63),
        header_bytes({"kind": "x", "body": None, "arrays": []}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["uint8", [9]]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["object", [1]]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["O", [1]]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["float64", [-1]]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["float64", [1] * 40]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["float64", [True]]]}, array_bytes=8),
        header_bytes({"kind": "x", "body": None, "arrays": [["float64", [0, 2**39]]] * 5000}),
        header_bytes({"kind": 3, "body": None, "arrays": []}),
        header_bytes({"kind": "x", "body": None, "arrays": {}}),
        header_bytes({"kind": "x", "arrays": []}),
        header_bytes([]),
        header_bytes(b"[" * 100_000),
        header_bytes(b"\xff\xfe{}"),
        header_bytes(pickle.dumps(print)),
    ],
)
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(ProtocolError):
        feed(data)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_garbled_frames_are_refused_or_read_but_never_something_else(data):
    whole = bytearray(frame_bytes("register", {"a": {"$type": "array", "index": 0}}, [np.arange(20.0)]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        for frame in feed(bytes(whole)):
            unpack(frame.body, frame.arrays)


def test_memory_is_asked_for_only_when_there_is_enough():
    data = header_bytes({"kind": "x", "body": None, "arrays": [["uint8", [10**12]]]}, array_bytes=10**12)
    with pytest.raises(ProtocolError, match="more than there is memory for"):
        feed(data, most_bytes=lambda: 1e9)
    with pytest.raises(ProtocolError, match="more than there is memory for"):
        feed(data, most_bytes=lambda: None)


def test_an_outbox_sends_one_frame_after_the_other():
    outbox, sent = Outbox(), bytearray()
    for kind in ("a", "b"):
        outbox.add(frame_buffers(kind, None, [np.arange(1000)]))
    while pending := outbox.pending():
        sent += pending[:333]
        outbox.advance(min(333, len(pending)))
    assert bytes(sent) == frame_bytes("a", None, [np.arange(1000)]) + frame_bytes("b", None, [np.arange(1000)])


GEOMETRY = grid()
MESSAGES = [
    None,
    {"a": [1, 2.5, "text", True, None], "b": (1, (2, "x"))},
    GEOMETRY,
    BackgroundEstimate(**dict.fromkeys(BackgroundEstimate.__dataclass_fields__)),
    [ResampledVolume("v", reference=GEOMETRY), DisplacementField("f")],
    TransformData((TransformElement("AffineTransform", "D3", np.arange(12.0), np.zeros(3)),)),
    ParameterMaps([{"Transform": ("AffineTransform",), "Long": tuple(map(str, range(1000))), "None": ()}]),
]


def same(one, other):
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(other) and same(vars(one), vars(other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_come_back(message):
    (frame,) = feed(frame_bytes("x", *_packed(message)))
    assert same(unpack(frame.body, frame.arrays), message)


def _packed(message):
    arrays = []
    return pack(message, arrays), arrays


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "size", "spacing", "origin", "direction", "array"]), inner, max_size=4)
        | st.fixed_dictionaries(
            {"$type": st.sampled_from([*messages.PLAIN, *messages.SPECIAL, "Path", "system"]) | inner},
            optional=dict.fromkeys(("index", "items", "maps", "size", "array", "geometry", "elements"), inner),
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(json_values)
def test_whatever_json_comes_only_messages_come_out(value):
    with contextlib.suppress(ProtocolError):
        result = unpack(value, [np.zeros(3)])
        for part in _parts(result):
            allowed = (type(None), bool, int, float, str, list, dict, tuple, np.ndarray, ParameterMaps)
            assert isinstance(part, (*allowed, type(GEOMETRY), *messages.PLAIN.values()))


def _parts(value):
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    for part in inside:
        yield from _parts(part)


@pytest.mark.parametrize(
    "body",
    [
        {"$type": "subprocess.Popen", "args": ["true"]},
        {"$type": "__class__"},
        {"$type": ["VoxelData"]},
        {"$type": "array", "index": -1},
        {"$type": "array", "index": 0, "more": 1},
        {"$type": "VoxelData", "array": "x", "geometry": "y"},
        {"$type": "TransformElement", "name": "../os", "suffix": "D3", "parameters": 0, "fixed_parameters": 0},
        {"$type": "Geometry", "size": [2, 2], "spacing": [1, 1], "origin": [0, 0], "direction": [[1, 0]]},
        {"$type": "Geometry", "size": [2.5], "spacing": [1], "origin": [0], "direction": [[1]]},
        {"$type": "maps", "maps": [{"a": [1]}]},
        {"$type": "tuple", "items": "text"},
        json.loads("[" * 50 + "]" * 50),
    ],
)
def test_messages_that_are_none_are_refused(body):
    with pytest.raises(ProtocolError):
        unpack(body, [])


@pytest.mark.parametrize("value", [object(), {1: 2}, {"$type": "array"}, ParameterMaps([{"a": (1,)}]), Path("x"), b"x"])
def test_what_is_no_message_is_not_sent(value):
    with pytest.raises(InputError):
        pack(value, [])


def test_a_transform_of_a_strange_class_is_not_built():
    with pytest.raises(InputError, match="cannot be sent"):
        TransformElement("ImageFileWriter", "D3", np.zeros(0), np.zeros(0))
    with pytest.raises(InputError, match="does not fit"):
        VoxelData(np.zeros((2, 2, 2)), GEOMETRY)
    for elements in ((), ("a text",)):
        with pytest.raises(InputError, match="not made of transforms"):
            TransformData(elements)


def test_nothing_of_the_worker_can_execute_what_arrives():
    forbidden = {"pickle", "marshal", "shelve", "multiprocessing", "yaml", "dill", "cloudpickle"}
    for path in WORKER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name.split(".")[0] for alias in node.names} | {getattr(node, "module", None)}
                assert not names & forbidden, path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path.name
            if isinstance(node, ast.keyword):
                assert node.arg != "allow_pickle", path.name


class _Executes:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.skipif(sys.platform == "win32", reason="looks for exit codes of POSIX")
def test_a_worker_that_is_sent_garbage_says_so_and_ends(tmp_path):
    marker = tmp_path / "executed"
    garbage = {
        "a frame starts with": pickle.dumps(_Executes(marker)),
        "request is none of this version": frame_bytes("execute", {"code": f"open({str(marker)!r}, 'w')"}),
        "that is not one": frame_bytes("register", {"$type": "os.system", "command": f"touch {marker}"}),
    }
    workers = {words: WorkerProcess() for words in garbage}
    for words, data in garbage.items():
        workers[words].send(iter([memoryview(data)]))

    def all_have_ended():
        for worker in workers.values():
            worker.pump()
        return all(worker.exit_code is not None for worker in workers.values())

    assert until(all_have_ended)
    for words, worker in workers.items():
        assert worker.exit_code == 1
        assert words in worker.log.decode()
        worker.close()
    assert not marker.exists()


def test_parameters_of_a_malicious_preset_are_texts(pool, pair, quick, tmp_path):
    marker = tmp_path / "executed"
    code = f"__import__('os').system('touch {marker}')"
    evil = {"Comment": (f"$(touch {marker})", f"`touch {marker}`"), code: (code,), "NumberOfResolutions": (code,)}
    for name in evil:
        handle = pool.submit(*pair, [{**quick[0], name: evil[name]}])
        assert handle.wait(60)
    assert isinstance(handle.error, ParameterError)
    assert not marker.exists()


@pytest.mark.parametrize(
    "answer",
    [
        frame_bytes("result", {"$type": "Path", "args": ["x"]}),
        frame_bytes("result", {"transform": None}) + frame_bytes("over", {"stays": True}),
        frame_bytes("failed", None) + frame_bytes("over", {"stays": True}),
        frame_bytes("result", {}) + frame_bytes("over", 3),
        frame_bytes("nonsense"),
    ],
)
def test_a_garbled_answer_is_an_error(pair, quick, tmp_path, answer):
    file, program = tmp_path / "answer", tmp_path / "worker"
    file.write_bytes(frame_bytes("hello", {}) + answer)
    mark = end_mark("job 1").decode().replace("\x1e", "\\036").replace("\n", "\\n")
    program.write_text(f"#!/bin/sh\nprintf '{mark}' >&2; cat '{file}'; sleep 5\n", encoding="utf-8")
    program.chmod(0o700)
    with WorkerPool(python=str(program)) as pool:
        handle = pool.submit(*pair, quick)
        assert handle.wait(20)
        assert handle.state == "failed"
        assert "sent invalid data" in str(handle.error)
