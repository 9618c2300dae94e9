"""A confidence map of a registration in the scene, in steps that let a window respond in between."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import vtk

from ...core.errors import ElastixRegistrationError
from ...core.transforms.planes import lifted_geometry
from ...worker.client import State
from ..nodes.color_maps import color_node, show_in_colors
from ..nodes.coordinates import ijk_to_ras_of, lps_from_ras, vtk_matrix_from_array
from ..nodes.incremental import Steps
from ..nodes.output_volumes import image_incrementally
from ..nodes.snapshots import SceneChange
from ..run.asynchronous_run import AsynchronousRun
from ..run.job import RegistrationJob
from ..run.results import check_still_there

#: Certain places are dark blue and transparent; uncertain ones are red.
CONFIDENCE_COLORS = (
    (0.0, (0.17, 0.35, 0.62)),
    (0.35, (0.55, 0.80, 0.75)),
    (0.65, (0.99, 0.88, 0.55)),
    (1.0, (0.80, 0.10, 0.15)),
)
_OUTSIDE = -1.0
#: Duration of a call of ``poll``, s: half the time between two calls, so that the window can respond.
_TURN_S = 0.05


@dataclass(frozen=True)
class UncertainPoint:
    """``ras``: position in world, mm. ``error_mm``: the estimate there."""

    ras: tuple[float, float, float]
    error_mm: float


@dataclass
class ConfidenceNodes(SceneChange):
    """``volume``: mm on a coarse grid, -1 outside the object, shown in colors from 0 to ``most_mm`` with a legend.

    ``places``: the least certain first. ``confidence``: the ConfidenceMap of core.
    """

    volume: Any = None
    most_mm: float = 0.0
    places: tuple[UncertainPoint, ...] = ()
    confidence: Any = None


class ConfidenceRun(AsynchronousRun[ConfidenceNodes]):
    """A running estimate, in this process and in steps. ``job`` and ``result``: of the registration."""

    def __init__(self, job: RegistrationJob, result: Any):
        self.job = job
        self.fraction = 0.0
        self._steps = self._estimated(result)
        self._confidence: Any = None

    def poll(self) -> State:
        end = time.perf_counter() + _TURN_S
        while not self.finished and time.perf_counter() < end:
            try:
                self.fraction = next(self._steps)
            except StopIteration as found:
                self._confidence, self._state = found.value, State.DONE
            except ElastixRegistrationError as problem:
                self._error, self._state = problem, State.FAILED
        return self.state

    @property
    def has_result(self) -> bool:
        return self._confidence is not None

    def cancel(self) -> None:
        if not self.finished:
            self._state = State.CANCELLED
            self._steps.close()

    def _wait_for_news(self) -> None:
        """No pause, because all work is done in ``poll``."""

    def _estimated(self, result: Any) -> Generator[float, None, Any]:
        from ...core.quality.confidence import confidence_steps

        arguments = self.job.inputs.arguments()
        yield 0.0
        return (yield from confidence_steps(arguments["fixed"], result, mask=arguments["fixed_mask"]))

    def _outcome_incrementally(self) -> Steps[ConfidenceNodes]:
        check_still_there(self.job, ())
        confidence = self._confidence
        values = np.where(confidence.inside, confidence.error_mm, _OUTSIDE).astype(np.float32)
        image = yield from image_incrementally(values.reshape(self._grid(confidence).size[::-1]), vtk.VTK_FLOAT)
        check_still_there(self.job, ())
        return self._written(confidence, image)

    def _written(self, confidence: Any, image: Any) -> ConfidenceNodes:
        fixed = self.job.fixed.node
        scene = fixed.GetScene()
        inside = confidence.error_mm[confidence.inside]
        nodes = ConfidenceNodes(confidence=confidence, most_mm=float(np.percentile(inside, 99)))
        scene.SaveStateForUndo()
        try:
            name = scene.GenerateUniqueName(f"{self.job.moving.node.GetName()} to {fixed.GetName()} confidence (mm)")
            nodes.volume = nodes.made(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name))
            nodes.volume.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(self._grid(confidence))))
            nodes.volume.SetAndObserveImageData(image)
            colors = color_node(scene, "Registration confidence", CONFIDENCE_COLORS)
            show_in_colors(nodes.volume, colors, 0.0, nodes.most_mm, "May be off by (mm)")
            display = nodes.volume.GetDisplayNode()
            # Nothing is drawn outside the object; its rim is cut halfway between two voxels.
            display.SetThreshold(max(1e-6, 0.5 * float(inside.min()) + 0.5 * _OUTSIDE), float(inside.max()))
            display.SetApplyThreshold(True)
            nodes.places = tuple(UncertainPoint(self._ras(place.point), place.error_mm) for place in confidence.places)
        except BaseException:
            nodes.revert()
            raise
        return nodes

    def _grid(self, confidence: Any) -> Any:
        """The grid, in 3D also for a single slice."""
        if self.job.fixed_plane is None:
            return confidence.geometry
        thickness = float(self.job.fixed.geometry.spacing[self.job.fixed.geometry.size.index(1)])
        return lifted_geometry(confidence.geometry, self.job.fixed_plane, thickness)

    def _ras(self, point: Sequence[float]) -> tuple[float, float, float]:
        plane = self.job.fixed_plane
        x, y, z = point if plane is None else plane.lifted(np.array([point]))[0]
        right, anterior, superior = lps_from_ras(np.array([x, y, z])).tolist()
        return right, anterior, superior


def confidence_incrementally(job: RegistrationJob, result: Any) -> Steps[ConfidenceRun]:
    """Start an estimate. Raises InputError if the fixed volume is no longer in the scene."""
    check_still_there(job, ())
    yield
    return ConfidenceRun(job, result)
