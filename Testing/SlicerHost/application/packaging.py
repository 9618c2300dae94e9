"""slicer.packaging, in both states it is met in: present (Slicer 5.11 and later) and absent (5.10).

Read in Slicer/Slicer:Base/Python/slicer/packaging.py; for 5.10, Base/Python/slicer/util.py before it (pip_install).
Nothing is ever installed: what pip would do is decided by the test, in `Pip`.
"""

from __future__ import annotations

import subprocess
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import slicer
from packaging.requirements import InvalidRequirement, Requirement


@dataclass
class Pip:
    """What pip finds and does. `missing`: packages to report as not installed; they are "installed" by an install."""

    missing: set[str] = field(default_factory=set)
    fails: bool = False
    installs: list[list[str]] = field(default_factory=list)

    def install(self, requirements: str | Iterable[str]) -> None:
        """:raises subprocess.CalledProcessError: `fails` is set, as when there is no network."""
        wanted = requirements.split() if isinstance(requirements, str) else [str(r) for r in requirements]
        self.installs.append(wanted)
        if self.fails:
            raise subprocess.CalledProcessError(1, ["PythonSlicer", "-m", "pip", "install", *wanted])
        self.missing -= {Requirement(r).name for r in wanted if not r.startswith("-")}

    def has(self, requirement: Requirement) -> bool:
        if requirement.marker is not None and not requirement.marker.evaluate():
            return True
        if requirement.name in self.missing:
            return False
        try:
            return metadata.version(requirement.name) in requirement.specifier
        except metadata.PackageNotFoundError:
            return False


def _requirements(wanted: Any) -> list[Requirement]:
    if isinstance(wanted, str):
        try:
            return [Requirement(wanted)]
        except InvalidRequirement:
            return [Requirement(part) for part in wanted.split()]
    if isinstance(wanted, Requirement):
        return [wanted]
    if isinstance(wanted, list):
        return [Requirement(w) if isinstance(w, str) else w for w in wanted]
    raise TypeError(f"Expected str, Requirement, or list, got {type(wanted).__name__}")


def packaging_module(pip: Pip) -> types.ModuleType:
    """The module `slicer.packaging` over a given pip."""
    module = types.ModuleType("slicer.packaging")

    def load_requirements(path: str | Path) -> list[Requirement]:
        lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
        return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]

    def pip_check(req: Any) -> bool:
        return all(pip.has(r) for r in _requirements(req))

    def pip_install(
        requirements: Any,
        constraints: Any = None,
        no_deps_requirements: Any = None,
        skip_packages: Any = None,
        blocking: bool = True,
        show_progress: bool = True,
        requester: str | None = None,
        logCallback: Any = None,
        completedCallback: Any = None,
    ) -> None:
        if not blocking:
            raise NotImplementedError("the Slicer host installs nothing in the background")
        pip.install(requirements)

    def pip_ensure(
        requirements: Any,
        constraints: Any = None,
        skip_packages: Any = None,
        prompt_install: bool = True,
        prompt_restart: bool = True,
        requester: str | None = None,
        skip_in_testing: bool = True,
        show_progress: bool = True,
    ) -> None:
        missing = [r for r in _requirements(requirements) if not pip.has(r)]
        if not missing or (skip_in_testing and slicer.app.testingEnabled()):
            return
        if prompt_install:
            title = f"{requester} - Install Python Packages" if requester else "Install Python Packages"
            count = f"{len(missing)} Python package{'s need' if len(missing) > 1 else ' needs'}"
            text = f"{count} to be installed.\n\nThis will modify Slicer's Python environment. Continue?"
            if not slicer.util.confirmOkCancelDisplay(text, title, detailedText="\n".join(f"- {r}" for r in missing)):
                raise RuntimeError("User declined package installation")
        pip_install([str(r) for r in missing], constraints=constraints, requester=requester)

    vars(module).update(
        load_requirements=load_requirements, pip_check=pip_check, pip_install=pip_install, pip_ensure=pip_ensure
    )
    return module


def old_pip_install(pip: Pip) -> Any:
    """slicer.util.pip_install as Slicer 5.10 has it: one argument, no question, no progress window."""

    def pip_install(requirements: str | list[str]) -> None:
        pip.install(requirements)

    return pip_install
