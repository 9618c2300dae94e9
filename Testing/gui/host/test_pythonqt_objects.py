"""Subclasses, overrides and the lifetime of objects are those of PythonQt."""

from __future__ import annotations

import weakref

import pytest


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
