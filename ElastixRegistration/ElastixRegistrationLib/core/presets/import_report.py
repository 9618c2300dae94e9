"""What an import of presets found, file by file, as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..parameters.upgrades import Change
from .preset import Preset

READ, UPGRADED, REFUSED, SKIPPED = "read", "upgraded", "refused", "skipped"


@dataclass(frozen=True)
class FileReport:
    """What became of one file: READ as it is, UPGRADED with ``changes``, REFUSED or SKIPPED (it is no parameter file)
    with ``reason``. ``presets`` are the titles of those that it is a stage of; ``misspelled``: sentences on names."""

    path: str
    state: str
    reason: str = ""
    changes: tuple[Change, ...] = ()
    presets: tuple[str, ...] = ()
    misspelled: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedPreset:
    """A preset that was put together of ``paths``, and what keeps it from being run, "" for nothing."""

    preset: Preset
    paths: tuple[str, ...]
    unusable: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What an import found. ``presets`` are those that were kept, as they lie in the user's folder; ``already_here``
    is how many were there before. ``keeps_unusable``: those that cannot be run were kept too. ``notes`` are sentences
    on what a kept preset says no longer."""

    files: tuple[FileReport, ...]
    found: tuple[ImportedPreset, ...]
    presets: tuple[Preset, ...] = ()
    already_here: int = 0
    keeps_unusable: bool = False
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> list[ImportedPreset]:
        """Those that were not kept, as they cannot be run."""
        return [found for found in self.found if self._is_left_out(found)]

    def count(self, state: str) -> int:
        return sum(file.state == state for file in self.files)

    def text(self) -> str:
        """A line for each preset, and for whatever was upgraded, refused or left out."""
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
        """Everything, as JSON holds it."""
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
