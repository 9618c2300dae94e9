"""Parameters that make elastix and transformix open files, which is forbidden here with few exceptions.

Two copies of HDF5 in one process, from ITK's wheels and from 3D Slicer, crash it. Also, a parameter file may choose
the names of files that elastix writes ("../"). The lists come from the source of elastix 5.3 (Core, Components,
Common: every ofstream, ifstream, reader and writer, and what leads to it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import InputError
from ..wording import said
from .maps import ParameterMap

#: Parts of names of parameters that make elastix write files or become parts of file names: result images, pyramids,
#: meshes, the surface of a full search, diffused fields, maps of features, and transforms, which
#: ITKTransformOutputFileNameExtension requests; it is "h5" in every parameter file of SlicerElastix.
_WRITES = re.compile(r"Write|ResultImageName|ResultImageFormat|ResultMeshFormat|FileFormat|FileNameExtension")
#: Parts of names of parameters that make it open files, or an address in memory: transforms, fields, models, labels.
_OPENS = re.compile(r"FileName|ModelsPath|TransformAddress|NormalLabels")
#: Images that metrics read, without another way to provide them: (metric, parameter).
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

    Disabled switches are kept, and so are the images of rigidity penalties if such a penalty is used; see
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
    """``opens_no_file``, with the outputs that elastix writes by default disabled."""
    return opens_no_file(stage) | _NOT_WRITTEN


def asks_for_files(name: str) -> bool:
    """Whether ``name``, with or without the label of a component as in "Metric0...", makes elastix open a file."""
    return bool(_WRITES.search(name) or _OPENS.search(name))


def ignored_outputs(stage: ParameterMap) -> Iterator[str]:
    """The switches of ``stage`` that request files from elastix."""
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
    """Raise InputError if elastix would read an image, for processes that have other file readers."""
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
