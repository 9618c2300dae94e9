"""Files of one registration are made to fit each other, whatever planes, components and series they come in."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array, image_like
from ElastixRegistrationLib.core.images.labels import as_labels, as_mask
from ElastixRegistrationLib.core.registration.inputs import read_inputs
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid, oblique, stage

SAGITTAL = np.array([[0.0, 0, 1], [1, 0, 0], [0, -1, 0]])


def a_slice(direction, shift=(0.0, 0.0)):
    """One slice whose plane is that of the first two columns; its content is moved by ``shift`` mm along these."""
    flat = blobs(grid((48, 44), (1.5, 1.5), (0.0, 0.0)), shift)
    geometry = Geometry((48, 44, 1), (1.5, 1.5, 5.0), (3.0, -44.0, 48.0), tuple(map(tuple, direction.tolist())))
    return image_like(flat, array_view(flat)[None], geometry)


@pytest.mark.parametrize("direction", [SAGITTAL, np.eye(3), oblique(8)], ids=["sagittal", "axial", "oblique"])
def test_two_slices_are_registered_in_their_plane(tmp_path, direction):
    shift = np.array([3.0, -2.0])
    write_image(a_slice(direction), tmp_path / "f.nrrd")
    write_image(a_slice(direction, shift), tmp_path / "m.nrrd")
    mask = image_from_array(np.ones((1, 44, 48), np.uint8), geometry_of(a_slice(direction)))
    write_image(mask, tmp_path / "mask.nrrd")
    points = geometry_of(mask).points_of(np.array([[10.0, 12, 0], [30, 20, 0], [20, 31, 0]]))
    write_points(Points(points, ("",) * 3), tmp_path / "f.txt")
    write_points(Points(points + direction[:, :2] @ shift, ("",) * 3), tmp_path / "m.txt")
    names = ("f.nrrd", "m.nrrd", "mask.nrrd", "mask.nrrd", "f.txt", "m.txt")
    given = read_inputs(*(tmp_path / name for name in names))
    found = register(given.fixed, given.moving, [stage()], **given.masks_and_points, seed=1)
    distance = map_points(found.transform, given.fixed_points) - given.moving_points
    assert np.linalg.norm(distance, axis=1).max() < 0.05
    transform = given.result(found.transform)
    if transform.GetInputSpaceDimension() == 3:
        moved = map_points(transform, points)
        assert moved == pytest.approx(points + direction[:, :2] @ shift, abs=0.05)
    else:
        assert given.slices.is_axial
    resampled = given.placed(found.resample())
    assert geometry_of(resampled).is_close(geometry_of(a_slice(direction)))


def test_slices_across_each_other_are_refused(tmp_path):
    write_image(a_slice(np.eye(3)), tmp_path / "f.nrrd")
    write_image(a_slice(SAGITTAL), tmp_path / "m.nrrd")
    with pytest.raises(InputError, match="cross each other"):
        read_inputs(tmp_path / "f.nrrd", tmp_path / "m.nrrd")


@pytest.mark.parametrize("kind", ["rgb", "rgba", "opacity", "layers"])
def test_masks_of_several_components_are_inside_where_any_is_not_zero(tmp_path, kind):
    inside = np.random.default_rng(1).random((20, 30)) > 0.5
    if kind == "layers":
        voxels = np.stack([inside, np.zeros_like(inside)], -1).astype(np.int16)
    else:
        voxels = np.zeros((20, 30, 3 if kind == "rgb" else 4), np.uint8)
        voxels[..., 3:] = 255
        voxels[inside, 3 if kind == "opacity" else 1] = 200
        voxels[~inside, 3:] = 0 if kind == "opacity" else 255
    path = tmp_path / ("mask.nrrd" if kind == "layers" else "mask.png")
    sitk.WriteImage(sitk.GetImageFromArray(voxels, isVector=True), str(path))
    write_image(blobs(grid((30, 20), (1.0, 1.0), (0.0, 0.0))), tmp_path / "f.nrrd")
    given = read_inputs(tmp_path / "f.nrrd", tmp_path / "f.nrrd", path)
    assert np.array_equal(array_view(given.fixed_mask) != 0, inside)
    assert as_mask(given.fixed_mask) is given.fixed_mask


def test_layers_of_labels_become_one_map_unless_they_overlap():
    layers = np.zeros((4, 5, 6, 2), np.float32)
    layers[0, 0, 0, 0], layers[1, 1, 1, 1] = 1, 2
    image = image_from_array(layers, grid((6, 5, 4)))
    assert np.array_equal(array_view(as_labels(image, "label map")), layers.max(-1))
    layers[0, 0, 0, 1] = 2
    with pytest.raises(InputError, match="2 layers of segments that overlap"):
        as_labels(image_from_array(layers, grid((6, 5, 4))), "label map")


def test_segments_that_slide_get_one_number_for_each_name(tmp_path):
    write_image(blobs(grid((12, 11, 10))), tmp_path / "f.nrrd")
    for file, names in (("fixed", ("liver", "lung")), ("moving", ("lung", "liver"))):
        voxels = np.zeros((10, 11, 12), np.uint8)
        for number, name in enumerate(names):
            voxels[:, :, 5 * (name == "lung") :][:, :, :5] = number + 1
        labels = sitk.GetImageFromArray(voxels)
        for number, name in enumerate(names):
            entries = {"ID": name, "Name": name, "LabelValue": str(number + 1), "Layer": "0"}
            for key, value in entries.items():
                labels.SetMetaData(f"Segment{number}_{key}", value)
        sitk.WriteImage(labels, str(tmp_path / f"{file}.seg.nrrd"))
    masks = {"sliding_mask": tmp_path / "fixed.seg.nrrd", "moving_sliding_mask": tmp_path / "moving.seg.nrrd"}
    given = read_inputs(tmp_path / "f.nrrd", tmp_path / "f.nrrd", **masks)
    assert np.unique(array_view(given.sliding_mask)).tolist() == [0, 1, 2]
    assert np.array_equal(array_view(given.sliding_mask), array_view(given.moving_sliding_mask))
    back = given.swapped()
    assert (back.sliding_mask, back.moving_sliding_mask) == (given.moving_sliding_mask, given.sliding_mask)
    alone = read_inputs(tmp_path / "f.nrrd", tmp_path / "f.nrrd", sliding_mask=masks["sliding_mask"]).swapped()
    assert (alone.sliding_mask, alone.moving_sliding_mask) == (None, None)


def test_one_choice_is_for_the_image_that_has_several(tmp_path):
    frames = np.random.default_rng(1).normal(size=(3, 6, 7, 8)).astype(np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(frames, isVector=False), str(tmp_path / "series.nrrd"))
    write_image(blobs(grid((8, 7, 6))), tmp_path / "single.nrrd")
    single, series = tmp_path / "single.nrrd", tmp_path / "series.nrrd"
    assert np.array_equal(array_view(read_inputs(series, single, frames=[3]).fixed), frames[2])
    both = read_inputs(series, series, frames=[1, 2])
    assert np.array_equal(array_view(both.moving), frames[1])
    with pytest.raises(InputError, match="no frame 2"):
        read_inputs(single, single, frames=[2])
