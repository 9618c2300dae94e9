"""The choices of a registration: values, texts, and that one line adds an option to every view."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import ElastixRegistrationLib
import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.presets.catalog import presets_folder
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.request import OPTIONS, RegistrationRequest

PACKAGE = Path(ElastixRegistrationLib.__file__).parent
CHOSEN = RegistrationRequest(
    preset="rigid",
    parameter_files=("a b.txt", "c.txt"),
    initialization="mass",
    background=-1000.5,
    interpolation="bspline",
    threads=3,
    seed=0,
    effort="thorough",
    full_resolution=True,
    sliding="off",
    landmark_weight=0.25,
    parameter_changes=("NumberOfSpatialSamples=99", "2:MaximumNumberOfIterations=5 6"),
)


def test_texts_hold_every_choice():
    assert RegistrationRequest.from_texts(CHOSEN.as_texts()) == CHOSEN
    assert RegistrationRequest.from_texts(RegistrationRequest().as_texts()) == RegistrationRequest()


def test_every_choice_of_this_test_is_another_than_the_default():
    assert set(CHOSEN.changes()) == {option.name for option in OPTIONS}


def test_texts_of_other_versions_are_passed_over():
    assert RegistrationRequest.from_texts({"preset": "", "of the future": "1"}) == RegistrationRequest()


def test_numbers_of_numpy_become_plain():
    request = RegistrationRequest(background=np.float32(2), threads=np.int64(2))
    assert (type(request.background), type(request.threads)) == (float, int)


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"threads": 0}, "The number of threads is 0; it must be a whole number, at least 1."),
        ({"threads": 1.5}, "whole number"),
        ({"seed": -1}, "The seed is -1; it must be a whole number, from 0 to 4294967295."),
        ({"background": "dark"}, 'The background is \'dark\'; use "auto", "keep" or a number.'),
        ({"background": float("nan")}, "finite"),
        ({"interpolation": "cubic"}, "The interpolation cannot be 'cubic'; use one of linear, bspline, nearest."),
        ({"effort": "huge"}, "The effort cannot be 'huge'"),
        ({"landmark_weight": -1.0}, "The landmark weight is -1.0; it must be 0 or more."),
        ({"landmark_weight": float("inf")}, "finite"),
        ({"parameter_files": "rigid.txt"}, "must be a list"),
    ],
)
def test_values_that_cannot_be_used_are_named(choices, says):
    with pytest.raises(InputError) as error:
        RegistrationRequest(**choices)
    assert says in str(error.value)


def test_keywords_are_in_slicers_style_and_a_misspelled_one_is_told():
    request = RegistrationRequest(seed=1).changed_by_keywords({"landmarkWeight": 2, "effort": "fast"})
    assert request == RegistrationRequest(seed=1, landmark_weight=2.0, effort="fast")
    with pytest.raises(TypeError, match="did you mean 'landmarkWeight'"):
        request.changed_by_keywords({"landmarkWeigth": 2})


def test_a_preset_takes_the_place_of_parameter_files():
    changed = CHOSEN.changed_by_texts({"preset": "affine", "seed": ""})
    assert (changed.preset, changed.parameter_files, changed.seed) == ("affine", (), 0)


def test_flags_are_read_back_by_the_command_line():
    from ElastixRegistrationLib.cli.main import parser
    from ElastixRegistrationLib.cli.options import chosen_request

    without_preset = CHOSEN.flags(exclude=("preset",))
    options = parser().parse_args(["register", "fixed.nrrd", "moving.nrrd", *without_preset])
    assert chosen_request(options).flags(exclude=("preset",)) == without_preset


def test_core_register_takes_the_options_with_their_defaults():
    parameters = inspect.signature(register).parameters
    for option in OPTIONS:
        if option.is_argument:
            assert parameters[option.name].default == option.default, option.name


VIEWS = """
import inspect
from pathlib import Path
from ElastixRegistrationLib import core
from ElastixRegistrationLib.batch.cases import read_table
from ElastixRegistrationLib.batch.cohort import requests_of
from ElastixRegistrationLib.cli.main import parser
from ElastixRegistrationLib.cli.options import chosen_request
from ElastixRegistrationLib.core.request import RegistrationRequest, control_texts
from ElastixRegistrationLib.worker.client import job_arguments

assert "made_up" in inspect.signature(core.register).parameters
for command in (["register", "a", "b"], ["batch", "a", "b", "--output-dir", "c"]):
    assert chosen_request(parser().parse_args([*command, "--made-up", "2.5"])).made_up == 2.5
Path("table.csv").write_text("fixed,moving,made_up\\nf,m,4.5\\nf,n,\\n")
cases = read_table(Path("table.csv"))
assert [one.made_up for one in requests_of(cases, RegistrationRequest(made_up=1))] == [4.5, 1.0]

import numpy as np
from ElastixRegistrationLib.core.images.geometry import Geometry
pair = np.zeros((4, 4, 4), np.float32), Geometry((4, 4, 4), (1.0,) * 3, (0.0,) * 3, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
request = RegistrationRequest(made_up=3)
sent = job_arguments(pair, pair, request.stages(), **request.arguments())
assert sent["made_up"] == 3.0
assert request.described()["Made-up thing"] == "3.0"
assert {"Made-up thing:", "What it does."} <= set(control_texts())
assert RegistrationRequest().changed_by_keywords({"madeUp": 3}) == request

import slicer
from ElastixRegistrationLib.mrml.run.parameter_node import ParameterSet, add_parameter_node
choices = ParameterSet(add_parameter_node(slicer.vtkMRMLScene(), "set"))
choices.set_settings(request)
assert choices.node.GetParameter("made_up") == "3.0"
assert choices.settings == request
"""


def test_one_line_adds_an_option_to_every_view(tmp_path):
    """The diff that adds a made-up option: a field of the request, and the argument of what uses it."""
    pytest.importorskip("slicer")
    library = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, library, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(presets_folder(), tmp_path / "Resources" / "Presets")
    added = '    made_up: float | None = choice(None, Number(0.0), "made-up thing", "what it does")\n'
    _insert(library / "core" / "request.py", "\n    def __post_init__", added)
    _insert(library / "core" / "registration" / "register.py", "    log_to_console: bool", "    made_up: Any = None,\n")
    run = subprocess.run([sys.executable, "-c", VIEWS], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def _insert(path: Path, before: str, text: str) -> None:
    code = path.read_text(encoding="utf-8")
    assert code.count(before) == 1
    path.write_text(code.replace(before, text + before), encoding="utf-8")
