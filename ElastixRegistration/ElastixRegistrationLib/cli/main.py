"""The command line: arguments, exit status and streams. Other modules do the work.

Exit status 0: done. 1: the registration failed. 2: the call or its input is wrong. 3: done, but --strict was given and
the verdict is worse or implausible. 4: the computer is at fault, because of a full disk, too little memory or a missing
permission. 130: interrupted. Except for 0, the last line of stderr gives the reason in one sentence. With --json,
stdout has one JSON document and nothing else. docs/trust.md has the table.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from .. import __version__
from ..core.errors import ElastixRegistrationError, EnvironmentFault, RegistrationError, is_fault, sentence_of_os_error
from ..core.wording import said, sentence_of
from ..worker.cohort_messages import error_data_line, error_line
from . import analyze, apply, background, batch, compare, convert, evaluate, presets, register, tune
from .terminal.interrupts import INTERRUPTED
from .terminal.outcome import Outcome
from .terminal.parser import Parser

DONE, FAILED, WRONG, REFUSED, AT_FAULT = 0, 1, 2, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line ``arguments``, by default those of the process, and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # File names may have characters that a Windows console or a pipe cannot encode.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    quiet = "--quiet" in arguments
    fail = partial(_fail, is_attended="--attended" in arguments)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        options = parser().parse_args(arguments)
        result = options.run(options)
    except EnvironmentFault as error:
        return fail(AT_FAULT, error)
    except RegistrationError as error:
        return fail(FAILED, error)
    except ElastixRegistrationError as error:
        return fail(WRONG, error)
    except MemoryError:
        return fail(AT_FAULT, said("There is not enough memory for these images; crop or downsample them."))
    except OSError as error:
        status = AT_FAULT if is_fault(error) else FAILED
        return fail(status, sentence_of_os_error(error))
    except KeyboardInterrupt:
        return fail(INTERRUPTED, "Interrupted; nothing was written.")
    try:
        _print(result, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe (head, less) has ended. Python would report that again at exit.
        _print_no_more()
    except OSError as error:
        _print_no_more()
        return fail(AT_FAULT, f"The result cannot be printed: {error.strerror}.")
    if result.failure:
        return fail(INTERRUPTED if result.is_interrupted else FAILED, result.failure)
    return fail(REFUSED, result.refusal) if result.refusal and getattr(options, "strict", False) else DONE


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(status: int, error: Exception | str, *, is_attended: bool) -> int:
    sentence = sentence_of(error) if isinstance(error, Exception) else error
    if is_attended:
        sys.stderr.write(error_data_line(sentence) + "\n")
    sys.stderr.write(error_line(sentence) + "\n")
    return status


def _print(result: Outcome, options: argparse.Namespace) -> None:
    if options.json:
        sys.stdout.write(json.dumps(result.document, indent=2, allow_nan=False, default=str) + "\n")
    elif not options.quiet and result.text:
        sys.stdout.write(result.text.rstrip("\n") + "\n")


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="elastix-registration", description="Register medical images with itk-elastix.")
    top.add_argument("--version", action="version", version=f"elastix-registration {__version__}")
    subparsers: Any = top.add_subparsers(required=True, metavar="COMMAND")
    common = _common_options(False)
    register.add_parser(subparsers, common)
    apply.add_parser(subparsers, common)
    convert.add_parsers(subparsers, common)
    analyze.add_parser(subparsers, common)
    evaluate.add_parser(subparsers, common)
    batch.add_parser(subparsers, common)
    compare.add_parser(subparsers, common)
    tune.add_parser(subparsers, common)
    # The default of an action of presets must not override an option given before the action.
    presets.add_parser(subparsers, common, _common_options(argparse.SUPPRESS))
    background.add_parser(subparsers, common)
    return top


def _common_options(default: Any) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    add = common.add_argument
    add("--json", action="store_true", default=default, help="print one JSON document and nothing else to stdout")
    add("--quiet", action="store_true", default=default, help="print only errors")
    return common
