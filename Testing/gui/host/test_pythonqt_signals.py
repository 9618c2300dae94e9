"""Signals are connected and emitted as in PythonQt."""

from __future__ import annotations

import functools
import weakref

import pytest


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
