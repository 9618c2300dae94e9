"""The worker process: reads requests from its standard input, registers, and writes results to its standard output.

elastix prints to standard output, so that is redirected to standard error, where the client reads the log.
"""

from __future__ import annotations

import importlib
import io
import os
import select
import sys
import time
import traceback
from typing import Any

from ..core.system.itk_access import preload, use_itk_alone
from ..core.wording import sentence_of
from . import guard
from .group import run_group_request
from .log_reader import end_mark
from .messages import pack, unpack
from .protocol import Frame, FrameReader, ProtocolError, frame_buffers

if sys.platform == "win32":
    import _winapi
    import msvcrt

_CORE = f"{__package__.rpartition('.')[0]}.core"
_RESULT_MODULES = (
    *(f"{_CORE}.{name}" for name in ("quality.assessment", "transforms.inverse", "resampling.images")),
    *("itk.itkAffineTransformPython", "itk.itkBSplineTransformPython", "itk.itkCompositeTransformPython"),
    *("itk.itkInterpolateImageFunctionPython", "itk.itkImageToImageFilterBPython"),
)
#: Seconds before more is loaded, because a first request may be about to arrive.
_REST_S = 1.0
#: Seconds after which pages of libraries that were needed only for loading are released.
_SETTLED_S = 0.1
#: Largest memory of an idle worker; a worker that holds more after a large job ends.
_MAX_IDLE_BYTES = 256 * 2**20


def main(idle_s: float) -> None:
    """Serve until the client is gone or there was no request for ``idle_s`` seconds. Does not return."""
    use_itk_alone()
    guard.no_core_dumps()
    requests, results = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    status = 1
    try:
        status = _Server(requests, results, idle_s).run()
    except OSError:
        status = 0  # the client is gone, so there is nobody to report to
    except ProtocolError as error:
        sys.stderr.write(f"The worker cannot go on: {error}.\n")
    finally:
        sys.stderr.flush()
        os._exit(status)  # ITK's own shutdown takes long and can only fail


class _Server:
    def __init__(self, requests: int, results: int, idle_s: float):
        self._requests, self._idle_s = requests, idle_s
        self._in, self._out = io.FileIO(requests, "rb"), io.FileIO(results, "wb")
        self._reader = FrameReader()

    def run(self) -> int:
        problem: str | None = None
        try:
            _preload()
        except ImportError as error:
            # The client gets it as the answer to its first request.
            problem = f"{error.name or error} could not be loaded: {error}"
        self._send("hello", {"pid": os.getpid()})
        if problem is None:
            self._preload_for_results()
        while self._request_within(self._idle_s):
            frame = self._read()
            if frame is None:
                return 0
            if not self._serve(frame, problem):
                return 0
        return 0

    def _preload_for_results(self) -> None:
        """While idle, load the modules that a registration would load last."""
        if self._request_within(_SETTLED_S):
            return
        guard.give_back_memory()
        for module in _RESULT_MODULES:
            if self._request_within(_REST_S if module is _RESULT_MODULES[0] else 0):
                return
            importlib.import_module(module)
        guard.give_back_memory()

    def _request_within(self, seconds: float) -> bool:
        if sys.platform == "win32":
            handle, end = msvcrt.get_osfhandle(self._requests), time.monotonic() + seconds
            while time.monotonic() < end:
                try:
                    if _winapi.PeekNamedPipe(handle, 0)[0]:
                        return True
                except OSError:
                    return False
                time.sleep(0.01)
            return False
        else:
            return bool(select.select([self._requests], [], [], seconds)[0])

    def _read(self) -> Frame | None:
        """The next request; None when the client is gone."""
        while True:
            count = self._in.readinto(self._reader.free()[: 1 << 20])
            if not count:
                return None
            frame = self._reader.advance(count)
            if frame is not None:
                return frame

    def _send(self, kind: str, body: Any) -> None:
        arrays: list[Any] = []
        body = pack(body, arrays)
        for buffer in frame_buffers(kind, body, arrays):
            while buffer:
                buffer = buffer[self._out.write(buffer) :]

    def _serve(self, frame: Frame, problem: str | None) -> bool:
        """Answer one request. Returns whether this process can serve another one."""
        request = _checked_request(frame)
        frame_kind = frame.kind
        del frame
        self._send("accepted", {"job": request["job"]})
        guard.limit_memory(request["memory_limit_bytes"])
        try:
            if problem is not None:
                raise RuntimeError(f"In the Python of the worker, {problem}")
            with guard.ending_with_the_client(self._requests, request["timeout_s"]):
                kind, body = "result", _RUNNERS[frame_kind](request)
        except Exception as error:  # the client must learn about any error
            kind, body = "failed", _described(error)
        del request["arguments"], request["outputs"]
        guard.limit_memory(None)
        guard.flush_c_streams()
        self._send(kind, body)
        del body
        guard.give_back_memory()
        # elastix keeps state that an exception may have left inconsistent.
        stays = kind == "result" and (guard.resident_bytes() or 0) < _MAX_IDLE_BYTES
        _write_all(2, end_mark(request["job"]))
        self._send("over", {"stays": stays})
        return stays


