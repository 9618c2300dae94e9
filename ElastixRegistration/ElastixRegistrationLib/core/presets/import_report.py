"""The report on an import of presets, file by file, as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..parameters.upgrades import Change
from .preset import Preset

READ, UPGRADED, REFUSED, SKIPPED = "read", "upgraded", "refused", "skipped"


@dataclass(frozen=True)
class FileReport:
    """The state of one file: READ unchanged, UPGRADED with ``changes``, or REFUSED or SKIPPED (not a parameter file)
    with ``reason``. ``presets``: titles of the presets with this stage. ``misspelled``: sentences about names."""

    path: str
    state: str
    reason: str = ""
    changes: tuple[Change, ...] = ()
    presets: tuple[str, ...] = ()
    misspelled: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedPreset:
    """A preset assembled from ``paths``, and the reason why it cannot be run, "" if it can."""

    preset: Preset
    paths: tuple[str, ...]
    unusable: str = ""


@dataclass(frozen=True)
class ImportReport:
    """The result of an import. ``presets``: the saved ones, as in the user's folder. ``already_here``: number of
    presets that existed before. ``keeps_unusable``: whether presets that cannot be run were saved too. ``notes``:
    sentences about claims that were removed from saved presets."""

    files: tuple[FileReport, ...]
    found: tuple[ImportedPreset, ...]
    presets: tuple[Preset, ...] = ()
    already_here: int = 0
    keeps_unusable: bool = False
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> list[ImportedPreset]:
        """Presets that were not saved, because they cannot be run."""
        return [found for found in self.found if self._is_left_out(found)]

    def count(self, state: str) -> int:
        return sum(file.state == state for file in self.files)

    def text(self) -> str:
        """A line for each preset, and for each file that was upgraded, refused or left out."""
        lines = [f"{preset.id}  {preset.title}" for preset in self.presets]
        for each in self.found:
            if each.unusable:
                word = "left out" if self._is_left_out(each) else "cannot be run before it is edited"
                lines.append(f"{word}: {each.preset.title}: {each.unusable}")
        lines += self.notes
        for file in self.files:
            if file.state == REFUSED:
                lines.append(f"refused: {file.path}: {file.reason}")
            lines += [f"upgraded: {file.path}: {c.parameter} {c.text} ({c.source})" for c in file.changes]
            lines += [f"look at: {file.path}: {sentence}" for sentence in file.misspelled]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "imported": [{"id": preset.id, "title": preset.title} for preset in self.presets],
            "already_here": self.already_here,
            "unusable": [
                {"title": f.preset.title, "reason": f.unusable, "kept": not self._is_left_out(f)}
                for f in self.found
                if f.unusable
            ],
            "notes": list(self.notes),
            "files": [asdict(file) for file in self.files],
        }

    def _is_left_out(self, found: ImportedPreset) -> bool:
        return bool(found.unusable) and not (self.keeps_unusable and found.preset.texts)
