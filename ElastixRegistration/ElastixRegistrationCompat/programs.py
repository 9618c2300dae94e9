"""The programs ``elastix`` and ``transformix``: executables where there are some, else itk-elastix in their place."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import slicer
from ElastixRegistrationLib.worker.pipes import PipeReader
from ElastixRegistrationLib.worker.programs import program_command, start_program

from .database import slicer_elastix_folder
from .utils import getTempDirectoryBase

_log = logging.getLogger(__name__)
_CHUNK = 1 << 16


class ToolboxPrograms:
    """What ElastixLogic has to start the programs of the elastix toolbox."""

    customElastixBinDirSettingsKey = "Elastix/CustomElastixPath"

    def __init__(self) -> None:
        self.elastixBinDir: str | None = None
        ending = ".cmd" if sys.platform == "win32" else ""
        self.elastixFilename = f"elastix{ending}"
        self.transformixFilename = f"transformix{ending}"

    def getCustomElastixBinDir(self) -> str:
        return str(slicer.util.settingsValue(self.customElastixBinDirSettingsKey, ""))

    def setCustomElastixBinDir(self, customPath: str) -> None:
        """Kept in the settings, as there. It matters to ``startElastix`` only: registrations need no executables."""
        import qt

        qt.QSettings().setValue(self.customElastixBinDirSettingsKey, customPath or "")
        self.elastixBinDir = None
        _log.info("elastix comes with itk-elastix: no folder of executables is needed to register volumes.")

    def getElastixBinDir(self) -> str:
        """A folder with the two programs: the user's own, that of SlicerElastix, or one with starters of ours."""
        if self.elastixBinDir is None:
            found = self._installed()
            if found is None:
                self.elastixBinDir = _starters(self.elastixFilename, self.transformixFilename)
            else:
                self.elastixBinDir = str(found)
        return self.elastixBinDir

    def getElastixEnv(self) -> dict[str, str]:
        folder = self.getElastixBinDir()
        libraries = [os.path.join(folder, "..", "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        return os.environ | {
            "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")]),
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        }

    def startElastix(self, cmdLineArguments: Sequence[str]) -> subprocess.Popen:
        """Start ``elastix`` with its own arguments; ``logProcessOutput`` waits for it."""
        self.addLog("Register volumes...")
        return self._start("elastix", cmdLineArguments)

    def startTransformix(self, cmdLineArguments: Sequence[str]) -> subprocess.Popen:
        """Start ``transformix`` with its own arguments."""
        self.addLog("Generate output...")
        return self._start("transformix", cmdLineArguments)

    def addLog(self, text: str) -> None:
        raise NotImplementedError

    def _start(self, name: str, arguments: Sequence[str]) -> subprocess.Popen:
        arguments = list(map(str, arguments))
        installed = self._installed()
        if installed is None:
            return start_program([name, *arguments])
        return subprocess.Popen(
            [str(installed / _executable(name)), *arguments],
            env=self.getElastixEnv(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def _installed(self) -> Path | None:
        """The folder of executables that are there."""
        folders = [Path(custom)] if (custom := self.getCustomElastixBinDir()) else []
        module = slicer_elastix_folder()
        if module is not None:  # lib/Slicer-5.x/qt-scripted-modules/Resources/RegistrationParameters
            folders += [module.parents[1].parent, module.parents[1] / "../../../bin"]
        names = ("elastix", "transformix")
        return next((one.resolve() for one in folders if all((one / _executable(n)).is_file() for n in names)), None)


def read_lines(process: subprocess.Popen) -> Iterator[str | None]:
    """Lines of a process, None where there is none now, until its output ends."""
    assert process.stdout is not None
    reader: Any = PipeReader(os.dup(process.stdout.fileno()))
    rest, chunk = b"", memoryview(bytearray(_CHUNK))
    while True:
        count = reader.read_into(chunk)
        if count is None:
            yield None
            continue
        rest += bytes(chunk[:count])
        *lines, rest = rest.split(b"\n") if count else (*rest.split(b"\n"), b"")
        for line in lines:
            if line or count:
                yield line.decode("utf-8", "replace").rstrip()
        if not count:
            break
    reader.close()
    process.stdout.close()


def _executable(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def _starters(*names: str) -> str:
    """A folder with small programs of these names that start itk-elastix with the arguments they are given."""
    folder = Path(getTempDirectoryBase()) / "0-bin"  # before the folders of runs: scripts take the last of those
    folder.mkdir(exist_ok=True)
    for name in names:
        command = program_command([name.partition(".")[0]])
        if sys.platform == "win32":
            text = f"@{subprocess.list2cmdline(command)} %*\r\n"
        else:
            text = f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'
        path = folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o700)
    return str(folder)
