"""Read what ITK ignores in TIFF files (resolution, ImageJ and OME metadata, channels, time) and what it reads with 8
bits only."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry, image_from_array, image_view, multi_component_image
from ...system.native_messages import native_messages_of_success
from ...system.truncation import is_tiff_circular, tiff_bits
from ...wording import named_role, said
from .any_file import with_opacity
from .itk_readers import opened, read_by_itk, unreadable
from .units import millimeters_per

_RESOLUTION_UNITS = {2: 25.4, 3: 10.0}
#: The letters of tifffile for axes of slices, and for axes of time points and the like.
_SLICES, _FRAMES, _CHANNELS = "ZQI", "TRAEHLPV", "CS"
_PALETTE = 3
_NO_TIFFFILE = said("To read TIFF files of this kind, install tifffile: python -m pip install tifffile.")


@dataclass(frozen=True)
class TiffImage:
    """An ITK ``image``, 2D or 3D. If the file has several time points, it is the requested one. ``notes`` are sentences
    for the user. ``frames`` is the number of time points."""

    image: Any
    notes: list[str]
    frames: int = 1


def read_tiff(path: Path, name: str, frame: int | None) -> TiffImage:
    """Read the first image of a file, in mm. Raises InputError naming the file for unsupported compression, and for
    several time points if ``frame`` (from 1 on) chooses none."""
    try:
        import tifffile
    except ImportError:
        return TiffImage(_checked_by_itk(path, name), [])
    if is_tiff_circular(path):
        raise unreadable(path, name)
    try:
        file = tifffile.TiffFile(path)
        series = file.series[0]
        np.dtype(series.dtype)
    except Exception:  # tifffile raises many kinds of errors for damaged files; ITK names the fault
        return TiffImage(read_by_itk(opened(path, name), path, name), [])
    try:
        with file:
            return _read(file, path, name, frame)
    except InputError:
        raise
    except Exception as error:  # inconsistent axes and sizes raise it
        raise unreadable(path, name) from error


def _read(file: Any, path: Path, name: str, frame: int | None) -> TiffImage:
    """Read like ``read_tiff`` a file that tifffile accepts. Raises InputError, and other errors if it is damaged."""
    series = file.series[0]
    axes, shape, dtype = series.axes, series.shape, np.dtype(series.dtype)
    try:
        spacing, notes = _spacing(file, series, f"the {name}")
    except (ValueError, TypeError, KeyError, ZeroDivisionError, AttributeError, ElementTree.ParseError):
        spacing, notes = {}, [f"The metadata of the {name} are damaged; a spacing of 1 mm is assumed."]
    kept = [(axis, length) for axis, length in zip(axes, shape, strict=True) if length > 1 or axis in "YX"]
    several = [(axis, length) for axis, length in kept if axis in _FRAMES]
    is_all = len(file.series) == 1  # ITK treats further images, such as previews, as slices
    if is_all and _plain(kept, file.pages[0]):
        image = _from_itk(path, name, dtype, dict(kept).get("S", 1))
        if image is not None:
            return TiffImage(_spaced(image, spacing), notes)
    frames = int(np.prod([length for _, length in several])) if several else 1
    if frames > 1 and frame is None:
        raise InputError(
            said(
                "The {name} {path} contains {frames} time points; choose one with --frame 1 to {frames}.",
                name=named_role(name),
                path=path,
                frames=frames,
            )
        )
    if frames > 1 and not 1 <= (frame or 1) <= frames:
        raise InputError(
            said(
                "The {name} {path} has no frame {frame}; give a number from 1 to {frames}.",
                name=named_role(name),
                path=path,
                frame=frame,
                frames=frames,
            )
        )
    voxels = _ordered(_voxels(series, path, name), axes, (frame or 1) - 1)
    channels = voxels.shape[-1] if voxels.ndim > 2 and _channel_count(kept) > 1 else 1
    if file.pages[0].photometric == _PALETTE and channels == 1:
        colored = _in_colors(voxels, file.pages[0].colormap)
        voxels, channels = colored, 3 if colored.ndim > voxels.ndim else 1
    if channels == 2 and dict(kept).get("S") == 2 and file.pages[0].extrasamples in ((1,), (2,)):
        image, remarks = with_opacity(voxels, _grid(voxels.shape[:-1], spacing), f"the {name}")
        return TiffImage(image, [*notes, *remarks], frames)
    if "C" in dict(kept):
        notes.append(f"The {channels} channels of the {name} became components of its voxels.")
    return TiffImage(_image(voxels, channels, spacing), notes, frames)


def _channel_count(kept: list[tuple[str, int]]) -> int:
    return int(np.prod([length for axis, length in kept if axis in _CHANNELS] or [1]))


def _plain(kept: list[tuple[str, int]], page: Any) -> bool:
    """Return whether ITK's reader supports this kind: an image or a stack of images, gray or color."""
    axes = "".join(axis for axis, _ in kept)
    is_known = axes in ("YX", "YXS", "ZYX", "QYX", "IYX", "ZYXS", "QYXS", "IYXS")
    return is_known and page.photometric != _PALETTE


