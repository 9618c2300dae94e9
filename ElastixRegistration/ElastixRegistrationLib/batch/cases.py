"""The cases of a cohort, from lists, folders and tables."""

from __future__ import annotations

import csv
import difflib
import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.files.formats.any_file import frame_count
from ..core.files.formats.itk_readers import image_suffix_of
from ..core.files.image_files import IMAGE_SUFFIXES
from ..core.request import OPTIONS
from ..core.system.file_names import PAGE, SUMMARY, safe_name
from ..core.wording import said

_log = logging.getLogger(__name__)

_TABLE_SUFFIXES = (".csv", ".tsv")
_MAX_NAME = 120
#: Names of the files next to the cases.
_TAKEN = (SUMMARY, PAGE)


@dataclass(frozen=True)
class Case:
    """One registration: absolute paths, "" if missing. ``name``: of its output folder.

    ``moving_labels``: a label map in the space of the moving image, resampled to the fixed grid; ``fixed_labels``: the
    label map to compare it with. ``initial_transform``: fixed to moving, where the registration starts.
    ``sliding_mask``: labels of the fixed image that slide along their surroundings; ``moving_sliding_mask``: the same
    ones of the moving image. ``choices``: names and texts of
    this case's own options of a RegistrationRequest. ``series`` and ``frames`` choose among several images of a file or
    folder, as in ``core.registration.inputs.read_inputs``.
    """

    name: str
    fixed: str
    moving: str
    fixed_mask: str = ""
    moving_mask: str = ""
    fixed_points: str = ""
    moving_points: str = ""
    fixed_labels: str = ""
    moving_labels: str = ""
    initial_transform: str = ""
    sliding_mask: str = ""
    moving_sliding_mask: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    series: tuple[str, ...] = ()
    frames: tuple[int, ...] = ()

    def files(self) -> dict[str, str]:
        """Paths by role, without those that are missing."""
        return {role: getattr(self, role) for role in ROLES if getattr(self, role)}


