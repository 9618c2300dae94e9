"""Where SlicerElastix is not installed: for each of its presets, by the id, the one of ours made for the same."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.presets.catalog import find_preset

from .preset import CONTENT_KEY, NAME_KEY, Preset

_log = logging.getLogger(__name__)

#: Id there, what it is for, and our preset. In the order there, by which scripts count: the first is the default.
NEAREST = (
    ("default0", "generic", "all", "automatic"),
    ("default-rigid", "generic rigid", "all", "rigid"),
    ("par0000", "MR T1", "brain", "brain-between-subjects"),
    ("par0001", "MR BFFE", "prostate", "prostate"),
    ("par0002", "MR T1 and PET", "brain", "head-same-patient"),
    ("par0003", "CT", "lung, between patients", "ct-lung"),
    ("par0008", "CT", "lung, one patient", "ct-lung"),
    ("par0009", "MR", "brain", "brain-between-subjects"),
    ("par0010", "MR HASTE", "brain", "brain-between-subjects"),
    ("par0011", "CT", "lung", "ct-lung"),
    ("par0013", "2D x-ray and 3D CT", "head", ""),
    ("par0014", "micro-CT", "whole mouse", "deformable-ct"),
    ("par0015", "CT", "lung", "ct-lung"),
    ("par0017", "MR", "knee cartilage", "rigid"),
    ("par0018", "MR of several sequences", "carotid artery", "deformable-multimodal"),
    ("par0019", "CT", "head and neck", "deformable-ct"),
    ("par0020", "MR of several contrasts", "rat brain", "deformable-multimodal"),
    ("par0023", "CT and MR", "head and neck", "ct-mr"),
    ("par0025", "MR of several contrasts", "mouse brain", "deformable-multimodal"),
    ("par0026", "MR of several contrasts", "rat brain", "deformable-multimodal"),
    ("par0030", "MR T1 with contrast agent", "wrist", "deformable-mr"),
    ("par0032", "MR with contrast agent", "breast", "deformable-mr"),
    ("par0033", "MR", "mouse brain", "deformable-mr"),
    ("par0034", "2D MR of blood flow", "mouse brain", "deformable"),
    ("par0040", "MR", "wrist", "affine"),
    ("par0041", "MR", "wrist", "deformable-mr"),
    ("par0042", "MR", "spine", "spine"),
    ("par0043", "CT and pseudo-CT", "pelvis", "rigid"),
    ("par0044", "CT of several contrasts", "heart", "cardiac"),
)
#: The plain parameter files there, words in the names of others of their kind, and our preset with such a stage.
_FILES = (
    ("Parameters_BSpline.txt", ("bspline", "deformable", "nonrigid", "elastic"), "deformable"),
    ("Parameters_Affine.txt", ("affine",), "affine"),
    ("Parameters_Similarity.txt", ("similarity",), "similarity"),
    ("Parameters_Rigid.txt", ("rigid", "euler"), "rigid"),
    ("Parameters_Translation.txt", ("translation",), "translation"),
)
#: Presets whose files were written, by path: the preset and the text, for files that a script changes.
_written: dict[str, tuple[str, str]] = {}


class NearestPreset(Preset):
    """A preset of ours under an id of SlicerElastix."""

    def __init__(self, id: str = "", modality: str = "", content: str = "", ours: str = "") -> None:
        super().__init__()
        self.ours = ours
        self.setID(id)
        self.setModality(modality)
        self.setContent(content)
        if ours:
            preset = find_preset(ours)
            self.setDescription(f"{preset.title}: {preset.description}")
            self.setPublications(preset.reference)
            self.setParameters(
                [{NAME_KEY: one.name, CONTENT_KEY: one.text} for one in preset.all_stages() if one.enabled]
            )

    def getParameterFiles(self) -> list[str]:
        """Raises InputError for the preset that has no counterpart."""
        if not self.ours:
            raise InputError(
                f"The preset {self.getID()} registers {self.getModality()}, which itk-elastix has no components for."
            )
        _log.info(
            "SlicerElastix is not installed: in place of its preset %s the nearest one of Elastix Registration is"
            " used, %s.", self.getID(), self.ours,
        )  # fmt: skip
        paths = super().getParameterFiles()
        for path, section in zip(paths, self.getParameters(), strict=True):
            _written[path] = (self.ours, section[CONTENT_KEY])
        return paths


def nearest_presets() -> list[Preset]:
    return [NearestPreset(*entry) for entry in NEAREST]


def preset_of_files(paths: Sequence[Any]) -> str | None:
    """Our preset, where these are all its files, unchanged: its start and fitting come along then. Else None."""
    found = [_written.get(str(path)) for path in paths]
    ids = {entry[0] for entry in found if entry is not None}
    if None in found or len(ids) != 1:
        return None
    preset = find_preset(ids.pop())
    if len(found) != sum(stage.enabled for stage in preset.all_stages()):
        return None
    same = all(
        Path(path).read_text(encoding="utf-8") == entry[1] for path, entry in zip(paths, found, strict=True) if entry
    )
    return preset.id if same else None


def write_nearest_files(folder: Path) -> None:
    """The plain parameter files, each with our stage of that kind."""
    for name, _, ours in _FILES:
        (folder / name).write_text(_last_stage(ours), "utf-8")


def nearest_file(name: str) -> tuple[str, str] | None:
    """Our preset, and the text of its stage, of the kind that the name of a file says; None where it says none."""
    return next(
        ((ours, _last_stage(ours)) for _, words, ours in _FILES if any(word in name.lower() for word in words)), None
    )


def _last_stage(ours: str) -> str:
    return find_preset(ours).all_stages()[-1].text
