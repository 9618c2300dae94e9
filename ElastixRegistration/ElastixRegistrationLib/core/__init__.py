"""Registration of ITK images with itk-elastix: images, parameter maps, presets, background, transforms, quality.

Needs numpy and itk-elastix only. Names are loaded on first use, so that ``import ElastixRegistrationLib.core`` and
whatever needs no itk (parameter files, presets, progress) stay fast.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME_OF = {
    "BackgroundEstimate": "images.background",
    "Channel": "images.channels",
    "ElastixRegistrationError": "errors",
    "Geometry": "images.geometry",
    "GroupSettings": "multi_image.groupwise",
    "InputError": "errors",
    "Method": "comparison.methods",
    "Pair": "comparison.truth",
    "ParameterError": "errors",
    "ProgressEvent": "elastix.progress",
    "RegistrationError": "errors",
    "RegistrationResult": "registration.result",
    "align_stack": "multi_image.series",
    "analyze_deformation": "deformation.analysis",
    "array_view": "images.geometry",
    "carry_structures": "files.carried_structures",
    "as_image": "files.python_images",
    "assess": "quality.assessment",
    "compare": "comparison.compare",
    "compare_pairs": "comparison.compare",
    "displacement_field": "transforms.itk_transforms",
    "ComparisonResult": "comparison.compare",
    "Evaluation": "comparison.evaluation",
    "EvaluationTable": "comparison.evaluation",
    "estimate_background": "images.background",
    "evaluate": "comparison.evaluation",
    "export_preset": "presets.user_presets",
    "find_preset": "presets.catalog",
    "fit_landmarks": "transforms.landmarks",
    "geometry_of": "images.geometry",
    "image_from_array": "images.geometry",
    "inverse_consistency": "quality.consistency",
    "invert": "transforms.inverse",
    "invert_points": "transforms.inverse",
    "label_channels": "images.channels",
    "import_presets": "presets.importing",
    "list_presets": "presets.catalog",
    "map_points": "transforms.itk_transforms",
    "pair_landmarks": "transforms.landmarks",
    "read_grid": "files.image_files",
    "read_image": "files.image_files",
    "read_parameter_file": "parameters.maps",
    "read_points": "files.point_files",
    "read_transform": "files.transform_files",
    "register": "registration.register",
    "register_group": "multi_image.groupwise",
    "register_series": "multi_image.series",
    "resample": "resampling.images",
    "TuningResult": "tuning.result",
    "surface_distances": "quality.surface_distance",
    "transform_from_matrix": "transforms.matrices",
    "tune": "tuning.tune",
    "write_carried": "files.carried_structures",
    "write_image": "files.image_files",
    "write_parameter_file": "parameters.maps",
    "write_points": "files.point_files",
    "write_transform": "files.transform_files",
}

__all__ = sorted(_HOME_OF)
#: Names of the last release, which go with the next one.
_FORMER_NAMES = {"analyse_deformation": "analyze_deformation"}


def __getattr__(name: str) -> Any:
    if name in _FORMER_NAMES:
        from .deprecation import note_renamed

        note_renamed(name, _FORMER_NAMES[name])
        name = _FORMER_NAMES[name]
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
