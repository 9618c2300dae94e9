"""The registrations that were run in a scene, each in a hidden text node, so that the scene saves them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ...core.errors import InputError
from ...core.presets.catalog import find_preset
from ...core.presets.preset import Preset
from ...core.quality.figures import Comparison, number
from ...core.request import RegistrationRequest

_log = logging.getLogger(__name__)
NODE_CLASS = "vtkMRMLTextNode"
#: Node attribute that marks a run.
ATTRIBUTE = "ElastixRegistration.Run"
_KEPT = "ElastixRegistration.RunIsKept"
FIXED, MOVING = "fixedVolume", "movingVolume"
#: Roles of the nodes with the run's results, until something else is written into them.
OUTPUTS = ("outputVolume", "outputTransform")
_DIGITS = {"landmarks": 2, "labels": 4, "images": 3}


@dataclass(frozen=True)
class RunSummary:
    """A summary of a run that needs none of its images.

    ``method``: title of the preset or names of the parameter files. ``effort``: "" if it has no effect. ``figure``,
    ``before`` and ``after``: the best available evidence, in ``unit``. ``folded``: voxels of the fixed grid.
    ``finished``: local time. ``verdict``: one of STATUSES. ``text``: its sentence.
    """

    method: str
    effort: str = ""
    figure: str = ""
    unit: str = ""
    before: float | None = None
    after: float | None = None
    digits: int = 2
    folded: int | None = None
    seconds: float | None = None
    verdict: str = ""
    text: str = ""
    finished: str = ""

    @classmethod
    def of(
        cls,
        request: RegistrationRequest,
        comparison: Comparison | None,
        seconds: float | None,
        presets: Iterable[Preset] = (),
    ) -> RunSummary:
        """``comparison``: None if it could not be judged. ``presets``: besides the built-in and the user's ones."""
        presets = list(presets)
        judged: dict[str, Any] = {}
        if comparison is not None:
            judged = {"verdict": comparison.verdict.status, "text": comparison.verdict.text}
            if comparison.verdict.evidence:
                first = comparison.verdict.evidence[0]
                judged |= {"figure": first.figure, "unit": first.unit, "digits": _DIGITS[first.kind]}
                judged |= {"before": number(first.before), "after": number(first.after)}
            folded = next((f.after for f in comparison.figures if f.name == "Folded voxels"), None)
            judged["folded"] = None if folded is None else int(folded)
        return cls(
            method=method_name(request, presets),
            effort=request.effort if request.adapts(presets) or request.effort != "normal" else "",
            seconds=seconds,
            finished=time.strftime("%Y-%m-%d %H:%M:%S"),
            **judged,
        )


def method_name(request: RegistrationRequest, presets: Iterable[Preset] = ()) -> str:
    """Name of these stages for the user: title of the preset, or names of the parameter files, with changes."""
    name = ", ".join(Path(path).name for path in request.parameter_files)
    if not name:
        try:
            name = find_preset(request.preset, presets).title
        except InputError:  # removed meanwhile
            name = request.preset
    return " ".join([name, *request.parameter_changes])


def add_run(scene: Any, summary: RunSummary, fixed: Any, moving: Any, outputs: dict[str, Any] | None = None) -> Any:
    """Add a node for a run. ``outputs``: nodes by role with its result, which no longer belong to other runs."""
    node = scene.CreateNodeByClass(NODE_CLASS)
    node.UnRegister(None)
    node.SetAttribute(ATTRIBUTE, "1")
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    node.SetHideFromEditors(True)
    node.SetName(scene.GenerateUniqueName(f"Run: {summary.method}"))
    node.SetText(json.dumps(asdict(summary), allow_nan=False))
    scene.AddNode(node)
    node.SetNodeReferenceID(FIXED, fixed.GetID())
    node.SetNodeReferenceID(MOVING, moving.GetID())
    _refer(node, outputs or {})
    return node


def keep_run(node: Any, outputs: dict[str, Any]) -> None:
    """Record that ``outputs``, by role, have the results of this run."""
    _refer(node, outputs)
    node.SetAttribute(_KEPT, "1")


def is_kept(node: Any) -> bool:
    return node.GetAttribute(_KEPT) == "1" and output_of(node, OUTPUTS[1]) is not None


def output_of(node: Any, role: str) -> Any:
    """The node with a result of a run, or None."""
    return node.GetNodeReference(role)


def forget_outputs(scene: Any, outputs: Iterable[Any]) -> None:
    """Record that these nodes no longer have the result of any run."""
    gone = {node.GetID() for node in outputs if node is not None and node.GetScene() is not None}
    for run in run_nodes(scene):
        for role in OUTPUTS:
            if run.GetNodeReferenceID(role) in gone:
                run.SetNodeReferenceID(role, None)


def run_nodes(scene: Any) -> list[Any]:
    """The nodes of all runs of a scene, the oldest first."""
    nodes = [scene.GetNthNodeByClass(n, NODE_CLASS) for n in range(scene.GetNumberOfNodesByClass(NODE_CLASS))]
    return [node for node in nodes if node.GetAttribute(ATTRIBUTE)]


def runs_of_pair(scene: Any, fixed: Any, moving: Any) -> list[tuple[Any, RunSummary]]:
    """Nodes and summaries of the runs on these two volumes, the oldest first.

    Unreadable nodes are skipped, with a warning in the log.
    """
    found = []
    for node in run_nodes(scene):
        if node.GetNodeReference(FIXED) is fixed and node.GetNodeReference(MOVING) is moving:
            try:
                found.append((node, _summary(node.GetText() or "")))
            except (ValueError, TypeError) as problem:
                _log.warning("A run of the scene is left out, %s cannot be read: %s", node.GetName(), problem)
    return found


def _refer(node: Any, outputs: dict[str, Any]) -> None:
    forget_outputs(node.GetScene(), outputs.values())
    for role in OUTPUTS:
        if outputs.get(role) is not None:
            node.SetNodeReferenceID(role, outputs[role].GetID())


def _summary(text: str) -> RunSummary:
    """The summary in a node; unknown names, of a later release, are ignored."""
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError("it is no summary of a run")
    known = {entry.name for entry in fields(RunSummary)}
    return RunSummary(**{name: value for name, value in given.items() if name in known})
