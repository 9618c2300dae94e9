"""What registers a pair of image files in a process of its own: this project, and others where they are installed.

A rival's ``run`` takes a case, a seed and an empty folder, and gives its cost and the transform it found
(itk transform, fixed to moving points, LPS mm). Only what a user waits for is timed: from image files to a
transform and the resampled image as files. Raises ``ProcessFailed``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.presets.catalog import find_preset
from processes import Cost, ProcessFailed, timed

THREADS = str(os.cpu_count())
LIMITED = {"ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": THREADS}


@dataclass(frozen=True)
class Case:
    """The files of a pair; masks are None where there are none."""

    dimension: int
    fixed: Path
    moving: Path
    fixed_mask: Path | None = None
    moving_mask: Path | None = None


@dataclass(frozen=True)
class Rival:
    """``name`` of what is run, for people; ``group``: whose it is."""

    group: str
    name: str
    run: Callable[[Case, int, Path], tuple[Cost, Any]]


def ours(preset: str, effort: str = "normal") -> Rival:
    def run(case: Case, seed: int, work: Path) -> tuple[Cost, Any]:
        command = [sys.executable, "-m", "ElastixRegistrationLib", "register", case.fixed, case.moving]
        command += ["--preset", preset, "--seed", seed, "--threads", THREADS, "--quiet", "--effort", effort]
        command += ["--output-transform", work / "t.h5", "--output-volume", work / "v.mha"]
        for option, mask in (("--fixed-mask", case.fixed_mask), ("--moving-mask", case.moving_mask)):
            command += [] if mask is None else [option, mask]
        return timed(command), read_transform(work / "t.h5")

    return Rival("ours", preset if effort == "normal" else f"{preset}, {effort}", run)


def unlike(presets: list[str]) -> list[str]:
    """Without those that run the same files from the same start as one before."""
    first: dict[tuple, str] = {}
    for name in presets:
        preset = find_preset(name)
        first.setdefault((preset.files, preset.initialization, preset.adapts), name)
    return list(first.values())


# --- SlicerElastix ---


def slicer_elastix(folder: Path, ids: list[str]) -> Iterator[Rival]:
    """Presets of a local copy of SlicerElastix, as it runs them: ``elastix`` and ``transformix`` between files.

    transformix also writes the field of displacements, as it does there whenever a transform is wanted.
    """
    database = next(iter(sorted(folder.rglob("ElastixParameterSetDatabase.xml"))), None)
    if database is None:
        raise SystemExit(f"{folder} holds no ElastixParameterSetDatabase.xml of SlicerElastix.")
    if not (shutil.which("elastix") and shutil.which("transformix")):
        raise SystemExit("SlicerElastix' presets need the executables elastix and transformix on the path.")
    sets = {
        entry.get("id"): [database.parent / file.get("Name") for file in entry.iter("File")]
        for entry in ElementTree.parse(database).getroot().iter("ParameterSet")
    }
    for name in ids:
        if name not in sets:
            raise SystemExit(f"SlicerElastix has no preset {name!r}; it has {', '.join(sorted(sets))}.")
        yield Rival("SlicerElastix", name, lambda case, seed, work, files=sets[name]: _elastix(files, case, seed, work))


def _elastix(files: list[Path], case: Case, seed: int, work: Path) -> tuple[Cost, Any]:
    command = ["elastix", "-f", case.fixed, "-m", case.moving, "-out", work, "-threads", THREADS]
    for option, mask in (("-fMask", case.fixed_mask), ("-mMask", case.moving_mask)):
        command += [] if mask is None else [option, mask]
    for number, file in enumerate(files):
        seeded = work / f"stage{number}.txt"
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        lines = [line for line in lines if not line.strip().startswith("(RandomSeed")]
        seeded.write_text("\n".join([*lines, f"(RandomSeed {seed})", ""]), encoding="utf-8")
        command += ["-p", seeded]
    cost = timed(command)
    last = work / f"TransformParameters.{len(files) - 1}.txt"
    more = timed(["transformix", "-in", case.moving, "-tp", last, "-def", "all", "-out", work, "-threads", THREADS])
    return cost.and_then(more), read_transform(last)


# --- libraries of Python ---


def libraries(python: str, wanted: list[str]) -> Iterator[Rival]:
    """Those of ``wanted`` that ``python``, an interpreter, can import: ants, greedy, simpleitk."""
    for name in wanted:
        module, group, title = _LIBRARIES[name]
        found = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
        if found.returncode == 0:
            yield Rival(group, title, lambda case, seed, work, name=name: _library(python, name, case, seed, work))
        else:
            sys.stderr.write(f"{python} has no {module}; {group} is left out.\n")


def _library(python: str, name: str, case: Case, seed: int, work: Path) -> tuple[Cost, Any]:
    masks = [mask or "" for mask in (case.fixed_mask, case.moving_mask)]
    arguments = [case.dimension, seed, THREADS, work, case.fixed, case.moving, *masks]
    cost = timed([python, "-c", _BEGIN + _SCRIPTS[name], *arguments], **LIMITED)
    if name in _FIELDS:
        timed([python, "-c", _BEGIN + _FIELDS[name], *arguments], **LIMITED)
    result = next((work / file for file in ("field.nii.gz", "t.h5") if (work / file).exists()), None)
    if result is None:
        raise ProcessFailed(f"{name} wrote no transform.")
    return cost, read_transform(result)


_LIBRARIES = {
    "ants": ("ants", "ANTs", "SyNRA"),
    "greedy": ("picsl_greedy", "Greedy", "affine + deformable, NCC"),
    "simpleitk": ("SimpleITK", "SimpleITK", "affine + B-spline, MI"),
}
_BEGIN = """
import sys
dimension, seed, threads = map(int, sys.argv[1:4])
work, fixed_file, moving_file, fixed_mask, moving_mask = sys.argv[4:]
"""
_SCRIPTS = {
    # Rigid, affine and symmetric normalization with mutual information: the all-round choice of its authors.
    "ants": """
