"""The user's own presets: one folder each, with elastix parameter files and a preset.json."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError, ParameterError
from ..system.file_names import is_device
from ..system.output_files import whole_file
from ..wording import said
from .preset import USER, Preset, PresetStage, checked_title, preset_entry, read_entry, text_lines

_log = logging.getLogger(__name__)
#: Environment variable with the folder, which has precedence over everything else.
FOLDER_VARIABLE = "ELASTIX_REGISTRATION_PRESETS"
ENTRY = "preset.json"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_ID = 60
_DRAFT = ".writing-"

_chosen_folder: Path | None = None


def use_presets_folder(folder: str | os.PathLike | None) -> None:
    """Store the user's presets of this process in ``folder``; None means the platform's folder. Slicer uses its
    settings folder.
    """
    global _chosen_folder
    _chosen_folder = None if folder is None else Path(folder)


def presets_folder_of_user() -> Path:
    """The folder of the user's presets, which need not exist."""
    if os.environ.get(FOLDER_VARIABLE):
        return Path(os.environ[FOLDER_VARIABLE])
    if _chosen_folder is not None:
        return _chosen_folder
    if sys.platform == "win32":
        settings = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        settings = Path.home() / "Library" / "Application Support"
    else:
        settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return settings / "ElastixRegistration" / "Presets"


def user_presets() -> UserPresets:
    return UserPresets(presets_folder_of_user())