#: Inputs that both images can have, so that a column with just this name is ambiguous.
_SIDED = ("mask", "points", "labels")
#: Roles of files in a case: the columns of a table besides ``case``.
ROLES = tuple(field.name for field in fields(Case) if field.name not in ("name", "choices", "series", "frames"))
#: Columns that choose among several images of a file or folder: one value, or two separated by "|".
_WHICH = ("series", "frame")
#: Formats whose headers have the number of time points.
_WITH_FRAMES = frozenset({".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".mgh", ".mgz"})
#: Options by the names of their columns.
_OPTION_COLUMNS = {name: option for option in OPTIONS for name in (option.name, option.dest)}
#: Separator of several files in a cell.
_BETWEEN_FILES = "|"


def find_cases(
    inputs: Sequence[str | os.PathLike],
    *,
    fixed_mask: str | os.PathLike | None = None,
    sliding_mask: str | os.PathLike | None = None,
) -> list[Case]:
    """Cases from the arguments of a command line: ``FIXED MOVING ...``, ``FIXED TABLE`` or ``TABLE`` alone.

    Each MOVING is an image, a folder with a DICOM series, or a folder of images and series (one level deep); each time
    point of a file is a case. TABLE is a .csv or .tsv, see ``read_table``. ``fixed_mask`` and ``sliding_mask`` belong
    to FIXED. Raises InputError if there is no case, or a file is missing.
    """
    paths = [Path(path) for path in inputs]
    of_fixed: dict[str, Any] = {
        role: _absolute(Path(path))
        for role, path in (("fixed_mask", fixed_mask), ("sliding_mask", sliding_mask))
        if path
    }
    if not paths:
        raise InputError(said("A cohort needs a fixed image and moving images, or a table."))
    if _is_table(paths[0]):
        if len(paths) > 1:
            raise InputError(
                said(
                    "No further argument is allowed after the table {table}, but {path} was given.",
                    table=paths[0],
                    path=paths[1],
                )
            )
        cases = read_table(paths[0], of_fixed=of_fixed)
    else:
        fixed, *moving = paths
        if not moving:
            raise InputError(
                said("There is only a fixed image, {fixed}, and nothing to register with it.", fixed=fixed)
            )
        cases = []
        for path in moving:
            if _is_table(path):
                cases += read_table(path, fixed=_absolute(fixed), of_fixed=of_fixed)
            else:
                images = images_in(path, exclude=fixed) if path.is_dir() else [path]
                for image in images:
                    case = Case("", _absolute(fixed), _absolute(image), **of_fixed)
                    cases += _of_each_frame(case) if path is image else [case]
    return named(cases)


def _of_each_frame(case: Case) -> list[Case]:
    """The case itself, or, if its moving image has several time points, a case for each, named by its number."""
    path = Path(case.moving)
    if image_suffix_of(path) not in _WITH_FRAMES or not path.is_file():
        return [case]
    try:
        count = frame_count(path)
    except InputError:
        return [case]  # the reader will report the error
    if count == 1:
        return [case]
    width, name = len(str(count)), _name_of(case.moving, 1)
    return [replace(case, name=f"{name}-frame-{n:0{width}}", frames=(n,)) for n in range(1, count + 1)]


def images_in(folder: Path, exclude: Path | None = None) -> list[Path]:
    """Images and folders of DICOM series in ``folder``, by name; the folder itself if it is a series.

    ``exclude`` is left out.
    """
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.is_file()]
    images = [file for file in files if image_suffix_of(file) in IMAGE_SUFFIXES - {".dcm"}]
    series = [entry for entry in entries if entry.is_dir() and _has_dicom(entry)]
    if not images and not series:
        if not _has_dicom(folder):
            raise InputError(said("The folder {folder} has no images.", folder=folder))
        return [folder]
    found = sorted([*images, *series])
    others = [path for path in found if exclude is None or not _same_file(path, exclude)]
    if len(others) < len(found):
        _log.info("The fixed image %s is among the moving images; it is not registered with itself.", exclude)
    return others


def read_table(path: Path, *, fixed: str = "", of_fixed: Mapping[str, str] | None = None) -> list[Case]:
    """Cases of a table with a header: ``case`` (a name), ``moving``, ``fixed`` and the other ROLES, in any order.

    ``series`` and ``frame`` choose among several images of a file or folder, for both images with "|" between. A column
    with the name of an option of a RegistrationRequest (preset, seed, parameters ...) is the choice for each row; an
    empty cell uses that of the cohort. Columns are separated by comma, semicolon or tab, files in a cell by "|"; paths
    are relative to the table. ``fixed`` and its other files, ``of_fixed`` by role, are for rows without a fixed image.
    Other columns are ignored, unless their name looks like a misspelled one.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            said(
                "The table {path} cannot be read: {reason}.",
                path=path,
                reason=getattr(error, "strerror", None) or error,
            )
        ) from error
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows, [])]
    _check_header(path, header, has_fixed=bool(fixed))
    cases = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        values = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        files: dict[str, Any] = {role: _absolute(path.parent / values[role]) for role in ROLES if values.get(role)}
        if "fixed" not in files and fixed:
            files["fixed"] = fixed
            files = {**(of_fixed or {}), **files}
        missing = [role for role in ("fixed", "moving") if role not in files]
        if missing:
            raise InputError(
                said(
                    "Line {line} of the table {path} has no {missing} image.",
                    line=rows.line_num,
                    path=path,
                    missing=missing[0],
                )
            )
        case = Case(values.get("case", ""), **files, choices=_choices(values, path.parent))
        series, frames = _which(values, path, rows.line_num)
        cases.append(replace(case, series=series, frames=frames))
    if not cases:
        raise InputError(said("The table {path} has no rows.", path=path))
    return cases


def _which(values: Mapping[str, str], table: Path, line: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    series, frames = (
        tuple(word.strip() for word in values.get(name, "").split(_BETWEEN_FILES) if word.strip()) for name in _WHICH
    )
    if not all(frame.isdecimal() for frame in frames):
        raise InputError(
            said(
                "Line {line} of the table {table} has the frame {frame}; frames must be whole numbers.",
                line=line,
                table=table,
                frame=values["frame"],
            )
        )
    return series, tuple(map(int, frames))


def _choices(values: Mapping[str, str], folder: Path) -> tuple[tuple[str, str], ...]:
    """Options in a row of a table in ``folder``."""
    found = {option.name: values[name] for name, option in _OPTION_COLUMNS.items() if values.get(name)}
    if "parameter_files" in found:
        files = (file.strip() for file in found["parameter_files"].split(_BETWEEN_FILES))
        found["parameter_files"] = "\n".join(_absolute(folder / file) for file in files if file)
    return tuple(sorted(found.items()))


def named(cases: Iterable[Case]) -> list[Case]:
    """Cases with unique names that are valid for folders: as given, or from the moving image and, if needed, its parent
    folders. Raises InputError if two rows of a table have the same name."""
    cases = list(cases)
    given = [_safe(case.name) if case.name else "" for case in cases]
    for name, count in Counter(name.lower() for name in given if name).items():
        if count > 1:
            raise InputError(
                said(
                    "{count} cases are called {name}; give each one a unique name in the column case.",
                    count=count,
                    name=name,
                )
            )
    taken = {name.lower() for name in given if name}
    names = list(given)
    depth = 1
    open_places = [place for place, name in enumerate(given) if not name]
    while open_places and depth <= 40:
        tries = {place: _name_of(cases[place].moving, depth) for place in open_places}
        counts = Counter(name.lower() for name in tries.values())
        for place, name in tries.items():
            if counts[name.lower()] == 1 and name.lower() not in taken:
                names[place] = name
                taken.add(name.lower())
        open_places = [place for place in open_places if not names[place]]
        depth += 1
    for place in open_places:  # the same moving image more than once
        number = 1
        base = _name_of(cases[place].moving, 1)
        while f"{base}-{number}".lower() in taken:
            number += 1
        names[place] = f"{base}-{number}"
        taken.add(names[place].lower())
    return [replace(case, name=name) for case, name in zip(cases, names, strict=True)]


def check_files(cases: Sequence[Case]) -> None:
    """Raise InputError if the fixed image of all cases is missing.

    Other missing files only make their own case fail, because they may still appear on a shared disk.
    """
    first = cases[0].fixed
    if all(case.fixed == first for case in cases) and not os.path.exists(first):
        raise InputError(said("The fixed image {first} does not exist.", first=first))


def _check_header(path: Path, header: list[str], *, has_fixed: bool) -> None:
    known = ("case", *ROLES, *_WHICH, *_OPTION_COLUMNS)
    for name in ("moving",) if has_fixed else ("fixed", "moving"):
        if name not in header:
            raise InputError(
                said(
                    "The table {path} has no column {name}; its columns are {columns}.",
                    path=path,
                    name=name,
                    columns=", ".join(header) or "-",
                )
            )
    for name in header:
        if name in known or not name:
            continue
        thing = next((thing for thing in _SIDED if name.removesuffix("s") == thing.removesuffix("s")), None)
        if thing is not None:
            raise InputError(
                said(
                    "The table {path} has a column {name}; did you mean fixed_{thing} or moving_{thing}?",
                    path=path,
                    name=name,
                    thing=thing,
                )
            )
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if close:
            raise InputError(
                said(
                    "The table {path} has a column {name}; did you mean {close}?", path=path, name=name, close=close[0]
                )
            )
        _log.info("The column %s of %s is not used.", name, path)
    doubled = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    if doubled:
        raise InputError(
            said("The table {path} has the column {doubled} more than once.", path=path, doubled=doubled[0])
        )


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in _TABLE_SUFFIXES


def _absolute(path: Path) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _same_file(first: Path, second: Path) -> bool:
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False


def _has_dicom(folder: Path) -> bool:
    """Whether a file in ``folder`` has the DICOM prefix after its preamble, or the usual suffix."""
    for entry in sorted(folder.iterdir())[:20]:
        if entry.is_file() and not entry.name.startswith("."):
            with open(entry, "rb") as file:
                if entry.suffix.lower() == ".dcm" or file.read(132)[128:] == b"DICM":
                    return True
    return False


def _name_of(path: str, depth: int) -> str:
    """The last ``depth`` parts of a path as one name, without the suffix of the file."""
    parts = Path(path).parts
    last = parts[-1].removesuffix(".gz") if parts[-1].lower().endswith(".nii.gz") else parts[-1]
    stem = Path(last).stem if image_suffix_of(Path(parts[-1])) in IMAGE_SUFFIXES else last
    return _safe("_".join([*parts[max(0, len(parts) - depth) : -1], stem]))


def _safe(name: str) -> str:
    """``name`` as a valid folder name on any system."""
    name = safe_name(name, "case", _MAX_NAME)
    return f"{name}_" if name.lower() in _TAKEN else name
