"""Run registrations in a process in which HDF5 ends it, and in which every file that elastix leaves is seen.

    python guarded_run.py FOLDER WATCHED TABLE

FOLDER has ``fixed.npy`` and ``moving.npy``. TABLE is a JSON list of lists of stages. One JSON line per entry tells what
became of it; what was written lies in WATCHED, in which this runs, and which is also where elastix keeps its log.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
import os
import platform
import re
import sys
from pathlib import Path

import numpy as np

#: What a program can begin to use HDF5 with.
_DOORS = ("H5open", "H5Fcreate", "H5Fopen", "H5Fis_hdf5", "H5Fis_accessible", "H5Pcreate")
_TRAP = {"x86_64": b"\xcc", "AMD64": b"\xcc", "aarch64": b"\x00\x00\x20\xd4"}


def abort_in_hdf5() -> int:
    """Put a breakpoint where each function of every loaded HDF5 begins: a call of one ends this process.

    Returns how many there are.
    """
    trap = _TRAP[platform.machine()]
    mprotect = ctypes.CDLL(None, use_errno=True).mprotect
    mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    count = 0
    libraries = set(re.findall(r"(/\S+\.so[.\d]*)$", Path("/proc/self/maps").read_text(), re.MULTILINE))
    for library in sorted(libraries):
        try:
            loaded = ctypes.CDLL(library, os.RTLD_NOLOAD | os.RTLD_LAZY)
        except OSError:  # the loader itself is no library
            continue
        for name in (prefix + door for prefix in ("", "itk_", "vtkhdf5_") for door in _DOORS):
            with contextlib.suppress(AttributeError):
                address = ctypes.cast(getattr(loaded, name), ctypes.c_void_p).value
                page = address & -mmap.PAGESIZE
                if mprotect(page, 2 * mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC):
                    raise OSError(ctypes.get_errno(), name)
                ctypes.memmove(address, trap, len(trap))
                count += 1
    return count


def main(folder: str, watched: str, table: str) -> None:
    from ElastixRegistrationLib.core.elastix import run
    from ElastixRegistrationLib.core.errors import ElastixRegistrationError
    from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
    from ElastixRegistrationLib.core.registration.register import register

    images = []
    for name in ("fixed", "moving"):
        voxels = np.load(Path(folder) / f"{name}.npy")
        shape = voxels.shape[::-1]
        direction = tuple(map(tuple, np.eye(len(shape)).tolist()))
        images.append(image_from_array(voxels, Geometry(shape, (2.0,) * len(shape), (0.0,) * len(shape), direction)))
    os.chdir(watched)
    run.load((images[0].GetImageDimension(),))
    print(json.dumps({"hdf5": abort_in_hdf5()}), flush=True)

    @contextlib.contextmanager
    def watched_folder():
        yield os.getcwd()

    run.scratch_folder = watched_folder
    for number, stages in enumerate(json.loads(Path(table).read_text())):
        maps = [{name: tuple(values) for name, values in stage.items()} for stage in stages]
        for log_to_file in (True, False):  # as in the calling process, and as in the worker
            try:
                register(*images, maps, log_to_file=log_to_file, threads=1)
                told = ""
            except ElastixRegistrationError as error:
                told = str(error)
        print(json.dumps({"number": number, "told": told, "files": sorted(os.listdir())}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--write-hdf5":
        from ElastixRegistrationLib.core.files.transform_files import write_transform
        from ElastixRegistrationLib.core.images.geometry import Geometry
        from ElastixRegistrationLib.core.system.itk_access import wrapped_class
        from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix

        wrapped_class("HDF5TransformIO", "TemplateD")
        abort_in_hdf5()
        unit = tuple(map(tuple, np.eye(3).tolist()))
        write_transform(affine_from_matrix(np.eye(4)), sys.argv[2], Geometry((2,) * 3, (1.0,) * 3, (0.0,) * 3, unit))
    else:
        main(*sys.argv[1:4])
