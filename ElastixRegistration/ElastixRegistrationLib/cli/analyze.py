"""The subcommand analyze: deformation statistics of a transform."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError
from .options import add_choice
from .terminal.outcome import Outcome

_IMAGES = ("magnitude", "jacobian", "jacobian_matrix")


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    analyze = subparsers.add_parser(
        "analyze",
        parents=[common],
        help="displacement, local volume change and folds of a transform",
        description="Compute how far a transform moves each point of the fixed image, how much volume grows or shrinks "
        "there and in labels, and where space folds onto itself, which no tissue can do.",
    )
    add = analyze.add_argument
    add("transform", metavar="TRANSFORM", help="anything apply reads")
    add("--reference", metavar="FIXED", required=True, help="the fixed image, whose grid is analyzed")
    add_choice(analyze, of="FIXED")
    add("--labels", metavar="L", help="label map or .seg.nrrd of the fixed image: volumes before and after")
    add("--mask", metavar="M", help="image that is nonzero where statistics are taken and folds are listed")
    add("--output-magnitude", metavar="D", help="displacement, mm")
    add("--output-jacobian", metavar="J", help="determinant of the spatial Jacobian: local volume, moved / fixed")
    add("--output-jacobian-matrix", metavar="M", help="the whole matrix, row by row, LPS, as 9 components (4 in 2D)")
    analyze.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    from ..core.deformation.analysis import analyze_deformation
    from ..core.files.dicom.volumes import place_of
    from ..core.files.image_files import check_output, read_volume
    from ..core.files.label_files import Drawn, read_mask, read_segments
    from ..core.files.segmentation_files import segment_names
    from ..core.files.transform_files import read_transform
    from ..core.images.geometry import array_view, geometry_of
    from ..core.registration.inputs import in_dimension
    from ..core.resampling.images import resample
    from ..core.system.output_files import check_apart
    from ..core.transforms.itk_transforms import identity

    outputs = {name: getattr(options, f"output_{name}") for name in _IMAGES if getattr(options, f"output_{name}")}
    for path in outputs.values():
        check_output(path)
    check_apart(outputs.values(), [options.transform, options.reference, options.labels, options.mask])
    read = read_volume(options.reference, "reference image", series=options.series, frame=options.frame)
    reference = read.image
    transform = read_transform(options.transform, places=(place_of(read.series), None))
    flat_reference = in_dimension(reference, transform.GetInputSpaceDimension())
    grid = geometry_of(flat_reference)
    if transform.GetInputSpaceDimension() != grid.dimension:
        raise InputError(
            f"The transform has {transform.GetInputSpaceDimension()} dimensions, but {options.reference} has "
            f"{grid.dimension}."
        )
    drawn_on = Drawn(geometry_of(reference), read.series)
    arrays: dict[str, np.ndarray | None] = {"labels": None, "mask": None}
    names: dict[int, str] = {}
    for role in arrays:
        path = getattr(options, role)
        if path:
            called = "label map" if role == "labels" else "mask"
            drawn = (read_segments if role == "labels" else read_mask)(path, called, drawn_on)
            image = in_dimension(drawn, grid.dimension)
            if image.GetImageDimension() != grid.dimension:
                raise InputError(
                    f"The {called} {path} has {image.GetImageDimension()} dimensions, not {grid.dimension}."
                )
            array = array_view(resample(image, identity(grid.dimension), grid, interpolation="nearest"))
            arrays[role] = array
            if array.ndim > grid.dimension:
                raise InputError(f"The {called} {path} has overlapping layers; give one label map.")
            names = segment_names(image) if role == "labels" else names
    analysis = analyze_deformation(
        transform, grid, **arrays, names=names, with_matrix=bool(options.output_jacobian_matrix)
    )
    _write(analysis, grid, outputs, None if flat_reference is reference else geometry_of(reference))
    return _outcome(analysis, outputs)


def _write(analysis: Any, grid: Any, outputs: dict[str, str], slice_geometry: Any) -> None:
    """Write the outputs. ``slice_geometry`` is the grid of a reference that has one slice, None for others."""
    from ..core.files.image_files import write_image
    from ..core.images.geometry import image_from_array, multi_component_image, one_slice

    images = {}
    if "magnitude" in outputs:
        images["magnitude"] = image_from_array(analysis.magnitude, grid)
    if "jacobian" in outputs:
        images["jacobian"] = image_from_array(analysis.determinant, grid)
    if "jacobian_matrix" in outputs:
        images["jacobian_matrix"] = multi_component_image(
            analysis.matrix.reshape(*analysis.matrix.shape[:-2], -1), grid
        )
    for name, image in images.items():
        write_image(image if slice_geometry is None else one_slice(image, slice_geometry), outputs[name])


def _outcome(analysis: Any, outputs: dict[str, str]) -> Outcome:
    statistics = analysis.statistics
    magnitude = {"mean": float(analysis.magnitude.mean()), "max": float(analysis.magnitude.max())}
    lines = [
        f"displacement, mm: {magnitude['mean']:.2f} on average, {magnitude['max']:.2f} at most",
        f"local volume, moved / fixed: {statistics.mean:.3f} on average, {statistics.minimum:.3f} to"
        f" {statistics.maximum:.3f}; 5 % below {statistics.p5:.3f}, 5 % above {statistics.p95:.3f}",
        f"folded voxels: {statistics.folded_count} of {statistics.voxels}",
    ]
    lines += [
        f"  at {' '.join(f'{x:.1f}' for x in point)} mm (voxel {' '.join(map(str, index))})"
        for index, point in list(zip(analysis.folded_indices.tolist(), analysis.folded_points.tolist(), strict=True))[
            :5
        ]
    ]
    border = 0 if analysis.border is None else int(analysis.border.sum())
    if border:
        lines.append(f"voxels where it slides along a surface (not folds): {border}")
    lines += [
        f"{label.name}: {label.fixed_mm3 / 1e3:.2f} ml to {label.moved_mm3 / 1e3:.2f} ml ({label.change_percent:+.1f}%)"
        for label in analysis.labels
    ]
    lines += [f"{name.replace('_', ' ')}: {path}" for name, path in outputs.items()]
    document = {
        "command": "analyze",
        "displacement_mm": magnitude,
        "local_volume": {name: getattr(statistics, name) for name in ("mean", "minimum", "maximum", "p5", "p95")},
        "folded": {
            "voxels": statistics.folded_count,
            "of": statistics.voxels,
            "indices": analysis.folded_indices.tolist(),
            "points_lps_mm": analysis.folded_points.tolist(),
        },
        "border_voxels": border,
        "labels": [
            {
                "label": label.label,
                "name": label.name,
                "fixed_mm3": label.fixed_mm3,
                "moved_mm3": label.moved_mm3,
                "change_percent": label.change_percent,
                "smallest": label.smallest,
                "largest": label.largest,
                "folded_voxels": label.folded_voxels,
            }
            for label in analysis.labels
        ],
        "outputs": {name: str(Path(path)) for name, path in outputs.items()},
    }
    return Outcome("\n".join(lines), document)