def _from_itk(path: Path, name: str, dtype: np.dtype, samples: int) -> Any:
    """Return the image as ITK reads it; None if that differs from the stored numbers."""
    try:
        # ITK warns that it falls back to 8 bits.
        with native_messages_of_success(shown=False):
            io = opened(path, name)
    except InputError:
        return None
    stored = {"u1": "unsigned_char", "i1": "char", "u2": "unsigned_short", "i2": "short", "f4": "float", "f8": "double"}
    component = io.GetComponentTypeAsString(io.GetComponentType())
    if component != stored.get(dtype.str[1:]) or int(io.GetNumberOfComponents()) not in (samples, 3):
        return None
    if int(io.GetNumberOfComponents()) != samples and samples != 1:
        return None
    return read_by_itk(io, path, name)


def _checked_by_itk(path: Path, name: str) -> Any:
    """Return the image as ITK reads it, where tifffile is missing. Raises InputError if ITK fell back to 8 bits."""
    io = opened(path, name)
    bits, component = tiff_bits(path), io.GetComponentTypeAsString(io.GetComponentType())
    if bits > 8 and component == "unsigned_char":
        raise InputError(
            said(
                "ITK would read the {name} {path} with 8 bits instead of {bits}. {advice}",
                name=named_role(name),
                path=path,
                bits=bits,
                advice=_NO_TIFFFILE,
            )
        )
    return read_by_itk(io, path, name)


def _voxels(series: Any, path: Path, name: str) -> np.ndarray:
    try:
        return np.asarray(series.asarray())
    except Exception as error:  # codecs raise it, also for truncated files
        text = " ".join(str(error).split())
        if "imagecodecs" in text:
            raise InputError(
                said(
                    "The {name} {path} uses a compression that needs imagecodecs: python -m pip install imagecodecs.",
                    name=named_role(name),
                    path=path,
                )
            ) from error
        raise InputError(
            said(
                "The {name} {path} is truncated or damaged: {text}.", name=named_role(name), path=path, text=text[:200]
            )
        ) from error


def _ordered(voxels: np.ndarray, axes: str, frame: int) -> np.ndarray:
    """Return (j, i) or (k, j, i) voxels, with colors or channels last, of time point ``frame`` from an array with
    tifffile's ``axes``."""
    for group, take in ((_FRAMES, True), (_SLICES, False), (_CHANNELS, False)):
        places = [n for n, axis in enumerate(axes) if axis in group]
        if not places:
            continue
        rest = [n for n in range(voxels.ndim) if n not in places]
        count = int(np.prod([voxels.shape[n] for n in places]))
        voxels = voxels.transpose(places + rest).reshape(count, *(voxels.shape[n] for n in rest))
        axes = "".join(axes[n] for n in rest)
        if take:
            voxels = voxels[frame]
        elif count == 1:
            voxels = voxels[0]
        elif group == _CHANNELS:
            voxels = np.moveaxis(voxels, 0, -1)
        else:
            axes = "Z" + axes
    places = [axes.index(axis) for axis in ("ZYX" if "Z" in axes else "YX")]
    last = [voxels.ndim - 1] if voxels.ndim > len(places) else []
    return np.ascontiguousarray(voxels.transpose(places + last))


