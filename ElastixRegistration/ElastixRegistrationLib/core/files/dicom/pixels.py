"""Decode the stored numbers of DICOM frames, and scale each frame by its own slope and intercept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import Fault, InputError, damaged
from ...images.geometry import array_view
from ...system.native_messages import NATIVE_ERRORS, native_messages_of_success
from ...wording import said
from ..formats.itk_readers import opened, read_by_itk
from .headers import Frame, pydicom, without_warnings

#: GDCM decodes a copy with these elements only, so that it changes nothing but the compression.
_DECODED_BY = (
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "Rows", "Columns", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "NumberOfFrames", "PixelData",
)  # fmt: skip
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
#: pydicom decodes these, because GDCM mixes up 16-bit colors.
_RUN_LENGTH = "1.2.840.10008.1.2.5"
_COLOR_TABLE = "PALETTE COLOR"
_WHOLE = tuple(map(np.dtype, (np.uint8, np.int16, np.uint16, np.int32, np.uint32)))


def stored_values(path: Path) -> tuple[Any, np.ndarray]:
    """Return the header of a file, and its stored numbers: (frames, rows, columns), with a last axis for the samples of
    colors.

    Raises InputError naming the file if it is truncated, or compressed in an unsupported way.
    """
    try:
        with without_warnings():
            header = pydicom().dcmread(path, force=True)
            syntax = getattr(getattr(header, "file_meta", None), "TransferSyntaxUID", None)
            if syntax is not None and syntax.is_encapsulated and syntax != _RUN_LENGTH:
                values = _decoded_by_gdcm(header)
            elif not _begins_at_lowest_bit(header):
                raise InputError(
                    said(
                        "The DICOM file {path} stores its values in the upper bits (HighBit {highbit}), a "
                        "retired form that is not supported. Convert it with dcm2niix or GDCM.",
                        path=path,
                        highbit=header.HighBit,
                    )
                )
            else:
                values = _native_values(header)
            values = _with_colors(values, header)
    except InputError:
        raise
    except NATIVE_ERRORS as error:
        raise InputError(
            said("The DICOM file {path} cannot be decoded: it is damaged or uses an unusual compression.", path=path)
        ) from error
    except Exception as error:  # pydicom raises many kinds of errors for damaged files
        raise damaged(said("The DICOM file {path}", path=path), error, said("is truncated or damaged")) from error
    frames = max(1, int(header.get("NumberOfFrames") or 1))
    samples = int(header.get("SamplesPerPixel") or 1)
    is_color = samples > 1 or header.get("PhotometricInterpretation") == _COLOR_TABLE
    shape = (frames, int(header.Rows), int(header.Columns), *((values.shape[-1],) if is_color else ()))
    if values.size != np.prod(shape):
        raise InputError(
            said("The DICOM file {path} is truncated or damaged: some of its frames are missing.", path=path)
        )
    return header, values.reshape(shape)


def _begins_at_lowest_bit(header: Any) -> bool:
    stored, highest = header.get("BitsStored"), header.get("HighBit")
    return not stored or highest is None or int(highest) == int(stored) - 1


def _native_values(header: Any) -> np.ndarray:
    if "PixelData" not in header and "FloatPixelData" not in header and "DoubleFloatPixelData" not in header:
        raise Fault(said("it has no pixels"))
    if getattr(getattr(header, "file_meta", None), "TransferSyntaxUID", None) is None:
        _guess_transfer_syntax(header)
    return np.asarray(header.pixel_array)


def _guess_transfer_syntax(header: Any) -> None:
    """If a file does not name its transfer syntax, set the one that pydicom detected while reading it."""
    library = pydicom()
    explicit, little = header.original_encoding if hasattr(header, "original_encoding") else (True, True)
    uid = "1.2.840.10008.1.2" if explicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"
    if not hasattr(header, "file_meta"):
        header.file_meta = library.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = library.uid.UID(uid)


def _decoded_by_gdcm(header: Any) -> np.ndarray:
    """Return the stored numbers of JPEG, JPEG-LS and JPEG 2000 images, which ITK decodes."""
    library = pydicom()
    copy = library.Dataset()
    for name in _DECODED_BY:
        if name in header:
            copy[name] = header[name]
    if copy.PhotometricInterpretation == _COLOR_TABLE:
        copy.PhotometricInterpretation = "MONOCHROME2"  # decode only the indices; the colors are looked up here
    copy.SOPClassUID, copy.SOPInstanceUID = _SECONDARY_CAPTURE, library.uid.generate_uid()
    copy.file_meta = library.dataset.FileMetaDataset()
    copy.file_meta.MediaStorageSOPClassUID = copy.SOPClassUID
    copy.file_meta.MediaStorageSOPInstanceUID = copy.SOPInstanceUID
    copy.file_meta.TransferSyntaxUID = header.file_meta.TransferSyntaxUID
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.dcm"
        library.dcmwrite(path, copy, enforce_file_format=True)
        return _read_by_gdcm(path)


def _read_by_gdcm(path: Path) -> np.ndarray:
    try:
        # The 8-bit libraries write messages before the 12-bit one takes over.
        with native_messages_of_success(shown=False):
            return np.array(array_view(read_by_itk(opened(path, "frames"), path, "frames")))
    except InputError as error:
        raise Fault(said("its compressed frames cannot be decoded")) from error


def _with_colors(values: np.ndarray, header: Any) -> np.ndarray:
    """Return 8-bit RGB for indices into a color table. Other values are unchanged."""
    if header.get("PhotometricInterpretation") != _COLOR_TABLE:
        return values
    try:
        from pydicom.pixels import apply_color_lut
    except ImportError:  # this is pydicom before version 3
        from pydicom.pixel_data_handlers.util import apply_color_lut
    color = np.asarray(apply_color_lut(values, header))
    return (color >> 8).astype(np.uint8) if color.dtype == np.uint16 else color


def values_of(frames: Sequence[Frame]) -> np.ndarray:
    """Return the scaled values of the frames of one stack, in their order: (k, j, i), or (k, j, i, samples) for colors.

    They are integers if all slopes are 1 and all intercepts are integers, in the stored type or in the narrowest type
    that holds them. Otherwise they are float32. Raises InputError.
    """
    whole = all(frame.slope == 1.0 and frame.intercept.is_integer() for frame in frames)
    result = np.empty(0)
    open_path, header, stored = None, None, np.empty(0)
    for place, frame in enumerate(frames):
        path = frame.instance.path
        if open_path != path:
            open_path, (header, stored) = path, stored_values(path)
        plane = _looked_up(_plane(stored, frame), header)
        if place == 0:
            result = np.empty((len(frames), *plane.shape), _working_type(plane, whole))
        if plane.shape != result.shape[1:]:
            raise InputError(
                said("The DICOM file {path} differs in size or color from the slices before it.", path=path)
            )
        if result.dtype.kind == "i":
            result[place] = plane.astype(result.dtype) + result.dtype.type(frame.intercept)
        elif plane.ndim == 3:  # colors have no scale
            result[place] = plane
        else:
            result[place] = plane.astype(np.float64) * frame.slope + frame.intercept
    return _narrowed(result, stored.dtype) if result.dtype.kind == "i" else result


def _plane(stored: np.ndarray, frame: Frame) -> np.ndarray:
    if frame.tile is None:
        return np.asarray(stored[frame.number])
    (column, row), (columns, rows) = frame.tile, frame.size
    return np.asarray(stored[0, row : row + rows, column : column + columns])


def _working_type(plane: np.ndarray, whole: bool) -> np.dtype:
    if plane.ndim == 3:
        return plane.dtype
    if plane.dtype.kind == "f":
        return plane.dtype
    return np.dtype((np.int32 if plane.dtype.itemsize < 4 else np.int64) if whole else np.float32)


def _looked_up(plane: np.ndarray, header: Any) -> np.ndarray:
    """Apply the modality lookup table, if the file has one instead of a slope."""
    if "ModalityLUTSequence" not in header or plane.ndim == 3:
        return plane
    try:
        from pydicom.pixels import apply_modality_lut
    except ImportError:
        from pydicom.pixel_data_handlers.util import apply_modality_lut
    return np.asarray(apply_modality_lut(plane, header))


def _narrowed(values: np.ndarray, stored: np.dtype) -> np.ndarray:
    """Return integers in the stored type, or in the first type that holds them all."""
    low, high = values.min(), values.max()
    for dtype in (stored, *_WHOLE):
        if dtype in _WHOLE and np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return values.astype(dtype)
    return values.astype(np.float64)
