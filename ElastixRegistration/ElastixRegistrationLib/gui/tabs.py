"""The three tabs of the panel: one pair, a transform, many images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Tabs:
    """Hides the contents of the pages behind, because otherwise the highest page would determine the height of all
    tabs.

    ``makers``: functions that create the contents of a page, called each time it is shown.
    """

    REGISTER, TRANSFORM, MANY = range(3)

    def __init__(self, ui: Any, makers: Mapping[int, Callable[[], Any]]):
        self._makers = makers
        self._tabs = ui.panelTabs
        self._contents = (ui.registerContents, ui.transformContents, ui.manyContents)
        self._tabs.connect("currentChanged(int)", self._show)
        self._show(self._tabs.currentIndex)

    def _show(self, current: int) -> None:
        if current in self._makers:
            self._makers[current]()
        for index, contents in enumerate(self._contents):
            contents.visible = index == current
