"""Installation of missing Python packages when they are first needed."""

from __future__ import annotations

import importlib.metadata
import logging
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import ElastixRegistrationError

_log = logging.getLogger(__name__)


class InstallationError(ElastixRegistrationError):
    """A package cannot be installed. The message says why and what to do."""


def ensureRequirements(path: str | Path, package: str = "itk-elastix") -> None:
    """If packages of a requirements file are missing, ask the user and install them. ``package``: the main one.

    Raises InstallationError if the user declines or pip fails.
    """
    try:
        _ensure(path, package)
    except InstallationError:
        raise
    except Exception as problem:  # pip fails for many reasons: no network, no space, a proxy
        refused = isinstance(problem, RuntimeError) and "declined" in str(problem)
        _log.warning("The packages of %s could not be installed: %s", path, problem)
        raise InstallationError(_refusal(package) if refused else _failure(package)) from problem


def _ensure(path: str | Path, package: str) -> None:
    try:
        from slicer.packaging import load_requirements, pip_ensure
    except ImportError:  # Slicer 5.10 and older
        _ensureWithoutPackaging(path, package)
    else:
        pip_ensure(load_requirements(path), requester="ElastixRegistration")


def _ensureWithoutPackaging(path: str | Path, package: str) -> None:
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    missing = [line for line in lines if line and not line.startswith("#") and not _isInstalled(line)]
    if missing:
        question = _("Elastix Registration needs Python packages: {packages} (about 100 MB). Install them now?")
        if not slicer.util.confirmOkCancelDisplay(question.format(packages=", ".join(missing))):
            raise InstallationError(_refusal(package))
        slicer.util.pip_install(missing)


def _isInstalled(line: str) -> bool:
    """Whether a requirement such as itk>=5.4,<5.5 is met."""
    from packaging.requirements import Requirement  # part of every Slicer

    requirement = Requirement(line)
    try:
        return importlib.metadata.version(requirement.name) in requirement.specifier
    except importlib.metadata.PackageNotFoundError:
        return False


def _refusal(package: str) -> str:
    sentence = _("This needs the Python package {package}. Press the button again to install it.")
    return sentence.format(package=package)


def _failure(package: str) -> str:
    sentence = _(
        "The Python package {package} could not be installed. Check the connection to the internet (pypi.org) and"
        " press the button again. The Python console has the details."
    )
    return sentence.format(package=package)
