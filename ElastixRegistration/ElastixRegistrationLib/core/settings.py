"""The former home of RegistrationRequest, for scripts of the last release; it goes with the next one."""

from __future__ import annotations

from .request import AUTO, INITIALIZATIONS, INTERPOLATIONS, KEEP
from .request import RegistrationRequest as RegistrationSettings

__all__ = ["AUTO", "INITIALIZATIONS", "INTERPOLATIONS", "KEEP", "RegistrationSettings"]
