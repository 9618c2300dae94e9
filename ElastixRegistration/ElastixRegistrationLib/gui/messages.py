"""Sentences for the user in dialogs, and in labels without widening them."""

from __future__ import annotations

import re
from typing import Any

import slicer
from slicer.i18n import translate

from ..core.presets.preset import BUILT_IN, PRESET_CONTEXT, Preset, accuracy_sentences
from ..core.wording import TEXT_CONTEXT, Said, sentence_of

#: Longer words may break in a label, because names of files and nodes often have no spaces.
_MAX_WORD = 24
_BREAK = "\N{ZERO WIDTH SPACE}"


def breakable(text: str) -> str:
    """``text`` with places in long words where a label may break the line."""
    return re.sub(rf"\S{{{_MAX_WORD},}}", lambda word: _broken(word.group()), text)


def translated(text: str) -> str:
    """A text of ``core`` in the user's language if there is a translation; other texts unchanged."""
    return text.translated(lambda template: translate(TEXT_CONTEXT, template)) if isinstance(text, Said) else text


def errorText(problem: BaseException) -> str:
    """The message of an error of ``core``, in the user's language if there is a translation."""
    return translated(sentence_of(problem))


def presetTitle(preset: Preset) -> str:
    """The title of a built-in preset in the user's language; titles of the user's presets unchanged."""
    return translate(PRESET_CONTEXT, preset.title) if preset.origin == BUILT_IN else preset.title


def methodTitle(name: str) -> str:
    """The method of a run; the title of a built-in preset in the user's language."""
    return translate(PRESET_CONTEXT, name)


def figureName(name: str) -> str:
    """The name of a figure that was saved as text, in the user's language."""
    return translate(TEXT_CONTEXT, name)


def presetDescription(preset: Preset) -> str:
    is_ours = preset.origin == BUILT_IN and preset.description
    return translate(PRESET_CONTEXT, preset.description) if is_ours else preset.description


def presetAccuracy(preset: Preset) -> list[str]:
    """The measured accuracies of a preset, in their order."""
    parts = []
    for template, numbers in accuracy_sentences(preset.expected_accuracy):
        known = translate(PRESET_CONTEXT, template) if preset.origin == BUILT_IN else template
        parts.append(known.format(*numbers))
    return parts


def tell(label: Any, text: str) -> None:
    """Show a sentence in a label that wraps; "" hides the label. Not for rich text."""
    text = translated(text)
    label.text = breakable(text)
    label.visible = bool(text)


def showError(message: str, title: str, details: str = "") -> None:
    """Show a dialog, with ``details`` (a log) behind a button if there are any."""
    more = {"detailedText": details} if details else {}
    slicer.util.errorDisplay(translated(message), windowTitle=title, **more)


def _broken(word: str) -> str:
    """Break after punctuation, and within parts that are still too long."""
    parts = re.findall(rf"[^\W_]{{1,{_MAX_WORD}}}[\W_]*|[\W_]+", word)
    return _BREAK.join(parts)
