"""A compared method: a preset or parameter maps, with a name and arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..parameters.changes import changed
from ..parameters.maps import ParameterMap
from ..presets.catalog import find_preset
from ..presets.preset import Preset
from ..registration.register import register
from ..wording import said
from .truth import Pair

#: Runs a method on a pair, in this process or elsewhere, and returns an object with ``transform``.
Registrar = Callable[["Method", Pair, "int | None"], Any]


@dataclass(frozen=True)
class Method:
    """``arguments``: of ``core.register`` besides the images and stages, such as initialization and adapt."""

    name: str
    stages: tuple[ParameterMap, ...] = field(repr=False)
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, preset: str | Preset, *, name: str = "", changes: Sequence[str] = (), **arguments: Any) -> Method:
        """A preset or its id, with single parameters changed ("2:NumberOfSpatialSamples=4000")."""
        preset = find_preset(preset) if isinstance(preset, str) else preset
        stages = changed(preset.stages(), changes)
        own = {"initialization": preset.initialization, "adapt": preset.adapts}
        return cls(name or " ".join([preset.id, *changes]), tuple(stages), own | arguments)

    def arguments_for(self, pair: Pair, seed: int | None) -> dict[str, Any]:
        """Arguments of ``core.register`` besides the images. Landmarks and labels are not included, because they are
        the judges."""
        own = {
            **self.arguments,
            "stages": list(self.stages),
            "fixed_mask": pair.inputs.fixed_mask,
            "moving_mask": pair.inputs.moving_mask,
            "sliding_mask": pair.inputs.sliding_mask,
            "moving_sliding_mask": pair.inputs.moving_sliding_mask,
            "initial_transform": pair.initial_transform,
            "seed": seed,
        }
        return own | ({} if pair.initial_transform is None else {"initialization": None})


def methods_of(given: Iterable[str | Preset | Method] | Mapping[str, Any]) -> list[Method]:
    """Methods from presets, methods, or a mapping of names to presets and lists of parameter maps. Raises InputError
    for none, or a duplicate name."""
    if isinstance(given, Mapping):
        named = given.items()
        methods = [
            Method.of(what, name=name) if isinstance(what, (str, Preset)) else _named(name, what)
            for name, what in named
        ]
    else:
        methods = [each if isinstance(each, Method) else Method.of(each) for each in given]
    if not methods:
        raise InputError(said("There is no method to run; give presets or parameter maps."))
    names = [method.name for method in methods]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(said("The method {twice} is given twice.", twice=twice))
    return methods


def _named(name: str, what: Any) -> Method:
    if isinstance(what, Method):
        return Method(name, what.stages, what.arguments)
    return Method(name, tuple(dict(stage) for stage in what))


def in_this_process(method: Method, pair: Pair, seed: int | None, **arguments: Any) -> Any:
    """A Registrar that calls ``core.register``."""
    return register(pair.inputs.fixed, pair.inputs.moving, **method.arguments_for(pair, seed), **arguments)