import ants
read = lambda path: ants.image_read(path, dimension)
fixed, moving = read(fixed_file).clone("float"), read(moving_file).clone("float")
masks = {"mask": fixed_mask, "moving_mask": moving_mask}
masks = {name: read(file) for name, file in masks.items() if file} | {"mask_all_stages": True}
found = ants.registration(fixed, moving, "SyNRA", outprefix=work + "/ants", random_seed=seed, **masks)
ants.image_write(found["warpedmovout"], work + "/v.mha")
""",
    # The commands of its manual, for images that may start apart.
    "greedy": """
from picsl_greedy import Greedy2D, Greedy3D
greedy = (Greedy2D if dimension == 2 else Greedy3D)()
metric = f"-d {dimension} -threads {threads} -m NCC " + "x".join("2" * dimension) + f" -i {fixed_file} {moving_file} "
metric += (f"-gm {fixed_mask} " if fixed_mask else "") + (f"-mm {moving_mask} " if moving_mask else "")
greedy.execute(f"{metric} -a -ia-image-centers -n 100x50x10 -o {work}/affine.mat")
greedy.execute(f"{metric} -it {work}/affine.mat -n 100x50x10 -o {work}/warp.nii.gz")
both = f"-r {work}/warp.nii.gz {work}/affine.mat"
greedy.execute(f"-d {dimension} -rf {fixed_file} -rm {moving_file} {work}/v.nii.gz {both}")
""",
    # As in its own examples: centers together, affine, then B-spline of 14 mm (8 pixels where that is more).
    "simpleitk": """
import SimpleITK as sitk
fixed, moving = (sitk.ReadImage(file, sitk.sitkFloat32) for file in (fixed_file, moving_file))
def method(rate):
    one = sitk.ImageRegistrationMethod()
    one.SetMetricAsMattesMutualInformation(32)
    one.SetMetricSamplingStrategy(one.RANDOM)
    one.SetMetricSamplingPercentage(rate, seed)
    one.SetInterpolator(sitk.sitkLinear)
    one.SetShrinkFactorsPerLevel([4, 2, 1])
    one.SetSmoothingSigmasPerLevel([2, 1, 0])
    if fixed_mask:
        one.SetMetricFixedMask(sitk.ReadImage(fixed_mask, sitk.sitkUInt8))
    if moving_mask:
        one.SetMetricMovingMask(sitk.ReadImage(moving_mask, sitk.sitkUInt8))
    return one
start = sitk.AffineTransform(dimension)
start = sitk.CenteredTransformInitializer(fixed, moving, start, sitk.CenteredTransformInitializerFilter.GEOMETRY)
affine = method(0.05)
affine.SetInitialTransform(start)
affine.SetOptimizerAsGradientDescent(1.0, 200, 1e-6, 10)
affine.SetOptimizerScalesFromPhysicalShift()
affine = affine.Execute(fixed, moving)
extent = [n * s for n, s in zip(fixed.GetSize(), fixed.GetSpacing())]
step = max(14.0, 8 * min(fixed.GetSpacing()))
mesh = [max(1, round(length / step)) for length in extent]
warp = method(0.1)
warp.SetMovingInitialTransform(affine)
warp.SetInitialTransform(sitk.BSplineTransformInitializer(fixed, mesh, 3), True)
warp.SetOptimizerAsLBFGSB(1e-5, 100)
warp = warp.Execute(fixed, moving)
both = sitk.CompositeTransform([affine, warp])
sitk.WriteTransform(both, work + "/t.h5")
sitk.WriteImage(sitk.Resample(moving, fixed, both), work + "/v.mha")
""",
}
#: What makes one field of displacements of their results; not timed.
_FIELDS = {
    "ants": """
import ants, glob, shutil
transforms = sorted(glob.glob(work + "/ants*1Warp.nii.gz")) + sorted(glob.glob(work + "/ants*0GenericAffine.mat"))
transforms = [file for file in transforms if "Inverse" not in file]
fixed, moving = ants.image_read(fixed_file, dimension), ants.image_read(moving_file, dimension)
shutil.move(ants.apply_transforms(fixed, moving, transforms, compose=work + "/all"), work + "/field.nii.gz")
""",
    "greedy": """
from picsl_greedy import Greedy2D, Greedy3D
greedy = (Greedy2D if dimension == 2 else Greedy3D)()
greedy.execute(f"-d {dimension} -rf {fixed_file} -r {work}/warp.nii.gz {work}/affine.mat -rc {work}/field.nii.gz")
""",
}
