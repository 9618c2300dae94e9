"""Files that ITK reads wrong, or partly, without a word: found out, each with the kind of fault in its name."""

from __future__ import annotations

import bz2
import gzip
import struct
import zlib

import nibabel
import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_image, read_volume, write_image
from ElastixRegistrationLib.core.files.label_files import Drawn, read_labels, read_mask
from ElastixRegistrationLib.core.images.geometry import array_view, as_scalar, geometry_of, image_from_array
from phantoms.images import grid
from PIL import Image

RANDOM = np.random.default_rng(3)
VOXELS = RANDOM.integers(-300, 1000, (7, 6, 5)).astype(np.int16)
PLACE = np.diag([2.0, 3, 4, 1])
PLACE[:3, 3] = 10, 20, 30
LPS = np.diag([-1.0, -1, 1, 1])
META = (
    "ObjectType = Image\nNDims = 3\nDimSize = 5 6 7\nElementType = MET_SHORT\nElementSpacing = 2 3 4\n"
    "Offset = 10 20 30\nBinaryData = True\n"
)
NRRD = (
    "type: short\ndimension: 3\nsizes: 5 6 7\nendian: little\nspace: left-posterior-superior\n"
    "space directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (10,20,30)\n"
)


def check(path, values=VOXELS, place=PLACE, **choice):
    volume = read_volume(path, **choice)
    assert np.asarray(array_view(volume.image)) == pytest.approx(values)
    assert geometry_of(volume.image).index_to_physical() == pytest.approx(place)
    return " ".join(volume.notes)


def flipped(data, at):
    content = bytearray(data)
    content[at] ^= 1 << int(RANDOM.integers(8))
    return bytes(content)


# --- damage


