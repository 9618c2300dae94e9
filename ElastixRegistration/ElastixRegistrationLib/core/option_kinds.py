"""The kinds of registration options: how each is read, checked, written and offered."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from .errors import InputError
from .parameters.changes import parse_change
from .wording import said, term

#: elastix and ITK's resampling keep gray values as 32-bit floats.
LARGEST = float(np.finfo(np.float32).max)
_METADATA = "option"


@dataclass(frozen=True)
class Kind:
    """A text. Subclasses are other kinds of values."""

    def checked(self, noun: str, value: Any) -> Any:
        """``value`` in its plain type. Raises InputError that names ``noun`` for an invalid value."""
        if not isinstance(value, str):
            raise InputError(said("The {noun} is {value}; it must be text.", noun=term(noun), value=repr(value)))
        return value

    def read(self, noun: str, text: str) -> Any:
        """Parse ``text``, which is not empty. Raises InputError."""
        return text

    def write(self, value: Any) -> str:
        return str(value)

    def spelled(self, flag: str, value: Any) -> list[str]:
        """Words of the command line, with "=" because a negative number would look like an option."""
        return [f"{flag}={self.write(value)}"]

    def parser_arguments(self) -> dict[str, Any]:
        """Arguments for ``argparse``."""
        return {}


@dataclass(frozen=True)
class Texts(Kind):
    """Any number of texts without line breaks, such as paths: a tuple."""

    def checked(self, noun: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not all(isinstance(one, str) for one in value):
            raise InputError(
                said("The {noun} are {value}; they must be a list of texts.", noun=term(noun), value=repr(value))
            )
        return tuple(value)

    def read(self, noun: str, text: str) -> tuple[str, ...]:
        return tuple(text.splitlines())

    def write(self, value: Any) -> str:
        return "\n".join(value)

    def spelled(self, flag: str, value: Any) -> list[str]:
        return [flag, *value]

    def parser_arguments(self) -> dict[str, Any]:
        return {"nargs": "+"}


@dataclass(frozen=True)
class Changes(Kind):
    """Any number of changes of single parameters, NAME=VALUE or STAGE:NAME=VALUE: a tuple of them as texts."""

    def checked(self, noun: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not all(isinstance(one, str) for one in value):
            raise InputError(
                said(
                    "The {noun} are {value}; they must be a list of texts such as NAME=VALUE.",
                    noun=term(noun),
                    value=repr(value),
                )
            )
        changes = [parse_change(one) for one in value]
        places = [(change.stage, change.name) for change in changes]
        for place, name in places:
            if places.count((place, name)) > 1:
                if place is None:
                    raise InputError(said("The parameter {name} is set twice.", name=name))
                raise InputError(said("The parameter {name} is set twice in stage {stage}.", name=name, stage=place))
        return tuple(map(str, changes))

    def read(self, noun: str, text: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in re.split(r"[|\n]", text) if part.strip())

    def write(self, value: Any) -> str:
        return "|".join(value)

    def spelled(self, flag: str, value: Any) -> list[str]:
        return [flag, *value]

    def parser_arguments(self) -> dict[str, Any]:
        return {"nargs": "+", "action": "extend"}


@dataclass(frozen=True)
class OneOf(Kind):
    values: tuple[str, ...]

    def checked(self, noun: str, value: Any) -> Any:
        if value not in self.values:
            raise InputError(
                said(
                    "The {noun} cannot be {value}; use one of {choices}.",
                    noun=term(noun),
                    value=repr(value),
                    choices=", ".join(self.values),
                )
            )
        return value

    def parser_arguments(self) -> dict[str, Any]:
        return {"choices": self.values}


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int | None = None

    def checked(self, noun: str, value: Any) -> int:
        fits = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= self.low
        if not fits or (self.high is not None and int(value) > self.high):
            shown = repr(value)
            if self.high is None:
                span = said("at least {low}", low=self.low)
            else:
                span = said("from {low} to {high}", low=self.low, high=self.high)
            raise InputError(
                said(
                    "The {noun} is {value}; it must be a whole number, {span}.", noun=term(noun), value=shown, span=span
                )
            )
        return int(value)

    def read(self, noun: str, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise InputError(
                said("The {noun} is {text}, which is not a whole number.", noun=term(noun), text=repr(text))
            ) from None

    def parser_arguments(self) -> dict[str, Any]:
        return {"type": int}


@dataclass(frozen=True)
class Number(Kind):
    """A number, of at least ``low``, or one of ``words``."""

    low: float | None = None
    words: tuple[str, ...] = ()

    def checked(self, noun: str, value: Any) -> float | str:
        if self.words and isinstance(value, str):
            if value not in self.words:
                raise InputError(self._refusal(noun, value))
            return value
        if not (isinstance(value, Real) and abs(float(value)) <= LARGEST):
            raise InputError(said("The {noun} is {value}; it must be a finite number.", noun=term(noun), value=value))
        if self.low is not None and float(value) < self.low:
            raise InputError(
                said("The {noun} is {value}; it must be {low:g} or more.", noun=term(noun), value=value, low=self.low)
            )
        return float(value)

    def read(self, noun: str, text: str) -> float | str:
        if text in self.words:
            return text
        try:
            return float(text)
        except ValueError:
            raise InputError(self._refusal(noun, text)) from None

    def parser_arguments(self) -> dict[str, Any]:
        return {} if self.words else {"type": float}

    def _refusal(self, noun: str, text: str) -> str:
        if not self.words:
            return said("The {noun} is {value}; it must be a number.", noun=term(noun), value=repr(text))
        words = ", ".join(f'"{word}"' for word in self.words)
        return said("The {noun} is {value}; use {words} or a number.", noun=term(noun), value=repr(text), words=words)


@dataclass(frozen=True)
class Switch(Kind):
    """True or False."""

    def checked(self, noun: str, value: Any) -> bool:
        if not isinstance(value, (bool, np.bool_)):
            raise InputError(
                said("The {noun} is {value}; it must be True or False.", noun=term(noun), value=repr(value))
            )
        return bool(value)

    def read(self, noun: str, text: str) -> bool:
        values = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if text.lower() not in values:
            raise InputError(said("The {noun} is {text}; use true or false.", noun=term(noun), text=repr(text)))
        return values[text.lower()]

    def write(self, value: Any) -> str:
        return "true" if value else "false"

    def spelled(self, flag: str, value: Any) -> list[str]:
        return [flag] if value else [f"--no-{flag.removeprefix('--')}"]

    def parser_arguments(self) -> dict[str, Any]:
        return {"action": argparse.BooleanOptionalAction, "default": None}


@dataclass(frozen=True)
class Option:
    """One choice: its name, its possible values, and where it is offered.

    ``noun``: its name in sentences; ``label``: its name in a form. ``meaning``: the command-line help and the tool tip.
    ``group``: the options of the command line that it stands with. ``is_argument``: ``core.register`` has an argument
    of this name; the other options act before or after it. ``control``: the widget of the panel that gets a control
    made for this option, "" where the panel has one of its own.
    """

    name: str
    default: Any
    kind: Kind
    noun: str
    meaning: str
    group: str
    label: str
    metavar: str
    flag: str
    is_argument: bool
    control: str

    @property
    def dest(self) -> str:
        """Its name in an ``argparse.Namespace``."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def tip(self) -> str:
        """Its meaning as a sentence."""
        return f"{self.meaning[0].upper()}{self.meaning[1:]}."

    @property
    def texts(self) -> list[str]:
        """Texts of its generated control, to be translated."""
        values = self.kind.values if isinstance(self.kind, OneOf) else ()
        return [f"{self.label}:", self.tip, *(value.capitalize() for value in values)]

    @property
    def is_shareable(self) -> bool:
        """Whether its value names no file of the user."""
        return not isinstance(self.kind, Texts)

    @property
    def keyword(self) -> str:
        """Its name in Slicer style: landmarkWeight."""
        first, *others = self.name.split("_")
        return first + "".join(word.capitalize() for word in others)

    def checked(self, value: Any) -> Any:
        """``value`` in its plain type; None if that is the default. Raises InputError for an invalid value."""
        return None if value is None and self.default is None else self.kind.checked(self.noun, value)

    def read(self, text: str) -> Any:
        """The value of a text; the default of an empty one. Raises InputError."""
        return self.default if text == "" else self.checked(self.kind.read(self.noun, text))

    def write(self, value: Any) -> str:
        """Inverse of ``read``."""
        return "" if value is None else self.kind.write(value)


def choice(
    default: Any,
    kind: Kind,
    noun: str,
    meaning: str,
    *,
    group: str = "execution",
    label: str = "",
    metavar: str = "",
    flag: str = "",
    is_argument: bool = True,
    control: str = "advancedContents",
) -> Any:
    """A field of RegistrationRequest: see Option. The label is the noun, and the flag the name, unless given."""
    described = {
        "kind": kind,
        "noun": noun,
        "meaning": meaning,
        "group": group,
        "label": label or noun[0].upper() + noun[1:],
        "metavar": metavar,
        "flag": flag,
        "is_argument": is_argument,
        "control": control,
    }
    return field(default=default, metadata={_METADATA: described})


def option_of(entry: Field[Any]) -> Option:
    """The option that ``choice`` has described."""
    described: Mapping[str, Any] = entry.metadata[_METADATA]
    flag = described["flag"] or "--" + entry.name.replace("_", "-")
    return Option(entry.name, entry.default, **{**described, "flag": flag})
