"""The logic of the module, without its window: methods for scripts, on nodes of a MRML scene."""

from __future__ import annotations

from .api.comparing import ComparingLogic
from .api.multi_image import MultiImageLogic
from .api.pairs import PairLogic
from .api.transforms import TransformLogic


class RegistrationLogic(PairLogic, TransformLogic, MultiImageLogic, ComparingLogic):
    """Registers volume nodes of a MRML scene and applies the results.

    ``registerVolumes`` does everything in this process. A job from ``prepareRegistration`` can be run elsewhere: its
    ``inputs`` are plain data for ``core.register``, and ``applyResult`` writes the result into the scene. Many images
    are registered in the background until ``close``.
    """

    def __init__(self) -> None:
        MultiImageLogic.__init__(self)
        ComparingLogic.__init__(self)

    def close(self) -> None:
        """Stop background runs; their finished parts can still be applied."""
        MultiImageLogic.close(self)
        ComparingLogic.close(self)
