"""Slicer's segmentation files (.seg.nrrd): label maps whose header names and colors the segments."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..images.geometry import array_view, component_count, geometry_of, set_geometry
from ..system.itk_access import wrapped_class

_EXTENT = re.compile(r"Segment\d+_Extent")
MOST_SEGMENTS = 65_535
_OFFSET = "Segmentation_ReferenceImageExtentOffset"


def is_segmentation(path: str | os.PathLike) -> bool:
    return Path(path).name.lower().endswith((".seg.nrrd", ".seg.nhdr"))


def segment_names(image: Any) -> dict[int, str]:
    """Names by label value of the segments of an image of such a file; empty for other images."""
    entries = image.GetMetaDataDictionary()
    names = {}
    for number in range(MOST_SEGMENTS):
        name, value = f"Segment{number}_Name", f"Segment{number}_LabelValue"
        if not (entries.HasKey(name) and entries.HasKey(value)):
            break
        names[int(_value(entries, value))] = _value(entries, name)
    return names


def placed_segmentation(image: Any, source: Any) -> Any:
    """``image``, resampled labels, as a segmentation with the segments of ``source``, an image of such a file.

    Layers (segments that overlap) are components; the result has voxels of the smallest type that holds all labels.
    """
    labels = array_view(image)
    geometry, count = geometry_of(image), component_count(image)
    component = "UC" if labels.max(initial=0) < 256 else "US"
    kind = ("VectorImage", "Image")[count == 1]
    result = wrapped_class(kind, f"{component}{geometry.dimension}").New()
    result.SetRegions(list(geometry.size))
    if count > 1:
        result.SetNumberOfComponentsPerPixel(count)
    result.Allocate()
    np.copyto(array_view(result), labels, casting="unsafe")
    extent = " ".join(f"0 {size - 1}" for size in geometry.size)
    given, entries = source.GetMetaDataDictionary(), result.GetMetaDataDictionary()
    for name in given.GetKeys():
        if _EXTENT.fullmatch(name):
            entries.Set(name, _text(extent))
        elif name == _OFFSET:
            entries.Set(name, _text(" ".join("0" for _ in geometry.size)))
        elif name.startswith("Segment"):
            entries.Set(name, given.Get(name))
    result.SetMetaDataDictionary(entries)
    return set_geometry(result, geometry)


def _value(entries: Any, name: str) -> str:
    return wrapped_class("MetaDataObject", "S").cast(entries.Get(name)).GetMetaDataObjectValue()


def _text(value: str) -> Any:
    entry = wrapped_class("MetaDataObject", "S").New()
    entry.SetMetaDataObjectValue(value)
    return entry
