"""Misspelled words are answered by the nearest right one, and nothing is said twice without a word."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.cli.main import main, parser
from ElastixRegistrationLib.core.errors import InputError


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("register a b --treads 4", "there is no option --treads; did you mean --threads?"),
        ("batch a b --output-dir o --workrs 4", "did you mean --workers?"),
        ("presets list --modalty ct", "did you mean --modality?"),
        ("regster a b", "did you mean register?"),
        ("register a b --initialization geomtry", "did you mean geometry?"),
        ("register a b --qqqqqqqq", "there is no option --qqqqqqqq (see"),
        ("register a b c", "c is one argument too many"),
        ("register a b --threads 4 --threads 3", "the option --threads is given twice"),
        ("register a b --seed=4 --seed 4", "the option --seed is given twice"),
        ("register a b --quiet --quiet", "the option --quiet is given twice"),
    ],
)
def test_what_is_misspelled_is_answered(words, sentence):
    with pytest.raises(InputError) as caught:
        parser().parse_args(words.split())
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("words", "gathered"),
    [
        ("--channel a b --channel c d", [["a", "b"], ["c", "d"]]),
        ("--set A=1 --set B=2", ["A=1", "B=2"]),
        ("--set A=1 B=2", ["A=1", "B=2"]),
    ],
)
def test_options_that_gather_may_come_again(words, gathered):
    options = vars(parser().parse_args(["register", "a", "b", *words.split()]))
    assert options[words.split()[0].removeprefix("--")] == gathered


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--preset rigit", "did you mean rigid?"),
        ("--set NumberOfSpatialSample=3", "did you mean NumberOfSpatialSamples?"),
        ("--set NumberOfSpatialSamples=3 NumberOfSpatialSamples=4", "NumberOfSpatialSamples is set twice"),
        ("--preset rigid --set FinalGridSpacingInPhysicalUnits=6", "no stage reads it"),
        ("--preset rigid --set 2:NumberOfSpatialSamples=6", "there is 1 stage"),
    ],
)
def test_presets_and_parameters_too_before_any_image_is_read(words, sentence, capsys):
    assert main(["register", "no.nrrd", "no.nrrd", *words.split()]) == 2
    assert sentence in capsys.readouterr().err
