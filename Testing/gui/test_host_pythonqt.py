"""The host has PythonQt's rules: what was measured on a real PythonQt 4.1 with Qt 5.15, case by case."""

from __future__ import annotations

import functools
import subprocess
import sys
import textwrap
import threading
import weakref
from pathlib import Path

import pytest

# --- properties ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("QPushButton", "text", "Apply"),
        ("QSpinBox", "value", 7),
        ("QDoubleSpinBox", "value", 2.5),
        ("QWidget", "enabled", False),
        ("QWidget", "windowTitle", "Registration"),
        ("QLineEdit", "placeholderText", "search"),
        ("QPlainTextEdit", "plainText", "log"),
        ("QTextEdit", "plainText", "log"),
        ("QTableWidget", "rowCount", 3),
        ("QTimer", "interval", 50),
        ("QAction", "text", "Swap"),
        ("QGroupBox", "title", "Inputs"),
        ("QProgressBar", "maximum", 200),
        ("QCheckBox", "checked", True),
    ],
)
def test_a_property_is_an_attribute_that_shadows_its_getter(qt, kind, name, value):
    thing = getattr(qt, kind)()
    if kind == "QCheckBox":
        thing.checkable = True
    setattr(thing, name, value)
    assert getattr(thing, name) == value
    with pytest.raises(TypeError, match="not callable"):
        getattr(thing, name)()


def test_read_only_properties_are_attributes_too(qt):
    combo, label, tree, timer = qt.QComboBox(), qt.QLabel("x"), qt.QTreeWidget(), qt.QTimer()
    combo.addItems(["a", "b"])
    assert (combo.count, combo.currentIndex, combo.currentText) == (2, 0, "a")
    assert isinstance(label.width, int)
    assert label.size.width() == label.width
    assert label.visible is False
    assert label.alignment == qt.Qt.AlignLeft | qt.Qt.AlignVCenter
    assert tree.topLevelItemCount == 0
    assert timer.active is False
    assert qt.QProgressDialog().wasCanceled is False
    assert label.pixmap.isNull()
    assert qt.QTextEdit().document.className() == "QTextDocument"
    with pytest.raises(AttributeError, match="not writable"):
        combo.count = 3


def test_slots_and_other_methods_are_called(qt):
    box = qt.QWidget()
    layout = qt.QVBoxLayout(box)
    check, edit, combo = qt.QCheckBox(), qt.QTextEdit(), qt.QComboBox()
    for widget in (check, edit, combo):
        layout.addWidget(widget)
    assert check.isEnabled() is True
    assert box.isVisible() is False
    assert check.checkState() == qt.Qt.Unchecked
    assert box.layout() is layout
    assert check.parent() is box
    assert check in box.children()
    edit.setText("log")
    assert edit.toPlainText() == "log"
    combo.addItem("mutual information", "AdvancedMattesMutualInformation")
    combo.setCurrentIndex(0)
    assert combo.itemText(0) == "mutual information"
    assert combo.itemData(0) == "AdvancedMattesMutualInformation"
    assert combo.findText("nothing") == -1


def test_items_are_no_qobjects_and_have_methods_only(qt):
    table = qt.QTableWidget(1, 1)
    item = qt.QTableWidgetItem("before")
    table.setItem(0, 0, item)
    assert table.item(0, 0).text() == "before"
    node = qt.QTreeWidgetItem()
    node.setText(0, "rigid")
    assert node.text(0) == "rigid"
    assert qt.QImage(4, 3, qt.QImage.Format_RGB32).width() == 4
    process = qt.QProcess()
    assert process.state() == qt.QProcess.NotRunning
    assert process.exitCode() == 0


@pytest.mark.parametrize("value", ["abc", "7", None, [1]])
def test_a_property_refuses_a_value_of_another_type(qt, value):
    with pytest.raises(AttributeError, match="Property 'value' of type 'int' does not accept"):
        qt.QSpinBox().value = value