def _in_colors(indices: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return (..., 3) 8-bit colors for indices into a (3, N) table of 16-bit colors, or gray values if the whole table
    is gray."""
    colors = np.moveaxis((table >> 8 if table.max() > 255 else table).astype(np.uint8)[:, indices], 0, -1)
    is_gray = (table == table[0]).all()
    return np.ascontiguousarray(colors[..., 0] if is_gray else colors)


def _image(voxels: np.ndarray, channels: int, spacing: dict[str, float]) -> Any:
    if voxels.dtype == bool:
        voxels = voxels.astype(np.uint8)
    if voxels.dtype.kind == "c":
        raise InputError(said("TIFF files with complex numbers are not supported."))
    voxels = voxels.astype(voxels.dtype.newbyteorder("="))
    geometry = _grid(voxels.shape[: voxels.ndim - (channels > 1)], spacing)
    if channels in (3, 4) and voxels.dtype == np.uint8:
        return image_view(voxels, geometry, f"I{'RGB' if channels == 3 else 'RGBA'}UC{geometry.dimension}")
    if channels > 4:
        return multi_component_image(voxels, geometry)
    return image_from_array(voxels, geometry)


def _grid(shape: tuple[int, ...], spacing: dict[str, float]) -> Geometry:
    """Return the grid of (j, i) or (k, j, i) voxels."""
    count = len(shape)
    return Geometry(
        size=shape[::-1],
        spacing=tuple(spacing.get(axis, 1.0) for axis in "XYZ"[:count]),
        origin=(0.0,) * count,
        direction=tuple(map(tuple, np.eye(count).tolist())),
    )


def _spaced(image: Any, spacing: dict[str, float]) -> Any:
    """Return an image from ITK's reader with its spacing, which the reader ignores."""
    if spacing:
        image.SetSpacing([spacing.get(axis, 1.0) for axis in "XYZ"[: image.GetImageDimension()]])
    return image


def _spacing(file: Any, series: Any, name: str) -> tuple[dict[str, float], list[str]]:
    """Return the spacing by axis, mm, empty if unknown, and a sentence about its source."""
    if file.is_ome and file.ome_metadata:
        found = _ome_spacing(file.ome_metadata)
        source = "OME metadata"
    elif file.is_imagej:
        found = _imagej_spacing(file)
        source = "ImageJ metadata"
    else:
        found = _tag_spacing(series.keyframe if hasattr(series, "keyframe") else file.pages[0])
        source = "resolution"
    if not found:
        return {}, []
    shown = " x ".join(f"{found[axis]:.4g}" for axis in "XYZ" if axis in found)
    return found, [f"The spacing of {name} is {shown} mm, from its {source}."]


def _ome_spacing(text: str) -> dict[str, float]:
    pixels = next((one for one in ElementTree.fromstring(text).iter() if one.tag.endswith("}Pixels")), None)
    if pixels is None:
        return {}
    found = {}
    for axis in "XYZ":
        value = pixels.get(f"PhysicalSize{axis}")
        factor = millimeters_per(pixels.get(f"PhysicalSize{axis}Unit") or "um")
        if value and factor and float(value) > 0:
            found[axis] = float(value) * factor
    return found


def _imagej_spacing(file: Any) -> dict[str, float]:
    metadata = file.imagej_metadata or {}
    factor = millimeters_per(str(metadata.get("unit") or ""))
    if not factor:
        return {}
    found = {}
    for axis, tag in (("X", "XResolution"), ("Y", "YResolution")):
        value = _resolution(file.pages[0], tag)
        if value:
            found[axis] = factor / value
    if float(metadata.get("spacing") or 0) > 0:
        found["Z"] = float(metadata["spacing"]) * factor
    return found


def _tag_spacing(page: Any) -> dict[str, float]:
    unit = page.tags.get("ResolutionUnit")
    factor = _RESOLUTION_UNITS.get(int(unit.value) if unit is not None else 2)
    values = _resolution(page, "XResolution"), _resolution(page, "YResolution")
    if factor is None or not all(values):
        return {}
    return {axis: factor / value for axis, value in zip("XY", values, strict=True) if value}


def _resolution(page: Any, tag: str) -> float | None:
    """Return the pixels per unit; None if they are missing, or 1, which programs write if they are unknown."""
    entry = page.tags.get(tag)
    if entry is None:
        return None
    above, below = entry.value
    return None if not above or not below or above == below else above / below