@pytest.mark.parametrize("name", ["s.nrrd", "s.nii.gz", "s.mha"])
def test_one_wrong_bit_is_found_out(tmp_path, name):
    smooth = np.cumsum(np.cumsum(RANDOM.normal(size=(20, 30, 40)), 1), 2)
    write_image(image_from_array(smooth.astype(np.int16), grid((40, 30, 20))), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for _ in range(40):
        (tmp_path / name).write_bytes(flipped(whole, int(RANDOM.integers(600, len(whole) - 12))))
        with pytest.raises(InputError, match=r"damaged|cannot be read"):
            read_image(tmp_path / name)


PACKED = zlib.compress(VOXELS.tobytes())


@pytest.mark.parametrize("size", [None, len(PACKED), len(PACKED) + 50, len(PACKED) - 50, 0])
@pytest.mark.parametrize("is_detached", [False, True])
def test_the_length_of_compressed_metaimage_may_be_missing_or_wrong(tmp_path, size, is_detached):
    said = "" if size is None else f"CompressedDataSize = {size}\n"
    place = "m.zraw" if is_detached else "LOCAL"
    header = f"{META}CompressedData = True\n{said}ElementDataFile = {place}\n".encode()
    path = tmp_path / ("m.mhd" if is_detached else "m.mha")
    path.write_bytes(header + PACKED * (not is_detached))
    (tmp_path / "m.zraw").write_bytes(PACKED)
    check(path)
    cut = PACKED[: len(PACKED) // 2]
    path.write_bytes(header + cut * (not is_detached))
    (tmp_path / "m.zraw").write_bytes(cut)
    with pytest.raises(InputError, match="truncated or damaged"):
        read_image(path)


@pytest.mark.parametrize("word", ["True", "true", "T", "1"])
def test_each_word_for_compressed_counts(tmp_path, word):
    header = f"{META}CompressedData = {word}\nCompressedDataSize = {len(PACKED)}\nElementDataFile = LOCAL\n".encode()
    (tmp_path / "m.mha").write_bytes(header + PACKED)
    check(tmp_path / "m.mha")
    (tmp_path / "m.mha").write_bytes(header + flipped(PACKED, 100))
    with pytest.raises(InputError, match="truncated or damaged"):
        read_image(tmp_path / "m.mha")


@pytest.mark.parametrize(("before", "after"), [("NDims = 3", "NDims = -3585"), ("NDims = 3", "NDims = 99"),
                                               ("DimSize = 5 6 7", "DimSize = 5 6"),
                                               ("DimSize = 5 6 7", "DimSize = 5 -6 7")])  # fmt: skip
def test_dimensions_that_are_none_do_not_end_the_process(tmp_path, before, after):
    """Of the first, ITK's reader did not come back."""
    header = f"{META}ElementDataFile = LOCAL\n".replace(before, after)
    (tmp_path / "m.mha").write_bytes(header.encode() + VOXELS.tobytes())
    for read in (read_image, read_geometry):
        with pytest.raises(InputError, match="truncated or damaged"):
            read(tmp_path / "m.mha")


def test_pages_that_lead_back_to_themselves_have_an_end(tmp_path):
    Image.fromarray(VOXELS[0]).save(tmp_path / "p.tif")
    content = bytearray((tmp_path / "p.tif").read_bytes())
    first = struct.unpack_from("<I", content, 4)[0]
    struct.pack_into("<I", content, first + 2 + 12 * struct.unpack_from("<H", content, first)[0], first)
    (tmp_path / "p.tif").write_bytes(content)
    with pytest.raises(InputError, match="truncated or damaged"):
        read_image(tmp_path / "p.tif")


def test_a_size_that_no_file_has_asks_for_no_memory(tmp_path):
    nibabel.MGHImage(VOXELS.T, LPS @ PLACE).to_filename(tmp_path / "m.mgh")
    content = bytearray((tmp_path / "m.mgh").read_bytes())
    struct.pack_into(">3i", content, 4, 2**20, 2**20, 2**10)
    for name, data in (("m.mgh", content), ("m.mgz", gzip.compress(content))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="truncated or damaged"):
            read_image(tmp_path / name)


def parts(path, header, names):
    path.write_text(header, encoding="ascii")
    for number, name in enumerate(names):
        (path.parent / name).write_bytes(VOXELS[number].tobytes() if len(names) > 1 else VOXELS.tobytes())


NAMES = [f"s{number}.raw" for number in range(1, 8)]
PARTS = {
    "m.mhd": (f"{META}ElementDataFile = one.raw\n", ["one.raw"]),
    "list.mhd": (f"{META}ElementDataFile = LIST\n" + "\n".join(NAMES) + "\n", NAMES),
    "pattern.mhd": (f"{META}ElementDataFile = s%d.raw 1 7 1\n", NAMES),
    "n.nhdr": (f"NRRD0005\n{NRRD}encoding: raw\ndata file: one.raw\n\n", ["one.raw"]),
}


@pytest.mark.parametrize("name", PARTS)
def test_the_part_that_is_missing_is_named(tmp_path, name):
    header, names = PARTS[name]
    parts(tmp_path / name, header, names)
    check(tmp_path / name)
    (tmp_path / names[-1]).unlink()
    with pytest.raises(InputError, match=f"Its voxels are expected in {names[-1]}, which does not exist"):
        read_image(tmp_path / name)


@pytest.mark.parametrize(("kept", "lost", "what"), [("hdr", "img", "voxels are"), ("img", "hdr", "header is")])
def test_the_other_half_of_a_pair_is_named(tmp_path, kept, lost, what):
    nibabel.Nifti1Pair(VOXELS.T, LPS @ PLACE).to_filename(tmp_path / "p.img")
    check(tmp_path / f"p.{kept}")
    (tmp_path / f"p.{lost}").unlink()
    with pytest.raises(InputError, match=rf"Its {what} expected in p\.{lost}, which does not exist"):
        read_image(tmp_path / f"p.{kept}")


# --- NRRD


@pytest.mark.parametrize(
    ("space", "signs"),
    [("left-posterior-superior", (1, 1)), ("right-anterior-superior", (-1, -1)), ("left-anterior-superior", (1, -1))],
)
def test_axes_in_space_and_time_point_where_they_say(tmp_path, space, signs):
    header = (
        f"NRRD0005\ntype: short\ndimension: 4\nsizes: 5 6 7 2\nendian: little\nencoding: raw\nspace: {space}-time\n"
        "space directions: (2,0,0,0) (0,3,0,0) (0,0,4,0) (0,0,0,1.5)\nspace origin: (10,20,30,0)\n\n"
    )
    path = tmp_path / "n.nrrd"
    path.write_bytes(header.encode() + np.stack([VOXELS, VOXELS + 1]).tobytes())
    check(path, VOXELS + 1, np.diag([*signs, 1.0, 1]) @ PLACE, frame=2)
    assert read_geometry(path).index_to_physical()[:3, :3] == pytest.approx(np.diag([*signs, 1.0]) @ PLACE[:3, :3])


def test_a_space_without_left_and_back_is_told(tmp_path):
    header = NRRD.replace("left-posterior-superior", "scanner-xyz")
    (tmp_path / "n.nrrd").write_bytes(f"NRRD0005\n{header}encoding: raw\n\n".encode() + VOXELS.tobytes())
    assert "does not define left and posterior: LPS is assumed" in check(tmp_path / "n.nrrd")


def test_voxels_beside_their_header_may_be_compressed_by_bzip2(tmp_path):
    (tmp_path / "n.raw.bz2").write_bytes(bz2.compress(VOXELS.tobytes()))
    (tmp_path / "n.nhdr").write_text(f"NRRD0005\n{NRRD}encoding: bzip2\ndata file: n.raw.bz2\n\n", encoding="ascii")
    check(tmp_path / "n.nhdr")


@pytest.mark.parametrize("words", ["modality:=DWMRI\n", ""])
def test_gradients_of_diffusion_are_no_vectors(tmp_path, words):
    header = NRRD.replace("dimension: 3\nsizes: 5 6 7", "dimension: 4\nsizes: 2 5 6 7").replace(
        "directions: ", "directions: none "
    )
    path = tmp_path / "n.nrrd"
    content = f"NRRD0005\n{header}kinds: list domain domain domain\nencoding: raw\n{words}\n".encode()
    path.write_bytes(content + np.stack([VOXELS, VOXELS + 1], -1).tobytes())
    check(path, VOXELS + 1, frame=2)
    if words:
        with pytest.raises(InputError, match="contains 2 gradients; choose one with --frame 1 to 2"):
            read_image(path)


# --- NIfTI


def nifti(path, **words):
    nibabel.save(nibabel.Nifti1Image(VOXELS.T, LPS @ PLACE), path)
    content = bytearray(path.read_bytes())
    for at, (form, *values) in words.items():
        struct.pack_into(form, content, int(at[1:]), *values)
    path.write_bytes(content if path.suffix == ".nii" else gzip.compress(content))
    return path


def test_voxels_begin_behind_the_header_whatever_it_says(tmp_path):
    check(nifti(tmp_path / "n.nii", _108=("<f", 0.0)))


def test_a_form_that_is_no_number_is_passed_over_or_refused(tmp_path):
    path = nifti(tmp_path / "n.nii", _252=("<2h", 1, 1), _280=("<f", np.nan))
    assert "The sform of the image contains numbers that are not finite; it is ignored" in check(path)
    with pytest.raises(InputError, match="its position is unknown: the header is damaged"):
        read_image(nifti(tmp_path / "s.nii", _252=("<2h", 0, 1), _280=("<f", np.inf)))


def test_an_sform_of_another_size_than_the_spacing_is_told(tmp_path, capfd):
    """nibabel takes the sform, ITK the spacing."""
    path = nifti(tmp_path / "n.nii", _80=("<3f", 0.866, 0.866, 0.796))
    assert "has voxels of 2 x 3 x 4 mm, but its spacing field says 0.866 x 0.866 x 0.796 mm" in check(path)
    assert LPS @ nibabel.load(path).affine == pytest.approx(PLACE)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("intercept", [0.0, 5.0])
def test_a_header_without_a_place_is_told(tmp_path, intercept):
    """ITK takes the spacing, and columns toward the left, which nibabel takes toward the right."""
    path = nifti(tmp_path / "n.nii", _252=("<2h", 0, 0), _112=("<2f", 0.0, intercept))
    assert "does not give the position of its voxels" in check(path, place=np.diag([2.0, 3, 4, 1]))


def test_a_negative_spacing_turns_the_axis_for_the_grid_too(tmp_path):
    path = tmp_path / "m.mha"
    header = META.replace("ElementSpacing = 2", "ElementSpacing = -2")
    path.write_bytes(f"{header}ElementDataFile = LOCAL\n".encode() + VOXELS.tobytes())
    place = PLACE.copy()
    place[0, 0] = -2
    check(path, place=place)
    assert read_geometry(path).index_to_physical() == pytest.approx(place)


# --- pictures


def test_opacity_is_no_second_component(tmp_path):
    """Of a mask it says where that is not; what is registered is the gray."""
    gray, opacity = RANDOM.integers(0, 255, (2, 20, 30)).astype(np.uint8)
    opacity[opacity < 100] = 0
    picture = Image.merge("LA", [Image.fromarray(gray), Image.fromarray(opacity)])
    for name in ("p.png", "p.tif"):
        picture.save(tmp_path / name)
        image = read_image(tmp_path / name)
        assert array_view(as_scalar(image)) == pytest.approx(gray.astype(float), abs=1e-3)
        assert np.array_equal(array_view(read_mask(tmp_path / name, "mask", Drawn())) != 0, (gray > 0) & (opacity > 0))


def test_masks_and_labels_of_values_that_are_not_exact_are_refused(tmp_path):
    inside = np.kron(RANDOM.random((5, 6)) > 0.5, np.ones((4, 5))).astype(np.uint8) * 255
    for name in ("m.jpg", "m.png"):
        Image.fromarray(inside).save(tmp_path / name)
    assert np.array_equal(array_view(read_mask(tmp_path / "m.png", "mask", Drawn())), inside)
    assert np.count_nonzero(array_view(read_image(tmp_path / "m.jpg"))) != np.count_nonzero(inside)
    for read, role in ((read_mask, "mask"), (read_labels, "labels")):
        with pytest.raises(InputError, match=f"The {role} .* is a JPEG image, which does not keep exact values"):
            read(tmp_path / "m.jpg", role, Drawn())
