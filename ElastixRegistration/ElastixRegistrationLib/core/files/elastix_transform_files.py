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
#: Parameters that name another file of the same transform.
_FILES_OF_MAPS = ("TransformFileName", "DeformationFieldFileName")


def read_transform_parameters(path: str | os.PathLike) -> list[ParameterMap]:
    """Read the TransformParameters in ``path`` and in the files before it, which its InitialTransform links name. The
    first one applied comes first.

    Links may be absolute, or relative to the file that contains them. If an absolute link is broken, for example
    because a folder was moved, the linked file is searched in the folder of the file. Names of other files in the maps
    become full paths.
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
    """Return the file that ``file`` names with ``link``."""
    places = [file.parent / link]
    if _FULL_PATH.match(link):
        places.append(file.parent / re.split(r"[\\/]", link)[-1])
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InputError(said("The {what} {link} named in {file} does not exist.", what=what, link=link, file=file))
    return found.absolute()


def is_elastix_file(path: str | os.PathLike) -> bool:
    """Return whether a file is one of elastix's TransformParameters: its suffix fits, and it does not begin like ITK's
    text files."""
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
