"""The values of an image outside the object: padding, which nobody measured, and the true background (air, the noise
floor).

Padding is one exact value that a scanner or an earlier resampling wrote outside the measured region: -3024, -2048,
-2000 or -1500 around a CT's round field of view, 0 in the corners of a rotated volume. A metric sees it as an edge, and
interpolation mixes it into the image as a rim. The true background is the scanner's signal beside the patient: air near
-1000 HU in CT, the noise floor in MR. It belongs outside the moving image.

The two differ in kind, not only in value, and two tests distinguish them:

1. *Flat*: voxels on the faces of the image share one exact value with nearly all their neighbors. Noise never does. 2.
*Another background behind it*: remove the flat value and look at the rest on the faces and next to it. If that has a
cluster at its low end (a peak in the histogram, apart from the flat value), this cluster was measured and the flat
value is padding. Otherwise the flat value is the background itself: a brain-extracted or defaced MR, a CT whose air was
clamped to -1024. The edge of an extracted brain tells a metric where the brain ends, so zeros around it are *not*
padding and stay in the metric.

The tests use a regular sample of at most about two million voxels that includes all faces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..wording import Said, said
from .grid_sample import GridSample, connected_to_faces

AIR_HU = (-1200.0, -900.0)  # uncalibrated scanners reach -1150 with noise; lung starts near -900
CLAMPED_AIR_HU = (-1050.0, -950.0)  # one exact value in here may be air, clamped: -1024 and -1000 are common
WARMEST_AIR_HU = -975.0  # a peak above is lung
BELOW_PHYSICAL_HU = -1100.0  # one exact value below this was never measured


@dataclass(frozen=True)
class Padding:
    """One exact value written where nothing was measured.

    ``fraction`` of all voxels, 0 to 1. ``inside_range``: measured voxels can have this value too, so only voxels
    connected to the faces of the image through voxels of the same value are padding.
    """

    value: float
    fraction: float
    inside_range: bool


@dataclass(frozen=True)
class BackgroundEstimate:
    """``value`` belongs outside the image; ``padding`` is the most common padding value, None without padding.

    ``padding_fraction`` counts all ``paddings``, 0 to 1; large images are sampled for it where a padding value lies
    inside the range of measured values. ``reason`` is one sentence for the user.
    """

    value: float
    padding: float | None
    padding_fraction: float
    reason: str
    paddings: tuple[Padding, ...] = ()


def estimate_background(image: Any, *, mask: Any = None) -> BackgroundEstimate:
    """Find the padding and the true background of a scalar image of any dimension, integer or float.

    ``image``: array or itk image. ``mask``: voxels to look at (nonzero), same shape. Voxels that are not finite are
    left out. Never raises for what the voxels hold; without a finite voxel the value is 0.
    """
    array = _voxels(image)
    sample = GridSample(array, None if mask is None else _voxels(mask))
    measured = sample.values[sample.valid]
    if measured.size == 0:
        return _without_padding(0.0, said("No voxel has a finite value, so 0 is used as background."))
    lowest, highest = float(measured.min()), float(measured.max())
    if lowest == highest:
        text = said("The image is constant: {value:g} is its background.", value=lowest)
        return _without_padding(lowest, text)

    flat = sample.flat_values()
    hounsfield = lowest < -150 and highest > 50
    if sample.is_piecewise_constant():
        # Labels, or a phantom without noise: every region is flat, and only an impossible value is padding.
        below = [value for value in flat if hounsfield and value <= BELOW_PHYSICAL_HU]
        left = [value for value in flat if value not in below]
        if left:
            return _estimate(sample, left[0], below, hounsfield, "flat")
        flat = below
    fills, cluster = _split_fills(sample, flat, hounsfield)
    if cluster is not None:
        value = _like(array, cluster)
        return _estimate(sample, value, fills, hounsfield, "flat" if value in flat else "cluster")
    if flat:
        fills, background = _roles_without_cluster(sample, flat, hounsfield)
        if background is not None:
            return _estimate(sample, background, fills, hounsfield, "flat")
    rest = sample.without(fills)
    value = _minimum(array) if not fills else float(sample.values[rest].min())
    if 0 in fills and value > 0 and not hounsfield:
        # Air that was set to 0 looks like this too, and the darkest tissue would be a gray border around the result.
        return _estimate(sample, 0.0, fills, hounsfield, "no signal")
    return _estimate(sample, value, fills, hounsfield, "minimum")


def background_of(image: Any, setting: float | str = "auto") -> BackgroundEstimate:
    """``estimate_background`` of a scalar image, with the user's setting for the value outside.

    ``setting``: "auto", "keep" (the padding, where there is some), or a number.
    """
    estimate = estimate_background(image)
    if not isinstance(setting, str):
        return replace(estimate, value=float(setting), reason=said("Set by the user."))
    if setting == "keep" and estimate.padding is not None:
        return replace(estimate, value=estimate.padding, reason=said("Padding kept as it is."))
    return estimate


def component_background(voxels: np.ndarray, setting: float | str = "auto") -> float:
    """The value outside one component of a color or vector image; ``setting`` as for ``background_of``.

    Each component has its own value, which luminance or magnitude cannot give. No value counts as padding, because only
    a value that is padding in all components would be.
    """
    return background_of(voxels, setting).value if isinstance(setting, str) else float(setting)


def looks_like_labels(image: Any) -> bool:
    """Whether an image holds whole numbers from 0 on and almost no voxel differs from its neighbors."""
    array = _voxels(image)
    if array.dtype.kind not in "ui" or array.size == 0 or array.min() < 0:
        return False
    return GridSample(array, None).is_piecewise_constant()


def padding_mask(image: Any, estimate: BackgroundEstimate) -> np.ndarray:
    """Voxels that are padding: boolean array, shape of the image, all False without padding."""
    array = _voxels(image)
    result = np.zeros(array.shape, dtype=bool)
    for padding in estimate.paddings:
        equal = array == array.dtype.type(padding.value)
        result |= connected_to_faces(equal) if padding.inside_range else equal
    return result


def _split_fills(sample: GridSample, flat: list[float], hounsfield: bool) -> tuple[list[float], float | None]:
    """Padding values among the flat ones and the center of the measured background behind them, if there is one."""
    top = float(sample.values[sample.valid].max())
    fills = [value for value in flat if value < top]  # the highest value is saturation
    if hounsfield:
        # A flat value in the range of air is air, unless noisy air lies behind it.
        air_like = [value for value in fills if CLAMPED_AIR_HU[0] <= value <= CLAMPED_AIR_HU[1]]
        if air_like:
            cluster = _low_cluster(sample, fills, hounsfield)
            if cluster is None or not -1020 <= cluster <= -975 or not _apart(sample, fills, cluster, hounsfield):
                fills = [value for value in fills if value not in air_like]
        return fills, _low_cluster(sample, fills, hounsfield)
    cluster = _low_cluster(sample, fills, hounsfield)
    if cluster is not None and not _apart(sample, fills, cluster, hounsfield):
        return [], _low_cluster(sample, [], hounsfield)
    return fills, cluster


def _low_cluster(sample: GridSample, fills: list[float], hounsfield: bool) -> float | None:
    """Center of the lowest peak of the values on the faces and next to the flat ones; None without such a peak."""
    rest = sample.values[sample.without(fills)].astype(np.float64)
    rim = sample.values[sample.rim(fills)].astype(np.float64)
    if rest.size == 0 or rim.size == 0:
        return None
    if hounsfield:
        low = rim[(rim >= AIR_HU[0]) & (rim <= AIR_HU[1])]
        if low.size < max(8, 0.005 * rim.size):
            return None
        center = _mode(low, sample.step)
        return center if center <= WARMEST_AIR_HU else None
    bottom, top = np.percentile(rest, [0.1, 99.5])
    bottom = min(bottom, 0.0)  # magnitudes start at 0: the darkest tissue of an image without air is no background
    window = bottom + 0.2 * (top - bottom)
    low = rim[rim <= window]
    # An extracted organ has some dark voxels at its edge, so a flat surrounding asks for more evidence than none.
    if low.size < max(8, (0.2 if fills else 0.05) * rim.size):
        return None
    center = _mode(low, sample.step)
    edge = bottom + 0.15 * (top - bottom)
    if center > edge:
        return None
    if fills and 1 - sample.share_of_faces(fills) < 0.25:
        # An island in the fill: an extracted brain with a seam of dark fluid, unless much of it is dark.
        if np.mean(rest <= edge) < 0.3:
            return None
    elif not (fills and all(_isolated(sample, fill) for fill in fills)):
        inner = sample.values[sample.center(fills)]
        if np.mean(rim <= edge) < 1.5 * np.mean(inner <= edge):
            return None
    _, counts = np.unique(low, return_counts=True)
    is_one_value = counts.max() > 0.6 * low.size
    return None if is_one_value and fills else center


def _apart(sample: GridSample, fills: list[float], cluster: float, hounsfield: bool) -> bool:
    """Whether the flat values are neither the clamped end of the cluster nor noise below a threshold."""
    rim = sample.values[sample.rim(fills)].astype(np.float64)
    for fill in fills:
        if fill > cluster:
            continue
        quarter = (cluster - fill) / 4
        if quarter < sample.step:
            return False
        between = np.count_nonzero((rim > fill) & (rim <= fill + quarter))
        at_peak = np.count_nonzero(np.abs(rim - cluster) <= quarter / 2)
        if between > 0.6 * at_peak or (not hounsfield and sample.is_speckled(fill)):
            return False
    return True


def _roles_without_cluster(sample: GridSample, flat: list[float], hounsfield: bool) -> tuple[list[float], float | None]:
    """Padding values and the background value (None: neither measured nor flat) where no background was measured."""
    rest = sample.values[sample.without(flat)]
    top = float(sample.values[sample.valid].max())
    touching = 1 - sample.share_of_faces(flat)
    if rest.size == 0:
        return [], flat[0]
    fills = []
    for value in flat:
        below = float(np.mean(rest < value))
        if value == top:
            continue
        if hounsfield and value <= BELOW_PHYSICAL_HU:
            padding = touching >= 0.02
        elif below > 0.01:
            padding = touching >= (0.02 if hounsfield else 0.25)
        else:
            # Zeros that cut through tissue come from a rotated or cropped grid; zeros around tissue that hardly
            # touches the faces come from its extraction, and zeros with a dark seam are air.
            rim = sample.values[sample.rim([value]) & ~sample.faces]
            cuts = rim.size > 0 and np.median(rim - float(value)) >= 0.5 * np.median(rest - float(value))
            padding = touching >= 0.25 and bool(cuts)
        if padding:
            fills.append(value)
    left = [value for value in flat if value not in fills and (value < top or sample.share_of_faces([value]) > 0.5)]
    return fills, left[0] if left else None


def _estimate(sample: GridSample, value: float, fills: list[float], hounsfield: bool, how: str) -> BackgroundEstimate:
    paddings = []
    for fill in fills:
        filled = sample.filled([fill])
        others = sample.values[sample.valid & ~filled]
        inside_range = bool(np.any(others <= fill)) or not _isolated(sample, fill)
        if inside_range:
            fraction = float(np.mean(filled))
        else:
            fraction = float(np.mean(sample.array == sample.array.dtype.type(fill)))
        paddings.append(Padding(fill, fraction, inside_range))
    paddings.sort(key=lambda padding: -padding.fraction)
    is_air = hounsfield and AIR_HU[0] <= value <= AIR_HU[1]
    background = _background_text(value, how, is_air)
    if not paddings:
        return _without_padding(value, said("No padding; {background}.", background=background))
    total = float(sum(padding.fraction for padding in paddings))
    names = " and ".join(f"{padding.value:g}" for padding in paddings)
    reason = said(
        "Padding ({values}, exactly) fills {percent:.2g} % of the image from its faces inward; {background}.",
        values=names,
        percent=100 * total,
        background=background,
    )
    return BackgroundEstimate(value, paddings[0].value, total, reason, tuple(paddings))


def _background_text(value: float, how: str, is_air: bool) -> Said:
    """The part of a sentence that names the background and how it was found."""
    if how == "minimum":
        text = said("the image shows no background, so its lowest measured value {value:g} is used", value=value)
    elif how == "no signal":
        text = said("the image shows no background, so 0 (no signal) is used")
    elif how == "flat" and is_air:
        text = said("the background is {value:g}, air cut off at one exact value", value=value)
    elif how == "flat":
        text = said("the background is {value:g}, one exact value that surrounds the object", value=value)
    elif is_air:
        text = said("the background is {value:g}, air as measured at the faces", value=value)
    else:
        text = said("the background is {value:g}, air or noise as measured at the faces", value=value)
    return text


def _isolated(sample: GridSample, fill: float) -> bool:
    """Whether almost no voxel has a value just above the fill, so that all voxels with the fill are padding."""
    others = sample.values[sample.without([fill])].astype(np.float64)
    reach = 0.02 * (np.percentile(others, 99.5) - fill)
    return float(np.mean((others > fill) & (others <= fill + reach))) < 0.001


def _mode(values: np.ndarray, step: float) -> float:
    """Center of the highest peak: median of the values within one bin of the top of a smoothed histogram.

    ``step`` is the distance between gray levels, 0 for continuous values.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low
    bins = int(np.clip(np.sqrt(values.size), 8, 64))
    width = (high - low) / bins
    if step:
        # Bins of a fraction of a step would hold one gray level or none, and the peak would be an accident.
        width = step * max(1, round(width / step))
    edges = low - 0.5 * width + width * np.arange(int((high - low) / width) + 2)
    counts, _ = np.histogram(values, bins=edges)
    bins = len(counts)
    smooth = np.convolve(counts, [0.25, 0.5, 0.25], mode="same")
    peak = int(np.argmax(smooth))
    near = values[(values >= edges[max(peak - 1, 0)]) & (values <= edges[min(peak + 2, bins)])]
    return float(np.median(near))


def _without_padding(value: float, reason: str) -> BackgroundEstimate:
    return BackgroundEstimate(value, None, 0.0, reason)


def _like(array: np.ndarray, value: float) -> float:
    return float(round(value)) if np.issubdtype(array.dtype, np.integer) else float(value)


def _minimum(array: np.ndarray) -> float:
    lowest = array.min()
    return float(lowest) if np.isfinite(lowest) else float(array[np.isfinite(array)].min())


def _voxels(image: Any) -> np.ndarray:
    if isinstance(image, np.ndarray):
        return image.astype(np.uint8) if image.dtype == bool else image
    from .geometry import array_view  # arrays need no itk

    return array_view(image)
