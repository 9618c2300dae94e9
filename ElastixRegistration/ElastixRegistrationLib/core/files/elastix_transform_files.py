"""Read elastix's TransformParameters files and the files that they link to."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import InputError
from ..parameters.maps import ParameterMap, read_parameter_file
from ..wording import said

_FULL_PATH = re.compile(r"[\\/]|[A-Za-z]:")
_NO_INITIAL = ("", "NoInitialTransform")
#: Parameters that name another file which belongs to the map.
_FILES_OF_MAPS = ("TransformFileName", "DeformationFieldFileName")


def read_transform_parameters(path: str | os.PathLike) -> list[ParameterMap]:
    """TransformParameters of ``path`` and, by its InitialTransform links, of all before it; first applied first.

    Links may be absolute, or relative to the file that contains them. An absolute link that is broken, for example
    after a folder was moved, is looked up in the folder of the file. Names of other files in the maps become full
    paths.
    """
    maps: list[ParameterMap] = []
    seen: set[Path] = set()
    current: Path | None = Path(path)
    while current is not None:
        if current.resolve() in seen:
            raise InputError(
                said("The initial transforms of {path} form a loop through {current}.", path=path, current=current.name)
            )
        seen.add(current.resolve())
        parameters = read_parameter_file(current, transform=True)
        for name in _FILES_OF_MAPS:
            if parameters.get(name):
                parameters = {**parameters, name: (str(_linked(current, parameters[name][0], name)),)}
        maps.insert(0, parameters)
        link = _initial_transform(parameters)
        current = None if link in _NO_INITIAL else _linked(current, link, "initial transform")
    return maps


def _linked(file: Path, link: str, what: str) -> Path:
    """The file that ``file`` names by ``link``."""
    places = [file.parent / link]
    if _FULL_PATH.match(link):
        places.append(file.parent / re.split(r"[\\/]", link)[-1])
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InputError(said("The {what} {link} named in {file} does not exist.", what=what, link=link, file=file))
    return found.absolute()


def is_elastix_file(path: str | os.PathLike) -> bool:
    """Whether a file is one of elastix's TransformParameters, not ITK's text form."""
    path = Path(path)
    if path.suffix.lower() not in (".txt", ".toml"):
        return False
    with open(path, "rb") as file:
        start = file.read(4096)
    return not start.lstrip().startswith(b"#Insight Transform File")


def _initial_transform(parameters: ParameterMap) -> str:
    # elastix before 5.1 wrote the name with an s.
    for name in ("InitialTransformParameterFileName", "InitialTransformParametersFileName"):
        if parameters.get(name):
            return parameters[name][0]
    return ""
