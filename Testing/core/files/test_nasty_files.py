"""Files as people have them after a download, a conversion or another program: read right, or named for what they are.

The kinds come from public bug reports of ITK, SimpleITK, nibabel, ANTs, dcm2niix and Slicer.
"""

from __future__ import annotations

import bz2
import gzip
import json
import struct
import zipfile

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
import tifffile
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image, read_volume
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.dicom_series import random_series, write_series

VOXELS = np.random.default_rng(0).integers(-300, 1000, (7, 6, 5)).astype(np.int16)
AFFINE = np.array([[-2.0, 0, 0, 10], [0, -3, 0, 20], [0, 0, 4, 30], [0, 0, 0, 1]])  # RAS
LPS = np.diag([-1.0, -1, 1, 1])
POINTS = np.array([[1.5, 2, 3], [-4, 5, 6.25]])  # LPS mm
RAS = POINTS * [-1, -1, 1]


def nifti(path, **words):
    nibabel.save(nibabel.Nifti1Image(VOXELS.T, AFFINE), path)
    content = bytearray(path.read_bytes())
    for at, (form, *values) in words.items():
        struct.pack_into(form, content, int(at[1:]), *values)
    path.write_bytes(content)
    return path


def check(path, values=VOXELS, note="", **choice):
    volume = read_volume(path, **choice)
    geometry = geometry_of(volume.image)
    assert np.asarray(array_view(volume.image), float) == pytest.approx(values, rel=1e-5)
    assert note in " ".join(volume.notes)
    assert bool(note) == bool(volume.notes)
    return geometry.index_to_physical()


# --- NIfTI and Analyze


@pytest.mark.parametrize(
    ("slope", "intercept", "is_scaled"),
    [(0, 5, False), (0, 0, False), (np.nan, np.nan, False), (np.inf, 0, False), (2.5, -7, True), (-1, 10, True)],
)
def test_a_scale_of_nifti_counts_where_the_standard_says_so(tmp_path, slope, intercept, is_scaled):
    path = nifti(tmp_path / "s.nii", _112=("<2f", slope, intercept))
    assert check(path, VOXELS * slope + intercept if is_scaled else VOXELS) == pytest.approx(LPS @ AFFINE)


def test_a_form_of_zeros_is_passed_over(tmp_path):
    nibabel.save(nibabel.Nifti1Image(VOXELS.T, AFFINE), tmp_path / "q.nii")
    path = nifti(tmp_path / "q.nii", _252=("<2h", 1, 1), _280=("<12f", *[0.0] * 12))
    assert np.linalg.det(check(path, note="sform of the image is singular")) == pytest.approx(24)


def test_analyze_says_that_it_has_no_place_and_keeps_the_scale_of_spm(tmp_path):
    image = nibabel.Spm99AnalyzeImage(VOXELS.T * 1.5, AFFINE)
    image.set_data_dtype(np.int16)
    nibabel.save(image, tmp_path / "a.img")
    for name in ("a.hdr", "a.img"):
        volume = read_volume(tmp_path / name)
        assert np.asarray(array_view(volume.image)) == pytest.approx(VOXELS * 1.5, abs=0.05)
        assert "does not give the position of its voxels" in volume.notes[0]
        assert "by SPM's convention" in volume.notes[1]


# --- NRRD, MetaImage

META = (
    "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nDimSize = 5 6 7\n{words}"
    "ElementType = MET_SHORT\nElementDataFile = {voxels}\n"
)
META_PLACE = np.diag([2.0, 3, 4, 1])
META_PLACE[:3, 3] = 10, 20, 30


def meta(path, words, voxels="LOCAL"):
    path.write_bytes(META.format(words=words, voxels=voxels).encode() + VOXELS.tobytes() * (voxels == "LOCAL"))
    return path


@pytest.mark.parametrize("place", ["Offset", "Position", "Origin"])
@pytest.mark.parametrize(
    "size", ["ElementSpacing = 2 3 4\n", "ElementSize = 2 3 4\n", "ElementSize = 1 1 1\nElementSpacing = 2 3 4\n"]
)
def test_metaimage_in_each_of_its_words(tmp_path, place, size):
    path = meta(tmp_path / "m.mha", f"{place} = 10 20 30\nAnatomicalOrientation = RAS\n{size}")
    assert check(path) == pytest.approx(META_PLACE)


