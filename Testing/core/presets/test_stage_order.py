"""Which files of a folder are one registration, and in which order."""

from __future__ import annotations

import time

import pytest
from ElastixRegistrationLib.core.presets.readme import read_readme
from ElastixRegistrationLib.core.presets.stage_order import stage_sequences

KINDS = {
    "translation": "TranslationTransform",
    "rigid": "EulerTransform",
    "similarity": "SimilarityTransform",
    "affine": "AffineTransform",
    "bspline": "BSplineTransform",
    "nonrigid": "BSplineTransform",
}


def files(*names, **more):
    """Files of these names, with the transform that their name says; others by keyword."""
    maps = {}
    for name in names:
        kind = next((transform for word, transform in reversed(KINDS.items()) if word in name.lower()), None)
        maps[name] = {"Transform": (kind or "BSplineTransform",)}
    return maps | more


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (files("bspline.txt", "affine.txt", "rigid.txt"), [("rigid.txt", "affine.txt", "bspline.txt")]),
        (files("2-affine.txt", "1-nonrigid.txt"), [("1-nonrigid.txt", "2-affine.txt")]),
        (files("2_2D_affine.txt", "1_2D_nonrigid.txt"), [("1_2D_nonrigid.txt", "2_2D_affine.txt")]),
        (files("par001.back.txt", "par000.there.txt"), [("par000.there.txt", "par001.back.txt")]),
        (
            files("rigid.txt", "bspline2.txt", "bspline1.txt", "bspline3.txt"),
            [("rigid.txt", "bspline1.txt", "bspline2.txt", "bspline3.txt")],
        ),
        (
            files("affine.txt", "bspline08.txt", "bspline16.txt"),
            [("affine.txt", "bspline08.txt"), ("affine.txt", "bspline16.txt")],
        ),
        (
            files("X.CT.affine.txt", "X.MR.affine.txt", "X.CT.bspline.txt", "X.MR.bspline.txt"),
            [("X.CT.affine.txt", "X.CT.bspline.txt"), ("X.MR.affine.txt", "X.MR.bspline.txt")],
        ),
        (files("par_1_1.txt", "par_2_1.txt"), [("par_1_1.txt",), ("par_2_1.txt",)]),
        (files("rigid_fast.txt", "rigid_slow.txt"), [("rigid_fast.txt",), ("rigid_slow.txt",)]),
        (files("only.txt"), [("only.txt",)]),
    ],
    ids=["kinds", "front numbers", "2D", "numbers from 0", "steps", "variants", "words", "codes", "no steps", "one"],
)
def test_order_without_a_readme(given, expected):
    assert sorted(stage_sequences(given)) == sorted(expected)


def test_an_initial_transform_that_is_named_comes_second():
    given = files("a_rigid.txt", "z_rigid.txt")
    given["a_rigid.txt"]["InitialTransformParametersFileName"] = ("out/TransformParameters.0.txt",)
    assert stage_sequences(given) == [("z_rigid.txt", "a_rigid.txt")]


def test_2d_and_3d_files_are_not_put_together():
    given = files("2D_rigid.txt", "3D_rigid.txt", "3D_bspline.txt")
    for name in given:
        given[name]["FixedImageDimension"] = (name[0],)
    assert sorted(stage_sequences(given)) == [("2D_rigid.txt",), ("3D_rigid.txt", "3D_bspline.txt")]


def test_every_file_is_in_a_preset():
    given = files(*(f"{kind}{n}.{word}.txt" for kind in KINDS for n in (1, 4, 7) for word in "ab"))
    assert {name for sequence in stage_sequences(given) for name in sequence} == set(given)


README = """# Lungs - elastix

### Registration settings

    elastix -f a.mhd -m b.mhd -p Affine.txt -out out1
    elastix -f a.mhd -m b.mhd -p coarse.txt -t0 out1/TransformParameters.0.txt -out out2
    elastix -f a.mhd -m b.mhd \\
        -p fine -t0 out2/TransformParameters.0.txt -out out3

and

> elastix -f a.mhd -m b.mhd -p affine.txt -p other<X>.txt -out out
"""


def test_the_readme_decides():
    given = files("affine.txt", "coarse.txt", "fine.txt", "other_1.txt", "other_9.txt")
    commands = read_readme(README).commands
    assert commands == (("Affine.txt", "coarse.txt", "fine"), ("affine.txt", "other*.txt"))
    assert stage_sequences(given, commands) == [
        ("affine.txt", "coarse.txt", "fine.txt"),
        ("affine.txt", "other_1.txt"),
        ("affine.txt", "other_9.txt"),
    ]


def test_a_readme_about_files_that_are_not_here_says_nothing():
    given = files("affine.txt", "bspline.txt")
    assert stage_sequences(given, [("gone.txt", "affine.txt"), ("affine.txt", "affine.txt")]) == [
        ("affine.txt", "bspline.txt")
    ]


def test_a_thousand_variants_take_no_longer_than_a_thousand_files():
    given = files("affine.txt", *(f"bspline_{a}_{b}_x.txt" for a in range(40) for b in range(25)))
    start = time.process_time()
    assert len(stage_sequences(given)) == 1000
    assert time.process_time() - start < 5
