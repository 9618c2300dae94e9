"""What Slicer's Extensions Index asks of a new extension, as tests.

The rules are those of the schema slicer-extension-catalog-entry v1.0.2 (Slicer/Slicer:Schemas), of the checks that run
on every entry (Slicer/ExtensionsIndex:scripts/check_description_files.py) and of the checklist for pull requests there.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

TOP = Path(__file__).resolve().parents[2]
ENTRY = TOP / "Resources" / "ExtensionsIndex" / "ElastixRegistration.json"
README = TOP / "README.md"
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json#"
)
REQUIRED = {"$schema", "category", "scm_url"}
FIELDS = {
    "$schema": str,
    "category": str,
    "scm_url": str,
    "scm_revision": str,
    "scm_type": str,
    "build_dependencies": list,
    "build_subdirectory": str,
    "dicom_support_rule": str,
    "enabled": bool,
    "tier": int,
}


def schema_problems(entry: object) -> list[str]:
    """What the schema has against an entry."""
    if not isinstance(entry, dict):
        return ["not an object"]
    problems = [f"{name} is missing" for name in sorted(REQUIRED - entry.keys())]
    for name, value in entry.items():
        if name not in FIELDS:
            problems.append(f"{name} is not a field")
        elif not isinstance(value, FIELDS[name]) or (FIELDS[name] is int and isinstance(value, bool)):
            problems.append(f"{name} is no {FIELDS[name].__name__}")
        elif name == "scm_type" and value not in ("git", "local"):
            problems.append("scm_type is neither git nor local")
        elif name == "tier" and not 1 <= value <= 5:
            problems.append("tier is not 1 to 5")
        elif name == "build_dependencies" and not all(isinstance(one, str) for one in value):
            problems.append("build_dependencies holds something else than names")
    return problems


def _cmake() -> str:
    return (TOP / "CMakeLists.txt").read_text(encoding="utf-8")


def _metadata(name: str) -> str:
    return re.search(rf'set\(EXTENSION_{name} "([^"]+)"\)', _cmake()).group(1)


def _repository() -> tuple[str, str]:
    """Owner and name of the repository of the entry."""
    owner, name = urlsplit(json.loads(ENTRY.read_text(encoding="utf-8"))["scm_url"]).path.strip("/").split("/")
    return owner, name.removesuffix(".git")


# --- the entry ---


def test_the_entry_fits_the_schema():
    entry = json.loads(ENTRY.read_text(encoding="utf-8"))
    assert schema_problems(entry) == []
    assert entry["$schema"] == SCHEMA


@pytest.mark.parametrize(
    "change",
    [
        {"category": None},
        {"tier": 6},
        {"tier": True},
        {"scm_type": "svn"},
        {"build_dependencies": "NA"},
        {"build_dependencies": [1]},
        {"contributors": "somebody"},
        {"enabled": "yes"},
    ],
)
def test_the_schema_here_refuses_what_the_published_one_refuses(change):
    entry = json.loads(ENTRY.read_text(encoding="utf-8"))
    assert schema_problems(entry | change) != []
    assert schema_problems({name: entry[name] for name in entry if name != "scm_url"}) == ["scm_url is missing"]


def test_the_entry_is_named_like_the_extension_and_has_unix_lines():
    assert b"\r" not in ENTRY.read_bytes()
    project = re.search(r"project\s*\(\s*([^\s)]+)", _cmake()).group(1)
    assert ENTRY.stem == project
    assert not project.lower().startswith("slicer")


def test_the_entry_points_to_a_repository_the_index_accepts():
    entry = json.loads(ENTRY.read_text(encoding="utf-8"))
    assert urlsplit(entry["scm_url"]).scheme in ("https", "git")
    assert _repository()[1] == f"Slicer{ENTRY.stem}"
    assert entry["scm_revision"] == "main"


def test_the_entry_says_what_cmake_says():
    entry = json.loads(ENTRY.read_text(encoding="utf-8"))
    assert entry["category"] == _metadata("CATEGORY") == "Registration"
    assert (entry["build_dependencies"] or ["NA"]) == [
        re.search(r'set\(EXTENSION_DEPENDS "([^"]+)"\)', _cmake()).group(1)
    ]


# --- the repository ---


def _images() -> list[tuple[str, str]]:
    return [
        ("ICONURL", _metadata("ICONURL")),
        *(("SCREENSHOTURLS", url) for url in _metadata("SCREENSHOTURLS").split()),
    ]


@pytest.mark.parametrize(("kind", "url"), _images())
def test_image_urls_are_raw_and_lead_to_images_of_this_tree(kind, url):
    owner, name = _repository()
    raw = f"https://raw.githubusercontent.com/{owner}/{name}/main/"
    assert url.startswith(raw), "not the raw address of a file on the branch main"
    path = TOP / url.removeprefix(raw)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    tracked = subprocess.run(["git", "ls-files", "--error-unmatch", path], cwd=TOP, capture_output=True, check=False)
    assert tracked.returncode == 0 or not (TOP / ".git").exists(), f"{path.name} is not committed"


def test_there_are_screenshots_beside_the_icon():
    assert len([kind for kind, _url in _images() if kind == "SCREENSHOTURLS"]) >= 2


def test_the_icon_has_128_by_128_pixels():
    owner, name = _repository()
    url = _metadata("ICONURL").removeprefix(f"https://raw.githubusercontent.com/{owner}/{name}/main/")
    assert struct.unpack(">II", (TOP / url).read_bytes()[16:24]) == (128, 128)


def test_the_description_is_one_or_two_sentences():
    description = _metadata("DESCRIPTION")
    assert 1 <= len(re.findall(r"[.!?](?:\s|$)", description)) <= 2
    assert len(description) < 300


def test_the_homepage_is_the_repository():
    assert _metadata("HOMEPAGE").startswith("https://github.com/" + "/".join(_repository()))


def test_the_help_of_the_module_leads_to_the_tutorial():
    module = (TOP / "ElastixRegistration" / "ElastixRegistration.py").read_text(encoding="utf-8")
    address = re.search(r'^TUTORIAL = "(.+)"$', module, re.MULTILINE).group(1)
    start = "https://github.com/" + "/".join(_repository()) + "/blob/main/"
    assert address.startswith(start)
    assert (TOP / address.removeprefix(start)).is_file()


def test_the_repository_is_small():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=False).stdout
    files = [TOP / name for name in listed.split("\0") if name]
    assert sum(path.stat().st_size for path in files if path.is_file()) < 100e6


# --- the page that the catalog links to ---


def _readme() -> str:
    return README.read_text(encoding="utf-8")


def test_the_readme_begins_with_name_sentence_and_image():
    heading, sentence, image = [part for part in _readme().split("\n\n") if part.strip()][:3]
    assert heading == f"# {ENTRY.stem}"
    assert 1 <= len(re.findall(r"\.(?:\s|$)", sentence)) <= 2
    assert re.match(r"!\[[^\]]+\]\([^)]+\.png\)", image)


def test_the_readme_has_a_sentence_for_each_module():
    listed = [name for name in re.findall(r"add_subdirectory\((\w+)\)", _cmake()) if name != "Testing"]
    titles = [
        re.search(r'parent\.title = _\("([^"]+)"\)', (TOP / name / f"{name}.py").read_text(encoding="utf-8")).group(1)
        for name in listed
    ]
    for title in titles:
        assert re.search(rf"^- \*\*{title}\*\* .+\.$", _readme(), re.MULTILINE), f"no sentence about {title}"


def test_the_readme_names_the_license_that_is_there():
    assert "Apache License" in (TOP / "LICENSE").read_text(encoding="utf-8")[:300]
    assert re.search(r"License: \[Apache-2\.0\]\(LICENSE\)", _readme())


@pytest.mark.parametrize(
    "said",
    [
        r"[Pp]lease cite .*doi:10\.\d{4,}/",
        r"not a medical device",
        r"No data leaves your (machine|computer)",
        r"docs/tutorial\.md",
    ],
)
def test_the_readme_says_what_the_checklist_asks(said):
    assert re.search(said, _readme())
