"""The fenced blocks of README.md and docs/*.md, and the few that no test can run, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGES = (TOP / "README.md", *sorted((TOP / "docs").rglob("*.md")))

SHELL, PYTHON, SLICER, LAYOUT = "sh", "python", "slicer", "text"

_PATIENT = "it needs a patient; Testing/cli/test_dicom_patient.py makes one and goes the same way"
#: What is not run: words that a line of a shell block, or a Python block, contains, and why.
NOT_RUN = {
    "python3 dev.py": "it installs from the network; CI runs dev.py test, Testing/demo makes the pair of the demo",
    "elastix-registration tune": "it searches for minutes; Testing/cli/test_compare.py tunes",
    "core.tune": "it searches for minutes; Testing/core/tuning/test_tune.py tunes",
    "dask scheduler": "it listens on a network until it is killed; Testing/batch/test_cluster.py starts one",
    "dask worker": "it needs that scheduler; Testing/batch/test_cluster.py starts some",
    "--scheduler tcp://10.0.0.1": "it needs that scheduler; Testing/batch/test_cluster.py registers on one",
    "RS_fixed.dcm": _PATIENT,
    "RS.dcm": _PATIENT,
    "RD1.dcm": _PATIENT,
    "apply reg.dcm moving": _PATIENT,
    "VectorGridData": "it needs objects; Testing/core/files/dicom_objects/test_spatial_registration.py calls it",
    "SLURMCluster": "it needs a Slurm cluster; Testing/batch/test_cluster.py gives run_cohort a client",
}


@dataclass(frozen=True)
class Block:
    """``line`` is that of the fence in the page ``page``, counted from 1."""

    page: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def kind(self) -> str:
        """Who runs it: what uses the scene or the module runs in Slicer's Python console."""
        inSlicer = re.search(r"\bslicer\.|^from ElastixRegistration import", self.text, re.MULTILINE)
        return SLICER if self.language == PYTHON and inSlicer else self.language

    @property
    def code(self) -> str:
        """The text with as many empty lines before it as the page has, so that errors name the page's lines."""
        return "\n" * self.line + self.text

    def commands(self) -> list[str]:
        """Command lines of a shell block, without comments; a backslash joins lines."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines) if line]

    def why_not(self, text: str) -> str:
        """Why ``text``, a command or the whole block, is not run; "" if it is."""
        return next((reason for words, reason in NOT_RUN.items() if words in text), "")


def blocks_of(page: Path) -> list[Block]:
    found, fence = [], None
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("```"):
            continue
        if fence is None:
            fence = number
        else:
            language = lines[fence - 1].strip("` ")
            found.append(Block(_name(page), fence, language, "\n".join(lines[fence : number - 1]) + "\n"))
            fence = None
    if fence is not None:
        raise ValueError(f"{_name(page)}:{fence}: this block does not end")
    return found


def all_blocks(kind: str = "") -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page) if kind in ("", block.kind)]


def _name(page: Path) -> str:
    return page.relative_to(TOP).as_posix()
