"""A square that follows the mouse over the slice views: the result inside, the fixed volume outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from slicer.util import VTKObservationMixin

from ..core.report.comparison_volumes import scaled_pair
from ..mrml.nodes.chains import inverse, map_points
from ..mrml.nodes.coordinates import lps_from_ras
from ..mrml.nodes.volumes import volume_image

#: Half the side of the square, mm.
REACH_MM = 25.0


class RevealCursor(VTKObservationMixin):
    """Draws into ``node``, a volume on the grid of the fixed one with values from 0 to 255.

    Each volume is scaled by its own window and level, so that both are equally bright.
    """

    def __init__(self, node: Any, fixed: Any, result: Any, windows: Any):
        VTKObservationMixin.__init__(self)
        self._node = node
        place = volume_image(fixed, "volume")
        self._geometry, self._fromWorld = place.geometry, inverse(place.to_world)
        self._outside, self._inside = scaled_pair(place.scalars(), volume_image(result, "volume").scalars(), windows)
        self._box: tuple[slice, ...] | None = None
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        if crosshair is not None:
            self.addObserver(crosshair, crosshair.CursorPositionModifiedEvent, self._onMoved)

    @property
    def voxels(self) -> np.ndarray:
        """The voxels shown before the mouse moves."""
        return self._outside

    def stop(self) -> None:
        self.removeObservers()

    def moveTo(self, ras: Any) -> None:
        """Move the center of the square to a point in world, RAS mm."""
        point = lps_from_ras(map_points(self._fromWorld, np.array([ras], float)))
        reach = REACH_MM / np.asarray(self._geometry.spacing)
        center = self._geometry.indices_of(point)[0]
        low = np.clip(np.ceil(center - reach), 0, self._geometry.size).astype(int)
        high = np.clip(np.floor(center + reach) + 1, 0, self._geometry.size).astype(int)
        box = tuple(slice(first, last) for first, last in zip(low[::-1], high[::-1], strict=True))
        if box == self._box or self._node.GetScene() is None:
            return
        shown = slicer.util.arrayFromVolume(self._node)
        if self._box is not None:
            shown[self._box] = self._outside[self._box]
        shown[box] = self._inside[box]
        self._box = box
        slicer.util.arrayFromVolumeModified(self._node)

    def _onMoved(self, crosshair: Any, event: Any) -> None:
        ras = [0.0, 0.0, 0.0]
        if crosshair.GetCursorPositionRAS(ras):
            self.moveTo(ras)
