"""Options of the command line that are settings of a registration, alike in every command that has them."""

from __future__ import annotations

import argparse
from typing import Any

from ..core.settings import AUTO, INITIALIZATIONS, INTERPOLATIONS, RegistrationSettings, background_from_text


def add_stages(command: argparse.ArgumentParser) -> None:
    stages = command.add_mutually_exclusive_group()
    stages.add_argument("--preset", metavar="ID", help="a preset; see the command presets")
    stages.add_argument("--parameters", metavar="FILE", nargs="+", help="elastix parameter files, one for each stage")


def add_initialization(command: Any) -> None:
    """``command``: a parser, or a group of one."""
    command.add_argument(
        "--initialization", choices=INITIALIZATIONS, help="start from the centers, or as the images lie"
    )


def add_resampling(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--background", default=AUTO, metavar="auto|keep|NUMBER", help="value outside the moving image")
    add("--interpolation", choices=INTERPOLATIONS, default="linear", help="nearest for label maps")


def add_execution(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threads", type=int, metavar="N", help="of elastix, for each registration")
    command.add_argument("--seed", type=int, metavar="N", help="for the random samples of the metric")


def chosen_settings(options: argparse.Namespace) -> RegistrationSettings:
    """Settings from the options of all of the above. Raises InputError."""
    return RegistrationSettings(
        **({"preset": options.preset} if options.preset else {}),
        parameter_files=tuple(options.parameters or ()),
        initialization=options.initialization,
        background=background_from_text(options.background),
        interpolation=options.interpolation,
        threads=options.threads,
        seed=options.seed,
    )
