"""All choices of one registration. The command line, the scene's parameter node, the batch table and the report are
views of this dataclass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any

import numpy as np

from .errors import InputError, ParameterError
from .parameters.maps import ParameterMap, read_stage_source
from .parameters.schema import misspelling
from .parameters.validation import validate_stages
from .presets.catalog import DEFAULT_PRESET, find_preset
from .presets.preset import Preset

AUTO, KEEP = "auto", "keep"
INTERPOLATIONS = ("linear", "bspline", "nearest")
INITIALIZATIONS = ("geometry", "mass", "none")
#: elastix and ITK's resampling keep the background as a 32-bit float.
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class RegistrationSettings:
    """``parameter_files``, where there are any, take the place of ``preset``. ``initialization`` None leaves it to
    the preset. ``background``: "auto", "keep" (padding stays), or the value outside the moving image."""

    preset: str = DEFAULT_PRESET
    parameter_files: tuple[str, ...] = ()
    initialization: str | None = None
    background: float | str = AUTO
    interpolation: str = "linear"
    threads: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.interpolation not in INTERPOLATIONS:
            raise InputError(f"Unknown interpolation {self.interpolation!r}; use one of {', '.join(INTERPOLATIONS)}.")
        if self.initialization not in (None, *INITIALIZATIONS):
            raise InputError(
                f"Unknown initialization {self.initialization!r}; use one of {', '.join(INITIALIZATIONS)}."
            )
        check_values(self.background, self.threads, self.seed)

    def stages(
        self,
        dimension: int | None = None,
        *,
        has_masks: tuple[bool, bool] = (False, False),
        has_points: bool = False,
        presets: Iterable[Preset] = (),
    ) -> list[ParameterMap]:
        """Parameter maps of the files, or of the preset, which may be one of ``presets`` too.

        With ``dimension``, of the images, they are checked: raises ParameterError that names file, line and parameter.
        """
        if self.parameter_files:
            sources = [read_stage_source(path) for path in self.parameter_files]
        else:
            preset = find_preset(self.preset, presets)
            if dimension is not None:
                check_preset_fits(preset, dimension)
            sources = preset.sources()
        stages = [source.map for source in sources]
        if dimension is not None:
            validate_stages(
                stages,
                dimension,
                has_fixed_mask=has_masks[0],
                has_moving_mask=has_masks[1],
                has_points=has_points,
                sources=sources,
            )
        return stages

    def misspelled(self) -> list[str]:
        """Sentences on names in the parameter files that elastix would pass over, and that are nearly known ones."""
        found = []
        for path in self.parameter_files:
            source = read_stage_source(path)
            for name in source.map:
                if sentence := misspelling(name):
                    place = ParameterError(sentence, file=str(path), line=source.lines.get(name), parameter=name)
                    found.append(str(place))
        return found

    def start(self, has_initial_transform: bool = False, presets: Iterable[Preset] = ()) -> str | None:
        """The ``initialization`` for ``core.register``: the user's, or the preset's unless a transform is given."""
        if self.initialization is not None or self.parameter_files or has_initial_transform:
            return self.initialization
        return find_preset(self.preset, presets).initialization

    def adapts(self, presets: Iterable[Preset] = ()) -> bool:
        """Whether the preset is one that is fitted to the pair of images: ``adapt`` of ``core.register``."""
        return not self.parameter_files and find_preset(self.preset, presets).adapts

    def as_texts(self) -> dict[str, str]:
        """Names and texts, as a parameter node or a table stores them; "" for None."""
        return {
            name: "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> RegistrationSettings:
        """Inverse of ``as_texts``; missing names keep their defaults, unknown ones are ignored."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            text = texts.get(field.name)
            if text is None or (text == "" and field.name in ("preset", "background", "interpolation")):
                continue
            values[field.name] = _READERS[field.name](text)
        return cls(**values)


def check_preset_fits(preset: Preset, dimension: int) -> None:
    """Raise InputError for images of another dimension than those that ``preset`` was made for."""
    if dimension not in preset.dimension:
        made_for = " and ".join(f"{axes}D" for axes in preset.dimension)
        raise InputError(
            f"The preset {preset.id} is for {made_for} images, and these have {dimension} dimensions; choose another."
        )


def check_values(background: Any, threads: Any, seed: Any) -> None:
    """Raise InputError naming the one of the three that a registration cannot use."""
    if isinstance(background, str) and background not in (AUTO, KEEP):
        raise InputError(f'The background is {background!r}; use "auto", "keep" or a number.')
    if not isinstance(background, str) and not (isinstance(background, Real) and abs(float(background)) <= _LARGEST):
        raise InputError(f"The background is {background}; it must be a finite number.")
    if threads is not None and not (isinstance(threads, Integral) and int(threads) >= 1):
        raise InputError(f"The number of threads is {threads!r}; it must be a whole number from 1 on.")
    if seed is not None and not (isinstance(seed, Integral) and 0 <= int(seed) < 2**32):
        raise InputError(f"The seed is {seed!r}; it must be a whole number from 0 to 4294967295.")


def background_from_text(text: str) -> float | str:
    """ "auto", "keep" or a number; raises InputError for anything else."""
    if text in (AUTO, KEEP):
        return text
    try:
        value = float(text)
    except ValueError:
        raise InputError(f'The background is {text!r}; use "auto", "keep" or a number.') from None
    check_values(value, None, None)
    return value


def _whole_number(text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise InputError(f"{text!r} is not a whole number.") from None


_READERS: dict[str, Callable[[str], Any]] = {
    "preset": str,
    "parameter_files": lambda text: tuple(text.splitlines()),
    "initialization": lambda text: text or None,
    "background": background_from_text,
    "interpolation": str,
    "threads": _whole_number,
    "seed": _whole_number,
}
