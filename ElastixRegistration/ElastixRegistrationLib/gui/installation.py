"""itk-elastix in Slicer's Python: asked for at the first Apply, not before."""

from __future__ import annotations

import importlib.metadata
import logging
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import ElastixRegistrationError

_log = logging.getLogger(__name__)


class InstallationError(ElastixRegistrationError):
    """itk-elastix is not to be had. The message says why and what to do."""


def ensureRequirements(path: str | Path) -> None:
    """Ask for and install the packages of a requirements file where they are missing.

    Raises InstallationError when the user says no, or pip fails.
    """
    try:
        _ensure(path)
    except InstallationError:
        raise
    except Exception as problem:  # pip fails with whatever: no network, no space, a proxy
        refused = isinstance(problem, RuntimeError) and "declined" in str(problem)
        _log.warning("The packages of %s could not be installed: %s", path, problem)
        raise InstallationError(_refusal() if refused else _failure()) from problem


def _ensure(path: str | Path) -> None:
    try:
        from slicer.packaging import load_requirements, pip_ensure
    except ImportError:  # Slicer 5.10 and older
        _ensureWithoutPackaging(path)
    else:
        pip_ensure(load_requirements(path), requester="ElastixRegistration")


def _ensureWithoutPackaging(path: str | Path) -> None:
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    missing = [line for line in lines if line and not line.startswith("#") and not _isInstalled(line)]
    if missing:
        question = _("Elastix Registration needs Python packages: {packages} (some 100 MB). Install them now?")
        if not slicer.util.confirmOkCancelDisplay(question.format(packages=", ".join(missing))):
            raise InstallationError(_refusal())
        slicer.util.pip_install(missing)


def _isInstalled(line: str) -> bool:
    """Whether a requirement such as itk>=5.4,<5.5 is met."""
    from packaging.requirements import Requirement  # every Slicer has it, for its own use

    requirement = Requirement(line)
    try:
        return importlib.metadata.version(requirement.name) in requirement.specifier
    except importlib.metadata.PackageNotFoundError:
        return False


def _refusal() -> str:
    return _("Nothing can be registered without the Python package itk-elastix. Press Apply again to install it.")


def _failure() -> str:
    return _(
        "The Python package itk-elastix could not be installed. Check the connection to the internet (pypi.org) and"
        " press Apply again. The Python console has the details."
    )
