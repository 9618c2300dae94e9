"""Display of results in the slice views, over the fixed volume, without nodes that the user must remove."""

from __future__ import annotations

from typing import Any

import slicer

from ..comparison_views import ComparisonViews


class RunViewer:
    """Shows one result at a time. ``shown``: the caller's name for it; None if none is shown."""

    def __init__(self) -> None:
        self.views = ComparisonViews()
        self.shown: Any = None
        self._preview: Any = None

    def showResult(self, key: Any, job: Any, result: Any, name: str) -> None:
        """Show the moving volume of ``job``, resampled by ``result``. Raises InputError if a volume was removed."""
        from ...mrml.comparing.preview import preview_incrementally
        from ...mrml.nodes.incremental import run_to_completion

        preview = run_to_completion(preview_incrementally(job, result, name))
        old, self._preview = self._preview, preview
        self._show(key, job.fixed.node, preview)
        _remove(old)

    def showVolume(self, key: Any, fixed: Any, volume: Any) -> None:
        """Show a volume that is in the scene."""
        old, self._preview = self._preview, None
        self._show(key, fixed, volume)
        _remove(old)

    def stop(self) -> None:
        """Restore the views."""
        self.shown = None
        self.views.stop()
        old, self._preview = self._preview, None
        _remove(old)

    def forget(self) -> None:
        """The scene is closed."""
        self.shown = self._preview = None
        self.views.forget()

    def nodeRemoved(self) -> None:
        """Stop showing a volume that was removed from the scene."""
        if self._preview is not None and self._preview.GetScene() is None:
            self._preview = None
            self.stop()

    def _show(self, key: Any, fixed: Any, volume: Any) -> None:
        self.shown = key
        self.views.show("fade", fixed, volume)


def _remove(node: Any) -> None:
    if node is not None and node.GetScene() is not None:
        slicer.mrmlScene.RemoveNode(node)
