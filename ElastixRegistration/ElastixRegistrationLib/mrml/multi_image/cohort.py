"""Registration of many volumes, from the scene, a folder or a table, with one fixed volume, in the background.

The command ``batch`` runs in a separate process, on Dask, and writes a folder for each case, a summary and a page.
"""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import InputError, RegistrationError
from ...core.request import RegistrationRequest
from ...core.system.file_names import CASE_RESULT, PAGE, SUMMARY
from ...core.system.scratch import scratch_folder
from ...core.wording import from_data, said, sentence_of
from ...worker.client import State
from ...worker.cohort_messages import CohortEnd, CohortNews
from ...worker.command import CommandProcess
from ..nodes.incremental import Steps
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import rollback_on_failure
from ..nodes.volumes import VolumeImage
from ..run.command_run import CommandRun
from ..run.scene_presets import scene_presets
from .cohort_files import CohortFiles, absolute_path, not_written, result_of_case
from .scene_volumes import volumes_of_scene
from .volume_outputs import VolumesOutcome, add_result_volume, add_transform


@dataclass(frozen=True)
class CohortOptions:
    """``moving_nodes``: volumes of the scene, None for all; or ``source``: path of a folder of images or of a table.

    ``into_scene``: transforms and resampled volumes of scene volumes become nodes. ``workers``: number of cases at
    once; None for as many as cores and memory allow. ``resume`` keeps results in the output folder that come from the
    same files and settings.
    """

    output_folder: str
    moving_nodes: Sequence[Any] | None = None
    source: str = ""
    into_scene: bool = True
    resume: bool = False
    workers: int | None = None


@dataclass(frozen=True)
class CohortOutcome(SlicerNames):
    """``cases``: (name, state, error) in order; states are done, kept, failed and not run.

    ``page`` and ``summary``: files for people and for programs. Volumes of the scene that cannot be registered, such as
    empty ones, are only in ``cases``. ``nodes``: nodes added to the scene, by the number of the case.
    """

    cases: list[tuple[str, str, str]]
    page: Path
    summary: Path
    nodes: VolumesOutcome = field(default_factory=lambda: VolumesOutcome({}, {}, {}))

    def count(self, *states: str) -> int:
        return sum(state in states for _, state, _ in self.cases)


@dataclass(frozen=True)
class _Members:
    """Volumes of the scene, the moving ones by the number of their case. ``unusable``: (name, reason) of others."""

    fixed: VolumeImage | None = None
    moving: dict[int, VolumeImage] = field(default_factory=dict)
    unusable: dict[int, tuple[str, str]] = field(default_factory=dict)


