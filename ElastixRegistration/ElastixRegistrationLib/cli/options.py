"""Options of the command line that choose how to register. Several commands share them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..core.request import OPTIONS, RegistrationRequest, find_option

if TYPE_CHECKING:
    from ..core.registration.inputs import RegistrationInputs

SLIDING_MASK_HELP = (
    "label map of the fixed image, .seg.nrrd or RTSTRUCT:NAME,NAME: each label slides along its surroundings; 3D only"
)
MOVING_SLIDING_MASK_HELP = (
    "the same labels or names in the moving image, whose voxels then count only for their own region"
)


def add_stages(command: argparse.ArgumentParser) -> None:
    _add_group(command.add_mutually_exclusive_group(), "stages")
    _add_group(command, "changes")


def add_initialization(command: Any) -> None:
    """Add the choice of a start to ``command``, a parser or a group of one."""
    _add_group(command, "start")


def add_points(command: argparse.ArgumentParser) -> None:
    """Add landmarks of both images, and how they correspond."""
    add = command.add_argument
    add("--fixed-points", metavar="P", help="landmarks: elastix text, .fcsv or .mrk.json")
    add("--moving-points", metavar="P", help="the same landmarks in the moving image")
    add(
        "--pairing",
        choices=("auto", "order", "label"),
        default="auto",
        help="how landmarks correspond; auto: by label where both files share labels, otherwise by order",
    )


def add_landmarks(command: argparse.ArgumentParser) -> None:
    _add_group(command, "landmarks")


def add_resampling(command: argparse.ArgumentParser) -> None:
    _add_group(command, "resampling")


def add_execution(command: argparse.ArgumentParser) -> None:
    _add_group(command, "execution")


def add_strict(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--strict",
        action="store_true",
        help="exit with status 3 if the verdict is worse or implausible; outputs are written anyway",
    )


def chosen_request(options: argparse.Namespace) -> RegistrationRequest:
    """Return the request that these options make. Raises InputError."""
    given = ((option, getattr(options, option.dest, None)) for option in OPTIONS)
    return RegistrationRequest(
        **{
            option.name: option.kind.read(option.noun, value) if isinstance(value, str) else value
            for option, value in given
            if value is not None
        }
    )


def add_option(command: Any, name: str) -> None:
    """Add an option of a registration. If it is not given, the namespace has None."""
    option = find_option(name)
    more: dict[str, Any] = {"metavar": option.metavar} if option.metavar else {}
    command.add_argument(option.flag, help=option.meaning, **option.kind.parser_arguments(), **more)


def _add_group(command: Any, group: str) -> None:
    for option in OPTIONS:
        if option.group == group:
            add_option(command, option.name)


def add_choice(command: argparse.ArgumentParser, *, of: str = "") -> None:
    """Add options that choose among several images in a file or folder, for the image ``of``, or for FIXED and for
    MOVING."""
    add = command.add_argument
    how: dict[str, Any] = {} if of else {"action": "append"}
    which = f"of {of}" if of else "once, or for FIXED and for MOVING"
    add(
        "--series",
        metavar="UID|NUMBER",
        help=f"DICOM series, by its UID or its number in the list that is printed without this option; {which}",
        **how,
    )
    add(
        "--frame",
        type=int,
        metavar="N",
        help=f"time point of a file or series that has several, counted from 1; {which}",
        **how,
    )


def read_pair(options: argparse.Namespace, **more: Any) -> RegistrationInputs:
    """Read the images FIXED and MOVING with masks and landmarks. ``more`` are further arguments of ``read_inputs``.
    Raises InputError."""
    from ..core.registration.inputs import read_inputs

    return read_inputs(
        options.fixed,
        options.moving,
        options.fixed_mask,
        options.moving_mask,
        options.fixed_points,
        options.moving_points,
        pairing=options.pairing,
        series=options.series or (),
        frames=options.frame or (),
        **more,
    )
