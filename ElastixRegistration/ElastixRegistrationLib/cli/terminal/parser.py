"""Parse the command line. For a misspelled word, suggest the nearest one. Refuse options that are given twice."""

from __future__ import annotations

import argparse
import difflib
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...core.errors import InputError

_CHOICE = re.compile(r"invalid choice: (?P<word>.+?) \(choose from (?P<choices>.+)\)", re.DOTALL)
#: Actions that collect the values of a repeated option.
_GATHERING = ("append", "extend", "append_const", "count")


class Parser(argparse.ArgumentParser):
    """A parser that raises InputError for invalid arguments."""

    def __init__(self, **named: Any):
        # With abbreviations, --seed would mean --seeds in one command and be an option of its own in another.
        super().__init__(**named, allow_abbrev=False)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if args is not None:
            self._check_once(args)
        found, unknown = super().parse_known_args(args, namespace)
        # This is checked here, because the main parser does not know the options of a subcommand.
        options = [word for word in unknown if word.startswith("-") and len(word) > 1]
        if options:
            self.error(f"there is no option {options[0]}{self._nearest_option(options[0])}")
        if unknown:
            self.error(f"{unknown[0]} is one argument too many")
        return found, unknown

    def error(self, message: str) -> Any:
        match = _CHOICE.search(message)
        if match:
            choices = [word.strip("'\"") for word in match["choices"].split(", ")]
            message += _meant(difflib.get_close_matches(match["word"].strip("'\""), choices, n=1, cutoff=0.5))
        raise InputError(f"{message} (see {self.prog} --help)")

    def _check_once(self, words: Sequence[str]) -> None:
        used: Counter[str] = Counter()
        for word in words:
            if word == "--":
                break
            option = self._option_of(word)
            if option is not None:
                used[option] += 1
        twice = next((option for option, count in used.items() if count > 1), None)
        if twice is not None:
            self.error(f"the option {twice} is given twice")

    def _option_of(self, word: str) -> str | None:
        """Return the last name of the option ``word``. Return None for other words, and for options that collect
        values."""
        action = self._option_string_actions.get(word.partition("=")[0]) if word.startswith("--") else None
        return None if action is None or _gathers(action) else action.option_strings[-1]

    def _nearest_option(self, word: str) -> str:
        name = word.partition("=")[0]
        options = [option for option in self._option_string_actions if option.startswith("--")]
        return _meant(difflib.get_close_matches(name, options, n=1, cutoff=0.6))


def _gathers(action: argparse.Action) -> bool:
    kind = type(action).__name__.removeprefix("_").removesuffix("Action").lower()
    return kind in {name.replace("_", "") for name in _GATHERING}


def _meant(close: Sequence[str]) -> str:
    return f"; did you mean {close[0]}?" if close else ""