def test_an_int_property_takes_3_7_as_3(qt):
    spin = qt.QSpinBox()
    spin.value = 3.7
    assert spin.value == 3


def test_an_unknown_attribute_cannot_be_read_or_set(qt):
    label = qt.QLabel()
    with pytest.raises(AttributeError, match="no attribute named 'caption'"):
        _ = label.caption
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects is not allowed"):
        label.caption = "x"
    with pytest.raises(AttributeError, match="can not be overwritten"):
        label.setText = print


def test_a_python_subclass_can_have_attributes_of_its_own(qt):
    class Row(qt.QLabel):
        pass

    row = Row()
    row.caption = "x"
    assert row.caption == "x"


def test_text_is_made_of_anything(qt):
    label = qt.QLabel()
    label.setText(None)
    assert label.text == "None"
    label.text = 4
    assert label.text == "4"


def test_dynamic_properties_give_lists_back_as_tuples(qt):
    widget = qt.QWidget()
    widget.setProperty("stages", ["rigid", "bspline"])
    assert widget.property("stages") == ("rigid", "bspline")
    assert widget.stages == ("rigid", "bspline")
    widget.stages = ["affine"]
    assert widget.property("stages") == ("affine",)


def test_name_is_the_object_name(qt):
    widget = qt.QWidget()
    widget.name = "inputs"
    assert widget.objectName == "inputs"
    assert widget.name == "inputs"


# --- enums --------------------------------------------------------------------------------------------------------


def test_enums_are_unscoped_ints_and_the_scoped_spelling_works(qt):
    assert qt.Qt.AlignLeft == 1
    assert qt.QMessageBox.Yes == 0x4000
    assert qt.QSizePolicy.Expanding == 7
    assert qt.QHeaderView.Stretch == 1
    assert qt.Qt.white == 3
    assert qt.Qt.UserRole + 1 == 257
    assert qt.Qt.AlignmentFlag.AlignLeft == qt.Qt.AlignLeft
    assert isinstance(qt.Qt.AlignLeft, int)
    with pytest.raises(AttributeError):
        _ = qt.Qt.AlignSideways


def test_or_gives_a_plain_int_that_is_accepted_everywhere(qt):
    both = qt.Qt.AlignRight | qt.Qt.AlignTop
    assert type(both) is int
    label = qt.QLabel()
    label.setAlignment(both)
    assert label.alignment == both
    label.alignment = qt.Qt.AlignHCenter | qt.Qt.AlignBottom
    assert label.alignment == qt.Qt.AlignHCenter | qt.Qt.AlignBottom
    widget = qt.QWidget()
    widget.setSizePolicy(qt.QSizePolicy.Expanding, qt.QSizePolicy.Fixed)
    assert widget.sizePolicy.horizontalPolicy() == qt.QSizePolicy.Expanding


# --- signals ------------------------------------------------------------------------------------------------------


def test_both_forms_of_connect(qt):
    button, heard = qt.QPushButton(), []
    assert button.clicked.connect(lambda: heard.append("new")) is True
    assert button.connect("clicked(bool)", lambda: heard.append("old")) is True
    button.click()
    assert heard == ["new", "old"]


def test_disconnect(qt):
    spin, heard = qt.QSpinBox(), []
    spin.valueChanged.connect(heard.append)
    spin.valueChanged.disconnect(heard.append)
    spin.connect("valueChanged(int)", heard.append)
    spin.disconnect("valueChanged(int)", heard.append)
    spin.value = 5
    assert heard == []


def test_a_wrong_old_style_signature_returns_false_and_prints(qt, capfd):
    assert qt.QPushButton().connect("pushed()", print) is False
    assert qt.QPushButton().connect("clicked(int)", print) is False
    assert "does not exist on QPushButton" in capfd.readouterr().err


def test_a_wrong_new_style_name_raises(qt):
    with pytest.raises(AttributeError):
        qt.QPushButton().pushed.connect(print)


