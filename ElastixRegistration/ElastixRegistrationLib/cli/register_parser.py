"""The options of the subcommand register, grouped by purpose."""

from __future__ import annotations

import argparse
from typing import Any

from .dicom_output import add_dicom_options
from .options import (
    MOVING_SLIDING_MASK_HELP,
    SLIDING_MASK_HELP,
    add_choice,
    add_execution,
    add_initialization,
    add_landmarks,
    add_points,
    add_resampling,
    add_stages,
    add_strict,
)


def add_register(subparsers: Any, common: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command = subparsers.add_parser(
        "register",
        parents=[common],
        help="find the transform that aligns MOVING with FIXED",
        description="Find the transform that aligns MOVING with FIXED. Images can have any format that ITK reads"
        " (NRRD, NIfTI, MetaImage, ...), or be TIFF with its metadata, or DICOM: a folder with a series, one of its"
        " files, or a multi-frame file.",
    )
    _add_inputs(command)
    _add_start(command)
    _add_outputs(command)
    add_resampling(command)
    add_execution(command)
    _add_judging(command)
    add_strict(command)
    _add_report(command)
    return command


def _add_inputs(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("fixed", metavar="FIXED")
    add("moving", metavar="MOVING")
    add_choice(command)
    add_stages(command)
    add("--fixed-mask", metavar="F", help="image that is nonzero where the fixed image counts, or RTSTRUCT:NAME")
    add("--moving-mask", metavar="M", help="image that is nonzero where the moving image counts, or RTSTRUCT:NAME")
    add("--sliding-mask", metavar="L", help=SLIDING_MASK_HELP)
    add("--moving-sliding-mask", metavar="L", help=MOVING_SLIDING_MASK_HELP)
    add_points(command)
    add_landmarks(command)
    add(
        "--channel",
        nargs="+",
        action="append",
        metavar="WORD",
        help="one more pair to align at once: FIXED MOVING and, if needed, fixed-mask=F moving-mask=M weight=W"
        " metric=NAME; kind=distance or kind=labels for label maps that guide the registration",
    )


def _add_start(command: argparse.ArgumentParser) -> None:
    start = command.add_mutually_exclusive_group()
    start.add_argument("--initial-transform", metavar="T", help="start from this transform: anything apply reads")
    start.add_argument(
        "--landmark-start",
        choices=("rigid", "similarity", "affine", "thin-plate"),
        help="start from a fit of the landmarks",
    )
    add_initialization(start)


def _add_outputs(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--output-volume", metavar="V", help="the moving image on the fixed grid")
    add("--output-transform", metavar="T.h5|.tfm|.txt", help="fixed to moving points, LPS mm; .txt is elastix's form")
    add("--output-field", metavar="D", help="displacements, LPS mm, on the fixed grid")
    add("--output-jacobian", metavar="J", help="local volume change, determinant of the spatial Jacobian")
    add_dicom_options(command)
    add(
        "--output-confidence",
        metavar="C",
        help="estimated error, mm, on the fixed grid; docs/trust.md describes its reliability",
    )
    add("--output-inverse", metavar="T", help="the inverse transform, moving to fixed points")
    add(
        "--inverse-method",
        choices=("iterative", "elastix"),
        default="iterative",
        help="iterative: solved point by point, a B-spline where the transform is one, else a displacement field; "
        "elastix: a B-spline that elastix finds, less exact",
    )


def _add_judging(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--fixed-labels", metavar="L", help="label map, .seg.nrrd or RTSTRUCT:NAME,NAME, to judge by overlap")
    add("--moving-labels", metavar="L", help="the same labels in the moving image")
    add(
        "--inverse-consistency",
        action="store_true",
        help="also register in the opposite direction, and report how far points end up from where they started",
    )


def _add_report(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--report", metavar="DIR", help="write report.html with pictures and figures, without file names")
    add("--report-pdf", metavar="R.pdf", help="the same report as a PDF; needs WeasyPrint")
    add("--intended-use", metavar="TEXT", help="purpose of the registration, for the report")
    add(
        "--tolerance",
        action="append",
        metavar="NAME=VALUE",
        help="of the checks of AAPM TG-132 in the report: tre, mda and consistency in mm, dice, folds; default: the"
        " largest side of a voxel, 0.8 and 0",
    )
    add("--report-names", action="store_true", help="name the files of both images in the report")
