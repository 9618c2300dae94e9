"""What a newcomer is told is true: the files that CONTRIBUTING names are there, and the workflow calls dev.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LIBRARY = TOP / "ElastixRegistration" / "ElastixRegistrationLib"


def _named_paths() -> list[str]:
    text = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    words = re.findall(r"`([\w./-]+/[\w./-]*)`", text) + re.findall(r"`(\w+\.(?:py|json|ui))`", text)
    return sorted({word for word in words if "<" not in word and not word.startswith("presets.json")})


@pytest.mark.parametrize("name", _named_paths())
def test_a_file_that_contributing_names_exists(name):
    name = re.sub(r"\.whole_file$", ".py", name)
    assert any((root / name).exists() for root in (TOP, LIBRARY, TOP / "ElastixRegistration")), name


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{one.name}" for one in sorted((TOP / "docs").glob("*.md")))])
def test_tests_that_a_page_names_exist(page):
    named = re.findall(r"`(Testing/[\w./-]+)`", (TOP / page).read_text(encoding="utf-8"))
    assert not [name for name in named if not (TOP / name).exists()]


def test_every_system_runs_what_developers_run():
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((TOP / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    systems = job["strategy"]["matrix"]["system"]
    assert {one.partition("-")[0] for one in systems} == {"ubuntu", "windows", "macos"}
    assert any(step.get("run") == "python dev.py test" for step in job["steps"])


def test_issue_forms_have_what_github_asks_of_them():
    yaml = pytest.importorskip("yaml")
    for path in (TOP / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert form["name"]
        assert form["description"]
        for part in form["body"]:
            assert part["type"] == "markdown" or part["attributes"]["label"], path.name
