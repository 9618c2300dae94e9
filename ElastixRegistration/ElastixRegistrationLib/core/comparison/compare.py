"""Run several methods on one or more pairs of images, and rank them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, RegistrationError
from ..images.background import estimate_background
from ..images.geometry import array_view, as_scalar
from ..images.overlay import image_tag, overlay_of_slices
from ..images.pictures import planes_of
from ..images.slabs import slab_of
from ..presets.preset import Preset
from ..quality.assessment import thinned
from ..quality.consistency import inverse_consistency
from ..registration.inputs import RegistrationInputs
from ..resampling.images import resample
from ..system.output_files import whole_file, write_json
from ..transforms.itk_transforms import identity
from ..wording import said
from .agreement import agreement
from .methods import Method, Registrar, in_this_process, methods_of
from .page import PairPictures, comparison_html, ranking_table
from .ranking import MethodRow, Ranking, rank
from .records import RunRecord
from .text import as_dict, runs_csv, table_csv, table_text
from .truth import Pair, check_names, judged

#: Number of pairs with pictures on the page.
SHOWN_PAIRS = 6
_PICTURE_VOXELS = 4e5
_PICTURE_PIXELS = 220


@dataclass(frozen=True, repr=False)
class ComparisonResult:
    """``ranking``; ``pictures`` of the first pairs; ``transforms`` by pair and method, for the first seed."""

    ranking: Ranking
    pictures: tuple[PairPictures, ...] = ()
    transforms: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[MethodRow, ...]:
        return self.ranking.rows

    @property
    def best(self) -> MethodRow | None:
        """The best method; None without ground truth or results."""
        ranked = self.ranking.measure is not None and self.rows[0].mean is not None
        return self.rows[0] if ranked else None

    def __repr__(self) -> str:
        return table_text(self.ranking)

    def _repr_html_(self) -> str:
        notes = "".join(f"<br>{escape(note)}" for note in self.ranking.notes)
        first = self.pictures[0].overlays if self.pictures else {}
        shown = "".join(f"<p>{escape(name)}<br>{image_tag(png, name)}</p>" for name, png in first.items())
        return f"{ranking_table(self.ranking)}<p><b>{escape(self.ranking.sentence)}</b>{notes}</p>{shown}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        agreements = [
            {"pair": p.name, "share_apart": p.agreement.share, "threshold_mm": p.agreement.threshold_mm,
             "mean_distance_mm": [[*names, mm] for names, mm in p.agreement.between.items()]}
            for p in self.pictures if p.agreement is not None
        ]  # fmt: skip
        return as_dict(self.ranking) | {"agreement": agreements}

    def write(
        self, folder: str | Path, title: str = "Comparison", *, others: Mapping[str, Path] | None = None
    ) -> dict[str, Path]:
        """``comparison.html``, ``ranking.csv``, ``runs.csv`` and ``comparison.json`` in ``folder``, each written
        completely or not at all.

        ``others``: outputs by name that ``comparison.json`` names as well.
        """
        folder = Path(folder)
        texts = {
            "page": ("comparison.html", comparison_html(self.ranking, self.pictures, title)),
            "ranking": ("ranking.csv", table_csv(self.ranking)),
            "runs": ("runs.csv", runs_csv(self.ranking.records)),
        }
        paths = {what: folder / name for what, (name, _) in texts.items()} | dict(others or {})
        paths["document"] = folder / "comparison.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in texts.values():
                with whole_file(folder / name) as draft:
                    draft.write_text(text, encoding="utf-8")
            write_json(paths["document"], self.document(paths))
        except OSError as error:
            raise InputError(
                said(
                    "The comparison cannot be written to {folder}: {reason}.",
                    folder=folder,
                    reason=error.strerror,
                )
            ) from error
        return paths

    def document(self, outputs: Mapping[str, Path]) -> dict[str, Any]:
        """What ``comparison.json`` and ``compare --json`` say."""
        return {"command": "compare", **self.as_dict(), "outputs": {what: str(path) for what, path in outputs.items()}}


def compare(
    fixed: Any,
    moving: Any,
    methods: Iterable[str | Preset | Method] | Mapping[str, Any],
    *,
    fixed_mask: Any = None,
    moving_mask: Any = None,
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    fixed_labels: Any = None,
    moving_labels: Any = None,
    seeds: int | Sequence[int | None] = 1,
    threads: int | None = None,
    back: bool | None = None,
    registrar: Registrar | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> ComparisonResult:
    """Register one pair of images by several methods, and rank them by landmarks or labels; see ``compare_pairs``.

    Images, masks and label maps are ITK images, points (N, D), LPS mm, paired by order. Raises InputError before
    anything runs.

        result = core.compare(fixed, moving, ["rigid", "ct-lung"], fixed_points=p, moving_points=q)
        print(result)
        result.write("comparison")
    """
    given = RegistrationInputs(fixed, moving, fixed_mask, moving_mask, fixed_points, moving_points)
    pair = Pair("pair", given, fixed_labels, moving_labels)
    return compare_pairs(
        [pair], methods, seeds=seeds, threads=threads, back=back, registrar=registrar, progress=progress
    )


def compare_pairs(
    pairs: Sequence[Pair],
    methods: Iterable[str | Preset | Method] | Mapping[str, Any],
    *,
    seeds: int | Sequence[int | None] = 1,
    threads: int | None = None,
    back: bool | None = None,
    registrar: Registrar | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> ComparisonResult:
    """Every method on every pair with every seed, one after another.

    Landmarks and labels are the judges; no registration uses them. ``seeds``: their number or a list; 1 keeps the seed
    of the parameters. ``back``: also register in the reverse direction, for inverse consistency; None: if there is no
    ground truth. ``registrar`` runs one registration, by default in this process, which a crash of elastix would end.
    ``progress`` is called with the number of finished runs, the total, and the next run. Failed registrations are
    counted and do not stop the others. Raises InputError before anything runs.
    """
    pairs, chosen = list(pairs), methods_of(methods)
    check_names(pairs)
    if not pairs:
        raise InputError(said("There is no pair of images to compare on."))
    seed_list = seeds_of(seeds)
    run = registrar or partial(in_this_process, threads=threads)
    both_ways = not any(pair.has_truth for pair in pairs) if back is None else back
    jobs = [(pair, method, seed) for pair in pairs for method in chosen for seed in seed_list]
    records: list[RunRecord] = []
    transforms: dict[tuple[str, str], Any] = {}
    for number, (pair, method, seed) in enumerate(jobs):
        if progress is not None:
            progress(number, len(jobs), f"{method.name} on {pair.name}")
        record, transform = _one(run, pair, method, seed, both_ways)
        records.append(record)
        if transform is not None:
            transforms.setdefault((pair.name, method.name), transform)
    if progress is not None:
        progress(len(jobs), len(jobs), "")
    ranking = rank(records, [method.name for method in chosen])
    return ComparisonResult(ranking, pictures_of(pairs, ranking, transforms), transforms)


def seeds_of(seeds: int | Sequence[int | None]) -> list[int | None]:
    """Seeds of the runs; a single run uses the seed of the parameters. Raises InputError for less than one."""
    found: list[int | None] = [*range(1, seeds + 1)] if isinstance(seeds, int) else list(seeds)
    if seeds == 1:
        return [None]
    if not found:
        raise InputError(said("The number of seeds is {seeds}; it must be at least 1.", seeds=seeds))
    return found


def _one(run: Registrar, pair: Pair, method: Method, seed: int | None, both_ways: bool) -> tuple[RunRecord, Any]:
    started = time.perf_counter()
    try:
        result = run(method, pair, seed)
        seconds = time.perf_counter() - started
        record = judged(pair, method.name, result.transform, seed=seed, seconds=seconds)
        if both_ways:
            way_back = run(method, swapped(pair), seed).transform
            found = inverse_consistency(result.transform, way_back, thinned(pair.grid, _PICTURE_VOXELS)[0])
            record = replace(record, inverse_mm=found.mean)
        return record, result.transform
    except RegistrationError as error:
        return RunRecord(pair.name, method.name, seed, error=" ".join(str(error).split())), None


def swapped(pair: Pair) -> Pair:
    """The same pair in the reverse direction, without a start, which would need inversion."""
    return Pair(pair.name, pair.inputs.swapped(), pair.moving_labels, pair.fixed_labels, pair.label_names)


def pictures_of(
    pairs: Sequence[Pair], ranking: Ranking, transforms: Mapping[tuple[str, str], Any]
) -> tuple[PairPictures, ...]:
    """For the first pairs: overlays of every method, and a map of disagreement."""
    found = []
    for pair in pairs[:SHOWN_PAIRS]:
        names = [row.name for row in ranking.rows if (pair.name, row.name) in transforms]
        if not names:
            continue
        own = {name: transforms[pair.name, name] for name in names}
        grid, step = thinned(pair.grid, _PICTURE_VOXELS)
        fixed = np.asarray(array_view(as_scalar(pair.inputs.fixed))[(slice(None, None, step),) * grid.dimension])
        near = {name: own[name] for name in ranking.contenders if name in own}
        apart = agreement(near, grid, mask=_where(pair, grid), max_voxels=_PICTURE_VOXELS) if len(near) > 1 else None
        found.append(PairPictures(pair.name, _overlays(pair, own), apart, fixed))
    return tuple(found)


def _overlays(pair: Pair, transforms: Mapping[str, Any]) -> dict[str, bytes]:
    """PNG by method. Only the slices that are shown are resampled."""
    fixed, moving = as_scalar(pair.inputs.fixed), as_scalar(pair.inputs.moving)
    backgrounds = [estimate_background(image) for image in (fixed, moving)]
    ignore = [backgrounds[1].value, *(one.padding for one in backgrounds if one.padding is not None)]
    planes = planes_of(pair.grid, max_pixels=_PICTURE_PIXELS)
    still = [plane.cut(array_view(fixed)) for plane in planes]
    slabs = [
        pair.grid if plane.axis is None else slab_of(pair.grid, plane.index, plane.index + 1, plane.axis)
        for plane in planes
    ]
    found = {}
    for name, transform in transforms.items():
        moved = [
            replace(plane, index=0).cut(
                array_view(resample(moving, transform, slab, background=backgrounds[1].value, padding=backgrounds[1]))
            )
            for plane, slab in zip(planes, slabs, strict=True)
        ]
        found[name] = overlay_of_slices(still, moved, ignore)
    return found


def _where(pair: Pair, grid: Any) -> np.ndarray | None:
    if pair.inputs.fixed_mask is None:
        return None
    still = identity(grid.dimension)
    return np.asarray(array_view(resample(pair.inputs.fixed_mask, still, grid, interpolation="nearest")))
