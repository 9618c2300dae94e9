"""Search for better parameters, on pairs of the scene or of a table, in a separate process."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.presets.preset import Preset, free_title
from ...core.presets.user_presets import FOLDER_VARIABLE, UserPresets, user_presets
from ...core.request import RegistrationRequest
from ...core.system.scratch import scratch_folder
from ...core.wording import from_data, said
from ...worker.client import State
from ...worker.command import CommandProcess
from ...worker.tuning_messages import TuningNews
from ..multi_image.cohort_files import CohortFiles, absolute_path, not_written
from ..nodes.incremental import Steps
from ..nodes.points import landmark_pairs
from ..run.command_run import CommandRun
from ..run.parameter_node import (
    FIXED_MASK,
    FIXED_POINTS,
    FIXED_VOLUME,
    MOVING_MASK,
    MOVING_POINTS,
    MOVING_VOLUME,
    ParameterSet,
    parameter_nodes,
)
from ..run.scene_presets import scene_presets

_COLUMNS = ("fixed", "moving", "fixed_mask", "moving_mask", "fixed_points", "moving_points")


@dataclass(frozen=True)
class TuningOptions:
    """``folder`` gets the page, the figures, and the study, with which the same call continues. ``minutes``: of the
    search. ``title``: of the new preset; "" derives it from the start's title. ``folds``: number of parts of a
    cross-validation, in which each pair judges once; None holds out a quarter of the pairs."""

    folder: str
    minutes: float
    title: str = ""
    threads: int | None = None
    folds: int | None = None


@dataclass(frozen=True)
class TuningOutcome:
    """``sentence``: the result in words. ``preset``: the user's new preset; None if nothing beat the start."""

    sentence: str
    preset: Preset | None
    page: Path
    document: dict[str, Any]


class TuningRun(CommandRun[TuningOutcome]):
    """A running search; ``tuning_incrementally`` starts it. After ``cancel``, the study stays in its folder."""

    _preset: Preset | None = None

    def __init__(self, process: CommandProcess, options: TuningOptions, presets: UserPresets, files: Any):
        self.options = options
        self.news: TuningNews | None = None
        self._presets = presets
        self._document: dict[str, Any] | None = None
        super().__init__(process, files)

    @property
    def fraction(self) -> float:
        """The share of the search time that has passed."""
        return 0.0 if self.news is None else min(1.0, self.news.seconds / (60 * self.options.minutes))

    @property
    def has_result(self) -> bool:
        return self._document is not None

    def _outcome_incrementally(self) -> Steps[TuningOutcome]:
        yield
        document = self._document or {}
        return TuningOutcome(
            from_data(document["sentence_data"]), self._preset, Path(document["outputs"]["page"]), document
        )

    def _takes(self, line: str, again: bool = False) -> bool:
        news = TuningNews.of_line(line)
        if news is not None and not again:
            self.news = news
        return news is not None

    def _state_of_output(self, code: int) -> State | None:
        with contextlib.suppress(ValueError):
            found = json.loads(self._process.output)
            if not found.get("interrupted") and code == 0:
                self._document = found
        if self._document is None:
            return None
        self._preset = self._kept(self._document["preset"])
        return State.DONE

    def _kept(self, preset_id: str | None) -> Preset | None:
        """The resulting preset of the process, copied to the user's presets."""
        found = next((preset for preset in self._presets.presets() if preset.id == preset_id), None)
        if found is None:
            return None
        own = user_presets()
        return own.copy(found, free_title(found.title, own.presets()))


def pairs_of_scene(scene: Any) -> list[Any]:
    """The parameter nodes whose pair has landmarks in both volumes, which a search needs."""
    roles = (FIXED_VOLUME, MOVING_VOLUME, FIXED_POINTS, MOVING_POINTS)
    return [node for node in parameter_nodes(scene) if all(node.GetNodeReference(role) for role in roles)]


def tuning_incrementally(
    request: RegistrationRequest, options: TuningOptions, *, scene: Any, nodes: Sequence[Any] = (), table: str = ""
) -> Steps[TuningRun]:
    """Start from the preset of ``request``, on the pairs of parameter ``nodes`` or of the file ``table``.

    Raises InputError before anything runs.
    """
    if not options.folder:
        raise InputError(said("Tuning needs a folder for its page and its study."))
    if request.parameter_files:
        raise InputError(said("Tuning starts from a preset; make one of the parameter files first."))
    presets = scene_presets(scene)
    request.stages(presets=presets)
    with contextlib.ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(scratch_folder()))
            files = CohortFiles(folder, request)
            if not table:
                table = str(folder / "pairs.csv")
                yield from _table_incrementally(files, folder, nodes, Path(table))
            preset, variables = files.preset_options(presets)
        except OSError as problem:
            raise not_written(problem) from problem
        own = UserPresets(folder / "presets")
        arguments = ["tune", absolute_path(table), "--output-dir", absolute_path(options.folder), *preset]
        arguments += [f"--minutes={options.minutes:g}", "--json", "--attended"]
        arguments += [] if options.folds is None else [f"--folds={options.folds}"]
        arguments += [f"--title={options.title}"] if options.title else []
        arguments += [f"--threads={options.threads}"] if options.threads is not None else []
        process = CommandProcess(arguments, variables=variables | {FOLDER_VARIABLE: str(own.folder)})
        return TuningRun(process, options, own, stack.pop_all())


def _table_incrementally(files: CohortFiles, folder: Path, nodes: Sequence[Any], path: Path) -> Steps[None]:
    """Write volumes, masks and landmarks at their positions in world, and a table of them."""
    rows = []
    for number, node in enumerate(nodes, 1):
        choices = ParameterSet(node)
        row: dict[str, Any] = {"case": f"{number} {choices.reference(MOVING_VOLUME).GetName()}"}
        for side, volume_role, mask_role in (
            ("fixed", FIXED_VOLUME, FIXED_MASK),
            ("moving", MOVING_VOLUME, MOVING_MASK),
        ):
            _volume, image, mask = yield from files.volume_incrementally(
                choices.reference(volume_role), f"{side} volume", choices.reference(mask_role), choices.segments(side)
            )
            row |= {side: image, f"{side}_mask": "" if mask is None else mask}
        lists = (choices.reference(FIXED_POINTS), choices.reference(MOVING_POINTS))
        pairs = landmark_pairs(*lists, choices.text("pairing"))
        for side, points in (("fixed", pairs.fixed), ("moving", pairs.moving)):
            row[f"{side}_points"] = folder / f"{number}-{side}.txt"
            _write_points(points, row[f"{side}_points"])
        rows.append(row)
        yield
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["case", *_COLUMNS])
        writer.writeheader()
        writer.writerows(rows)


def _write_points(points: np.ndarray, path: Path) -> None:
    """Write points in elastix's form, LPS mm."""
    lines = [" ".join(f"{value:.9g}" for value in point) for point in points.tolist()]
    path.write_text("\n".join(["point", str(len(lines)), *lines, ""]), encoding="utf-8")
