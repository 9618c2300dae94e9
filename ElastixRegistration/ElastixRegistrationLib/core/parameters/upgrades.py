"""Upgrades of parameter files for older elastix: obsolete names and values become their current equivalents.

Each row names its source: a commit of the elastix repository (github.com/SuperElastix/elastix, with history since 2004)
and its date, or one of its files. Apparent misspellings stay: elastix never read them, so published results did not
depend on them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .component_rules import MULTI_METRIC
from .maps import ParameterMap, parse_stage_text
from .schema import find_parameter
from .stage import finite_number, resolutions_of
from .stage_text import renamed, with_values, without


@dataclass(frozen=True)
class Change:
    """A change of one parameter, in words, and the ``source`` that justifies it."""

    parameter: str
    text: str
    source: str


#: Old name: current name with the same values, source.
RENAMED = {
    "FinalGridSpacing": ("FinalGridSpacingInVoxels", "554c859, 2009-04-28: the same meaning"),
    "FixedPyramidSchedule": ("FixedImagePyramidSchedule", "8f1cb7d, 2007-11-22"),
    "MovingPyramidSchedule": ("MovingImagePyramidSchedule", "8f1cb7d, 2007-11-22"),
    "Scaler": ("Scales", "b17578f, 2007-03-22"),
    "InitialTransformParametersFileName": ("InitialTransformParameterFileName", "2170592, 2023-06-01"),
    "UseCruzAcceleration": ("UseAdaptiveStepSizes", "elxAdaptiveStochasticGradientDescent.hxx: deprecated alias"),
}

#: Name without a replacement: why it can be removed, source.
REMOVED = {
    "UseDifferentiableOverlap": ("the overlap is no longer differentiated", "3bda2cc, 2007-12-28"),
    "FixedImagePixelType": ("elastix reads any type", "parameter of elastix 3, gone by 2007"),
    "MovingImagePixelType": ("elastix reads any type", "parameter of elastix 3, gone by 2007"),
    "UseCUDA": ("elastix has no CUDA any more", "f7bad46, 2015-09-15"),
    "UseFastCUDAKernel": ("elastix has no CUDA any more", "f7bad46, 2015-09-15"),
    "UseBinaryFormatForTransformationParameters": ("it was an experiment", "3a2899e, 2021-10-22"),
    "DefaultOutputPrecision": ("numbers are written with all digits", "0877cdf, 2023-02-13"),
}

#: Kind and name of a component: current equivalent, source.
COMPONENTS = {
    ("Metric", "MattesMutualInformation"): ("AdvancedMattesMutualInformation", "e7f5d78, 2008-01-02"),
    ("Metric", "NormalizedCorrelation"): ("AdvancedNormalizedCorrelation", "cdadf82, 2007-12-30"),
    ("Metric", "MeanSquares"): ("AdvancedMeanSquares", "6092574, 2007-12-28"),
    ("Metric", "MutualInformationHistogram"): ("AdvancedMattesMutualInformation", "777a2ea, 2020-10-02"),
    ("Metric", "ViolaWellsMutualInformation"): ("AdvancedMattesMutualInformation", "e3752c6, 2020-10-02"),
    ("Metric", "AdvancedTransformRigidityPenalty"): ("TransformRigidityPenalty", "b63b592, 2010-09-07"),
    ("Optimizer", "FullSearch2"): ("FullSearch", "74c227b, 2010-09-07"),
    ("Transform", "AdvancedBSplineTransform"): ("BSplineTransform", "52a8579, 2009-06-05"),
    ("Transform", "AdvancedAffineTransform"): ("AffineTransform", "52a8579, 2009-06-05"),
    ("Transform", "BSplineTransformOld"): ("BSplineTransform", "8b9a4b0, 2009-08-11"),
    ("Transform", "AffineTransformOld"): ("AffineTransform", "8b9a4b0, 2009-08-11"),
    ("Transform", "CyclicBSplineTransform"): ("BSplineTransform", "039e7fd, 2010-02-18"),
    ("Transform", "PeriodicBSplineTransform"): ("BSplineTransform", "039e7fd, 2010-02-18"),
    ("Resampler", "CUDAResampler"): ("DefaultResampler", "f7bad46, 2015-09-15"),
    ("Resampler", "OpenCLResampler"): ("DefaultResampler", "the same without a graphics card"),
    ("FixedImagePyramid", "OpenCLFixedGenericImagePyramid"): (
        "FixedGenericImagePyramid",
        "the same without a graphics card",
    ),
    ("MovingImagePyramid", "OpenCLMovingGenericImagePyramid"): (
        "MovingGenericImagePyramid",
        "the same without a graphics card",
    ),
}

_RIGIDITY_METRICS = ("MattesMutualInformationWithRigidityPenalty", "MattesMutualInformationWithRigidRegularization")


def upgrade_text(text: str, dimension: int) -> tuple[str, list[Change]]:
    """A stage's text for the current elastix and images of ``dimension`` axes, and the changes.

    Comments and order are kept. Raises ParameterError if the text cannot be read.
    """
    stage = _Stage(text, dimension)
    for rule in (_names, _components, _rigidity, _sampling, _grid_upsampling, _whole_numbers, _counts):
        rule(stage)
    return stage.text, stage.changes


class _Stage:
    """A text that is being changed, its map, and the list of changes."""

    def __init__(self, text: str, dimension: int):
        self.text, self.dimension = text, dimension
        self.map: ParameterMap = parse_stage_text(text).map
        self.changes: list[Change] = []

    def first(self, name: str, default: str = "") -> str:
        return (self.map.get(name) or (default,))[0]

    def rename(self, old: str, new: str, source: str) -> None:
        self._took(renamed(self.text, old, new), old, f"is {new} now", source)

    def remove(self, name: str, why: str, source: str) -> None:
        self._took(without(self.text, name), name, f"removed: {why}", source)

    def set(self, name: str, values: Sequence[str], text: str, source: str) -> None:
        self._took(with_values(self.text, name, values), name, text, source)

    def _took(self, text: str, name: str, change: str, source: str) -> None:
        self.text, self.map = text, parse_stage_text(text).map
        self.changes.append(Change(name, change, source))


def _names(stage: _Stage) -> None:
    for old, (new, source) in RENAMED.items():
        if old in stage.map and new in stage.map:
            stage.remove(old, f"{new} is given too", source)
        elif old in stage.map:
            stage.rename(old, new, source)
    for name, (why, source) in REMOVED.items():
        if name in stage.map:
            stage.remove(name, why, source)


def _components(stage: _Stage) -> None:
    cyclic = {"CyclicBSplineTransform", "PeriodicBSplineTransform"} & set(stage.map.get("Transform", ()))
    for kind in sorted({kind for kind, _name in COMPONENTS}):
        given = stage.map.get(kind, ())
        old = [name for name in given if (kind, name) in COMPONENTS]
        if old:
            new = [COMPONENTS.get((kind, name), (name,))[0] for name in given]
            text = " and ".join(f"{name} is {COMPONENTS[kind, name][0]} now" for name in old)
            stage.set(kind, new, text, "; ".join(COMPONENTS[kind, name][1] for name in old))
    if cyclic:
        text = "added: true, which the name of the transform meant"
        stage.set("UseCyclicTransform", ["true"], text, "039e7fd, 2010-02-18")


def _rigidity(stage: _Stage) -> None:
    """A metric of elastix 3 and 4.2 became two metrics, and its switches for coefficient images became their names."""
    source = "d159aab, 2010-02-05"
    for side in ("Fixed", "Moving"):
        switch, image = f"Use{side}RigidityImage", f"{side}RigidityImageName"
        if image in stage.map and stage.first(switch) == "false":
            stage.remove(image, f"{switch} was false", source)
        if switch in stage.map:
            stage.remove(switch, f"naming {image} or not says it now", source)
    old = [name for name in stage.map.get("Metric", ()) if name in _RIGIDITY_METRICS]
    if not old:
        return
    both = ("AdvancedMattesMutualInformation", "TransformRigidityPenalty")
    weights = stage.map.get("RigidityPenaltyWeight") or stage.map.get("RigidPenaltyWeight") or ("1.0",)
    stage.set("Metric", both, f"{old[0]} is {' and '.join(both)} now", source)
    stage.set("Registration", [MULTI_METRIC], f"is {MULTI_METRIC} now, for two metrics", source)
    stage.set("Metric0Weight", ["1.0"], "added: 1.0", source)
    stage.set("Metric1Weight", weights, f"added: {' '.join(weights)}, the weight of the penalty", source)
    for name in ("RigidityPenaltyWeight", "RigidPenaltyWeight"):
        if name in stage.map:
            stage.remove(name, "Metric1Weight says it now", source)


def _sampling(stage: _Stage) -> None:
    """Before samplers existed, metrics chose their points themselves."""
    source = "71e6d75, 2006-07-17 and cdadf82, 2007-12-30: voxels at random unless UseAllPixels"
    if "ImageSampler" not in stage.map and "Metric" in stage.map:
        all_voxels = "NumberOfSpatialSamples" not in stage.map or stage.first("UseAllPixels") == "true"
        sampler = "Full" if all_voxels else "Grid" if stage.first("SamplesOnUniformGrid") == "true" else "Random"
        stage.set("ImageSampler", [sampler], f"added: {sampler}", source)
    for name in ("UseAllPixels", "SamplesOnUniformGrid"):
        if name in stage.map:
            stage.remove(name, "ImageSampler says it now", source)


def _grid_upsampling(stage: _Stage) -> None:
    """Halving the grid spacing at each resolution is the default of its replacement."""
    name, new, source = "UpsampleGridOption", "GridSpacingSchedule", "elxBSplineTransform.h at 8b9a4b0~1, 2009-08-11"
    if name not in stage.map:
        return
    options, resolutions = stage.map[name], resolutions_of(stage.map)
    if resolutions is not None and new not in stage.map and "false" in options:
        factors = [1]
        for before in range(resolutions - 2, -1, -1):
            halved = (options[before] if before < len(options) else options[0]) == "true"
            factors.insert(0, factors[0] * (2 if halved else 1))
        values = list(map(str, factors))
        stage.set(new, values, f"added: {' '.join(values)}, what {name} meant", source)
    stage.remove(name, f"{new} says it now", source)


def _whole_numbers(stage: _Stage) -> None:
    """Where a whole number was expected, elastix read 0.5 as 0; now it stops."""
    for name, values in list(stage.map.items()):
        parameter = find_parameter(name)
        if parameter is None or parameter.kind != "integer":
            continue
        numbers = [number for value in values if (number := finite_number(value)) is not None]
        if len(numbers) == len(values) and any(number != math.floor(number) for number in numbers):
            whole = [str(math.trunc(number)) for number in numbers]
            source = "719b98f, 2021-04-09: a value must be read to its end"
            stage.set(name, whole, f"is {' '.join(whole)} now, whole numbers as elastix read them", source)


def _counts(stage: _Stage) -> None:
    """Lists of a wrong length, which elastix ignores: the values that it uses instead are written out."""
    resolutions = resolutions_of(stage.map)
    if resolutions is None:
        return
    source = "elxFixedImagePyramidBase.hxx, SetFixedSchedule, and elxConfiguration.h, ReadParameter"
    for name, values in list(stage.map.items()):
        parameter = find_parameter(name)
        per = parameter.per if parameter is not None and parameter.replacement is None else ""
        if per == "resolution and dimension" and 0 < len(values) < resolutions * stage.dimension:
            needed = resolutions * stage.dimension
            stage.remove(name, f"it has {len(values)} values and not {needed}, so elastix ignored it", source)
        elif per == "resolution" and 1 < len(values) < resolutions and len(set(values)) > 1:
            full = [*values, *[values[0]] * (resolutions - len(values))]
            text = f"is {' '.join(full)} now: elastix takes the first value where one is missing"
            stage.set(name, full, text, source)
