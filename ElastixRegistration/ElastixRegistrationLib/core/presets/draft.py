"""A preset that is being edited: its stages as text, which is stored, and their parameters, read from the text.

A draft is immutable; each edit returns a new one, so that an editor can undo. Comments, order and unknown parameters
are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from ..errors import InputError, ParameterError
from ..parameters import stage_text
from ..parameters.maps import ParameterFile, ParameterMap, parse_stage_text
from ..parameters.validation import Problem, find_problems
from ..wording import said
from .catalog import built_in_presets
from .preset import BUILT_IN, NOT_MEASURED, Preset, PresetStage, is_equivalent
from .user_presets import numbered

#: Kinds of stage that can be added: the built-in preset whose last stage it is.
STAGE_KINDS = {
    "translation": "translation",
    "rigid": "rigid",
    "similarity": "similarity",
    "affine": "affine",
    "B-spline": "deformable",
}


@dataclass(frozen=True)
class PresetDraft:
    """``preset`` has everything except the stages, which are in ``stages``, including disabled ones."""

    preset: Preset
    stages: tuple[PresetStage, ...]

    @classmethod
    def of(cls, preset: Preset) -> PresetDraft:
        """A draft of ``preset``. Raises ParameterError if one of its files cannot be read."""
        return cls(preset, preset.all_stages())

    @property
    def is_read_only(self) -> bool:
        """Whether it must be saved under another name."""
        return self.preset.origin == BUILT_IN

    def to_preset(self, preset_id: str, title: str, origin: str) -> Preset:
        """The preset to save. Raises ParameterError for an unreadable stage, InputError if all stages are disabled."""
        if not any(stage.enabled for stage in self.stages):
            raise InputError(said("All stages of the preset are switched off; switch one on or add one."))
        for error in self.errors:
            if error is not None:
                raise error
        made = replace(
            self.preset,
            id=preset_id,
            title=title,
            origin=origin,
            files=(),
            switched_off=(),
            texts=numbered(self.stages),
        )
        if is_equivalent(made, self.preset):
            return made
        # Values that were set must not be adapted, and the measured accuracy is that of another preset.
        return replace(made, adapts=False, expected_accuracy=NOT_MEASURED, validated=False)

    # --- parameters in the texts ---

    @cached_property
    def _parsed(self) -> tuple[ParameterFile | ParameterError, ...]:
        return tuple(map(_parsed, self.stages))

    @property
    def maps(self) -> tuple[ParameterMap | None, ...]:
        """The parameters of each stage; None for unreadable text."""
        return tuple(None if isinstance(parsed, ParameterError) else parsed.map for parsed in self._parsed)

    @property
    def errors(self) -> tuple[ParameterError | None, ...]:
        """The error in the text of each stage; None for readable text."""
        return tuple(parsed if isinstance(parsed, ParameterError) else None for parsed in self._parsed)

    def line(self, number: int, name: str) -> int | None:
        """The line of a parameter in the text of a stage, from 1; None if the text does not have it."""
        parsed = self._parsed[number]
        return None if isinstance(parsed, ParameterError) else parsed.lines.get(name)

    def problems(
        self,
        dimension: int,
        *,
        has_fixed_mask: bool = False,
        has_moving_mask: bool = False,
        has_points: bool = False,
    ) -> list[Problem]:
        """All problems of the enabled stages, errors first; ``stage`` counts all stages, from 0."""
        on = [number for number, stage in enumerate(self.stages) if stage.enabled]
        if not on:
            return [Problem("error", said("no stage is switched on; switch one on or add one."))]
        broken = [
            Problem("error", error.problem, number, error.parameter, self.stages[number].name, error.line)
            for number in on
            if (error := self.errors[number]) is not None
        ]
        files = {n: file for n in on if not isinstance(file := self._parsed[n], ParameterError)}
        whole = list(files)
        found = find_problems(
            [file.map for file in files.values()],
            dimension,
            has_fixed_mask=has_fixed_mask,
            has_moving_mask=has_moving_mask,
            has_points=has_points,
            sources=list(files.values()),
        )
        if not whole:
            return broken
        return broken + [
            replace(problem, stage=None if problem.stage is None else whole[problem.stage]) for problem in found
        ]

    # --- edits ---

    def with_text(self, number: int, text: str) -> PresetDraft:
        return self._with(number, replace(self.stages[number], text=text))

    def with_values(self, number: int, name: str, values: Iterable[str]) -> PresetDraft:
        """A draft with one parameter set, or removed if ``values`` is empty. Raises ParameterError, also for
        unreadable text."""
        values = tuple(values)
        text = self.stages[number].text
        text = stage_text.with_values(text, name, values) if values else stage_text.without(text, name)
        return self.with_text(number, text)

    def switched(self, number: int, enabled: bool) -> PresetDraft:
        return self._with(number, replace(self.stages[number], enabled=enabled))

    def renamed(self, number: int, name: str) -> PresetDraft:
        """A draft with another name for the file of a stage."""
        return self._with(number, replace(self.stages[number], name=name))

    def moved(self, number: int, to: int) -> PresetDraft:
        """A draft with a stage moved to another place, which is limited to the list."""
        stages = list(self.stages)
        stage = stages.pop(number)
        stages.insert(max(0, min(to, len(stages))), stage)
        return replace(self, stages=tuple(stages))

    def without_stage(self, number: int) -> PresetDraft:
        return replace(self, stages=self.stages[:number] + self.stages[number + 1 :])

    def with_stage(self, kind: str, at: int | None = None) -> PresetDraft:
        """With a new stage of one of STAGE_KINDS, as the built-in preset of that kind has it; None: at the end."""
        added = new_stage(kind)
        at = len(self.stages) if at is None else at
        return replace(self, stages=(*self.stages[:at], added, *self.stages[at:]))

    def _with(self, number: int, stage: PresetStage) -> PresetDraft:
        return replace(self, stages=(*self.stages[:number], stage, *self.stages[number + 1 :]))


def new_stage(kind: str) -> PresetStage:
    """A stage of one of STAGE_KINDS. Raises InputError for another kind."""
    if kind not in STAGE_KINDS:
        raise InputError(
            said("There is no kind of stage {kind}; there are {names}.", kind=repr(kind), names=", ".join(STAGE_KINDS))
        )
    return replace(built_in_presets()[STAGE_KINDS[kind]].all_stages()[-1], name=f"{kind}.txt", enabled=True)


def _parsed(stage: PresetStage) -> ParameterFile | ParameterError:
    try:
        return parse_stage_text(stage.text, stage.name)
    except ParameterError as error:
        return error