def test_signals_have_no_overload_access(qt):
    with pytest.raises(TypeError, match="not subscriptable"):
        qt.QComboBox().currentIndexChanged["int"]


def test_an_overload_of_qt5_is_reached_by_its_signature(qt):
    combo, texts, numbers = qt.QComboBox(), [], []
    combo.addItems(["rigid", "affine"])
    assert combo.connect("currentIndexChanged(QString)", texts.append)
    assert combo.connect("currentIndexChanged(int)", numbers.append)
    combo.setCurrentIndex(1)
    assert (texts, numbers) == (["affine"], [1])


def test_clicked_passes_false_to_whoever_takes_any_arguments(qt):
    button, heard = qt.QPushButton(), []
    button.clicked.connect(lambda *a: heard.append(a))
    button.clicked.connect(lambda: heard.append("none"))
    button.click()
    assert heard == [(False,), "none"]


def test_connecting_twice_calls_twice(qt):
    button, heard = qt.QPushButton(), []

    def hear():
        heard.append(1)

    button.clicked.connect(hear)
    button.clicked.connect(hear)
    button.click()
    assert len(heard) == 2


def test_an_exception_in_a_slot_is_printed_and_swallowed(qt, host, capfd):
    button, heard = qt.QPushButton(), []

    def fail():
        raise KeyError("metric")

    button.clicked.connect(fail)
    button.clicked.connect(lambda: heard.append("next"))
    button.click()
    assert heard == ["next"]
    assert "KeyError: 'metric'" in capfd.readouterr().err
    assert isinstance(host.errors.pop(), KeyError)


def test_a_connected_bound_method_keeps_its_object_alive(qt):
    class Listener:
        heard = 0

        def hear(self):
            Listener.heard += 1

    button, listener = qt.QPushButton(), Listener()
    button.clicked.connect(listener.hear)
    known = weakref.ref(listener)
    del listener
    button.click()
    assert Listener.heard == 1
    assert known() is not None


def test_partial_and_block_signals(qt):
    button, heard = qt.QPushButton(), []
    button.clicked.connect(functools.partial(heard.append))
    button.click()
    assert heard == [False]
    assert button.blockSignals(True) is False
    button.click()
    assert heard == [False]


def test_own_signals(qt):
    class Source(qt.QObject):
        progressed = qt.Signal(int)
        named = qt.Signal(str, float)
        done = qt.Signal()

    source, heard = Source(), []
    source.progressed.connect(heard.append)
    source.named.connect(lambda name, value: heard.append((name, value)))
    source.done.connect(lambda: heard.append("done"))
    source.progressed.emit(40)
    source.named.emit("metric", -0.5)
    source.done.emit()
    assert heard == [40, ("metric", -0.5), "done"]
    with pytest.raises(ValueError, match="wrong number"):
        source.progressed.emit()


# --- classes ------------------------------------------------------------------------------------------------------


def test_isinstance_knows_no_qt_inheritance(qt):
    label = qt.QLabel()
    assert not isinstance(label, qt.QWidget)
    assert isinstance(label, qt.QLabel)
    assert label.inherits("QWidget")
    assert label.inherits("QFrame")
    assert not label.inherits("QPushButton")
    assert label.className() == "QLabel"


def test_overrides_are_called_by_qt(qt, host):
    class Panel(qt.QWidget):
        def __init__(self):
            qt.QWidget.__init__(self)
            self.events = []

        def closeEvent(self, event):
            self.events.append("close")
            event.accept()

        def paintEvent(self, event):
            painter = qt.QPainter(self)
            painter.fillRect(self.rect, qt.QColor("red"))
            painter.end()
            self.events.append("paint")

        def resizeEvent(self, event):
            self.events.append(("resize", event.size().width()))
            qt.QWidget.resizeEvent(self, event)

        def sizeHint(self):
            return qt.QSize(321, 45)

    panel = Panel()
    assert panel.sizeHint().width() == 321  # an overridden property has become a method
    panel.resize(120, 80)
    panel.show()
    host.pump(0.05)
    assert panel.grab().toImage().pixelColor(60, 40).red() == 255
    panel.close()
    assert "close" in panel.events
    assert "paint" in panel.events
    assert ("resize", 120) in panel.events