def test_units_and_scale_of_metaimage_are_honored(tmp_path):
    path = meta(tmp_path / "u.mha", "DistanceUnits = um\nOffset = 10000 20000 30000\nElementSpacing = 2000 3000 4000\n")
    assert check(path, note="were converted from um") == pytest.approx(META_PLACE)
    scale = "ElementToIntensityFunctionSlope = 2\nElementToIntensityFunctionOffset = 5\n"
    check(meta(tmp_path / "s.mha", scale), VOXELS * 2 + 5, note="multiplied by 2, then 5 is added")


def test_voxels_that_are_not_beside_their_header_are_named(tmp_path):
    with pytest.raises(InputError, match=r"voxels are expected in gone.raw, which does not exist"):
        read_image(meta(tmp_path / "m.mhd", "", "gone.raw"))


@pytest.mark.parametrize(
    ("space", "flip"),
    [("left-posterior-superior", (1, 1)), ("RAS", (-1, -1)), ("left-anterior-superior", (1, -1))],
)
@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2"])
def test_nrrd_of_each_space_and_encoding(tmp_path, space, flip, encoding):
    pack = {"raw": bytes, "gzip": gzip.compress, "bzip2": bz2.compress}[encoding]
    header = (
        f"NRRD0005\ntype: short\ndimension: 3\nsizes: 5 6 7\nendian: big\nencoding: {encoding}\nspace: {space}\n"
        "space directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (10,20,30)\n\n"
    )
    (tmp_path / "n.nrrd").write_bytes(header.encode() + pack(VOXELS.astype(">i2").tobytes()))
    assert check(tmp_path / "n.nrrd") == pytest.approx(np.diag([*flip, 1.0, 1]) @ META_PLACE)


# --- TIFF and DICOM


@pytest.mark.parametrize("is_gray", [False, True])
def test_a_color_table_of_tiff_is_applied(tmp_path, is_gray):
    random = np.random.default_rng(3)
    indices, table = random.integers(0, 256, (9, 8), np.uint8), random.integers(0, 2**16, (3, 256)).astype(np.uint16)
    table[1:] = table[:1] if is_gray else table[1:]
    tifffile.imwrite(tmp_path / "t.tif", indices, photometric="palette", colormap=table)
    expected = (table >> 8)[0, indices] if is_gray else np.moveaxis((table >> 8)[:, indices], 0, -1)
    assert np.array_equal(array_view(read_image(tmp_path / "t.tif")), expected)


def test_a_preview_behind_the_picture_is_no_slice(tmp_path):
    picture = np.random.default_rng(3).integers(0, 2**16, (30, 20)).astype(np.uint16)
    with tifffile.TiffWriter(tmp_path / "t.tif") as file:
        file.write(picture)
        file.write(picture[::2, ::2])
    assert np.array_equal(array_view(read_image(tmp_path / "t.tif")), picture)


def test_the_index_of_a_disk_stands_for_its_folder(tmp_path):
    series = random_series(np.random.default_rng(4), tilt=0)
    write_series(series, tmp_path / "IMAGES", np.random.default_rng(5))
    (tmp_path / "DICOMDIR").write_bytes(bytes(128) + b"DICM" + bytes(100))
    for place in (tmp_path, tmp_path / "DICOMDIR"):
        assert geometry_of(read_image(place)).size[2] == len(series.slices)


# --- files that are something else


