"""Sentences that can be said in another language."""

from __future__ import annotations

import copy
import json
import pickle

from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.wording import change_of, joined, named_role, said, sentence_of
from ElastixRegistrationLib.worker.messages import pack, unpack

GERMAN = {
    "The {name} is empty.": "{name}: leer.",
    "fixed mask": "feste Maske",
    "the sum went from {before:g} to {after:g}": "die Summe ging von {before:g} auf {after:g}",
    "Better: {change}.": "Besser: {change}.",
    "{what} went from {before} to {after}": "{what} ging von {before} auf {after}",
    "{what} stayed at {after}": "{what} blieb bei {after}",
}


def german(text):
    return text.translated(lambda template: GERMAN.get(template, template))


def test_it_is_a_text_in_english():
    text = said("The {name} is empty.", name=named_role("fixed mask", "Segmentation"))
    assert text == "The fixed mask Segmentation is empty."
    assert json.dumps([text]) == '["The fixed mask Segmentation is empty."]'


def test_what_stands_in_it_is_translated_too():
    change = said("the sum went from {before:g} to {after:g}", before=1.0, after=2.5)
    text = joined(said("Better: {change}.", change=change), "", named_role("fixed mask", "a {name}"), "As it is.")
    assert text == "Better: the sum went from 1 to 2.5. fixed mask a {name} As it is."
    assert german(text) == "Besser: die Summe ging von 1 auf 2.5. feste Maske a {name} As it is."


def test_the_first_letter_is_that_of_a_sentence_or_of_its_part():
    change = said("the sum went from {before:g} to {after:g}", before=1.0, after=2.0)
    assert change.as_a_sentence() == "The sum went from 1 to 2"
    assert german(change.as_a_sentence()) == "Die Summe ging von 1 auf 2"
    empty = said("The {name} is empty.", name="Mask").within_a_sentence()
    assert empty == "the Mask is empty."
    assert german(empty) == "Mask: leer."


def test_values_that_look_alike_stayed():
    assert change_of("the sum", "1.0 mm", "2.5 mm") == "the sum went from 1.0 mm to 2.5 mm"
    assert change_of("the sum", "1.0 mm", "1.0 mm") == "the sum stayed at 1.0 mm"
    assert german(change_of("die Summe", "1,0 mm", "1,0 mm")) == "die Summe blieb bei 1,0 mm"


def test_it_stays_what_it_is_in_copies_and_from_another_process():
    text = joined(said("The {name} is empty.", name=named_role("fixed mask")).within_a_sentence(), "Else.")
    for same in (copy.deepcopy(text), pickle.loads(pickle.dumps(text)), unpack(pack(text, []), [])):
        assert same == text
        assert german(same) == "feste Maske: leer. Else."


def test_an_error_keeps_it():
    assert (
        german(sentence_of(InputError(said("The {name} is empty.", name=named_role("fixed mask")))))
        == "feste Maske: leer."
    )
    assert sentence_of(InputError("plain")) == "plain"
    assert sentence_of(KeyError("key")) == "'key'"
