"""Every command and every piece of Python on the pages runs, as it stands there."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from docs.blocks import LAYOUT, NOT_RUN, PYTHON, SHELL, SLICER, TOP, all_blocks
from docs.workspace import make_workspace, short_group, short_sources
from ElastixRegistrationLib.cli import main as cli
from ElastixRegistrationLib.cli import register
from ElastixRegistrationLib.core.multi_image.groupwise import GroupSettings
from ElastixRegistrationLib.core.presets.preset import Preset
from ElastixRegistrationLib.worker.pool import WorkerPool

MODULE = TOP / "ElastixRegistration"
KINDS = (SHELL, PYTHON, SLICER, LAYOUT)


def _named(kind: str) -> list:
    return [pytest.param(block, id=block.name) for block in all_blocks(kind)]


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("docs") / "made")


@pytest.fixture(scope="session", autouse=True)
def console(request, made_workspace, tmp_path_factory):
    """The process of all blocks for Slicer's console: it works while the other blocks run, and writes a report."""
    if not any("console" in item.name for item in request.session.items):
        yield None
        return
    folder = tmp_path_factory.mktemp("console")
    surroundings = {
        "PYTHONPATH": os.pathsep.join(str(path) for path in (MODULE, TOP / "Testing")),
        "QT_QPA_PLATFORM": "offscreen",
        "ELASTIX_REGISTRATION_PRESETS": str(folder / "presets"),
    }
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, TOP / "Testing" / "docs" / "slicer_console.py", folder / "report.json"],
            env={**os.environ, **surroundings},
            cwd=shutil.copytree(made_workspace, folder / "here"),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        yield process, folder
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def console_report(console) -> dict[str, str]:
    """Block to traceback, of all blocks for Slicer's console."""
    process, folder = console
    process.wait()
    if not (folder / "report.json").is_file():
        pytest.fail(f"the console did not come to its end:\n{(folder / 'output.txt').read_text(errors='replace')}")
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def worker_pool():
    with WorkerPool() as pool:
        yield pool


@pytest.fixture
def workspace(made_workspace, worker_pool, tmp_path, monkeypatch) -> Path:
    """The current folder, with the files that the pages talk of and nothing else."""
    folder = shutil.copytree(made_workspace, tmp_path / "here")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Preset, "sources", short_sources)
    monkeypatch.setattr(GroupSettings, "__post_init__", short_group)
    monkeypatch.setattr(register, "register", lambda options: register.register_in(worker_pool, options))
    monkeypatch.setenv("ELASTIX_REGISTRATION_PRESETS", str(tmp_path / "presets"))
    return folder


@pytest.fixture(scope="session")
def have_run() -> set[str]:
    """Commands that stood in a block before."""
    return set()


@pytest.mark.parametrize("block", _named(SHELL))
def test_the_commands_of_a_block_do_what_they_say(block, workspace, capsys, have_run):
    for command in block.commands():
        words = shlex.split(command)
        if command in have_run:
            continue
        have_run.add(command)
        if not block.why_not(command):
            assert words[0] == "elastix-registration", f"{block.name}: no test runs {words[0]}; see NOT_RUN"
            if cli.main(words[1:]) != cli.DONE:
                pytest.fail(f"{block.name}: {command}\n{capsys.readouterr().err}", pytrace=False)
        elif words[0] == "elastix-registration":
            cli.parser().parse_args(words[1:])


@pytest.mark.parametrize("block", _named(PYTHON))
def test_a_python_block_runs(block, workspace):
    code = compile(block.code, block.page, "exec")
    if block.why_not(block.text):
        return
    if "__main__" not in block.text:
        try:
            exec(code, {"__name__": "__main__"})
        except Exception:
            pytest.fail(f"{block.name}\n{traceback.format_exc()}", pytrace=False)
        return
    script = workspace / "script.py"  # its workers import it again
    script.write_text(block.code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name],
        env={**os.environ, "PYTHONPATH": str(MODULE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block.name}\n{done.stderr}"


@pytest.mark.parametrize("block", _named(SLICER))
def test_a_block_for_slicers_console_runs(block, console_report):
    assert console_report[block.name] == "", f"{block.name}\n{console_report[block.name]}"


# --- no block gets by without a test ---------------------------------------------------------------------------------


@pytest.mark.parametrize("block", _named(""))
def test_every_block_says_what_it_is(block):
    assert block.kind in KINDS, f"{block.name}: ```{block.language} is none of {', '.join(KINDS)}"


@pytest.mark.parametrize("block", _named(LAYOUT))
def test_no_command_hides_in_a_layout(block):
    assert "elastix-registration " not in block.text
    assert "import " not in block.text


@pytest.mark.parametrize("words", sorted(NOT_RUN))
def test_what_is_not_run_is_still_there_and_the_reason_names_files_that_are(words):
    assert any(words in block.text for block in all_blocks())
    for word in NOT_RUN[words].split():
        assert "/" not in word or (TOP / word).exists(), word
