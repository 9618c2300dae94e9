"""Names of segments in the header of a label map, in the form of Slicer's .seg.nrrd files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...system.itk_access import wrapped_class

MAX_SEGMENTS = 65_535


def segment_names(image: Any) -> dict[int, str]:
    """Return the segment names of an image from such a file, by label value; empty for other images.

    If a label value occurs in several layers, its first segment counts.
    """
    entries = image.GetMetaDataDictionary()
    names: dict[int, str] = {}
    for number in range(MAX_SEGMENTS):
        name, value = f"Segment{number}_Name", f"Segment{number}_LabelValue"
        if not (entries.HasKey(name) and entries.HasKey(value)):
            break
        names.setdefault(int(text_of(entries, value)), text_of(entries, name))
    return names


def segment_layers(image: Any) -> dict[int, int]:
    """Return the component of each label value of an image from such a file. If a value occurs in several, the first
    one counts."""
    entries = image.GetMetaDataDictionary()
    layers: dict[int, int] = {}
    for number in range(MAX_SEGMENTS):
        value, layer = f"Segment{number}_LabelValue", f"Segment{number}_Layer"
        if not entries.HasKey(value):
            break
        layers.setdefault(int(text_of(entries, value)), int(text_of(entries, layer)) if entries.HasKey(layer) else 0)
    return layers


def set_segments(image: Any, names: Mapping[int, str], layer_of: Mapping[int, int]) -> None:
    """Name the labels of ``image``. ``layer_of`` gives the component of a label, which is 0 by default."""
    entries = image.GetMetaDataDictionary()
    for number, (value, name) in enumerate(sorted(names.items())):
        own = {"ID": f"Segment_{value}", "Name": name, "LabelValue": value, "Layer": layer_of.get(value, 0)}
        for key, text in own.items():
            entries.Set(f"Segment{number}_{key}", entry(str(text)))
    image.SetMetaDataDictionary(entries)


def text_of(entries: Any, name: str) -> str:
    return wrapped_class("MetaDataObject", "S").cast(entries.Get(name)).GetMetaDataObjectValue()


def entry(value: str) -> Any:
    """Return a text as a header entry."""
    made = wrapped_class("MetaDataObject", "S").New()
    made.SetMetaDataObjectValue(value)
    return made