class CohortRun(CommandRun[CohortOutcome]):
    """A running cohort; ``cohort_incrementally`` starts it.

    ``done`` of ``total`` cases are finished; ``counts``: how many "done", "kept" and "failed". The state of the cohort
    is not failed if some cases failed. ``workers``, ``dashboard`` and ``remaining_s``: of the cluster. ``log``: the
    command's messages. After ``cancel``, finished cases stay.
    """

    workers = 0
    dashboard: str | None = None
    remaining_s: float | None = None

    def __init__(self, process: CommandProcess, options: CohortOptions, members: _Members, files: Any):
        self.counts = {"done": 0, "kept": 0, "failed": 0}
        self.total: int | None = len(members.moving) or None
        self.options = options
        self._members = members
        self._is_summed_up = False
        super().__init__(process, files)

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    @property
    def fraction(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def has_result(self) -> bool:
        """Whether the run has written a summary."""
        return self._is_summed_up

    def _outcome_incrementally(self) -> Steps[CohortOutcome]:
        folder = Path(absolute_path(self.options.output_folder))
        cases = _cases(folder / SUMMARY)
        nodes = VolumesOutcome({}, {}, {})
        for place, (name, problem) in self._members.unusable.items():
            cases.insert(place, (name, "failed", problem))
        if self.options.into_scene and self._members.moving:
            nodes = yield from self._node_incrementally(folder, cases)
        return CohortOutcome(cases, folder / PAGE, folder / SUMMARY, nodes)

    def _node_incrementally(self, folder: Path, cases: list[tuple[str, str, str]]) -> Steps[VolumesOutcome]:
        nodes = VolumesOutcome({}, {}, {})
        fixed = self._members.fixed
        fixed_name = "" if fixed is None else fixed.node.GetName()
        with rollback_on_failure() as made:
            for place, (case, state, error) in enumerate(cases):
                if state not in ("done", "kept"):
                    nodes.failed[place] = error or state
                    continue
                moving = self._members.moving[place]
                scene = moving.node.GetScene()
                if scene is None:
                    nodes.failed[place] = f"The volume {moving.node.GetName()} was removed from the scene."
                    continue
                try:
                    chain, volume = result_of_case(folder / case)
                except InputError as problem:
                    nodes.failed[place] = sentence_of(problem)
                    continue
                name = f"{moving.node.GetName()} registered to {fixed_name}"
                made.append(volume)
                nodes.transforms[place] = add_transform(scene, f"{name} (transform)", chain, moving)
                made.append(nodes.transforms[place])
                nodes.volumes[place] = add_result_volume(scene, name, volume)
                yield
        return nodes

    def _takes(self, line: str, again: bool = False) -> bool:
        news = CohortNews.of_line(line)
        if news is not None and not again:
            self.counts, self.total, self.workers = news.counts, news.total, news.workers
            self.dashboard, self.remaining_s = news.dashboard, news.remaining_s
        return news is not None

    def _state_of_output(self, code: int) -> State | None:
        end = CohortEnd.of_output(self._process.output)
        if end is None:
            return None
        self._is_summed_up = end.has_summary
        return State.CANCELLED if end.interrupted else State.DONE


def cohort_incrementally(
    fixed_node: Any,
    request: RegistrationRequest,
    options: CohortOptions,
    *,
    scene: Any,
    fixed_mask_node: Any = None,
    fixed_segments: Sequence[str] | None = None,
    sliding_mask_node: Any = None,
    sliding_segments: Sequence[str] | None = None,
) -> Steps[CohortRun]:
    """Write the volumes that a cohort needs into temporary files, and start it. Raises InputError.

    ``fixed_node`` may be None if a table names fixed images. The masks, on the fixed volume, apply to all cases.
    """
    if not options.output_folder:
        raise InputError(said("A cohort needs a folder for its results."))
    if options.source and options.moving_nodes is not None:
        raise InputError(said("Give volumes of the scene, or a folder or table of files, not both."))
    presets = scene_presets(scene)
    request.stages(presets=presets)
    with contextlib.ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(scratch_folder()))
            files = CohortFiles(folder, request)
            fixed = fixed_path = fixed_mask = sliding_mask = None
            if fixed_node is not None:
                fixed, fixed_path, fixed_mask = yield from files.volume_incrementally(
                    fixed_node, "fixed volume", fixed_mask_node, fixed_segments
                )
                sliding_mask = yield from files.sliding_incrementally(fixed, sliding_mask_node, sliding_segments)
            if options.source:
                members = _Members(fixed)
                inputs = [*([] if fixed_path is None else [str(fixed_path)]), absolute_path(options.source)]
                inputs += [] if fixed_mask is None else ["--fixed-mask", str(fixed_mask)]
                inputs += [] if sliding_mask is None else ["--sliding-mask", str(sliding_mask)]
            else:
                nodes = _moving_nodes(fixed_node, (fixed_mask_node, sliding_mask_node), options, scene)
                members, rows = yield from _moving_incrementally(files, fixed, nodes)
                inputs = [str(files.table(fixed_path, fixed_mask, rows, sliding_mask))]
            preset, variables = files.preset_options(presets)
        except OSError as problem:
            raise not_written(problem) from problem
        output = ["--output-dir", absolute_path(options.output_folder)]
        arguments = ["batch", *inputs, *output, *preset, *_flags(request, options)]
        process = CommandProcess(arguments, variables=variables)
        return CohortRun(process, options, members, stack.pop_all())


def _moving_nodes(fixed_node: Any, masks: Sequence[Any], options: CohortOptions, scene: Any) -> list[Any]:
    if fixed_node is None:
        raise InputError(said("No fixed volume was given."))
    nodes = options.moving_nodes
    if nodes is None:
        nodes = volumes_of_scene(scene, (fixed_node, *masks))
    if not nodes:
        raise InputError(said("The scene has no volumes other than the fixed one."))
    if any(node is fixed_node for node in nodes):
        raise InputError(
            said(
                "The volume {fixed_node} is the fixed volume; it cannot be a moving volume too.",
                fixed_node=fixed_node.GetName(),
            )
        )
    return list(nodes)


def _moving_incrementally(
    files: CohortFiles, fixed: VolumeImage | None, nodes: Sequence[Any]
) -> Steps[tuple[_Members, list[tuple[Path, Path | None]]]]:
    """Members, and rows of (moving, its mask). Raises InputError if none of ``nodes`` can be registered."""
    members, rows = _Members(fixed), []
    for place, node in enumerate(nodes):
        try:
            volume, path, mask = yield from files.volume_incrementally(node, "moving volume")
        except InputError as problem:  # does not stop the others, like a broken file in a folder
            members.unusable[place] = (node.GetName(), sentence_of(problem))
            continue
        members.moving[place] = volume
        rows.append((path, mask))
    if not rows:
        raise InputError(members.unusable[0][1])
    return members, rows


def _flags(request: RegistrationRequest, options: CohortOptions) -> list[str]:
    flags = request.flags(exclude=("preset", "parameter_files"))
    if options.workers is not None:
        flags.append(f"--workers={options.workers}")
    return [*flags, *(["--resume"] if options.resume else []), "--json", "--attended"]


def _cases(summary: Path) -> list[tuple[str, str, str]]:
    try:
        with open(summary, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
            return [(row["case"], row["state"], _translatable(summary.parent, row)) for row in rows]
    except (OSError, KeyError) as problem:
        raise RegistrationError(
            said("The summary {summary} cannot be read: {problem}.", summary=summary, problem=problem)
        ) from problem


def _translatable(folder: Path, row: dict[str, str]) -> str:
    """The error in a row of the summary; taken from the result of the case if that has it in translatable form."""
    if not row["error"]:
        return ""
    try:
        document = json.loads((folder / row["case"] / CASE_RESULT).read_text(encoding="utf-8"))
        error = from_data(document["error_data"])
    except (OSError, ValueError, KeyError, TypeError):
        return row["error"]
    return error if error == row["error"] else row["error"]
