"""Processes, threads, settings and dialogs behave as in PythonQt."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest


def run(qt, *arguments):
    process = qt.QProcess()
    process.start(sys.executable, list(arguments))
    assert process.waitForStarted(5000)
    return process


def test_finished_gives_one_argument_and_the_full_signature_two(qt):
    process, one, two = qt.QProcess(), [], []
    process.finished.connect(lambda *a: one.append(a))
    assert process.connect("finished(int,QProcess::ExitStatus)", lambda *a: two.append(a))
    process.start(sys.executable, ["-c", "raise SystemExit(3)"])
    assert process.waitForFinished(10000)
    assert one == [(3,)]
    assert two == [(3, 0)]


def test_output_is_a_qbytearray_with_data_only(qt):
    process = run(qt, "-c", "print('ready')")
    assert process.waitForFinished(10000)
    output = process.readAllStandardOutput()
    assert output.data() == b"ready\n"
    with pytest.raises(TypeError):
        bytes(output)
    with pytest.raises(TypeError):
        len(output)
    with pytest.raises(TypeError):
        str(output, "utf-8")


def test_write_close_environment_and_id(qt):
    process = qt.QProcess()
    environment = qt.QProcessEnvironment.systemEnvironment()
    environment.insert("ANSWER", "42")
    process.setProcessEnvironment(environment)
    script = "import os, sys; print(os.environ['ANSWER'], sys.stdin.read())"
    process.start(sys.executable, ["-c", script])
    assert process.waitForStarted(5000)
    assert process.processId() > 0
    process.write(b"from stdin")
    process.closeWriteChannel()
    assert process.waitForFinished(10000)
    assert process.readAllStandardOutput().data() == b"42 from stdin\n"


def test_after_kill(qt):
    process = run(qt, "-c", "import time; time.sleep(60)")
    process.kill()
    assert process.waitForFinished(5000)
    assert process.exitStatus() == 1
    assert process.exitCode() == 9


def test_a_missing_program_emits_an_error_and_no_finished(qt, host):
    process, errors, finished = qt.QProcess(), [], []
    process.errorOccurred.connect(errors.append)
    process.finished.connect(finished.append)
    process.start("/nonexistent/elastix", [])
    host.waitUntil(lambda: errors, 5)
    assert errors == [qt.QProcess.FailedToStart]
    assert process.errorString()
    assert finished == []


def test_a_process_dies_with_its_last_reference(qt, host):
    import os

    process = run(qt, "-c", "import time; time.sleep(60)")
    pid = process.processId()
    del process
    host.pump()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_host_notes_python_threads(host):
    thread = threading.Thread(target=lambda: None, name="worker")
    thread.start()
    thread.join()
    assert host.threads == ["worker"]


def test_a_python_qthread_is_refused(qt):
    class Worker(qt.QThread):
        def run(self):
            pass

    with pytest.raises(RuntimeError, match="crashes in PythonQt"):
        Worker()


def test_single_shot_from_a_thread_never_fires(qt, host):
    heard = []
    thread = threading.Thread(target=lambda: qt.QTimer.singleShot(0, lambda: heard.append("thread")))
    thread.start()
    thread.join()
    qt.QTimer.singleShot(0, lambda: heard.append("main"))
    host.pump(0.1)
    assert heard == ["main"]


def test_a_file_dialog_returns_text(qt, host, tmp_path):
    (tmp_path / "p.txt").write_text("")
    host.dialogs.expect(str(tmp_path / "p.txt"))
    path = qt.QFileDialog.getOpenFileName(
        None, "Open", str(tmp_path), "Text (*.txt)", "", qt.QFileDialog.DontUseNativeDialog
    )
    assert path == str(tmp_path / "p.txt")


def test_an_input_dialog_returns_text(qt, host):
    host.dialogs.expect("second set")
    assert qt.QInputDialog.getText(None, "Name", "Name of the parameter set") == "second set"


def test_settings_keep_types_here_and_are_text_in_another_process(qt, host, tmp_path):
    path = str(tmp_path / "s.ini")
    settings = qt.QSettings(path, qt.QSettings.IniFormat)
    settings.setValue("background", True)
    settings.setValue("threads", 5)
    assert settings.value("background") is True
    assert settings.value("threads") == 5
    settings.sync()
    testing = Path(__file__).resolve().parents[2]
    script = f"""
        import sys
        sys.path.insert(0, {str(testing)!r})
        import SlicerHost
        SlicerHost.install()
        import qt
        s = qt.QSettings({path!r}, qt.QSettings.IniFormat)
        print(repr(s.value("background")), repr(s.value("threads")), repr(s.value("none", "default")))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["'true'", "'5'", "'default'"]


def test_settings_of_the_host_are_its_own(qt, slicer):
    assert qt.QSettings().fileName().startswith(slicer.app.slicerHome)
