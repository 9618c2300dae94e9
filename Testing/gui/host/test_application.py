"""The application around a module: dialogs, translations, packages, scenes, time."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from translation_files import compile_to


def test_the_application(host, slicer, qt):
    app = slicer.app
    assert app.mrmlScene() is slicer.mrmlScene
    assert app.os in ("linux", "macosx", "win")
    assert app.testingEnabled() is False
    assert app.applicationName == "Slicer"
    assert (app.majorVersion, app.minorVersion) == (5, 13)
    assert qt.QApplication.instance() is app
    app.processEvents()
    with pytest.raises(AttributeError):
        _ = app.repositoryOwner
    with pytest.raises(TypeError):
        app.temporaryPath()


def test_the_main_window(slicer):
    window = slicer.util.mainWindow()
    assert window.className() == "qSlicerMainWindow"
    assert slicer.util.showStatusMessage("working") is not False


def test_dialogs_are_answered_and_recorded(host, slicer):
    host.dialogs.expect("Yes")
    assert slicer.util.confirmYesNoDisplay("Replace the output?") is True
    host.dialogs.expect("No")
    assert slicer.util.confirmYesNoDisplay("Replace the output?") is False
    host.dialogs.expect("OK")
    slicer.util.errorDisplay("No fixed volume", windowTitle="Registration")
    assert [d.text for d in host.dialogs.shown] == ["Replace the output?"] * 2 + ["No fixed volume"]
    assert host.dialogs.shown[2].title == "Registration"


def test_a_dialog_nobody_expected_is_closed_and_noted(host, slicer):
    assert slicer.util.confirmOkCancelDisplay("Really?") is False
    assert host.dialogs.unexpected[0].text == "Really?"
    host.dialogs.unexpected.clear()


def test_testing_mode_shows_no_dialog(host, slicer, monkeypatch, caplog):
    monkeypatch.setattr(type(host.app), "testing", True)
    with caplog.at_level(logging.INFO):
        slicer.util.errorDisplay("No fixed volume")
    assert host.dialogs.shown == []
    assert "No fixed volume" in caplog.text


def test_translations_are_those_of_the_language(host, slicer, tmp_path):
    from slicer.i18n import tr, translate

    (tmp_path / "Other_de.ts").write_text(
        "<TS version='2.1' language='de'><context><name>test_application</name><message><source>Apply</source>"
        "<translation>Anwenden</translation></message></context></TS>",
        encoding="utf-8",
    )
    compile_to(tmp_path / "Other_de.ts", tmp_path / "Other_de.qm")
    try:
        for language, expected in (("", "Apply"), ("fr_FR", "Apply"), ("de_AT", "Anwenden")):
            host.app.speak(language)
            slicer.app.loadTranslations(str(tmp_path))
            assert tr("Apply") == translate("test_application", "Apply") == expected
    finally:
        host.app.speak("")
    with pytest.raises(TypeError):
        tr(None)


def test_packaging_is_there_or_not(host, slicer, tmp_path):
    from slicer.packaging import load_requirements, pip_ensure

    path = tmp_path / "requirements.txt"
    path.write_text("# engine\nnumpy>=1.20\n")
    pip_ensure(load_requirements(path), requester="Test")
    assert host.pip.installs == []
    host.pip.missing.add("numpy")
    host.dialogs.expect("Cancel")
    with pytest.raises(RuntimeError, match="declined"):
        pip_ensure(load_requirements(path), requester="Test")
    host.dialogs.expect("OK")
    pip_ensure(load_requirements(path), requester="Test")
    assert host.pip.installs == [["numpy>=1.20"]]
    assert "Test" in host.dialogs.shown[-1].title
    host.setPackaging(False)
    with pytest.raises(ImportError):
        import slicer.packaging
    assert not hasattr(slicer, "packaging")
    slicer.util.pip_install("itk-elastix")
    assert host.pip.installs[-1] == ["itk-elastix"]
    with pytest.raises(TypeError):
        slicer.util.pip_install("itk-elastix", requester="Test")
    host.pip.installs.clear()


def test_pip_can_fail(host, slicer):
    host.pip.fails = True
    try:
        with pytest.raises(subprocess.CalledProcessError):
            slicer.util.pip_install("itk-elastix")
    finally:
        host.pip.fails = False
        host.pip.installs.clear()


def test_volumes_and_scenes_are_saved_and_loaded(host, slicer, tmp_path):
    import numpy as np

    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(volume, np.arange(24, dtype=np.int16).reshape(2, 3, 4))
    assert slicer.util.saveNode(volume, str(tmp_path / "ct.nrrd")) is True
    again = slicer.util.loadVolume(str(tmp_path / "ct.nrrd"))
    assert np.array_equal(slicer.util.arrayFromVolume(again), slicer.util.arrayFromVolume(volume))
    with pytest.raises(RuntimeError, match="Failed to load"):
        slicer.util.loadVolume(str(tmp_path / "none.nrrd"))
    assert slicer.util.saveScene(str(tmp_path / "scene.mrml")) is True
    host.closeScene()
    slicer.util.loadScene(str(tmp_path / "scene.mrml"))
    assert slicer.util.getNode("CT").GetImageData().GetDimensions() == (4, 3, 2)


def test_uninstalling_leaves_slicer_as_it_was(tmp_path):
    script = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
        import slicer, slicer.util, threading
        before, start = set(vars(slicer)), threading.Thread.start
        import SlicerHost
        host = SlicerHost.install()
        import qt, ctk, slicer.ScriptedLoadableModule
        assert slicer.app.applicationName == "Slicer"
        SlicerHost.uninstall()
        gone = {{"qt", "ctk", "slicer.ScriptedLoadableModule", "slicer.packaging", "slicer.i18n"}}
        assert not gone & set(sys.modules), gone & set(sys.modules)
        assert set(vars(slicer)) == before, set(vars(slicer)) ^ before
        assert threading.Thread.start is start
        print("clean")
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "clean\n"), done.stderr


def test_an_error_inside_the_host_fails_the_test_too(host, slicer, monkeypatch):
    box = slicer.qMRMLNodeComboBox()

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(type(box._hostObject), "_activated", fail)
    box._hostObject._combo.activated.connect(lambda _: fail())
    box._hostObject._combo.activated.emit(0)
    assert {type(e) for e in host.errors} == {ZeroDivisionError}
    host.errors.clear()


def test_a_missing_system_library_is_named_with_its_debian_package(host, monkeypatch):
    from SlicerHost import requirements_of_qt

    assert requirements_of_qt.missing_package() is None
    monkeypatch.setitem(requirements_of_qt.LIBRARIES, "libNotThere.so.9", "libnotthere9")
    message = "Qt needs libNotThere.so.9: install the Debian package libnotthere9."
    assert requirements_of_qt.missing_package() == message


def test_the_gap_meter_sees_a_busy_main_thread(host, qt):
    with host.measureGaps() as quiet:
        host.pump(0.2)
    assert quiet.ticks >= 5
    with host.measureGaps() as busy:
        qt.QTimer.singleShot(20, lambda: time.sleep(0.25))
        host.pump(0.4)
    assert busy.longest >= 240
    assert quiet.longest < busy.longest


def test_wait_until(host, qt):
    heard = []
    qt.QTimer.singleShot(30, lambda: heard.append(True))
    assert host.waitUntil(lambda: heard, 5) == [True]
    with pytest.raises(TimeoutError, match="still not true"):
        host.waitUntil(lambda: False, 0.05)
