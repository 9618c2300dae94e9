"""The logic of the module without its window: what scripts call on nodes of a MRML scene."""

from __future__ import annotations

from .api.multi_image import MultiImageLogic
from .api.pairs import PairLogic
from .api.transforms import TransformLogic


class RegistrationLogic(PairLogic, TransformLogic, MultiImageLogic):
    """Registers volume nodes of a MRML scene, and applies what was found.

    ``registerVolumes`` does all of it in this process. What ``prepareRegistration`` returns can be run elsewhere: its
    ``inputs`` are plain data for ``core.register``, and ``applyResult`` brings the result back into the scene. Many
    images are registered in the background until ``close``.
    """
