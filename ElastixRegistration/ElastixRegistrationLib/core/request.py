"""All choices of one registration, each described once.

``core.register``, the Logic, the scene's parameter node, the command line, the tables of cohorts, the message to the
background process and the report are views of this dataclass: an option that is added here appears in all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from .errors import InputError, ParameterError
from .option_kinds import Changes, Number, OneOf, Option, Switch, Texts, Whole, choice, option_of
from .option_kinds import Kind as Text
from .parameters.changes import changed
from .parameters.maps import ParameterMap, read_stage_source
from .parameters.schema import misspelling
from .parameters.validation import validate_stages
from .presets.catalog import DEFAULT_PRESET, find_preset
from .presets.preset import Preset
from .wording import said

AUTO, KEEP = "auto", "keep"
INTERPOLATIONS = ("linear", "bspline", "nearest")
INITIALIZATIONS = ("geometry", "mass", "search", "none")
SLIDING = (AUTO, "off")
EFFORTS = ("fast", "normal", "thorough")


@dataclass(frozen=True)
class RegistrationRequest:
    """The user's choices for a registration, except its images, masks, landmarks and outputs.

    Raises InputError for a value that a registration cannot use.
    """

    preset: str = choice(
        DEFAULT_PRESET, Text(), "preset", "a preset; the command presets lists them", group="stages", metavar="ID",
        is_argument=False, control="",
    )  # fmt: skip
    parameter_files: tuple[str, ...] = choice(
        (), Texts(), "parameter files", "elastix parameter files, one for each stage, instead of a preset",
        group="stages", metavar="FILE", flag="--parameters", is_argument=False, control="",
    )  # fmt: skip
    parameter_changes: tuple[str, ...] = choice(
        (), Changes(), "changed parameters",
        "change elastix parameters of the preset or the files: in every stage that uses them, or in one stage, as in"
        " 2:NumberOfSpatialSamples=4000", group="changes", metavar="[STAGE:]NAME=VALUE", flag="--set", control="",
    )  # fmt: skip
    initialization: str | None = choice(
        None, OneOf(INITIALIZATIONS), "initialization",
        "start from the centers, from a search for the best match, or with the images as loaded; default: what the"
        " preset chooses",
        group="start", control="",
    )  # fmt: skip
    background: float | str = choice(
        AUTO, Number(words=(AUTO, KEEP)), "background",
        "value outside the moving image: auto detects it, a number sets it, keep leaves padding as it is",
        group="resampling", metavar="auto|keep|NUMBER", control="",
    )  # fmt: skip
    interpolation: str = choice(
        "linear", OneOf(INTERPOLATIONS), "interpolation",
        "interpolation of the resampled image; label maps always use nearest",
        group="resampling", is_argument=False, control="",
    )  # fmt: skip
    threads: int | None = choice(
        None, Whole(1), "number of threads", "threads that elastix uses for each registration",
        label="Threads", metavar="N", control="",
    )  # fmt: skip
    seed: int | None = choice(
        None, Whole(0, 2**32 - 1), "seed", "seed of the random samples that the metric uses", metavar="N", control=""
    )
    effort: str = choice(
        "normal",
        OneOf(EFFORTS),
        "effort",
        "how much time to spend on accuracy; rigid and affine presets take the same time with each",
        control="effortFrame",
    )
    full_resolution: bool = choice(
        False, Switch(), "full resolution",
        "register large images at full resolution, even if the preset gains nothing from it",
    )  # fmt: skip
    sliding: str = choice(
        AUTO, OneOf(SLIDING), "sliding",
        "let organs slide along each other where that clearly fits the images better, or never; without a sliding"
        " mask, adaptive presets detect it",
    )  # fmt: skip
    landmark_weight: float | None = choice(
        None, Number(0.0), "landmark weight",
        "let the landmarks guide all stages: their mean distance in mm, times this weight, is minimized too",
        group="landmarks", metavar="W", control="masksFrame",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for option in OPTIONS:
            object.__setattr__(self, option.name, option.checked(getattr(self, option.name)))

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
        stages = changed([source.map for source in sources], self.parameter_changes)
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
        """Sentences on names in the parameter files that elastix would ignore and that resemble known ones."""
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

    def arguments(self, has_initial_transform: bool = False, presets: Iterable[Preset] = ()) -> dict[str, Any]:
        """The arguments of ``core.register`` among these choices, except the stages, by name."""
        return self.plain_arguments() | {
            "initialization": self.start(has_initial_transform, presets),
            "adapt": self.adapts(presets),
        }

    def plain_arguments(self) -> dict[str, Any]:
        """The options that are arguments of ``core.register``. The user's own parameter files run as they are."""
        chosen = {option.name: getattr(self, option.name) for option in OPTIONS if option.is_argument}
        if self.parameter_files:
            chosen |= {"full_resolution": True, "effort": "normal"}
        return chosen

    def without_landmarks(self) -> RegistrationRequest:
        """The same for images that have none."""
        return replace(self, landmark_weight=None)

    def as_texts(self) -> dict[str, str]:
        """Names and texts, as a parameter node or a table stores them; "" for None."""
        return {option.name: option.write(getattr(self, option.name)) for option in OPTIONS}

    def changes(self) -> dict[str, str]:
        """Names and texts of the choices that differ from the default."""
        defaults = RegistrationRequest().as_texts()
        return {name: text for name, text in self.as_texts().items() if text != defaults[name]}

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> RegistrationRequest:
        """Inverse of ``as_texts``; missing names keep their defaults, unknown ones are ignored."""
        return cls(**{option.name: option.read(texts[option.name]) for option in OPTIONS if option.name in texts})

    def changed_by_texts(self, texts: Mapping[str, str]) -> RegistrationRequest:
        """These choices, replaced where ``texts`` has a value. A preset replaces parameter files."""
        changes = {option.name: option.read(texts[option.name]) for option in OPTIONS if texts.get(option.name)}
        if "preset" in changes:
            changes.setdefault("parameter_files", ())
        return replace(self, **changes)

    def changed_by_keywords(self, keywords: Mapping[str, Any]) -> RegistrationRequest:
        """These choices with others, by names in Slicer's style (landmarkWeight). Raises TypeError for another name."""
        names = {option.keyword: option.name for option in OPTIONS}
        for keyword in keywords:
            if keyword not in names:
                close = difflib.get_close_matches(keyword, names, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise TypeError(f"A registration has no option {keyword!r}{hint}")
        return replace(self, **{names[keyword]: value for keyword, value in keywords.items()})

    def flags(self, exclude: Collection[str] = ()) -> list[str]:
        """Command-line words for the choices that differ from the default."""
        words: list[str] = []
        for option in OPTIONS:
            value = getattr(self, option.name)
            if option.name not in exclude and value != option.default:
                words += option.kind.spelled(option.flag, value)
        return words

    def described(self) -> dict[str, str]:
        """Labels and values for a report, without names of files and without choices that are None."""
        texts = {option.label: option.write(getattr(self, option.name)) for option in OPTIONS if option.is_shareable}
        if self.parameter_files:
            texts[find_option("preset").label] = "own parameter files"
        return {label: text for label, text in texts.items() if text}


#: The context of the options' texts in the translation files.
TEXT_CONTEXT = "RegistrationRequest"
#: All options, in their order.
OPTIONS: tuple[Option, ...] = tuple(option_of(entry) for entry in fields(RegistrationRequest))


def control_texts() -> list[str]:
    """Texts of the generated controls, to be translated."""
    return list(dict.fromkeys([text for option in OPTIONS if option.control for text in option.texts] + ["None"]))


def find_option(name: str) -> Option:
    return next(option for option in OPTIONS if option.name == name)


def check_preset_fits(preset: Preset, dimension: int) -> None:
    """Raise InputError for images of another dimension than those that ``preset`` was made for."""
    if dimension not in preset.dimension:
        made_for = " and ".join(f"{axes}D" for axes in preset.dimension)
        text = said(
            "The preset {preset} is for {dimensions} images, and these have {count} dimensions; choose another.",
            preset=preset.id,
            dimensions=made_for,
            count=dimension,
        )
        raise InputError(text)


def check_background(value: Any) -> None:
    """Raise InputError for a value that cannot be the background of a resampled image."""
    find_option("background").checked(value)