def archive(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("scan/1.dcm", "")


MISTAKEN = {
    "empty.nii.gz": (b"", "It is empty"),
    "page.nii.gz": (b"<!DOCTYPE html><html>404</html>", "a web page"),
    "pointer.nrrd": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
    "scans.zip": (archive, "a zip archive. Unpack it"),
    "plain.nii.gz": (lambda path: nifti(path.with_suffix("")).rename(path), r"It is NIfTI. Give .* ends in .nii\."),
    "packed.nii": (lambda path: path.write_bytes(gzip.compress(nifti(path).read_bytes())), "NIfTI, compressed. Give"),
    "no_suffix": (lambda path: nifti(path.with_suffix(".nii")).rename(path), r"ends in .nii\."),
    "packed.nii.bz2": (bz2.compress(b"x"), "compressed by bzip2. Unpack it"),
    "array.npy": (lambda path: np.save(path, VOXELS), "a NumPy array"),
    "old.mnc": (b"CDF\x01" + bytes(100), "MINC 1 .netCDF.. Convert it to MINC 2"),
    "scan.dcm.gz": (gzip.compress(b"II*\0" + bytes(124) + b"DICM" + bytes(50)), "a DICOM file compressed by gzip"),
    "scan.REC": (bytes(range(200)), "Convert it to NIfTI first: dcm2niix"),
    "scan.BRIK.gz": (gzip.compress(bytes(range(200))), "Convert it to NIfTI first: 3dAFNItoNIFTI"),
    "grid.vti": (b'<?xml version="1.0"?>\n<VTKFile type="ImageData">', "an XML file of VTK"),
    "surface.vtk": (b"# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\n", "not an image"),
    "picture.tif": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, r"It is PNG. Give it a name that ends in .png"),
    "picture.nrrd": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "It is JPG"),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_what_a_file_is_is_said_and_not_that_it_is_damaged(tmp_path, name):
    content, sentence = MISTAKEN[name]
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    with pytest.raises(InputError, match=sentence) as refusal:
        read_image(path)
    assert "Convert it to NIfTI first" in sentence or "damaged" not in str(refusal.value)


# --- points


def markups(system="LPS", points=POINTS, **more):
    controls = [{"label": "", "position": row} for row in points.tolist()]
    return {"type": "Fiducial", "coordinateSystem": system, "controlPoints": controls} | more


def fcsv(system, points):
    rows = (f"F{n},{','.join(map(str, row))},0,0,0,1,1,1,0,F,," for n, row in enumerate(points.tolist()))
    return "\n".join([f"# CoordinateSystem = {system}", *rows])


def rows(points, separator=" "):
    return "\n".join(separator.join(map(str, row)) for row in points.tolist())


READ = {
    "4.10.fcsv": fcsv("0", RAS),
    "ras.fcsv": fcsv("RAS", RAS),
    "4.11.fcsv": fcsv("LPS", POINTS),
    "ras.mrk.json": json.dumps({"markups": [markups("RAS", RAS)]}),
    "cm.mrk.json": json.dumps({"markups": [markups("LPS", POINTS / 10, coordinateUnits="cm")]}),
    "coded.mrk.json": json.dumps({"markups": [markups("LPS", POINTS * 1e3, coordinateUnits=["um", "UCUM", "micron"])]}),
    "ants.csv": "x,y,z,t,label\n" + "\n".join(f"{line},0,1" for line in rows(POINTS, ",").splitlines()),
    "excel.csv": "X;Y;Z\n" + rows(POINTS, ";").replace(".", ","),
    "slicer.csv": "label,r,a,s\n" + "\n".join(f"F,{line}" for line in rows(RAS, ",").splitlines()),
    "suffixes.csv": "label,x_ras,y_ras,z_ras\n" + "\n".join(f"F,{line}" for line in rows(RAS, ",").splitlines()),
    "names.csv": "x,y,z,label\n" + "\n".join(f"{line},Knöchel" for line in rows(POINTS, ",").splitlines()),
    "many.pts": f"version: 1\nn_points: 2\n{{\n{rows(POINTS)}\n}}\n",
    "windows.txt": f"point\r\n2\r\n{rows(POINTS)}\r\n",
}


@pytest.mark.parametrize("name", READ)
def test_points_of_every_program_lie_where_they_were(tmp_path, name):
    (tmp_path / name).write_text(READ[name], encoding={"excel.csv": "utf-16", "names.csv": "cp1252"}.get(name, "utf-8"))
    assert read_points(tmp_path / name).coordinates == pytest.approx(POINTS)


