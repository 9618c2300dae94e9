"""Feed readers garbled files, each for a time: ``python readers.py READER,READER... SECONDS SEED FOLDER``.

A process of its own, so that a crash of ITK shows as one. What is being read lies in FOLDER; whoever starts this finds
the file there that a crash, or a time limit, is owed to.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ElastixRegistrationLib.core.errors import ElastixRegistrationError
from ElastixRegistrationLib.core.files.image_files import read_grid, read_volume, write_image
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
from ElastixRegistrationLib.core.parameters.maps import (
    decoded_text,
    format_parameter_text,
    format_parameter_toml,
    parse_parameter_source,
)
from ElastixRegistrationLib.core.parameters.upgrades import upgrade_text
from ElastixRegistrationLib.core.parameters.validation import find_problems
from ElastixRegistrationLib.core.presets.catalog import built_in_presets
from ElastixRegistrationLib.core.presets.importing import examine
from ElastixRegistrationLib.core.presets.user_presets import write_preset_folder
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    map_points,
)
from ElastixRegistrationLib.core.transforms.plain_data import TransformData, VoxelData
from ElastixRegistrationLib.worker.messages import ParameterMaps, pack, unpack
from ElastixRegistrationLib.worker.outputs import ResampledVolume
from ElastixRegistrationLib.worker.protocol import FrameReader, ProtocolError, frame_buffers
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from phantoms.images import grid, stage

#: Longer than the longest file here takes by far.
MAX_S = 20.0
#: More memory than any of these files may need.
MAX_BYTES = 6 * 2**30
_GRID = grid((12, 11, 10))
_UPRIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
IMAGES = (".nii", ".mgh", ".nrrd", ".mha", ".tif", ".vtk", ".dcm")
_TOKENS = [
    *(b"nan", b"-inf", b"1e999", b"-1", b"0", b"99999999999999999999", b"4294967296", b"1e-320", b"0x10", b"1_000"),
    *(b"(", b")", b'"', b"//", b"\n", b"\r", b"\t", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"{", b"}", b"[]"),
    *(b"null", b"true", b"[[", b",,", b":", b"=", b"../", b"/dev/zero", b"\xf0\x9f\xa7\xa0", b"#", b"'''", b"\\u0000"),
]


@st.composite
def garbled(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of ``originals``, with pieces cut out, doubled, swapped, overwritten, put in, or taken from another."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 3, 8, 40, 400, 4000])))
        piece = draw(
            st.one_of(
                st.sampled_from(_TOKENS),
                st.binary(max_size=6),
                st.just(data[start:end] * draw(st.integers(0, 3))),
                st.just(draw(st.sampled_from(originals))[start:end]),
                st.integers(-(2**40), 2**40).map(lambda number: str(number).encode()),
                st.floats().map(lambda number: repr(number).encode()),
            )
        )
        data = data[:start] + piece + data[end:]
    return data


def _transforms() -> list:
    wave = np.random.default_rng(1).normal(0, 1, (3, 6, 6, 6))
    bspline = bspline_transform(wave, np.full(3, -30.0), np.full(3, 12.0), np.eye(3))
    matrix = np.eye(4)
    matrix[:3] += np.random.default_rng(2).normal(0, 0.1, (3, 4))
    return [affine_from_matrix(matrix), bspline, compose([affine_from_matrix(matrix), bspline])]


def _written(folder: Path, suffixes: tuple[str, ...]) -> list[bytes]:
    originals = []
    for suffix in suffixes:
        for number, transform in enumerate(_transforms()):
            path = folder / f"seed{number}{suffix}"
            write_transform(transform, path, _GRID)
            originals.append(path.read_bytes())
    return originals


def _parameter_reader(folder: Path) -> tuple[list[bytes], Callable[[bytes], None]]:
    texts = [one.text for preset in built_in_presets().values() for one in preset.all_stages()]
    originals = [text.encode() for text in texts[::4]] + [format_parameter_text(stage("BSplineTransform")).encode()]
    originals += [format_parameter_toml(stage("AffineTransform")).encode(), '(A "ü" 1)'.encode("utf-16")]

    def read(data: bytes) -> None:
        for toml in (False, True):
            try:
                parsed = parse_parameter_source(decoded_text(data, "file"), "file", toml=toml)
                for dimension in (2, 3):
                    find_problems([parsed.map], dimension)
                    if not toml:
                        upgrade_text(decoded_text(data, "file"), dimension)
                format_parameter_toml(parsed.map)
                format_parameter_text(parsed.map)
            except ElastixRegistrationError:
                pass

    return originals, read


def _transform_reader(folder: Path, suffixes: tuple[str, ...]) -> tuple[list[bytes], Callable[[bytes], None]]:
    originals = _written(folder, tuple(suffix for suffix in suffixes if suffix != ".mat") or (".tfm",))
    if ".mat" in suffixes:
        import SimpleITK as sitk

        path = folder / "seed.mat"
        sitk.WriteTransform(sitk.AffineTransform(3), str(path))
        originals = [path.read_bytes()]

    def read(data: bytes) -> None:
        for suffix in suffixes:
            path = folder / f"garbled{suffix}"
            path.write_bytes(data)
            try:
                transform = read_transform(path)
                map_points(transform, np.zeros((2, transform.GetInputSpaceDimension())))
            except ElastixRegistrationError:
                pass

    return originals, read


def _point_reader(folder: Path) -> tuple[list[bytes], Callable[[bytes], None]]:
    points = Points(np.random.default_rng(3).normal(0, 50, (5, 3)), ("a", "b, c", '"', "", "é"))
    originals = []
    for suffix in (".txt", ".fcsv", ".mrk.json"):
        write_points(points, folder / f"seed{suffix}")
        originals.append((folder / f"seed{suffix}").read_bytes())
    originals.append(b"index\n2\n1 2 3\n4 5 6\n")

    def read(data: bytes) -> None:
        for suffix in (".txt", ".fcsv", ".mrk.json"):
            path = folder / f"garbled{suffix}"
            path.write_bytes(data)
            try:
                found = read_points(path, _GRID)
                assert found.coordinates.shape[0] == len(found.labels)
            except ElastixRegistrationError:
                pass

    return originals, read


def _zip_reader(folder: Path) -> tuple[list[bytes], Callable[[bytes], None]]:
    """Garbled zips, and zips of garbled files."""
    preset = next(iter(built_in_presets().values()))
    files = {path.name: path.read_bytes() for path in write_preset_folder(preset, folder / "seed")}

    def zipped(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", method) as archive:
            for name, data in content.items():
                archive.writestr(f"set/{name}", data)
        return memory.getvalue()

    originals = [zipped(files), zipped(files, zipfile.ZIP_STORED), json.dumps({"presets": []}).encode()]
    originals += files.values()

    def read(data: bytes) -> None:
        if not data.startswith(b"PK"):
            name = "preset.json" if data.lstrip().startswith(b"{") else next(iter(files))
            data = zipped(files | {name: data})
        path = folder / "garbled.zip"
        path.write_bytes(data)
        with contextlib.suppress(ElastixRegistrationError):
            examine(path).text()

    return originals, read


def _protocol_reader(folder: Path) -> tuple[list[bytes], Callable[[bytes], None]]:
    from ElastixRegistrationLib.core.images.geometry import image_from_array

    image = VoxelData.of(image_from_array(np.zeros(_GRID.size[::-1], np.float32), _GRID))
    request = {
        "job": 1,
        "arguments": {"fixed": image, "moving": image, "stages": ParameterMaps([stage()]), "seed": 3},
        "outputs": [ResampledVolume("volume")],
        "timeout_s": None,
        "memory_limit_bytes": None,
    }
    answer = {"transform": TransformData.of(_transforms()[2]), "stages": ParameterMaps([stage()]), "notes": ["é"]}
    originals = []
    for kind, body in (("register", request), ("result", answer), ("hello", {"pid": 1})):
        arrays: list[np.ndarray] = []
        packed = pack(body, arrays)
        originals.append(b"".join(bytes(piece) for piece in frame_buffers(kind, packed, arrays)))

    def read(data: bytes) -> None:
        reader, at = FrameReader(lambda: 1e8), 0
        try:
            while at < len(data):
                free = reader.free()
                part = data[at : at + len(free)]
                free[: len(part)] = part
                at += len(part)
                frame = reader.advance(len(part))
                if frame is not None:
                    body = unpack(frame.body, frame.arrays)
                    found = body.get("transform") if isinstance(body, dict) else None
                    if isinstance(found, TransformData):
                        found.transform()
        except (ProtocolError, ElastixRegistrationError):
            pass

    return originals, read


def _image_reader(folder: Path, suffixes: tuple[str, ...]) -> tuple[list[bytes], Callable[[bytes], None]]:
    """Files of one format, small ones, so that most of what is garbled is the header."""
    voxels = np.random.default_rng(3).integers(-300, 300, (4, 5, 6)).astype(np.int16)
    originals = []
    for dtype in (np.int16, np.float32):
        image = image_from_array(voxels.astype(dtype), Geometry((6, 5, 4), (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), _UPRIGHT))
        for suffix in suffixes:
            path = folder / f"seed{suffix}"
            if suffix == ".mgh":
                import nibabel

                nibabel.MGHImage(voxels.T.astype(dtype), np.diag([-1.0, 2, 3, 1])).to_filename(path)
            elif suffix == ".dcm":
                path = _slice_of_dicom(folder, voxels)
            else:
                write_image(image, path, compress=dtype == np.float32)
            originals.append(path.read_bytes())

    def read(data: bytes) -> None:
        for suffix in suffixes:
            path = folder / f"garbled{suffix}"
            path.write_bytes(data)
            for attempt in (read_volume, read_grid):
                with contextlib.suppress(ElastixRegistrationError):
                    attempt(path)

    return originals, read


def _slice_of_dicom(folder: Path, voxels: np.ndarray) -> Path:
    from phantoms.dicom_series import a_header, save, set_pixels

    header = a_header(ImagePositionPatient=[1, 2, 3], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], PixelSpacing=[1, 2])
    return save(set_pixels(header, voxels[0]), folder / "seed.dcm")


READERS: dict[str, Callable[[Path], tuple[list[bytes], Callable[[bytes], None]]]] = {
    "parameters": _parameter_reader,
    "elastix-transforms": lambda folder: _transform_reader(folder, (".txt", ".toml")),
    "itk-transforms": lambda folder: _transform_reader(folder, (".tfm",)),
    "hdf5-transforms": lambda folder: _transform_reader(folder, (".h5",)),
    "matlab-transforms": lambda folder: _transform_reader(folder, (".mat",)),
    "points": _point_reader,
    **{f"images{suffix}": functools.partial(_image_reader, suffixes=(suffix,)) for suffix in IMAGES},
    "preset-zips": _zip_reader,
    "protocol": _protocol_reader,
}


def main(readers: list[str], seconds: float, first_seed: int, folder: Path) -> None:
    if sys.platform != "win32":
        import resource
        import signal

        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a hang ends the process
    for reader in readers:
        sys.stdout.write(f"{reader}: ")
        sys.stdout.flush()
        sys.stdout.write(f"{_fed(reader, seconds, first_seed, folder)}\n")
    sys.stdout.flush()
    os._exit(0)  # HDF5's own ending takes damaged files amiss


def _limit(seconds: float) -> None:
    """End this process when that time has passed; 0: not any more."""
    if sys.platform != "win32":
        import signal

        signal.setitimer(signal.ITIMER_REAL, seconds)


def _fed(reader: str, seconds: float, first_seed: int, folder: Path) -> str:
    """Feed one reader; return how many files it read, and how long the slowest took."""
    originals, read = READERS[reader](folder)
    count, slowest, end = 0, 0.0, time.monotonic() + seconds
    current = folder / "current"

    def attempt(data: bytes) -> None:
        nonlocal count, slowest
        current.write_bytes(data)
        started = time.monotonic()
        _limit(MAX_S)
        read(data)
        _limit(0)
        count, slowest = count + 1, max(slowest, time.monotonic() - started)

    for data in originals:
        attempt(data)
    number = first_seed
    while time.monotonic() < end:
        number += 1
        quiet = settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        seed(number)(quiet(given(garbled(originals))(attempt)))()
    return f"{count} files, slowest {slowest:.2f} s"


if __name__ == "__main__":
    main(sys.argv[1].split(","), float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
