"""A registration in this process, with the same handle as one in the worker."""

from __future__ import annotations

from typing import Any

from ...core.errors import ElastixRegistrationError
from ...core.parameters.file_access import refuse_images_read
from ...core.system.itk_access import preload
from ..nodes.incremental import Steps


def run_incrementally(inputs: Any) -> Steps[InProcessRun]:
    """Load ITK, which a window needs only for this, and run."""
    yield from preload()
    return InProcessRun(inputs)


class InProcessRun:
    """Finished when constructed: ``result`` or ``error`` is set. elastix blocks Python until then."""

    def __init__(self, inputs: Any):
        from ...core.registration.register import register

        self.progress: Any = None
        self.result: Any = None
        self.error: ElastixRegistrationError | None = None
        try:
            refuse_images_read(inputs.stages)
            self.result = register(**inputs.arguments(), progress=self._note)
        except ElastixRegistrationError as problem:
            self.error = problem
        self.state = "failed" if self.error is not None else "done"

    @property
    def log(self) -> str:
        return self.result.log if self.result is not None else getattr(self.error, "log", "")

    @property
    def iterations(self) -> list[Any]:
        return self.result.iterations if self.result is not None else []

    def poll(self) -> None:
        """Nothing is left to wait for."""

    def wait(self, timeout: float | None = None) -> None:
        """Nothing is left to wait for."""

    def cancel(self) -> None:
        """Too late."""

    def _note(self, event: Any) -> None:
        self.progress = event