REFUSED = {
    "ijk.fcsv": (fcsv("2", POINTS), "coordinate system 2; only LPS and RAS are supported"),
    "ijk.mrk.json": (json.dumps({"markups": [markups("IJK")]}), "coordinate system IJK"),
    "two.mrk.json": (json.dumps({"markups": [markups(), markups()]}), "contains 2 lists of points"),
    "seconds.mrk.json": (
        json.dumps({"markups": [markups(coordinateUnits="s")]}),
        "points in s; only lengths are supported",
    ),
    "more.txt": (f"point\n1\n{rows(POINTS)}\n", "1 .* announced, but 2 follow"),
    "bare.txt": (rows(POINTS), "has an unknown format"),
    "bare.csv": (rows(POINTS, ","), "does not name the columns"),
    "empty.pts": ("version: 1\n1 2 3\n", "does not say how many points"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_points_of_a_form_that_is_not_clear_are_refused(tmp_path, name):
    text, sentence = REFUSED[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_points(tmp_path / name)


# --- transforms


def warp(path, intent=0, name="", vectors=None, axes=(1, 3)):
    if vectors is None:
        vectors = np.random.default_rng(1).normal(size=(9, 8, 7, 3))
    image = nibabel.Nifti1Image(vectors.astype(np.float32).reshape(*vectors.shape[:3], *axes), AFFINE)
    image.header["intent_code"], image.header["intent_name"] = intent, name
    nibabel.save(image, path)
    return path


PLACES = (np.stack(np.meshgrid(*map(np.arange, (9, 8, 7)), indexing="ij"), -1) @ AFFINE[:3, :3].T) + AFFINE[:3, 3]
WARPS = {
    "FSL, its code": ({"intent": 2006, "axes": (3,)}, "an FSL warp"),
    "FSL, no code": ({"axes": (3,)}, "three volumes instead of vectors"),
    "AFNI": ({}, "three volumes instead of vectors"),
    "NiftyReg": ({"intent": 1007, "name": "NREG_TRANS"}, "a NiftyReg transform"),
    "SPM": ({"intent": 1007, "name": "Mapping"}, "contains positions in the other image"),
    "places, RAS": ({"intent": 1007, "vectors": PLACES + 0.3}, "contains positions in the other image"),
    "places, LPS": ({"intent": 1007, "vectors": PLACES * [-1, -1, 1]}, "contains positions in the other image"),
}


@pytest.mark.parametrize("kind", WARPS)
def test_warps_of_other_tools_are_not_taken_for_displacements(tmp_path, kind):
    words, sentence = WARPS[kind]
    with pytest.raises(InputError, match=sentence):
        read_transform(warp(tmp_path / "w.nii.gz", **words))


@pytest.mark.parametrize("intent", [1006, 1007])
def test_vectors_of_nifti_are_what_itk_makes_of_their_intent(tmp_path, intent):
    """RAS as the standard has displacements, LPS as ITK has written vectors ever since."""
    path = warp(tmp_path / "w.nii.gz", intent)
    theirs = sitk.DisplacementFieldTransform(sitk.ReadImage(str(path), sitk.sitkVectorFloat64))
    points = (LPS @ AFFINE @ [[4.2, 2], [3.1, 5], [3.3, 4.5], [1, 1]])[:3].T
    mapped = [theirs.TransformPoint(point) for point in points.tolist()]
    assert map_points(read_transform(path), points) == pytest.approx(np.array(mapped), abs=1e-5)


@pytest.mark.parametrize("suffix", [".tfm", ".h5"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_spline_of_another_order_is_named(tmp_path, suffix, order):
    spline = sitk.BSplineTransformInitializer(sitk.Image(9, 9, 9, sitk.sitkUInt8), (3, 3, 3), order)
    sitk.WriteTransform(spline, str(tmp_path / f"t{suffix}"))
    with pytest.raises(InputError, match=f"a B-spline of order {order}, and only order 3"):
        read_transform(tmp_path / f"t{suffix}")


@pytest.mark.parametrize("suffix", [".tfm", ".txt", ".mat", ".h5"])
def test_a_transform_that_does_nothing_is_read(tmp_path, suffix):
    sitk.WriteTransform(sitk.Transform(3, sitk.sitkIdentity), str(tmp_path / f"t{suffix}"))
    assert np.array_equal(map_points(read_transform(tmp_path / f"t{suffix}"), POINTS), POINTS)


@pytest.mark.parametrize("name", ["t.m3z", "t.xfm", "register.dat", "t.x5", "t.dof"])
def test_forms_that_are_not_read_come_with_what_converts_them(tmp_path, name):
    (tmp_path / name).write_bytes(b"x" * 5000)
    with pytest.raises(InputError, match="To convert it: "):
        read_transform(tmp_path / name)
