"""Carry structures of an RTSTRUCT, a segmentation or a label map over to the fixed image."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from .terminal.outcome import Outcome

_log = logging.getLogger(__name__)


def are_structures(moving: str, output: str) -> bool:
    """Return whether MOVING has contours or chosen segments, or segments to write as DICOM."""
    from ..core.files.dicom.headers import instance_of, is_dicom
    from ..core.files.dicom.structures import is_structure_set
    from ..core.files.segmentation_files import is_segmentation
    from ..core.system.file_names import split_choice

    file, choice = split_choice(moving)
    if choice or is_structure_set(file):
        return True
    if Path(output).suffix.lower() != ".dcm" or not file.is_file():
        return False
    return is_segmentation(file) or not is_dicom(file) or instance_of(file).is_segmentation


def carry(options: argparse.Namespace, reference: Any, transform: Any) -> Outcome:
    """Carry structures over to ``reference``, a grid and its DICOM series, which may be None. ``transform`` reads
    the transform, given the place of the structures and a grid around them."""
    from ..core.files.carried_structures import (
        DICOM_FORMS,
        carry_structures,
        check_form,
        read_structure_source,
        write_carried,
    )
    from ..core.files.dicom_objects.direction import tell_patients

    path = options.output_volume
    grid, series = reference
    source = read_structure_source(options.moving)
    form = options.form or source.form
    if options.form and Path(path).suffix.lower() != ".dcm":
        raise InputError(f"--form chooses among {' and '.join(DICOM_FORMS)} for names that end in .dcm, not {path}.")
    check_form(path, form, series, grid)
    tell_patients(None if source.place is None else source.place.patient, series, "structures")
    carried = carry_structures(transform(source.place, source.box()), source, grid)
    if carried.outside:
        _log.warning("Left out because they are outside the reference image: %s.", ", ".join(carried.outside))
    if carried.cut:
        _log.warning("Truncated at the first or last slice of the reference image: %s.", ", ".join(carried.cut))
    write_carried(carried, path, form, grid, series, anonymize=options.anonymize)
    volumes = carried.volumes_ml()
    listed = ", ".join(f"{name} ({volume:.1f} ml)" for name, volume in volumes.items())
    return Outcome(
        f"{path} written: {listed}.",
        {
            "command": "apply",
            "structures_ml": {name: round(volume, 3) for name, volume in volumes.items()},
            "outside": list(carried.outside),
            "outputs": {"volume": path},
        },
    )
