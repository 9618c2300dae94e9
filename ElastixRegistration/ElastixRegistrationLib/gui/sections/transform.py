"""Applies any transform to nodes chosen in the subject hierarchy, inverts it, and analyzes its deformation.

Unlike the other sections, it stores nothing in the parameter set: it is a tool with its own .ui file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from ...core.errors import ElastixRegistrationError
from ...mrml.nodes.snapshots import SceneChange
from ..installation import InstallationError
from ..messages import errorText, showError, tell
from ..section import fillComboBox

_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "TransformSection.ui"
_FILES = "*.h5 *.tfm *.txt *.toml *.mat *.dcm *.nrrd *.nii *.nii.gz *.mha *.mhd"


class TransformSection:
    """``logic`` does the work. ``ensureInstalled`` is called before anything that needs ITK, and raises if it is
    missing.

    ``page`` is the layout of the panel's tab.
    """

    def __init__(self, page: Any, logic: Any, ensureInstalled: Callable[[], None]):
        self._logic, self._ensureInstalled = logic, ensureInstalled
        self._undo: list[Callable[[], None]] = []
        self.widget = slicer.util.loadUI(str(_UI))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        page.addWidget(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        ui = self.ui
        fillComboBox(
            ui.directionSelector, [(_("Moving image to fixed"), ""), (_("Fixed image to moving (inverse)"), "inverse")]
        )
        fillComboBox(
            ui.transformInterpolationSelector,
            [(_("Linear"), "linear"), (_("B-spline"), "bspline"), (_("Nearest"), "nearest")],
        )
        for button, slot in (
            (ui.loadTransformButton, self.load),
            (ui.transformCopiesButton, lambda: self.transform(inPlace=False)),
            (ui.transformInPlaceButton, lambda: self.transform(inPlace=True)),
            (ui.putUnderTransformButton, self.putUnder),
            (ui.hardenTransformButton, self.harden),
            (ui.invertTransformButton, self.invert),
            (ui.analyzeTransformButton, self.analyze),
            (ui.revertTransformButton, self.revert),
        ):
            button.connect("clicked(bool)", lambda checked, slot=slot: self._guarded(slot))
        for selector in (ui.appliedTransformSelector, ui.referenceVolumeSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", lambda node: self.enable())
        ui.transformTreeView.connect("currentItemsChanged(QList<vtkIdType>)", lambda items: self.enable())
        self._say("")
        self.enable()

    def cleanup(self) -> None:
        self._undo.clear()
        self.widget.setMRMLScene(None)

    def sceneClosed(self) -> None:
        self._undo.clear()
        self._say("")
        self.enable()

    def enable(self) -> None:
        """Enable the buttons that can do something."""
        ui = self.ui
        hasTransform = ui.appliedTransformSelector.currentNode() is not None
        hasItems = bool(self._items())
        hasGrid = ui.referenceVolumeSelector.currentNode() is not None
        for button in (ui.transformCopiesButton, ui.transformInPlaceButton, ui.putUnderTransformButton):
            button.enabled = hasTransform and hasItems
        ui.hardenTransformButton.enabled = hasItems
        for button in (ui.invertTransformButton, ui.analyzeTransformButton):
            button.enabled = hasTransform and hasGrid
        ui.revertTransformButton.enabled = bool(self._undo)

    # --- actions of the buttons ---

    def load(self) -> None:
        kinds = _("Transforms") + f" ({_FILES});;" + _("All files") + " (*)"
        path = qt.QFileDialog.getOpenFileName(self.widget, _("Load a transform"), "", kinds)
        if not path:
            return
        self._ensureInstalled()
        node = self._logic.loadTransform(path)
        change = SceneChange()
        change.made(node)
        self._undo.append(change.revert)
        self.ui.appliedTransformSelector.setCurrentNode(node)
        self._say(_("{name} was loaded.").format(name=node.GetName()))

    def transform(self, inPlace: bool) -> None:
        applied = self._logic.applyTransform(
            self.ui.appliedTransformSelector.currentNode(),
            self._nodes(),
            self.ui.referenceVolumeSelector.currentNode(),
            inverse=self._isInverse(),
            interpolation=self.ui.transformInterpolationSelector.currentData,
            inPlace=inPlace,
        )
        self._done(applied, _("Transformed: {nodes}."))

    def putUnder(self) -> None:
        transform = self.ui.appliedTransformSelector.currentNode()
        applied = self._logic.putUnderTransform(transform, self._nodes(), inverse=self._isInverse())
        self._done(applied, _("Now under the transform: {nodes}."))

    def harden(self) -> None:
        applied = self._logic.hardenTransform(
            self._nodes(),
            self.ui.referenceVolumeSelector.currentNode(),
            interpolation=self.ui.transformInterpolationSelector.currentData,
        )
        self._done(applied, _("Hardened: {nodes}."))

    def invert(self) -> None:
        self._ensureInstalled()
        transform = self.ui.appliedTransformSelector.currentNode()
        inverse = self._logic.invertTransform(transform, self.ui.referenceVolumeSelector.currentNode())
        self._undo.append(inverse.revert)
        self._say(
            _("{name}: points come back to {mean} mm on average, {largest} mm at most.").format(
                name=inverse.node.GetName(),
                mean=f"{inverse.mean_residual:.3f}",
                largest=f"{inverse.max_residual:.3f}",
            )
        )

    def analyze(self) -> None:
        self._ensureInstalled()
        nodes = self._logic.analyzeTransform(
            self.ui.appliedTransformSelector.currentNode(),
            self.ui.referenceVolumeSelector.currentNode(),
            self.ui.analyzedSegmentationSelector.currentNode(),
        )
        self._undo.append(nodes.revert)
        figures = nodes.statistics
        sentences = [
            _("The local volume changes by factors from {low} to {high}.").format(
                low=f"{figures.minimum:.2f}", high=f"{figures.maximum:.2f}"
            ),
            _foldedText(figures.folded_count),
        ]
        sentences += [
            _("{name}: {change} %.").format(name=volume.name, change=f"{volume.change_percent:+.1f}")
            for volume in nodes.volumes
        ]
        self._say(" ".join(sentences))
        slicer.util.setSliceViewerLayers(
            background=self.ui.referenceVolumeSelector.currentNode(), foreground=nodes.jacobian, foregroundOpacity=0.5
        )

    def revert(self) -> None:
        self._undo.pop()()
        self._say(_("Undone."))

    # --- helpers ---

    def _guarded(self, slot: Callable[[], None]) -> None:
        """Run an action; errors that the user can act on are shown in a dialog."""
        try:
            with slicer.util.WaitCursor():
                slot()
        except (ElastixRegistrationError, InstallationError) as problem:
            showError(errorText(problem), _("Elastix Registration"))
        self.enable()

    def _done(self, applied: Any, sentence: str) -> None:
        self._undo.append(applied.revert)
        names = ", ".join(node.GetName() for node in applied.nodes)
        self._say(sentence.format(nodes=names) if names else _("None of the chosen nodes is under a transform."))

    def _items(self) -> list[int]:
        ids = vtk.vtkIdList()
        self.ui.transformTreeView.currentItems(ids)
        return [ids.GetId(n) for n in range(ids.GetNumberOfIds())]

    def _nodes(self) -> list[Any]:
        """The chosen nodes, including those in branches, each once."""
        nodes: list[Any] = []
        for item in self._items():
            nodes += [node for node in self._logic.nodesOfBranch(item) if not any(node is other for other in nodes)]
        return nodes

    def _isInverse(self) -> bool:
        return self.ui.directionSelector.currentData == "inverse"

    def _say(self, message: str) -> None:
        tell(self.ui.transformMessageLabel, message)


def _foldedText(count: int) -> str:
    if count == 0:
        return _("Nothing folds.")
    return _("1 voxel folds.") if count == 1 else _("{count} voxels fold.").format(count=count)
