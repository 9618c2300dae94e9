"""Export of a transform between two volumes of Slicer's DICOM database as a DICOM registration object."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer

from ...core.errors import InputError
from ...core.files.dicom.volumes import DicomSeries, series_of_files
from ...core.files.dicom_objects.spatial_registration import GRID_MM, RegistrationObject, write_registration
from ...core.wording import said
from ..nodes.chains import Chain, chain_to_world, inverse
from ..nodes.coordinates import geometry_from_ijk_to_ras
from ..nodes.transform_sources import transform_chain
from ..nodes.transforms import chain_from_data, itk_from_chain
from ..nodes.volumes import volume_image
from ..run.job import RegistrationJob
from ..run.results import transform_in_space

#: Attribute in which Slicer's DICOM module stores the UIDs of the slices of a volume.
INSTANCES = "DICOM.instanceUIDs"


def export_registration(
    transform: Any,
    fixed_node: Any,
    moving_node: Any,
    path: str | os.PathLike,
    *,
    grid_mm: float = GRID_MM,
    anonymize: bool = False,
    into_database: bool = False,
) -> RegistrationObject:
    """Write a transform node or file as a DICOM registration object; see ``core``'s ``write_registration``.

    The volumes have their positions in DICOM; so transforms above the fixed volume are part of the registration.
    ``into_database`` also adds the object to Slicer's database. Raises InputError for volumes that were not loaded from
    it.
    """
    chain = [*chain_to_world(fixed_node.GetParentTransformNode()), *transform_chain(transform)]
    return _write(chain, fixed_node, moving_node, path, grid_mm, anonymize, into_database)


def export_run(job: RegistrationJob, result: Any, folder: str) -> RegistrationObject:
    """Write the ``result`` of a registration of nodes into ``folder``, or into the database if that is ""."""
    chain = [*job.fixed.parents, *chain_from_data(transform_in_space(job, result)), *inverse(job.moving.parents)]
    with tempfile.TemporaryDirectory() as temporary:
        path = _free_name(Path(folder or temporary))
        return _write(chain, job.fixed.node, job.moving.node, path, GRID_MM, False, not folder)


def _free_name(folder: Path) -> Path:
    number, path = 2, folder / "registration.dcm"
    while path.exists():
        path, number = folder / f"registration-{number}.dcm", number + 1
    return path


def check_origin(fixed_node: Any, moving_node: Any) -> None:
    """Raise InputError for volumes that no DICOM object can refer to, before they are registered."""
    _both_series(fixed_node, moving_node)


def _both_series(fixed_node: Any, moving_node: Any) -> list[DicomSeries]:
    return [series_of(node, role) for node, role in ((fixed_node, "fixed"), (moving_node, "moving"))]


def _write(
    chain: Chain,
    fixed_node: Any,
    moving_node: Any,
    path: str | os.PathLike,
    grid_mm: float,
    anonymize: bool,
    into_database: bool,
) -> RegistrationObject:
    """``chain`` maps from the space of the fixed node to the space of the moving node."""
    fixed, moving = _both_series(fixed_node, moving_node)
    volume = volume_image(fixed_node, "fixed volume")
    grid = geometry_from_ijk_to_ras(volume.ijk_to_ras, volume.geometry.size)
    transform = itk_from_chain(chain, grid)
    written = write_registration(transform, path, fixed, moving, grid, grid_mm=grid_mm, anonymize=anonymize)
    if into_database:
        slicer.dicomDatabase.insert(str(path))
    return written


def series_of(node: Any, role: str) -> DicomSeries:
    """The series from which a volume node was loaded. Raises InputError with the ``role`` and the name of the node."""
    called = f"{role} volume {node.GetName() if node is not None else ''}".rstrip()
    uids = ((node.GetAttribute(INSTANCES) if node is not None else None) or "").split()
    if not uids:
        raise InputError(
            said(
                "The {called} does not come from Slicer's DICOM database, so that no DICOM registration "
                "object can refer to it; load it with the DICOM module.",
                called=called,
            )
        )
    database = getattr(slicer, "dicomDatabase", None)
    if database is None:
        raise InputError(said("Slicer's DICOM database is not open; open the DICOM module once."))
    return series_of_files(_files(uids, called, database))


def _files(uids: Sequence[str], called: str, database: Any) -> list[Path]:
    paths = [Path(str(database.fileForInstance(uid) or "")) for uid in uids]
    missing = sum(not path.is_file() for path in paths)
    if missing:
        raise InputError(
            said(
                "Of the {called}, {missing} of {count} slices are no longer in Slicer's DICOM database.",
                called=called,
                missing=missing,
                count=len(paths),
            )
        )
    return paths