@dataclass(frozen=True)
class UserPresets:
    """The presets in ``folder``. Files are written completely or not at all."""

    folder: Path

    def presets(self) -> list[Preset]:
        """All presets, sorted by id. A folder that is not a preset is skipped and logged."""
        found = []
        try:
            names = sorted(os.listdir(self.folder))
        except OSError:
            return []  # nothing was saved yet
        for name in names:
            if (self.folder / name / ENTRY).is_file() and not name.startswith("."):
                try:
                    found.append(self._read(name))
                except InputError as problem:
                    _log.warning("A preset is left out: %s", problem)
        return found

    def find(self, preset_id: str) -> Preset | None:
        """The preset with that id; None if there is none. Raises InputError if it is broken."""
        if not _ID.fullmatch(str(preset_id)) or not (self.folder / str(preset_id) / ENTRY).is_file():
            return None
        return self._read(preset_id)

    def save(self, preset: Preset, *, overwrite: bool = False) -> Preset:
        """Write ``preset`` under its id and return the saved one. Raises InputError if the id is taken."""
        return self.save_all([preset], overwrite=overwrite)[0]

    def save_all(self, presets: Sequence[Preset], *, overwrite: bool = False) -> list[Preset]:
        """Write all presets, or none if one fails."""
        ids = [preset.id for preset in presets]
        for preset_id in ids:
            if not _ID.fullmatch(preset_id) or len(preset_id) > _MAX_ID:
                raise InputError(
                    said(
                        "The preset id {preset_id} must be lower case letters, digits and single hyphens.",
                        preset_id=repr(preset_id),
                    )
                )
            if ids.count(preset_id) > 1 or (not overwrite and (self.folder / preset_id).exists()):
                raise InputError(
                    said("There is already a preset {preset_id}; choose another name.", preset_id=repr(preset_id))
                )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=self.folder) as draft:
                for preset in presets:
                    write_preset_folder(preset, Path(draft) / "new" / preset.id)
                self._put_in_place(ids, Path(draft))
        except OSError as error:
            raise InputError(
                said("The preset cannot be saved in {folder}: {reason}.", folder=self.folder, reason=error.strerror)
            ) from error
        return [self._read(preset_id) for preset_id in ids]

    def delete(self, preset_id: str) -> None:
        """Delete a preset. Raises InputError if the user has no such preset."""
        self._must_exist(preset_id)
        try:
            with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=self.folder) as draft:
                os.replace(self.folder / preset_id, Path(draft) / preset_id)
        except OSError as error:
            raise InputError(
                said(
                    "The preset {preset_id} cannot be deleted: {reason}.",
                    preset_id=preset_id,
                    reason=error.strerror,
                )
            ) from error

    def rename(self, preset_id: str, title: str, others: Iterable[Preset] = ()) -> Preset:
        """Change the title, but not the id, which scenes and scripts use. Raises InputError for a title that is
        empty or used by another preset, here or in ``others``."""
        preset = self._must_exist(preset_id)
        elsewhere = [*(each for each in self.presets() if each.id != preset_id), *others]
        return self.save(replace(preset, title=checked_title(title, elsewhere)), overwrite=True)

    def copy(self, preset: Preset, title: str, others: Iterable[Preset] = ()) -> Preset:
        """Save ``preset``, from any origin, with ``title`` and a new id, which no preset here or in ``others`` has.
        Raises InputError for a title that is empty or used by one of these."""
        elsewhere = list(others)
        title = checked_title(title, [*self.presets(), *elsewhere])
        preset_id = self.free_id(title, [*(each.id for each in elsewhere), preset.id])
        return self.save(replace(preset, id=preset_id, title=title))

    def free_id(self, title: str, taken: Sequence[str] = ()) -> str:
        """An id derived from ``title`` that no preset here has and that is not in ``taken``."""
        base = id_of(title)
        number, candidate = 1, base
        while candidate in taken or (self.folder / candidate).exists():
            number += 1
            candidate = f"{base[: _MAX_ID - len(str(number)) - 1].rstrip('-')}-{number}"
        return candidate

    def _read(self, preset_id: str) -> Preset:
        folder = self.folder / preset_id
        place = str(folder / ENTRY)
        try:
            entry = json.loads((folder / ENTRY).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(said("{place}: the preset cannot be read ({error}).", place=place, error=error)) from error
        values = read_entry(entry, place) | {"id": preset_id}
        values["title"] = values["title"] or preset_id
        values["files"] = tuple(folder / name for name in values["files"])
        return Preset(**values, origin=USER)

    def _must_exist(self, preset_id: str) -> Preset:
        preset = self.find(preset_id)
        if preset is None:
            raise InputError(
                said(
                    "{preset_id} is not one of your presets; built-in ones can be copied, not changed.",
                    preset_id=repr(preset_id),
                )
            )
        return preset

    def _put_in_place(self, ids: Sequence[str], draft: Path) -> None:
        """Move draft/new/ID here, or leave everything unchanged."""
        (draft / "old").mkdir()
        moved: list[str] = []
        try:
            for preset_id in ids:
                target = self.folder / preset_id
                if target.exists():
                    os.replace(target, draft / "old" / preset_id)
                moved.append(preset_id)
                os.replace(draft / "new" / preset_id, target)
        except OSError:
            for preset_id in moved:
                shutil.rmtree(self.folder / preset_id, ignore_errors=True)
                if (draft / "old" / preset_id).exists():
                    os.replace(draft / "old" / preset_id, self.folder / preset_id)
            raise


def id_of(title: str) -> str:
    """An id of lower case letters, digits and hyphens for a title in any script."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    preset_id = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_ID].strip("-") or "preset"
    return f"preset-{preset_id}"[:_MAX_ID] if is_device(preset_id) else preset_id


def write_preset_folder(preset: Preset, folder: Path) -> list[Path]:
    """Write parameter files and preset.json into a new or empty folder. Raises ParameterError for an unreadable
    stage."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in _written(preset):
        paths.append(folder / name)
        with whole_file(paths[-1]) as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")
    return paths


def export_preset(preset: Preset, target: str | os.PathLike, *, overwrite: bool = False) -> list[Path]:
    """Write a preset as a folder, or as a zip by the suffix .zip, for elastix or for another computer.

    Returns the written paths. Raises InputError if writing fails, and if ``target`` is an existing zip or a folder that
    is not empty, because its files may have been edited. With ``overwrite``, files of the same names are replaced, and
    all others stay.
    """
    target = Path(target)
    if target.suffix.lower() in (".txt", ".toml", ".json"):
        raise InputError(
            said(
                "A preset is exported as a folder or as a .zip file; {target} looks like another file.",
                target=target.name,
            )
        )
    if not target.parent.is_dir():
        raise InputError(
            said("The folder {parent} for {target} does not exist.", parent=target.parent, target=target.name)
        )
    try:
        zipped = target.suffix.lower() == ".zip"
        if not overwrite and not zipped and target.is_dir() and any(target.iterdir()):
            raise InputError(
                said("The folder {target} is not empty; choose another one, or use --overwrite.", target=target)
            )
        if not overwrite and zipped and target.exists():
            raise InputError(
                said("The file {target} exists already; choose another name, or use --overwrite.", target=target)
            )
        if not zipped:
            return write_preset_folder(preset, target)
        with whole_file(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _written(preset):
                archive.writestr(f"{preset.id}/{name}", text)
        return [target]
    except OSError as error:
        raise InputError(
            said("The preset cannot be written to {target}: {reason}.", target=target, reason=error.strerror)
        ) from error


def _written(preset: Preset) -> list[tuple[str, str]]:
    stages = numbered(preset.all_stages())
    if not stages:
        raise ParameterError(said("the preset {id} has no stages.", id=preset.id))
    entry = preset_entry(replace(preset, texts=stages, files=()), [stage.name for stage in stages])
    texts = [(stage.name, "\n".join(text_lines(stage.text)) + "\n") for stage in stages]
    return [*texts, (ENTRY, json.dumps(entry, indent=2) + "\n")]


def numbered(stages: Sequence[PresetStage]) -> tuple[PresetStage, ...]:
    """The stages with file names that are valid everywhere and sort in their order: 1-rigid.txt, 2-bspline.txt."""
    renamed = []
    for number, stage in enumerate(stages, 1):
        stem = re.sub(r"^[0-9]+-", "", Path(stage.name).stem) or "stage"
        stem = re.sub(r"[^A-Za-z0-9._+-]+", "-", stem).strip("-.") or "stage"
        renamed.append(replace(stage, name=f"{number}-{stem[:80]}.txt"))
    return tuple(renamed)
