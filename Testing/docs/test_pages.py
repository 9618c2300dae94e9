"""What the pages say is so: links lead somewhere, names of the panel are in the panel, presets and arguments exist."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from pathlib import Path

import pytest
from docs.blocks import PAGES, TOP
from ElastixRegistrationLib.cli import main as cli
from ElastixRegistrationLib.core.presets.catalog import list_presets
from ElastixRegistrationLib.core.request import OPTIONS, control_texts
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.sample_data import SAMPLE_PAIRS

MODULE = TOP / "ElastixRegistration"
#: Bold words that are Slicer's own.
OF_SLICER = {"Sample Data", "File", "Download Sample Data", "Registration", "Transforms", "Crop Volume"}


def _prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if re.match(r"https://", target):
            continue
        path, _hash, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(file), f"{page.name} links to {target}"


def test_every_page_is_reached_by_links_from_the_readme():
    reached, ahead = set(), [TOP / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        for target in re.findall(r"\]\(([^)#\s]+\.md)[^)]*\)", _prose(page)):
            linked = (page.parent / target).resolve()
            if linked in PAGES and linked not in reached:
                ahead.append(linked)
    assert [page.name for page in PAGES if page not in reached] == []


@pytest.fixture(scope="module")
def panel_words() -> set[str]:
    """Every text of the panel: of the .ui files, and of what the Python of the window translates."""
    words = set()
    for file in (MODULE / "Resources" / "UI").glob("*.ui"):
        words |= set(re.findall(r"<string>(.*?)</string>", file.read_text(encoding="utf-8"), re.DOTALL))
    for file in (MODULE / "ElastixRegistrationLib" / "gui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                words.update(arg.value for arg in node.args if isinstance(arg, ast.Constant))
    words |= {preset.title for preset in list_presets()} | {pair.name for pair in SAMPLE_PAIRS}
    words |= set(control_texts())
    return {word.rstrip(":").replace("&amp;", "&") for word in words} | {"Elastix Registration"}


@pytest.mark.parametrize("name", ["tutorial.md", "troubleshooting.md", "from-slicerelastix.md"])
def test_bold_names_are_those_of_the_panel(name, panel_words):
    for bold in re.findall(r"\*\*([^*]+)\*\*", _prose(TOP / "docs" / name)):
        assert bold.rstrip(":") in panel_words | OF_SLICER, f"the panel has no {bold!r}"


def test_the_tutorial_lists_every_preset_by_its_title():
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| `(.+?)` \|", _prose(TOP / "docs" / "tutorial.md"), re.MULTILINE)
    assert sorted(rows) == sorted((preset.title, preset.id) for preset in list_presets())


@pytest.mark.parametrize(
    ("word", "transforms"),
    [("rigid", {"EulerTransform"}), ("B-spline", {"RecursiveBSplineTransform"}), ("affine", {"AffineTransform"})],
)
def test_what_the_tutorial_says_of_a_preset_is_in_its_stages(word, transforms):
    page = _prose(TOP / "docs" / "tutorial.md")
    for preset_id, text in re.findall(r"^\| \*\*.+?\*\* \| `(.+?)` \| (.+?) \|$", page, re.MULTILINE):
        said = text.split(":", 1)[1] if ":" in text else ""
        if re.search(rf"\b{word}\b", said):
            stages = next(preset for preset in list_presets() if preset.id == preset_id).stages()
            used = {stage["Transform"][0].replace("TransformStack", "") for stage in stages}
            assert used & (transforms | {"BSplineTransform"} if word == "B-spline" else transforms), preset_id


def test_verdicts_in_the_tutorial_are_those_that_are_given():
    source = (MODULE / "ElastixRegistrationLib" / "core" / "quality" / "verdict.py").read_text(encoding="utf-8")
    for words in ("Better aligned", "No better than before", "Worse than before", "Uncertain", "folds onto itself"):
        assert words in _prose(TOP / "docs" / "tutorial.md")
        assert words in source


def test_messages_that_are_quoted_are_given():
    """What stands in quotation marks in the troubleshooting table, parts around ... on their own."""
    files = [*(MODULE / "ElastixRegistrationLib").rglob("*.py"), MODULE / "Resources" / "Presets" / "presets.json"]
    sources = " ".join(path.read_text(encoding="utf-8") for path in files).lower()
    quoted = re.findall(r'"([^"]+)"', _prose(TOP / "docs" / "troubleshooting.md"))
    assert len(quoted) > 5
    for part in (part.strip() for text in quoted for part in text.split("...")):
        assert part.lower() in sources, f"nothing says {part!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_sentences_are_understood(page):
    for command in re.findall(r"`elastix-registration ([^`]+)`", _prose(page)):
        cli.parser().parse_args(shlex.split(command))
    for action in re.findall(r"`presets ([a-z]\w*)[^`]*`", _prose(page)):
        with pytest.raises(SystemExit) as end:  # only what is an action has a help of its own
            cli.parser().parse_args(["presets", action, "--help"])
        assert end.value.code == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_arguments_in_sentences_are_those_of_the_logic(page):
    """``name=value`` in a sentence is an argument of one of the methods that scripts call."""
    known = {
        name
        for _, method in inspect.getmembers(RegistrationLogic, inspect.isfunction)
        for name in inspect.signature(method).parameters
    }
    known |= {option.keyword for option in OPTIONS}
    known |= {"client", "neighbors", "onto_reference", "adapt", "metric"}  # of run_cohort, core and GroupSettings
    for name in re.findall(r"`([A-Za-z_]+)=[^`]*`", _prose(page)):
        assert name in known, f"{page.name} names the argument {name}"


def test_old_scripts_find_the_arguments_of_slicerelastix():
    """In its order, which scripts that give them by position rely on."""
    names = list(inspect.signature(RegistrationLogic.registerVolumes).parameters)[1:]
    assert names[:9] == [
        "fixedVolumeNode",
        "movingVolumeNode",
        "parameterFilenames",
        "outputVolumeNode",
        "outputTransformNode",
        "fixedVolumeMaskNode",
        "movingVolumeMaskNode",
        "forceDisplacementFieldOutputTransform",
        "initialTransformNode",
    ]


@pytest.mark.parametrize("page", [*PAGES, TOP / "CHANGELOG.md"], ids=lambda page: page.name)
def test_no_marks_of_a_merge_are_left(page):
    assert not re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", page.read_text(encoding="utf-8"), re.MULTILINE)
