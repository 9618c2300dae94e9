#!/usr/bin/env python3
"""Two commands on a fresh machine, with nothing but Python 3.10 to 3.13 and its standard library.

    python3 dev.py demo                  register a template with a known deformation of it, leave a scene for Slicer
    python3 dev.py demo FIXED MOVING     the same with your own files
    python3 dev.py test [ARGUMENTS]      run every test; arguments go to pytest
    python3 dev.py lint                  check style, types and spelling
    python3 dev.py docs                  write the API reference to api-reference/
    python3 dev.py translations          bring the translations up to date with the texts in the sources

Each makes the virtual environment .venv beside this file, or brings it up to date, and installs what it needs there.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
SUPPORTED = ((3, 10), (3, 13))
# PySide6 needs these to start, even without a screen: library -> Debian package.
QT_LIBRARIES = {"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libxkbcommon.so.0": "libxkbcommon0",
                "libfontconfig.so.1": "libfontconfig1", "libdbus-1.so.3": "libdbus-1-3"}  # fmt: skip
VTK_LIBRARIES = {"libGL.so.1": "libgl1", "libX11.so.6": "libx11-6", "libXrender.so.1": "libxrender1"}

# One test on each core, with two threads: with a single one elastix takes other ways at some places. "worksteal" gives
# each process neighboring tests, which share what their file has prepared, and evens out at the end.
SIDE_BY_SIDE = ["--numprocesses=auto", "--maxprocesses=8", "--dist=worksteal"]
PARTS = (
    ["--ignore=Testing/gui", *SIDE_BY_SIDE],
    # The stand-in for Slicer's window takes over the module names qt, ctk and slicer.app: processes of their own.
    ["Testing/gui", *SIDE_BY_SIDE],
)


def main(arguments: list[str]) -> int:
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return _fail(f"Python 3.10 to 3.13 is needed, this is {sys.version.split()[0]}.")
    commands = {"demo": demo, "test": test, "lint": lint, "docs": docs, "translations": translations}
    if not arguments or arguments[0] not in commands:
        sys.stdout.write(__doc__)
        return 0 if arguments[:1] in ([], ["--help"], ["-h"]) else 2
    return commands[arguments[0]](arguments[1:])


def demo(arguments: list[str]) -> int:
    _need_libraries(VTK_LIBRARIES)
    python = environment("slicer")
    return _run([python, "-m", "demo", *arguments], {"PYTHONPATH": str(HERE / "Testing")}, Path.cwd())


def test(arguments: list[str]) -> int:
    _need_libraries({**VTK_LIBRARIES, **QT_LIBRARIES})
    python = environment("test")
    status = lint([])
    if status:
        return status
    if arguments:
        return _run([python, "-m", "pytest", *arguments])
    for part in PARTS:
        status = _run([python, "-m", "pytest", *part], {"ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "2"})
        if status:
            return status
    return 0


def lint(arguments: list[str]) -> int:
    python = environment("test")
    for command in (
        ["ruff", "check", *(arguments or ["."])],
        ["ruff", "format", "--check", *(arguments or ["."])],
        ["mypy"],
        ["codespell_lib", *arguments],
    ):
        status = _run([python, "-m", *command])
        if status:
            return status
    return 0


def docs(arguments: list[str]) -> int:
    return _run([environment("test"), "Testing/api_reference.py", *(arguments or ["api-reference"])])


def translations(_arguments: list[str]) -> int:
    return _run([environment("test"), "Testing/translation_files.py"])


def environment(extra: str) -> str:
    """Path of a Python of .venv that has this project and what ``extra`` of pyproject.toml names."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = ENVIRONMENT / f".installed-{extra}"
    wanted = hashlib.sha256(
        (HERE / "pyproject.toml").read_bytes() + sys.version.encode() + str(HERE).encode()
    ).hexdigest()
    if python.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return str(python)
    if not python.is_file():
        sys.stderr.write("Making the virtual environment .venv ...\n")
        venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
    sys.stderr.write("Installing what the project needs into .venv, some minutes the first time ...\n")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-warn-script-location"]
    if _run([*pip, "--editable", f"{HERE}[{extra}]"]):
        raise SystemExit(_fail("The packages could not be installed; is there a network? See pip's message above."))
    stamp.write_text(wanted, encoding="ascii")
    return str(python)


def _need_libraries(libraries: dict[str, str]) -> None:
    """On Linux: install missing system libraries when root in CI, else say which Debian packages have them."""
    if sys.platform != "linux":
        return
    missing = sorted({package for library, package in libraries.items() if not _loads(library)})
    if not missing:
        return
    if os.environ.get("CI") and os.geteuid() == 0:
        commands = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *missing])
        if [subprocess.run(one, check=False, stdout=subprocess.DEVNULL).returncode for one in commands][-1] == 0:
            return
    raise SystemExit(_fail(f"System libraries are missing; install the Debian packages {' '.join(missing)}."))


def _loads(library: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _run(command: list[str], variables: dict[str, str] | None = None, folder: Path = HERE) -> int:
    """Exit status of ``command`` in ``folder``, with ``variables`` in its environment."""
    surroundings = {**os.environ, "PYTHONNOUSERSITE": "1"}
    surroundings.pop("PYTHONPATH", None)
    surroundings |= variables or {}
    try:
        return subprocess.run(command, cwd=folder, env=surroundings, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _fail(sentence: str) -> int:
    sys.stderr.write(f"error: {sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
