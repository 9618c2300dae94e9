"""Slicer's segmentation files (.seg.nrrd): label maps whose header names and colors the segments."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..images.geometry import array_view, component_count, geometry_of, set_geometry
from ..system.itk_access import wrapped_class
from .formats.segment_entries import MAX_SEGMENTS, entry, segment_names

__all__ = ["MAX_SEGMENTS", "is_segmentation", "placed_segmentation", "segment_names"]

_EXTENT = re.compile(r"Segment\d+_Extent")
_OFFSET = "Segmentation_ReferenceImageExtentOffset"


def is_segmentation(path: str | os.PathLike) -> bool:
    return Path(path).name.lower().endswith((".seg.nrrd", ".seg.nhdr"))


def placed_segmentation(image: Any, source: Any) -> Any:
    """Return ``image``, resampled labels, as a segmentation that has the segments of ``source``, an image of such a
    file.

    Layers of overlapping segments are components. The voxels have the smallest type that holds all labels.
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
            entries.Set(name, entry(extent))
        elif name == _OFFSET:
            entries.Set(name, entry(" ".join("0" for _ in geometry.size)))
        elif name.startswith("Segment"):
            entries.Set(name, given.Get(name))
    result.SetMetaDataDictionary(entries)
    return set_geometry(result, geometry)