def test_an_event_filter_sees_events_and_can_stop_them(qt, host):
    class Filter(qt.QObject):
        def eventFilter(self, watched, event):
            return event.type() == qt.QEvent.MouseButtonPress and watched.className() == "QPushButton"

    button, heard = qt.QPushButton(), []
    watcher = Filter()
    button.installEventFilter(watcher)
    button.pressed.connect(lambda: heard.append("pressed"))
    press = qt.QMouseEvent(
        qt.QEvent.MouseButtonPress, qt.QPointF(3, 3), qt.Qt.LeftButton, qt.Qt.LeftButton, qt.Qt.NoModifier
    )
    qt.QApplication.sendEvent(button, press)
    assert heard == []
    button.removeEventFilter(watcher)
    qt.QApplication.sendEvent(button, press)
    assert heard == ["pressed"]


def test_a_model_gives_qt_its_data(qt):
    class Stages(qt.QAbstractTableModel):
        def rowCount(self, parent):
            return 2

        def columnCount(self, parent):
            return 1

        def data(self, index, role):
            return ("rigid", "bspline")[index.row()] if role == qt.Qt.DisplayRole else None

    model, view = Stages(), qt.QTableView()
    view.setModel(model)
    assert view.model().index(1, 0).data(qt.Qt.DisplayRole) == "bspline"


def test_a_subclass_that_forgets_the_base_init_fails_when_used(qt):
    class Forgetful(qt.QWidget):
        def __init__(self):
            self.rows = 1

    with pytest.raises(ValueError, match="__init__ was not called"):
        Forgetful().show()


def test_a_deleted_object_is_false_and_raises_when_used(qt, host):
    button = qt.QPushButton()
    button.deleteLater()
    host.pump()
    assert not button
    with pytest.raises(ValueError, match="destroyed QPushButton"):
        button.setText("x")
    with pytest.raises(ValueError, match="destroyed QPushButton"):
        _ = button.text


def test_super_finds_no_qt_method(qt):
    """The members of PythonQt's classes are not in their dictionaries, where super() looks."""

    class Panel(qt.QWidget):
        def sizeHint(self):
            return super().sizeHint()

    with pytest.raises(AttributeError):
        Panel().sizeHint()


# --- processes ----------------------------------------------------------------------------------------------------


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


# --- threads ------------------------------------------------------------------------------------------------------


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


# --- more traps ---------------------------------------------------------------------------------------------------


def test_the_button_box_takes_its_buttons_for_an_orientation(qt):
    box = qt.QDialogButtonBox(qt.QDialogButtonBox.Ok | qt.QDialogButtonBox.Cancel)
    assert box.buttons() == ()
    box.setStandardButtons(qt.QDialogButtonBox.Ok | qt.QDialogButtonBox.Cancel)
    assert len(box.buttons()) == 2


def test_constructors_and_methods_take_no_keywords(qt):
    with pytest.raises(ValueError, match="keyword arguments"):
        qt.QLabel(text="x")
    with pytest.raises(ValueError, match="keyword arguments"):
        qt.QLabel().setText(text="x")


def test_arguments_that_fit_no_overload_raise_value_error(qt):
    with pytest.raises(ValueError, match="matching overload"):
        qt.QSpinBox().setRange(1)
    with pytest.raises(ValueError, match="matching overload"):
        qt.QLabel("text", "no parent")


def test_an_unparented_widget_dies_with_its_last_reference(qt):
    gone, widget = [], qt.QLabel()
    widget.destroyed.connect(lambda: gone.append(True))
    del widget
    assert gone == [True]