def run_request(request: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer to an unpacked request. Raises the errors of ``core.register``."""
    from ..core.registration.register import register
    from ..core.transforms.plain_data import channel_images
    from .outputs import compute
    from .result import packable_result

    arguments = dict(request["arguments"])
    moving = arguments["moving"]
    arguments["fixed"], arguments["moving"] = arguments["fixed"].scalar_image(), moving.scalar_image()
    for name in ("fixed_mask", "moving_mask", "sliding_mask", "moving_sliding_mask"):
        if arguments.get(name) is not None:
            arguments[name] = arguments[name].image()
    if arguments.get("initial_transform") is not None:
        arguments["initial_transform"] = arguments["initial_transform"].transform()
    arguments["channels"] = [channel_images(channel) for channel in arguments.get("channels", ())]
    result = register(**arguments, log_to_console=True, log_to_file=False)
    outputs = {output.name: compute(output, result, arguments, moving) for output in request["outputs"]}
    return packable_result(result, outputs)


_RUNNERS = {"register": run_request, "group": run_group_request}


def _checked_request(frame: Frame) -> dict[str, Any]:
    request = unpack(frame.body, frame.arrays)
    names = {"job", "arguments", "outputs", "timeout_s", "memory_limit_bytes"}
    if frame.kind not in _RUNNERS or not isinstance(request, dict) or set(request) != names:
        raise ProtocolError(f"a {frame.kind[:20]} request is none of this version")
    if not isinstance(request["arguments"], dict) or not isinstance(request["outputs"], list):
        raise ProtocolError("a request without arguments")
    return request


def _described(error: BaseException) -> dict[str, Any]:
    from ..core.errors import InputError, ParameterError, RegistrationError, ResourceError

    described = {"error": "other", "message": sentence_of(error)}
    if isinstance(error, ParameterError):
        place = {"file": error.file, "line": error.line, "parameter": error.parameter}
        return {"error": "ParameterError", "message": error.problem, **place}
    if isinstance(error, ResourceError):
        return described | {"error": "ResourceError"}
    if isinstance(error, InputError):
        return described | {"error": "InputError"}
    if isinstance(error, RegistrationError):
        return described | {"error": "RegistrationError"}
    if isinstance(error, MemoryError) or "bad_alloc" in str(error):
        return described | {"error": "MemoryError", "message": "there was not enough memory"}
    sys.stderr.write("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    sys.stderr.flush()
    return described | {"message": f"{type(error).__name__}: {error}"}


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _preload() -> None:
    """Load the modules that a registration needs first."""
    from ..core.elastix import run as elastix
    from ..core.registration import register  # noqa: F401

    elastix.load()
    for _ in preload():
        pass
