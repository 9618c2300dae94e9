"""``core.register`` in a separate process, with progress while elastix runs.

The itk wheels hold Python's interpreter lock while elastix runs, so a callback in the same process cannot be called
before it is done. Arguments and result are the same; a crash of elastix ends only that process, and Ctrl-C ends it at
once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..core.elastix.progress import ProgressEvent
from ..core.errors import InputError, RegistrationError
from ..core.parameters.maps import ParameterMap
from ..core.presets.arguments import of_preset
from ..core.presets.preset import Preset
from ..core.transforms.plain_data import VoxelData
from ..core.wording import said
from .client import State
from .pool import WorkerPool

TQDM = "tqdm"
_POLL_S = 0.1


def register(
    fixed: Any,
    moving: Any,
    stages: Sequence[ParameterMap] | None = None,
    *,
    preset: str | Preset | None = None,
    progress: Callable[[ProgressEvent], None] | str | None = None,
    timeout_s: float | None = None,
    **arguments: Any,
) -> Any:
    """Return an AsynchronousResult, which has the members of ``core.RegistrationResult``; ``arguments``: of
    ``core.register``.

    ``progress`` is called with each new ProgressEvent while elastix runs; "tqdm" shows a bar of that package, also in
    notebooks. After ``timeout_s`` seconds the registration fails. Raises the errors of ``core.register``.

        from ElastixRegistrationLib.worker.live import register

        result = register(fixed, moving, preset="ct-lung", progress="tqdm")
    """
    if isinstance(progress, str) and progress != TQDM:
        raise InputError(
            said('The progress is {progress}; give a function to call, or "tqdm".', progress=repr(progress))
        )
    own = of_preset(preset, stages, arguments)
    with WorkerPool(1) as pool, _teller(progress) as tell:
        handle = pool.submit(fixed, moving, timeout_s=timeout_s, **(arguments | own))
        told = None
        is_over = False
        while not is_over:
            is_over = handle.wait(_POLL_S)
            if handle.progress is not None and handle.progress is not told:
                told = handle.progress
                tell(told)
        if handle.error is not None or handle.state != State.DONE:
            raise handle.error or RegistrationError(said("The registration failed."))
        return handle.result and replace(handle.result, fixed=VoxelData.of(fixed).image())


@contextlib.contextmanager
def _teller(progress: Callable[[ProgressEvent], None] | str | None) -> Iterator[Callable[[ProgressEvent], None]]:
    if progress is None:
        yield lambda _event: None
    elif callable(progress):
        yield progress
    else:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise InputError(said("The package tqdm is not installed: pip install tqdm.")) from error
        with tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}, {remaining} left {postfix}") as bar:

            def show(event: ProgressEvent) -> None:
                bar.set_postfix_str(f"stage {event.stage + 1} of {event.stages}", refresh=False)
                bar.update(100 * event.fraction - bar.n)

            yield show