def test_a_subclass_object_lives_as_long_as_its_parent(qt):
    class Row(qt.QLabel):
        def __init__(self, parent):
            qt.QLabel.__init__(self, parent)
            self.caption = "kept"

    box = qt.QWidget()
    Row(box)
    assert box.children()[0].caption == "kept"
    known = weakref.ref(box.children()[0])
    assert known() is box.children()[0]


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


# --- settings -----------------------------------------------------------------------------------------------------


def test_settings_keep_types_here_and_are_text_in_another_process(qt, host, tmp_path):
    path = str(tmp_path / "s.ini")
    settings = qt.QSettings(path, qt.QSettings.IniFormat)
    settings.setValue("background", True)
    settings.setValue("threads", 5)
    assert settings.value("background") is True
    assert settings.value("threads") == 5
    settings.sync()
    testing = Path(__file__).resolve().parents[1]
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


# --- not there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "QVariant",
        "QTreeWidgetItemIterator",
        "QT_VERSION_STR",
        "QSvgWidget",
        "QChart",
        "QAnyClass",
        "Slot",
        "pyqtSignal",
    ],
)
def test_names_that_pythonqt_lacks(qt, name):
    assert not hasattr(qt, name)


def test_the_version_is_a_function(qt):
    assert isinstance(qt.qVersion(), str)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("QHeaderView", "setResizeMode"),
        ("QMouseEvent", "position"),
        ("QSize", "toTuple"),
        ("QFormLayout", "setRowVisible"),
        ("QWidget", "setScreen"),
        ("QObject", "emit"),
    ],
)
def test_methods_that_qt5_or_pythonqt_lack(qt, kind, name):
    with pytest.raises(AttributeError):
        getattr(getattr(qt, kind), name)


def test_images_come_from_bytes_by_other_ways(qt):
    with pytest.raises(ValueError, match="matching overload"):
        qt.QImage(b"\0" * 12, 2, 2, 6, qt.QImage.Format_RGB888)
    source = qt.QImage(2, 2, qt.QImage.Format_RGB32)
    buffer = qt.QBuffer()
    buffer.open(qt.QIODevice.WriteOnly)
    assert source.save(buffer, "PNG")
    png = buffer.data()
    assert qt.QImage.fromData(png).width() == 2
    pixmap = qt.QPixmap()
    assert pixmap.loadFromData(png.data())
    assert pixmap.height() == 2


def test_a_button_group_keeps_ids_while_the_button_lives(qt):
    group, button = qt.QButtonGroup(), qt.QRadioButton("LPS")
    group.addButton(button, 3)
    assert group.id(button) == 3
    group.addButton(qt.QRadioButton("temporary"), 4)
    assert group.button(4) is None


def test_single_shot_is_the_static_method(qt):
    timer = qt.QTimer()
    timer.setSingleShot(True)
    assert timer.isSingleShot() is True
    assert callable(timer.singleShot)


def test_thousands_of_emitted_signals(qt):
    """PySide6 6.12 loses a reference to True or None with each on Python 3.10 and 3.11."""

    class Source(qt.QObject):
        ticked = qt.Signal(bool)

    source, heard = Source(), []
    source.ticked.connect(heard.append)
    for _ in range(5000):
        source.ticked.emit(True)
    assert len(heard) == 5000


def test_class_names_outlive_the_objects_they_were_asked_of(qt):
    """PySide6 6.12 takes a class's meta-object along when an object dies that was asked for it."""
    for _ in range(3):
        box = qt.QWidget()
        qt.QVBoxLayout(box).addWidget(qt.QRadioButton())
        assert box.children()[1].className() == "QRadioButton"
        del box
    combo = qt.QComboBox()
    assert combo.view().parent().className() == "QComboBoxPrivateContainer"


def test_the_model_of_a_view_dies_with_its_last_reference(qt):
    view = qt.QListView()
    view.setModel(qt.QStringListModel(["a"]))
    assert view.model() is None
