"""The subcommand background, which shows the fill value and the padding of an image."""

from __future__ import annotations

import argparse
from typing import Any

from .options import add_choice
from .terminal.outcome import Outcome


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    command = subparsers.add_parser(
        "background", parents=[common], help="the fill value and the padding of a volume, and why"
    )
    command.add_argument("volume", metavar="VOLUME")
    add_choice(command, of="VOLUME")
    command.set_defaults(run=background)


def background(options: argparse.Namespace) -> Outcome:
    from ..core.files.image_files import read_image
    from ..core.images.background import estimate_background
    from ..core.images.geometry import as_scalar

    volume = read_image(options.volume, "volume", series=options.series, frame=options.frame)
    estimate = estimate_background(as_scalar(volume))
    padding = "none"
    if estimate.padding is not None:
        padding = f"{estimate.padding:g} ({estimate.padding_fraction:.1%} of the voxels)"
    return Outcome(
        f"background {estimate.value:g}\npadding {padding}\n{estimate.reason}",
        {
            "command": "background",
            "background": estimate.value,
            "padding": estimate.padding,
            "padding_fraction": estimate.padding_fraction,
            "reason": estimate.reason,
        },
    )
