"""Sentences with values in them, and their translation in a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: The context of the templates in the translation files.
TEXT_CONTEXT = "core"
#: Roles of an image in a registration, as sentences name them: alone, or before the name of a node or file.
ROLES = (
    *("fixed image", "moving image", "fixed mask", "moving mask", "fixed volume", "moving volume"),
    *("image", "reference image", "label map", "fixed label map", "moving label map", "sliding mask"),
    "moving sliding mask",
    *("displacement field", "dose"),
)


def counted(number: int, noun: str) -> str:
    """ "1 case", "2 cases": ``noun`` in the singular, with a regular plural."""
    return f"{number} {noun}{'s' * (number != 1)}"


class Said(str):
    """An English text that knows its ``template`` and ``values``, so that it can be translated.

    Otherwise it is an ordinary string: it can be printed, written to JSON and compared.
    """

    template: str
    values: dict[str, Any]
    case: str

    def __new__(cls, template: str, values: dict[str, Any], case: str = "") -> Said:
        """``case`` of the first letter: "upper", "lower" within a sentence, or "" as it stands in ``template``."""
        made = super().__new__(cls, _in_case(template.format(**values), case))
        made.template, made.values, made.case = template, values, case
        return made

    def __getnewargs__(self) -> tuple[str, dict[str, Any], str]:  # type: ignore[override]
        return self.template, self.values, self.case

    def within_a_sentence(self) -> Said:
        """For use after a colon. Translations keep their first letter, which may belong to a noun."""
        return Said(self.template, self.values, "lower")

    def as_a_sentence(self) -> Said:
        """With a capital first letter."""
        return Said(self.template, self.values, "upper")

    def translated(self, spoken: Callable[[str], str]) -> str:
        """Translated by ``spoken``, which translates a template. Values that are Said are translated too."""
        values = {
            name: value.translated(spoken) if isinstance(value, Said) else value for name, value in self.values.items()
        }
        template = spoken(self.template)
        keeps_case = self.case == "lower" and template != self.template
        return _in_case(template.format(**values), "" if keeps_case else self.case)


def said(template: str, /, **values: Any) -> Said:
    """``template`` with ``values`` in its places, as ``str.format`` puts them there.

    ``template`` must stand in the call itself: the tool that collects texts to translate looks for it there.
    """
    return Said(template, {name: _plain(value) for name, value in values.items()})


def change_of(what: str, before: str, after: str) -> Said:
    """Part of a sentence: how ``what`` changed. Values that look alike when written have not changed."""
    if before == after:
        return said("{what} stayed at {after}", what=what, after=after)
    return said("{what} went from {before} to {after}", what=what, before=before, after=after)


def slice_count(number: int) -> Said:
    """ "1 slice", "2 slices"."""
    return said("1 slice") if number == 1 else said("{count} slices", count=number)


def _plain(value: Any) -> Any:
    """A text or a number, so that a sentence can travel between processes; of an error its sentence."""
    if isinstance(value, BaseException):
        value = sentence_of(value)
    if isinstance(value, (str, int, float)):
        return value
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else str(value)


def named_role(words: str, name: str = "") -> Said:
    """``words``, one of ROLES or others, and ``name``, to stand in a sentence."""
    return joined(Said(words, {}), name) if words in ROLES else joined(words, name)


def term(words: str) -> Said:
    """``words``, such as the name of an option, that a sentence translates if they are known."""
    return Said("{words}" if "{" in words else words, {"words": words} if "{" in words else {})


def sentence_of(error: BaseException) -> str:
    """The message of an error, as a Said if it is one."""
    message = error.args[0] if error.args else ""
    return message if isinstance(message, Said) and message == str(error) else str(error)


def to_data(text: str) -> Any:
    """``text`` for JSON, so that another process can translate it: an object for a Said, otherwise the text."""
    if not isinstance(text, Said):
        return text
    values = {name: to_data(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"template": text.template, "values": values, "case": text.case}


def from_data(data: Any) -> str:
    """Inverse of ``to_data``. Raises ValueError for anything else."""
    if isinstance(data, str):
        return data
    if not isinstance(data, dict) or set(data) != {"template", "values", "case"}:
        raise ValueError("not a text")
    template, values, case = data["template"], data["values"], data["case"]
    if not isinstance(template, str) or not isinstance(values, dict) or not isinstance(case, str):
        raise ValueError("not a template with values")
    # A template could access an attribute of its values, so only texts and numbers are allowed.
    kept = {name: value if isinstance(value, (int, float)) else from_data(value) for name, value in values.items()}
    return Said(template, kept, case)


def joined(*sentences: str, by: str = " ") -> Said:
    """Sentences, or words with a comma ``by`` them, in a row; empty ones are left out."""
    values = {f"sentence{number}": sentence for number, sentence in enumerate(filter(None, sentences))}
    return Said(by.join(f"{{{name}}}" for name in values), values)


def _in_case(text: str, case: str) -> str:
    return {"upper": text[:1].upper(), "lower": text[:1].lower()}.get(case, text[:1]) + text[1:]


def wrong_order(order: str) -> Said:
    """A sentence on a B-spline that is not cubic."""
    return said(
        "It is a B-spline of order {order}, and only order 3 is supported; write it as displacements "
        "(SimpleITK: TransformToDisplacementField).",
        order=order,
    )
