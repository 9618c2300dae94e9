"""Parameters that make elastix and transformix open files, which is forbidden here with few exceptions.

Two copies of HDF5 in one process end it: that of ITK's wheels and that of 3D Slicer. Files that elastix writes also
land under names that a parameter file may choose ("../"). Read off the source of elastix 5.3 (Core, Components, Common:
every ofstream, ifstream, reader and writer, and what leads to it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import InputError
from ..wording import said
from .maps import ParameterMap

#: Parts of the names by which elastix writes files, or which go into the names of files: result images, pyramids,
#: meshes, the surface of a full search, diffused fields, maps of features, and transforms, which
#: ITKTransformOutputFileNameExtension asks for: it stands, as "h5", in every parameter file of SlicerElastix.
_WRITES = re.compile(r"Write|ResultImageName|ResultImageFormat|ResultMeshFormat|FileFormat|FileNameExtension")
#: Parts of the names by which it opens files, or an address in memory: transforms, fields, models, labels.
_OPENS = re.compile(r"FileName|ModelsPath|TransformAddress|NormalLabels")
#: Images that metrics read, and there is no other way to give them: (metric, parameter).
_IMAGES_OF_METRICS = (
    ("TransformRigidityPenalty", "FixedRigidityImageName"),
    ("TransformRigidityPenalty", "MovingRigidityImageName"),
    ("DistancePreservingRigidityPenalty", "SegmentedImageName"),
)
_OFF = ("false",)
#: Outputs that elastix writes by default.
_NOT_WRITTEN = dict.fromkeys(("WriteResultImage", "WriteFinalTransformParameters", "WriteIterationInfo"), _OFF)


def opens_no_file(parameters: ParameterMap) -> ParameterMap:
    """``parameters`` of a stage or a transform, without those that make elastix open a file.

    What remains are switches that are off, and the images of rigidity penalties, where such a penalty is named: see
    ``images_read``.
    """
    needed = set(images_read(parameters))
    image_names = tuple(parameter for _, parameter in _IMAGES_OF_METRICS)
    return {
        name: values
        for name, values in parameters.items()
        if name in needed or tuple(values) == _OFF or not (asks_for_files(name) or name.endswith(image_names))
    }


def writes_no_file(stage: ParameterMap) -> ParameterMap:
    """``opens_no_file``, and what elastix writes by default is switched off."""
    return opens_no_file(stage) | _NOT_WRITTEN


def asks_for_files(name: str) -> bool:
    """Whether ``name``, be it behind the label of a component as in "Metric0...", makes elastix open a file."""
    return bool(_WRITES.search(name) or _OPENS.search(name))


def ignored_outputs(stage: ParameterMap) -> Iterator[str]:
    """The switches of ``stage`` that ask elastix for files."""
    yield from (name for name, values in stage.items() if "Write" in name and "true" in values)


def images_read(stage: ParameterMap) -> dict[str, str]:
    """The image files that elastix reads for the metrics of ``stage``: parameter -> path."""
    found = {}
    for metric, parameter in _IMAGES_OF_METRICS:
        labels = ["", *(f"Metric{n}" for n, name in enumerate(stage.get("Metric", ())) if name == metric)]
        for name in (label + parameter for label in labels if metric in stage.get("Metric", ())):
            if any(stage.get(name, ())):
                found[name] = stage[name][0]
    return found


def refuse_images_read(stages: Sequence[ParameterMap]) -> None:
    """Raise InputError where elastix would read an image: for a process that has readers of files of its own."""
    for stage in stages:
        for name, file in images_read(stage).items():
            raise InputError(
                said(
                    "{name} makes elastix read the file {file}, which it can only do in a process of its "
                    "own; run this registration in the background (startRegistration).",
                    name=name,
                    file=file,
                )
            )
