"""Registration of ITK images with itk-elastix: images, parameter maps, presets, background, transforms, quality.

Needs numpy and itk-elastix only. Names are loaded on first use, so that ``import ElastixRegistrationLib.core`` and
whatever needs no itk (parameter files, presets, progress) stay fast.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME_OF = {
    "BackgroundEstimate": "background",
    "Channel": "channels",
    "ElastixRegistrationError": "errors",
    "Geometry": "images",
    "GroupSettings": "groupwise",
    "InputError": "errors",
    "ParameterError": "errors",
    "ProgressEvent": "progress",
    "RegistrationError": "errors",
    "RegistrationResult": "registration",
    "align_stack": "series",
    "analyse_deformation": "deformation_analysis",
    "array_view": "images",
    "assess": "assessment",
    "displacement_field": "transforms",
    "estimate_background": "background",
    "export_preset": "user_presets",
    "find_preset": "presets",
    "fit_landmarks": "landmarks",
    "geometry_of": "images",
    "image_from_array": "images",
    "inverse_consistency": "consistency",
    "invert": "inverse",
    "invert_points": "inverse",
    "label_channels": "channels",
    "import_presets": "preset_import",
    "list_presets": "presets",
    "map_points": "transforms",
    "pair_landmarks": "landmarks",
    "read_image": "image_files",
    "read_parameter_file": "parameter_maps",
    "read_points": "point_files",
    "read_transform": "transform_files",
    "register": "registration",
    "register_group": "groupwise",
    "register_series": "series",
    "resample": "resampling",
    "surface_distances": "surface_distance",
    "transform_from_matrix": "matrices",
    "write_image": "image_files",
    "write_parameter_file": "parameter_maps",
    "write_points": "point_files",
    "write_transform": "transform_files",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
