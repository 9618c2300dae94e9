"""What a README says of the parameter files beside it."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.presets.readme import ReadmeFacts, read_readme

README = """# Par0099 - elastix

###  Registration Description
intrapatient; rigid + B-spline transformation; mutual information

###  Image data

* 3D chest CT, breath-hold
* Lung
* Voxel size 0.7 x 0.7 x 2.5 mm

![alt-text](picture of an MR scan.jpg)

###  Application

Follow-up of *nodules*, see [the site](https://example.org).

###  Published in

These registrations are described in the publication:

[1] A. Author and B. Writer, "`Some` title," Journal of Things, vol. 3, 2010.
doi: https://doi.org/10.1000/j.things.2010.01.

### References

[1] Something else entirely, in another journal, about other images, 1999.
"""


def test_title_images_and_citation():
    facts = read_readme(README)
    assert facts.title == "Par0099: intrapatient; rigid + B-spline transformation; mutual information"
    assert facts.description == (
        "intrapatient; rigid + B-spline transformation; mutual information. Follow-up of nodules, see the site."
    )
    assert facts.modality == ("ct",)
    assert facts.anatomy == ("lung", "chest")
    assert facts.dimension == (3,)
    assert facts.reference == (
        'A. Author and B. Writer, "Some title," Journal of Things, vol. 3, 2010, doi:10.1000/j.things.2010.01'
    )
    assert facts.commands == ()


def test_a_heading_that_says_something_is_the_title():
    assert read_readme("# Wrist MRI at 3T\n\ntext\n").title == "Wrist MRI at 3T"
    assert read_readme("**A title in bold**\n\ntext\n").title == "A title in bold"


@pytest.mark.parametrize(
    "text", ["", "no heading at all", "###\n\n# \n", "\0\x01", "# \N{GREEK SMALL LETTER ALPHA}" * 3]
)
def test_any_text_is_read(text):
    assert isinstance(read_readme(text), ReadmeFacts)


@pytest.mark.parametrize(
    ("text", "modality", "anatomy"),
    [
        ("cardiac CTA and T2-weighted MRI", ("ct", "mr"), ("heart",)),
        ("FDG PET with micro-CT of the head and neck", ("ct", "pet"), ("head", "neck")),
        ("cervical MR of the bladder; ultrasound of the liver", ("mr", "us"), ("liver", "pelvis")),
        ("contact with structure", (), ()),
    ],
)
def test_words_that_tell_of_images(text, modality, anatomy):
    facts = read_readme(f"# X\n### Image data\n{text}\n")
    assert (facts.modality, facts.anatomy) == (modality, anatomy)
