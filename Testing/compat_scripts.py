"""Run the tests of SlicerElastix and of SequenceRegistration with only their imports changed.

    python Testing/compat_scripts.py FOLDER

FOLDER has checkouts of both, under any names: github.com/lassoan/SlicerElastix and github.com/moselhy/
SlicerSequenceRegistration. Their files are read, not copied. In place of downloads, the tests get real images that lie
beside this checkout. Everything runs in the host that stands in for Slicer's window, and skips without the files.
"""

from __future__ import annotations

import ast
import logging
import re
import sys
import time
import types
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
IMPORTS = (
    (re.compile(r"^(\s*)import Elastix$", re.MULTILINE), r"\1import ElastixRegistrationCompat as Elastix"),
    (re.compile(r"\bfrom Elastix import"), "from ElastixRegistrationCompat import"),
    (re.compile(r"\bElastixLib\b"), "ElastixRegistrationCompat"),
)
#: Names of the samples that the tests download, and the real images they get.
PAIR = DATA / "pairs" / "brain_tumour_preop_followup"


def with_changed_imports(text: str) -> str:
    for old, new in IMPORTS:
        text = old.sub(new, text)
    return text


def classes_of(path: Path, names: tuple[str, ...], more: dict[str, Any]) -> dict[str, Any]:
    """Some classes of a module file, its imports changed, in a namespace that has ``more``."""
    tree = ast.parse(with_changed_imports(path.read_text(encoding="utf-8")))
    tree.body = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in names]
    module = types.ModuleType(path.stem)
    vars(module).update(more)
    exec(compile(tree, str(path), "exec"), vars(module))
    return vars(module)


class RealSamples(types.ModuleType):
    """The module SampleData, whose downloads are images that are here."""

    class SampleDataLogic:
        def downloadMRBrainTumor1(self) -> Any:
            return load(PAIR, "fixed")

        def downloadMRBrainTumor2(self) -> Any:
            return load(PAIR, "moving")

        def downloadSample(self, name: str) -> Any:
            import slicer

            sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
            folder = DATA / "pairs" / "cardiac_cine_ed_es"
            for number, image in enumerate(("fixed", "moving", "fixed")):
                node = load(folder, image)
                sequence.SetDataNodeAtValue(node, str(number))
                slicer.mrmlScene.RemoveNode(node)
            return sequence


def load(folder: Path, image: str) -> Any:
    import slicer

    (path,) = [path for path in folder.iterdir() if re.fullmatch(rf"{image}\.(nii\.gz|nrrd|mha|nii)", path.name)]
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(path.name)
    slicer.mrmlScene.AddNode(node)
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(path))
    if not storage.ReadData(node):
        raise OSError(f"{path} cannot be read")
    return node


def main(folder: str) -> int:
    for part in (ROOT / "ElastixRegistration", ROOT / "Testing"):
        sys.path.insert(0, str(part))
    elastix = next(Path(folder).rglob("Elastix/Elastix.py"), None)
    sequences = next(Path(folder).rglob("SequenceRegistration/SequenceRegistration.py"), None)
    if elastix is None or sequences is None or not PAIR.is_dir():
        print("skipped: the two extensions, or the real images, are not here")
        return 0
    import SlicerHost

    host = SlicerHost.install()
    sys.modules["SampleData"] = RealSamples("SampleData")
    import qt
    import slicer
    import vtk
    from ElastixRegistrationCompat import ElastixLogic
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest

    names = {
        "qt": qt, "vtk": vtk, "slicer": slicer, "logging": logging, "ElastixLogic": ElastixLogic,
        "ScriptedLoadableModuleLogic": ScriptedLoadableModuleLogic,
        "ScriptedLoadableModuleTest": ScriptedLoadableModuleTest,
    }  # fmt: skip
    cases = [classes_of(elastix, ("ElastixTest",), names)["ElastixTest"]]
    wanted = ("SequenceRegistrationLogic", "SequenceRegistrationTest")
    cases.append(classes_of(sequences, wanted, names)["SequenceRegistrationTest"])
    failed = 0
    for case in cases:
        for name in sorted(name for name in vars(case) if name.startswith("test_")):
            test, start = case(), time.monotonic()
            test.messageDelay = 1
            try:
                test.setUp()
                getattr(test, name)()
                told = "passed"
            except Exception as error:  # whatever a script meets is what this is to find
                logging.exception(name)
                told, failed = f"FAILED: {type(error).__name__}: {error}", failed + 1
            print(f"{case.__name__}.{name}: {told} ({time.monotonic() - start:.0f} s)", flush=True)
    errors = list(host.errors)
    if errors:
        print(f"errors that Slicer would print: {errors!r}")
    SlicerHost.uninstall()
    return 1 if failed or errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
