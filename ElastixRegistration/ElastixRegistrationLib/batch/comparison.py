"""Methods compared on many pairs of files: each registration is a case of a cohort, in parallel and resumable."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.comparison.agreement import agreement
from ..core.comparison.compare import SHOWN_PAIRS, ComparisonResult, seeds_of
from ..core.comparison.page import PairPictures
from ..core.comparison.ranking import Ranking, rank
from ..core.comparison.records import RunRecord
from ..core.errors import InputError
from ..core.files.image_files import read_image
from ..core.files.transform_files import read_transform
from ..core.images.geometry import array_view, as_scalar, geometry_of
from ..core.parameters.component_rules import POINTS_METRIC
from ..core.quality.assessment import thinned
from ..core.quality.consistency import inverse_consistency
from ..core.registration.inputs import in_dimension, read_inputs
from ..core.request import RegistrationRequest
from ..core.system.file_names import safe_name
from ..core.wording import said
from .case_folder import read_result
from .cases import Case
from .cohort import run_cohort
from .progress import CohortProgress
from .task import PREVIEW

RUNS = "runs"
#: Options that make a method; those of a case do not count.
METHOD_OPTIONS = ("preset", "parameter_files", "parameter_changes", "effort", "seed")
_MAX_VOXELS = 3e5
_FOLDED, _DICE = "Folded voxels", "Dice overlap, "


def compare_cohort(
    cases: Sequence[Case],
    methods: Mapping[str, RegistrationRequest],
    output_dir: str | os.PathLike,
    *,
    seeds: int = 1,
    back: bool | None = None,
    progress: Callable[[CohortProgress], None] | None = None,
    **how: Any,
) -> ComparisonResult:
    """Register every case by every method with every seed, and rank the methods by landmarks or labels.

    ``output_dir/runs`` gets a cohort with a case for each registration; ``how``: arguments of ``run_cohort``, such as
    workers, scheduler and resume. ``back``: also register in the reverse direction, for inverse consistency; None: if
    no case has landmarks or labels. Presets of single cases are ignored. Raises InputError before anything runs.
    """
    cases = list(cases)
    if not methods:
        raise InputError(said("There is no method to run; give presets or parameter files."))
    if not cases:
        raise InputError(said("There is no pair of images to compare on."))
    for name, request in methods.items():
        if any(POINTS_METRIC in stage.get("Metric", ()) for stage in request.stages()):
            raise InputError(said("{name} uses the landmarks that would judge it; leave it out.", name=name))
    both_ways = not any(_has_truth(case) for case in cases) if back is None else back
    jobs = [
        _Job(case, method, request, seed, way)
        for case in cases
        for method, request in methods.items()
        for seed in seeds_of(seeds)
        for way in ((False, True) if both_ways else (False,))
    ]
    order = list(methods)
    folder = Path(os.path.abspath(output_dir)) / RUNS
    run_cohort([job.expanded(order) for job in jobs], folder, reports=False, progress=progress, **how)
    results = {job.name(order): read_result(folder / job.name(order)) for job in jobs}
    records = [
        _record(job, results[job.name(order)], folder, job.there_and_back(order)) for job in jobs if not job.is_back
    ]
    ranking = rank(records, order)
    first = [job for job in jobs if job.seed == jobs[0].seed and not job.is_back]
    return ComparisonResult(ranking, tuple(_pictures(first, order, folder, ranking)))


class _Job:
    """One registration of the comparison."""

    def __init__(self, case: Case, method: str, request: RegistrationRequest, seed: int | None, is_back: bool):
        self.case, self.method, self.request, self.seed, self.is_back = case, method, request, seed, is_back

    def name(self, order: Sequence[str]) -> str:
        """The name of its folder."""
        words = [
            safe_name(self.case.name, "pair", 50),
            f"{order.index(self.method) + 1}",
            safe_name(self.method, "m", 40),
        ]
        words += [] if self.seed is None else [f"seed{self.seed}"]
        return "-".join([*words, "back"] if self.is_back else words)

    def there_and_back(self, order: Sequence[str]) -> tuple[str, str]:
        return self.name(order), f"{self.name(order)}-back"

    def expanded(self, order: Sequence[str]) -> Case:
        own = {name: text for name, text in self.case.choices if name not in METHOD_OPTIONS}
        texts = own | self.request.changes()
        texts.setdefault("preset", self.request.preset)
        if "parameter_files" in texts:
            del texts["preset"]
        if self.seed is not None:
            texts["seed"] = str(self.seed)
        case = swapped(self.case) if self.is_back else self.case
        return replace(case, name=self.name(order), choices=tuple(sorted(texts.items())))


def swapped(case: Case) -> Case:
    """The same with fixed and moving swapped, without a start, which would need inversion."""
    return Case(
        case.name, case.moving, case.fixed, case.moving_mask, case.fixed_mask, case.moving_points, case.fixed_points,
        case.moving_labels, case.fixed_labels, series=case.series[::-1], frames=case.frames[::-1],
    )  # fmt: skip


def _has_truth(case: Case) -> bool:
    return bool((case.fixed_points and case.moving_points) or (case.fixed_labels and case.moving_labels))


def _record(job: _Job, result: dict[str, Any] | None, folder: Path, names: tuple[str, str]) -> RunRecord:
    if result is None or result.get("state") != "done":
        error = "it was not run" if result is None else result.get("error", "it failed")
        return RunRecord(job.case.name, job.method, job.seed, error=error)
    figures = {figure["name"]: figure["after"] for figure in result["figures"] if figure["after"] is not None}
    return RunRecord(
        pair=job.case.name,
        method=job.method,
        seed=job.seed,
        landmarks={f"landmark {row['label']}": row["after"] for row in result.get("landmarks", ())},
        overlaps={name.removeprefix(_DICE): figures[name] for name in figures if name.startswith(_DICE + "label")},
        folded_percent=figures.get(_FOLDED),
        seconds=result["seconds"].get("register"),
        memory_mb=result.get("memory_mb"),
        inverse_mm=_inverse_mm(job.case, folder, names),
    )


def _fixed_image(case: Case) -> Any:
    if case.series or case.frames:
        return read_inputs(case.fixed, case.moving, series=case.series, frames=case.frames).fixed
    return read_image(case.fixed, "fixed image")


def _inverse_mm(case: Case, folder: Path, names: tuple[str, str]) -> float | None:
    """Mean distance of points from themselves after both directions, mm; None if the reverse direction was not
    registered."""
    files = [folder / name / "transform.h5" for name in names]
    if not all(file.is_file() for file in files):
        return None
    there, back = map(read_transform, files)
    fixed = in_dimension(_fixed_image(case), there.GetInputSpaceDimension())
    return inverse_consistency(there, back, thinned(geometry_of(fixed), _MAX_VOXELS)[0]).mean


def _pictures(jobs: Sequence[_Job], order: Sequence[str], folder: Path, ranking: Ranking) -> list[PairPictures]:
    found = []
    for name in list(dict.fromkeys(job.case.name for job in jobs))[:SHOWN_PAIRS]:
        own = {job.method: folder / job.name(order) for job in jobs if job.case.name == name}
        own = {row.name: own[row.name] for row in ranking.rows if (own[row.name] / PREVIEW).is_file()}
        if not own:
            continue
        overlays = {method: (path / PREVIEW).read_bytes() for method, path in own.items()}
        transforms = {method: read_transform(path / "transform.h5") for method, path in own.items()}
        case = next(job.case for job in jobs if job.case.name == name)
        dimension = next(iter(transforms.values())).GetInputSpaceDimension()
        fixed = as_scalar(in_dimension(_fixed_image(case), dimension))
        grid, step = thinned(geometry_of(fixed), _MAX_VOXELS)
        voxels = np.asarray(array_view(fixed)[(slice(None, None, step),) * grid.dimension])
        near = {method: transforms[method] for method in ranking.contenders if method in transforms}
        apart = agreement(near, grid, max_voxels=_MAX_VOXELS) if len(near) > 1 else None
        found.append(PairPictures(name, overlays, apart, voxels))
    return found
