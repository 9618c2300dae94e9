"""Rigid, affine, B-spline and dense stages, each tried, and kept only if the pair shows that it helps without harm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ..errors import RegistrationError
from ..parameters.maps import ParameterMap
from ..transforms.displacements import displacement_vectors
from ..transforms.itk_transforms import affine_from_matrix, matrix_of_linear
from ..wording import Said, change_of, said
from .cutout import without_holes
from .dense_stage import dense_stage
from .effort import Effort, Level
from .evidence import LIKELY, Evidence, Measured
from .log import AutomaticLog
from .motion import VOXELS as MOTION_VOXELS
from .motion import remaining_motion
from .repair import repaired
from .stages import bspline_stage, first_stage, grid_spacing, linear_stage
from .words import (
    HOLES_IGNORED,
    bspline_words,
    disagreement_words,
    moved_too_far_words,
    refined_words,
    undeformed_words,
)
from .working_pair import WorkingPair

#: Least ``same_sign`` of images with one contrast, after a linear or a B-spline stage. Measured: at least 0.91 for
#: aligned images of one contrast; 0.81 to 0.90 for cephalograms, hearts and abdomens of two persons, which are far from
#: aligned then; at most 0.77 for T2 and FLAIR, T1 and T2, T1 and TIRM, CT and MR.
_SAME_CONTRAST = 0.8
#: From the first value on, a coarse dense deformation is tried, which must reach the second. T2 and FLAIR had 0.77
#: before and 0.85 after it, crops of two hippocampi with a moved header 0.84 (which is enough by now) and 0.97.
_MAYBE_SAME_CONTRAST, _SAME_CONTRAST_WHEN_DEFORMED = 0.7, 0.92
#: Number of pixels for this test in 2D, about as coarse as for volumes. Two brain slices with different gyri have 0.78
#: with 150,000 pixels, and 0.95 with this number.
_CONTRAST_PIXELS = 10e3
#: Across contrasts, a deformation needs this share of the squared block motion to agree between neighbors. Bodies of
#: different size are exempt, because they surely differ in shape. All criteria must support it as well: they did for
#: two babies and two hearts, where it helped, but not for CT, PET or diffusion with T1 or T2 of one head or prostate,
#: where it moved landmarks away by 1 to 3 mm.
_AGREED_SHARE, _SCANNERS_ERR = 0.25, 0.03
#: Nor is a deformation kept that moves one body farther than this many times the motion of its blocks. T1 and PET of
#: one head were moved by 13.6 mm (blocks: 6.7 mm), 11 mm off, although all criteria were in favor. Hearts of two
#: persons were moved by 17.2 mm (blocks: 11.2 mm), rightly.
_MAX_OF_BLOCKS = 1.75
#: Information, nats, at the start below which the images are far apart. The rigid stage then needs a metric that
#: includes the overlap.
_TELLING_NATS = 0.2
#: Largest and smallest scale along any direction of an affine transform between two bodies, and their largest ratio.
#: Bodies differ in size more than in proportions: affine transforms that helped had ratios of up to 1.3, and of three
#: beyond 1.5, for a heart, a spine and an abdomen, two harmed and none helped.
_LARGEST_SCALE, _LARGEST_RATIO = 2.0, 1.5
#: Largest number of voxels for checking it, also as a multiple of the voxels of the level that made it.
_CHECKED_VOXELS, _CHECKED_OF_LEVEL = 1e6, 4


class StageResult(NamedTuple):
    """The result of one elastix stage: the whole transform, from fixed to moving points, and the stage as it ran."""

    transform: Any
    stage: dict[str, tuple[str, ...]]


#: Runs one elastix stage on a pair from a linear start under which the images overlap by this share of the fixed one.
#: Raises RegistrationError.
Run = Callable[[ParameterMap, WorkingPair, Any, float], StageResult]


@dataclass
class Outcome:
    """``transform``: fixed to moving points. ``words``: the choices and their reasons, for a sentence to the user.
    ``has_one_contrast``: whether tissues keep their order of intensity. ``spline``: result of the B-spline stage, if
    plausible.
    """

    transform: Any
    stages: list[dict[str, tuple[str, ...]]]
    words: list[Said]
    ran_dense: bool = False
    has_one_contrast: bool = False
    spline: Any = None


def run_automatic(
    pair: WorkingPair, start: np.ndarray, stages: Sequence[ParameterMap], run: Run, effort: Effort, log: AutomaticLog
) -> Outcome:
    """Register ``pair`` from the homogeneous matrix ``start``, LPS mm, within the limits of the preset's ``stages``.

    Failed stages are left out. Raises RegistrationError if all stages fail.

    ``run`` runs the stages of elastix; other stages write to ``log``.
    """
    return _Automatic(pair, stages, run, effort, log).outcome(start)


@dataclass
class _Candidate:
    transform: Any
    measured: Measured


class _Automatic:
    def __init__(self, pair: WorkingPair, stages: Sequence[ParameterMap], run: Run, effort: Effort, log: AutomaticLog):
        self.pair, self.run, self.effort, self.log = pair, run, effort, log
        self.linear_map, self.bspline_map = (first_stage(stages, bspline) for bspline in (False, True))
        self.evidence = Evidence(pair)
        self.stages: list[dict[str, tuple[str, ...]]] = []
        self.words: list[Said] = []
        self.ran_dense, self.finest_mm = False, 0.0
        self.has_one_contrast = False
        self.failure: RegistrationError | None = None
        self.spline: Any = None

    def outcome(self, start: np.ndarray) -> Outcome:
        first = self._candidate(affine_from_matrix(start))
        linear = self._linear(first)
        first, linear = self._without_holes(first, linear)
        final = linear
        if self.bspline_map is not None:
            final = self._deformable(linear)
        if self.failure is not None and not self.stages:
            raise self.failure  # elastix failed on this pair, and its reason is more useful than the start
        nats = (f"{one.measured.mean('information'):.2f} nats" for one in (first, final))
        self.words.append(change_of(said("mutual information on voxels that no stage used"), *nats))
        return Outcome(final.transform, self.stages, self.words, self.ran_dense, self.has_one_contrast, self.spline)

    def _candidate(self, transform: Any) -> _Candidate:
        return _Candidate(transform, self.evidence.measure(transform))

    def _tried(self, stage: ParameterMap, start: _Candidate) -> _Candidate | None:
        """The result of ``stage``; None if it fails, so that earlier results are kept."""
        try:
            result = self.run(stage, self.pair, start.transform, start.measured.overlap)
        except RegistrationError as error:
            self.log.add(error.log)
            self.failure = error
            return None
        self.stages.append(result.stage)
        return self._candidate(result.transform)

    def _without_holes(self, first: _Candidate, linear: _Candidate) -> tuple[_Candidate, _Candidate]:
        """The same candidates, measured without the empty surroundings of a cut-out object."""
        self.pair, sides = without_holes(self.evidence, linear.transform)
        if not sides:
            return first, linear
        self.evidence = Evidence(self.pair)
        self.words += [HOLES_IGNORED[side] for side in sides]
        return self._candidate(first.transform), self._candidate(linear.transform)

    # Linear

    def _linear(self, start: _Candidate) -> _Candidate:
        if self.linear_map is None:
            return start
        geometries = self.pair.fixed.geometry, self.pair.moving.geometry
        rigid = self._rigid(self.linear_map, start)
        if self.linear_map.get("Transform", ("",))[0] != "AffineTransform":
            self.words.append(said("rigid"))
            return rigid
        affine_stage = linear_stage(self.linear_map, "AffineTransform", *geometries, self.effort)
        affine = self._tried(affine_stage, rigid)
        if affine is not None and self._is_worth_it(affine, rigid):
            self.words.append(said("affine"))
            return affine
        no_more = said("an affine transform explains no more")
        self.words.append(no_more if rigid is start else said("rigid, because {reason}", reason=no_more))
        return rigid

    def _rigid(self, base: ParameterMap, start: _Candidate) -> _Candidate:
        """A rigid stage from the start, with long steps, or with short ones if those fail; else the start.

        It fails if the criteria together find it worse. Of nine pairs for which they did, rigid stages had moved
        eight away from the truth.
        """
        geometries = self.pair.fixed.geometry, self.pair.moving.geometry
        telling = start.measured.mean("information") >= _TELLING_NATS
        for longest, metric in ((4.0, None if telling else "NormalizedMutualInformation"), (1.0, None)):
            stage = linear_stage(base, "EulerTransform", *geometries, self.effort, metric, longest)
            rigid = self._tried(stage, start)
            if rigid is not None and rigid.measured.gain_over(start.measured).certainty >= 0:
                return rigid
        self.words.append(said("the start is kept, because a rigid stage made it worse"))
        return start

    def _is_worth_it(self, affine: _Candidate, rigid: _Candidate) -> bool:
        scales = _scales(affine.transform)
        low, high = float(scales.min()), float(scales.max())
        if high > _LARGEST_SCALE or low < 1 / _LARGEST_SCALE or high > _LARGEST_RATIO * low:
            return False
        apart = self._apart_mm(affine.transform, rigid.transform)
        return apart >= self.voxel_mm and affine.measured.gain_by_changing_shape(rigid.measured).is_better(
            certain=LIKELY
        )

    @cached_property
    def voxel_mm(self) -> float:
        """Resolution of both images: side of a cube as large as a voxel of the coarser image."""
        sides = [
            np.prod(one.geometry.spacing) ** (1 / self.pair.dimension) for one in (self.pair.fixed, self.pair.moving)
        ]
        return float(max(sides))

    def _apart_mm(self, first: Any, second: Any) -> float:
        """Root mean square distance between two transforms over the structures of the fixed image."""
        fields = [displacement_vectors(one, self.evidence.grid)[self.evidence.structured] for one in (first, second)]
        return float(np.sqrt(np.square(fields[0] - fields[1]).sum(-1).mean())) if len(fields[0]) else 0.0

    # Deformable

    def _deformable(self, linear: _Candidate) -> _Candidate:
        grid_mm = grid_spacing(self.pair.fixed.geometry)
        geometries = self.pair.fixed.geometry, self.pair.moving.geometry
        assert self.bspline_map is not None
        # In 2D, a long B-spline stage costs little, and explains two chests better than a dense deformation.
        leads = self.pair.dimension > 2 and self._same_sign(linear) >= _SAME_CONTRAST
        stage = bspline_stage(self.bspline_map, *geometries, grid_mm, self.effort, leads=leads)
        spline = self._tried(stage, linear)
        spline = self._plausible(spline, linear, self.effort.levels[0])
        best = linear
        self.spline = None if spline is None else spline.transform
        if spline is not None and spline.measured.gain_by_changing_shape(linear.measured).is_better():
            best = spline
        self.has_one_contrast = self._has_one_contrast(linear, best)
        if not self.has_one_contrast:
            return self._across_contrasts(linear, spline, grid_mm)
        if best is spline:
            self.words.append(bspline_words(grid_mm))
        dense = self._plausible(self._dense(linear, best, self.effort.levels), linear, self.effort.levels[-1])
        if dense is not None and dense.measured.gain_by_changing_shape(best.measured).is_better(
            ("information", "edges")
        ):
            self.words.append(refined_words(self.finest_mm))
            return dense
        if best is linear:
            self.words.append(said("no deformation, because none explained more"))
        return best

    def _has_one_contrast(self, linear: _Candidate, best: _Candidate) -> bool:
        """Whether the images have one contrast, even if misaligned; then a coarse dense deformation decides."""
        sign = max(self._same_sign(linear), self._same_sign(best))
        if not _MAYBE_SAME_CONTRAST <= sign < _SAME_CONTRAST:
            return sign >= _SAME_CONTRAST
        deformed = self._dense(linear, best, self.effort.levels[:1])
        return self._same_sign(deformed) >= _SAME_CONTRAST_WHEN_DEFORMED

    def _same_sign(self, one: _Candidate) -> float:
        if self.pair.dimension > 2:
            return one.measured.same_sign
        return self._coarse_evidence.measure(one.transform).same_sign

    @cached_property
    def _coarse_evidence(self) -> Evidence:
        return Evidence(self.pair, _CONTRAST_PIXELS)

    def _across_contrasts(self, linear: _Candidate, spline: _Candidate | None, grid_mm: float) -> _Candidate:
        """The dense deformation, else the B-spline, if all criteria support it and one body may move so; else
        ``linear``.
        """
        evidence = Evidence(self.pair, MOTION_VOXELS)
        motion = None if self._is_another_body(linear) else remaining_motion(evidence, linear.transform)
        if motion is not None and motion.agreed_share < _AGREED_SHARE:
            self.words.append(undeformed_words(disagreement_words(motion.agreed_mm, motion.rms_mm)))
            return linear
        helps = spline is not None and spline.measured.gain_by_changing_shape(linear.measured).certainty > 0
        start = spline if spline is not None and helps else linear
        dense = self._dense_across_contrasts(linear, start)
        reason = said("not all criteria support one")
        for candidate in (dense, spline):
            if candidate is None or not candidate.measured.gain_by_changing_shape(linear.measured).is_better_by_all():
                continue
            moved_mm = self._apart_mm(candidate.transform, linear.transform)
            if motion is not None and moved_mm > _MAX_OF_BLOCKS * motion.rms_mm:
                reason = moved_too_far_words(moved_mm, motion.rms_mm)
                continue
            if helps:
                self.words.append(said("{spline}, by mutual information", spline=bspline_words(grid_mm)))
            if candidate is dense:
                self.words.append(refined_words(self.finest_mm))
            return candidate
        self.words.append(undeformed_words(reason))
        return linear

    def _dense_across_contrasts(self, linear: _Candidate, start: _Candidate) -> _Candidate | None:
        """The dense deformation from ``start``, if that explains more. Not from a coarse level alone: after it, the
        brains of two persons were farther apart than before."""
        levels = self.effort.levels
        if len(levels) < 2:
            return None
        dense = self._plausible(self._dense(linear, start, levels), linear, levels[-1])
        if dense is None or not dense.measured.gain_by_changing_shape(start.measured).is_better(
            ("information", "edges")
        ):
            return None
        return dense

    def _is_another_body(self, linear: _Candidate) -> bool:
        """Whether the linear stage changes sizes beyond the error of scanners."""
        return bool(np.abs(_scales(linear.transform) - 1).max() > _SCANNERS_ERR)

    def _dense(self, linear: _Candidate, start: _Candidate, levels: Sequence[Level]) -> _Candidate:
        self.ran_dense = True
        least_rise = self.effort.least_rise
        dense = dense_stage(self.evidence, linear.transform, start.transform, levels, least_rise, self.log)
        self.finest_mm = dense.voxel_mm
        return self._candidate(dense.transform)

    def _plausible(self, candidate: _Candidate | None, linear: _Candidate, level: Level) -> _Candidate | None:
        """``candidate``, smoothed where it folds or changes volume implausibly; None if that does not help."""
        if candidate is None:
            return None
        grid, _ = self.pair.grid(min(_CHECKED_VOXELS, _CHECKED_OF_LEVEL * level.voxels))
        coarse, _ = self.pair.grid(level.count(self.pair.dimension))
        inside = self.pair.fixed_inside(grid)
        found = repaired(candidate.transform, linear.transform, inside, grid, coarse, self.pair.threads)
        if found is None or found is candidate.transform:
            return None if found is None else candidate
        return self._candidate(found)


def _scales(linear: Any) -> np.ndarray:
    """Factors by which a linear itk transform stretches along its main directions: its singular values."""
    return np.linalg.svd(matrix_of_linear(linear)[:-1, :-1], compute_uv=False)
