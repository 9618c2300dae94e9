"""A job object: Windows ends its processes when the last handle is closed, for example because the owner died."""

from __future__ import annotations

import ctypes

_EXTENDED_LIMITS = 9
_KILL_ON_CLOSE = 0x2000
_PROCESS_MEMORY = 0x100


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class WindowsJob:
    """Holds a process, by its handle, and its children."""

    def __init__(self, process_handle: int):
        self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._handle = ctypes.c_void_p(self._checked(self._kernel.CreateJobObjectW(None, None)))
        self.limit_memory(None)
        self._checked(self._kernel.AssignProcessToJobObject(self._handle, ctypes.c_void_p(process_handle)))

    def limit_memory(self, limit_bytes: int | None) -> None:
        limits = _ExtendedLimits()
        limits.basic.flags = _KILL_ON_CLOSE | (_PROCESS_MEMORY if limit_bytes else 0)
        limits.process_memory = int(limit_bytes or 0)
        size = ctypes.sizeof(limits)
        self._checked(self._kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), size))

    def kill(self) -> None:
        """End all processes in the job."""
        self._kernel.TerminateJobObject(self._handle, 1)

    def close(self) -> None:
        if self._handle:
            self._kernel.CloseHandle(self._handle)
            self._handle = ctypes.c_void_p()

    def _checked(self, value: int) -> int:
        if not value:
            raise ctypes.WinError(ctypes.get_last_error())
        return value
