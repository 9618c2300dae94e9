"""``python -m ElastixRegistrationLib``, and the command ``elastix-registration``."""

from __future__ import annotations

import sys

from .interrupts import remembered_interrupts, was_interrupted


def main() -> int:
    """As ``cli.main``, also when Ctrl-C comes while that is loaded, or makes what it interrupts fail otherwise."""
    with remembered_interrupts():
        try:
            from .cli import main as run

            return run()
        except BaseException:
            if not was_interrupted():
                raise
            sys.stderr.write("error: Interrupted; nothing was written.\n")
            return 1


if __name__ == "__main__":
    sys.exit(main())
