"""Every text of the panel is found by Qt's tools as Slicer runs them, and every translation is complete and fits."""

from __future__ import annotations

import ast
import re
from string import Formatter

import numpy as np
import pytest
from ElastixRegistrationLib.core import errors
from ElastixRegistrationLib.core.deformation.plausibility import plausibility_of
from ElastixRegistrationLib.core.parameters.maps import parse_parameter_text
from ElastixRegistrationLib.core.quality.similarity import compare
from ElastixRegistrationLib.core.wording import TEXT_CONTEXT, sentence_of
from translation_files import MODULE, TRANSLATIONS, extract, texts_in_sources, translated_texts

FILES = sorted(TRANSLATIONS.glob("*.ts"))


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def translation(request):
    return request.param


def test_there_is_a_translation():
    assert [path.name for path in FILES] == ["ElastixRegistration_de.ts"]


def test_it_has_every_text_of_the_sources_and_no_other(translation):
    texts = translated_texts(translation)
    assert set(texts) == texts_in_sources(), "run: python3 dev.py translations"
    assert [key for key, text in texts.items() if not text] == []


def test_the_tool_that_slicer_runs_finds_the_same(translation, tmp_path):
    pytest.importorskip("PySide6")
    extract(tmp_path / "fresh.ts")
    assert set(translated_texts(tmp_path / "fresh.ts")) == texts_in_sources()


def _parts(text: str) -> tuple[list[str | None], list[str], list[str], str]:
    """What a translation keeps: fields to fill in, markup, Qt's places, and how it ends."""
    fields = sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None)
    ending = re.search(r"(\.\.\.|[.:?]|)\s*$", text)[1]
    return fields, re.findall(r"</?\w+>", text), re.findall(r"%\d", text), ending


def test_placeholders_markup_and_endings_agree(translation):
    wrong = [(key, text) for key, text in translated_texts(translation).items() if _parts(key[1]) != _parts(text)]
    assert wrong == []


def test_a_sentence_has_one_colon_at_most():
    """Two are hard to read. A reason that is a sentence of its own follows a full stop instead."""
    assert [text for context, text in texts_in_sources() if context == TEXT_CONTEXT and text.count(": ") > 1] == []


def test_the_compiled_file_says_what_its_source_says(translation):
    QTranslator = pytest.importorskip("PySide6.QtCore").QTranslator
    translator = QTranslator()
    assert translator.load(str(translation.with_suffix(".qm")))
    stale = {
        key: translator.translate(*key)
        for key, text in translated_texts(translation).items()
        if translator.translate(*key) != text
    }
    assert stale == {}, "run: python3 dev.py translations"


def test_a_verdict_can_be_said(translation):
    """By the templates that ``core`` puts together, not by those that happen to be in the file."""
    QTranslator = pytest.importorskip("PySide6.QtCore").QTranslator
    translator = QTranslator()
    assert translator.load(str(translation.with_suffix(".qm")))
    deformation = plausibility_of(np.r_[np.ones(99), -0.5])
    random = np.random.default_rng(0).normal(size=(2, 9, 30, 30))
    for given in ({}, {"deformation": deformation}):
        verdict = compare(random[0], random[1], random[0], **given).verdict
        unknown = []
        said = verdict.text.translated(
            lambda text, unknown=unknown: translator.translate(TEXT_CONTEXT, text) or unknown.append(text) or text
        )
        assert said != verdict.text
        assert [text for text in unknown if re.sub(r"\{\w+\}", "", text).strip()] == []


#: Packages whose errors a window can show, some through a process of their own.
IN_A_WINDOW = ("core/", "worker/", "mrml/", "batch/")
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}


def _sentences_in_english_only() -> list[str]:
    found = []
    for path in sorted((MODULE / "ElastixRegistrationLib").rglob("*.py")):
        name = path.relative_to(MODULE / "ElastixRegistrationLib").as_posix()
        if not name.startswith(IN_A_WINDOW):
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ERRORS and call.args:
                sentence = call.args[0]
                if isinstance(sentence, ast.JoinedStr) or (isinstance(sentence, ast.Constant) and sentence.value):
                    found.append(f"{name}:{call.lineno}")
    return found


def test_every_error_that_a_window_shows_can_be_translated():
    assert _sentences_in_english_only() == []


def test_an_error_is_shown_in_german(translation):
    """Through the place in which it is raised, and the parts of it that are sentences themselves."""
    QTranslator = pytest.importorskip("PySide6.QtCore").QTranslator
    translator = QTranslator()
    assert translator.load(str(translation.with_suffix(".qm")))
    with pytest.raises(errors.ParameterError) as raised:
        parse_parameter_text("(Metric", source="p.txt")
    assert str(raised.value).startswith("p.txt, line 1: a parameter is written")
    german = sentence_of(raised.value).translated(lambda text: translator.translate(TEXT_CONTEXT, text) or text)
    assert german.startswith("p.txt, Zeile 1: ein Parameter steht ")
