"""The pictures of the panel in the README, made anew: the module as a user sees it, with a real registration.

Those of the tutorial are made by screenshots_tutorial.py.

    python Testing/screenshots.py [--data FOLDER] [--output FOLDER]

FOLDER of the data holds ``lung`` (default: the folder shared/data beside the checkout). Look at each picture after.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WIDTH = 456
SECTIONS = ("masks", "start", "outputs", "preset", "advanced", "result")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--output", type=Path, default=TOP / "Resources" / "Screenshots")
    options = parser.parse_args()
    import SlicerHost

    host = SlicerHost.install()
    try:
        _take(host, options.data / "lung", options.output)
    finally:
        SlicerHost.uninstall()


def _take(host, lung: Path, output: Path) -> None:
    from support.panel import choose

    _load(lung)
    host.loadModule(TOP / "ElastixRegistration" / "ElastixRegistration.py")
    widget = host.openModule("ElastixRegistration")
    ui = widget.ui
    choose(ui.presetSelector, "ct-lung")
    host.waitUntil(lambda: "background" in ui.backgroundMessageLabel.text, 20)

    shoot(host, widget, output / "panel-inputs.png", "masks", "outputs")
    ui.fixedMaskSelector.setCurrentNode(_mask(lung, "fixed"))
    ui.movingMaskSelector.setCurrentNode(_mask(lung, "moving"))
    ui.applyButton.click()
    host.waitUntil(lambda: ui.progressBar.value > 550, 120)
    shoot(host, widget, output / "panel-running.png")
    host.waitUntil(lambda: ui.applyButton.text == "Apply", 120)
    shoot(host, widget, output / "panel-result.png", "result")
    ui.editPresetButton.click()
    host.pump(0.5)
    host.screenshot(widget.panel.presets.manager.editor.window, output / "panel-editor.png", 1180, 760)


def shoot(host, widget, path: Path, *open_sections: str) -> None:
    """The panel with these sections open, as high as they need."""
    for section in SECTIONS:
        host.find(f"{section}CollapsibleButton", widget.parent).collapsed = section not in open_sections
    host.pump(0.3)
    host.mainWindow.setPanelWidth(WIDTH)
    host.mainWindow.resize(1200, 300)  # less than it needs: the panel scrolls, and takes no more than its height
    host.pump(0.3)
    host.screenshot(widget.parent, path)


def _load(lung: Path) -> None:
    for side, name in (("fixed", "CT inspiration"), ("moving", "CT expiration")):
        _node("vtkMRMLScalarVolumeNode", lung / f"{side}.mha", name)


def _mask(lung: Path, side: str):
    return _node("vtkMRMLLabelMapVolumeNode", lung / f"{side}_mask.mha", f"lungs, {side}")


def _node(kind: str, path: Path, name: str):
    import SimpleITK
    import slicer

    image = SimpleITK.ReadImage(str(path))
    node = slicer.util.addVolumeFromArray(SimpleITK.GetArrayFromImage(image), name=name, nodeClassName=kind)
    node.SetSpacing(image.GetSpacing())
    x, y, z = image.GetOrigin()
    node.SetOrigin(-x, -y, z)  # LPS to RAS
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
    return node


if __name__ == "__main__":
    main()
