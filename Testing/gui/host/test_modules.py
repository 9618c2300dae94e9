"""A scripted module is loaded, opened, reloaded and unloaded as in Slicer."""

from __future__ import annotations

import sys
import textwrap

import pytest

MODULE = """
    import qt
    import slicer
    import vtk
    from slicer.i18n import tr as _
    from slicer.i18n import translate
    from slicer.ScriptedLoadableModule import *
    from slicer.util import VTKObservationMixin

    calls = []


    class HostSample(ScriptedLoadableModule):
        def __init__(self, parent):
            ScriptedLoadableModule.__init__(self, parent)
            self.parent.title = _("Host sample")
            self.parent.categories = [translate("qSlicerAbstractCoreModule", "Registration")]
            self.parent.dependencies = []
            self.parent.contributors = ["Somebody"]
            self.parent.helpText = self.getDefaultModuleDocumentationLink()
            slicer.app.connect("startupCompleted()", self.onStartup)

        def onStartup(self):
            calls.append("startup")


    class HostSampleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
        def __init__(self, parent=None):
            ScriptedLoadableModuleWidget.__init__(self, parent)
            VTKObservationMixin.__init__(self)
            self.logic = None

        def setup(self):
            ScriptedLoadableModuleWidget.setup(self)
            calls.append("setup")
            uiWidget = slicer.util.loadUI(self.resourcePath("UI/HostSample.ui"))
            self.layout.addWidget(uiWidget)
            self.ui = slicer.util.childWidgetVariables(uiWidget)
            uiWidget.setMRMLScene(slicer.mrmlScene)
            self.logic = HostSampleLogic()
            self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onStartClose)
            self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onEndClose)
            self.ui.inputSelector.connect("currentNodeChanged(vtkMRMLNode*)", self.update)
            self.ui.applyButton.connect("clicked(bool)", self.onApply)
            self.update()

        def cleanup(self):
            calls.append("cleanup")
            self.removeObservers()

        def enter(self):
            calls.append("enter")

        def exit(self):
            calls.append("exit")

        def onStartClose(self, caller, event):
            calls.append("startClose")

        def onEndClose(self, caller, event):
            calls.append("endClose")

        def update(self, node=None):
            self.ui.applyButton.enabled = self.ui.inputSelector.currentNode() is not None

        def onApply(self):
            with slicer.util.tryWithErrorDisplay("Failed to compute results.", waitCursor=True):
                self.logic.process(self.ui.inputSelector.currentNode(), self.ui.strength.value)


    class HostSampleLogic(ScriptedLoadableModuleLogic):
        def process(self, volume, strength):
            if strength > 5:
                raise ValueError("strength is too large")
            self.getParameterNode().SetParameter("last", volume.GetName())


    class HostSampleTest(ScriptedLoadableModuleTest):
        def setUp(self):
            slicer.mrmlScene.Clear(0)

        def runTest(self):
            self.setUp()
            self.test_logic()

        def test_logic(self):
            self.delayDisplay("Starting")
            volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "v")
            logic = HostSampleLogic()
            logic.process(volume, 1)
            self.assertEqual(logic.getParameterNode().GetParameter("last"), "v")
            calls.append("tested")
"""
UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>HostSample</class>
 <widget class="qMRMLWidget" name="HostSample">
  <layout class="QVBoxLayout" name="verticalLayout">
   <item>
    <widget class="ctkCollapsibleButton" name="inputsCollapsibleButton">
     <property name="text"><string>Inputs</string></property>
     <layout class="QFormLayout" name="formLayout">
      <item row="0" column="0">
       <widget class="QLabel" name="inputLabel"><property name="text"><string>Input volume:</string></property></widget>
      </item>
      <item row="0" column="1">
       <widget class="qMRMLNodeComboBox" name="inputSelector">
        <property name="toolTip"><string>The volume to work on.</string></property>
        <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
        <property name="addEnabled"><bool>false</bool></property>
        <property name="removeEnabled"><bool>false</bool></property>
       </widget>
      </item>
      <item row="1" column="0">
       <widget class="QLabel" name="strengthLabel"><property name="text"><string>Strength:</string></property></widget>
      </item>
      <item row="1" column="1">
       <widget class="ctkSliderWidget" name="strength">
        <property name="maximum"><double>10.000000000000000</double></property>
        <property name="value"><double>2.500000000000000</double></property>
        <property name="spinBoxAlignment"><set>Qt::AlignTop</set></property>
       </widget>
      </item>
      <item row="2" column="1">
       <widget class="ctkPathLineEdit" name="folder">
        <property name="filters"><set>ctkPathLineEdit::Dirs|ctkPathLineEdit::Writable</set></property>
       </widget>
      </item>
     </layout>
    </widget>
   </item>
   <item>
    <widget class="QPushButton" name="applyButton">
     <property name="enabled"><bool>false</bool></property>
     <property name="text"><string>Apply</string></property>
    </widget>
   </item>
   <item>
    <widget class="ctkCollapsibleButton" name="advancedCollapsibleButton">
     <property name="text"><string>Advanced</string></property>
     <property name="collapsed"><bool>true</bool></property>
     <layout class="QVBoxLayout" name="advancedLayout">
      <item>
       <widget class="QCheckBox" name="background">
        <property name="text"><string>Run in background</string></property>
       </widget>
      </item>
     </layout>
    </widget>
   </item>
  </layout>
 </widget>
 <customwidgets>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends><header>qMRMLWidget.h</header><container>1</container></customwidget>
  <customwidget><class>qMRMLNodeComboBox</class><extends>QWidget</extends><header>qMRMLNodeComboBox.h</header></customwidget>
  <customwidget><class>ctkCollapsibleButton</class><extends>QWidget</extends><header>ctkCollapsibleButton.h</header><container>1</container></customwidget>
  <customwidget><class>ctkSliderWidget</class><extends>QWidget</extends><header>ctkSliderWidget.h</header></customwidget>
  <customwidget><class>ctkPathLineEdit</class><extends>QWidget</extends><header>ctkPathLineEdit.h</header></customwidget>
 </customwidgets>
 <resources/>
 <connections>
  <connection>
   <sender>HostSample</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
   <receiver>inputSelector</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
  </connection>
  <connection>
   <sender>background</sender><signal>toggled(bool)</signal>
   <receiver>strength</receiver><slot>setDisabled(bool)</slot>
  </connection>
 </connections>
</ui>
"""


@pytest.fixture
def module_file(tmp_path):
    folder = tmp_path / "HostSample"
    (folder / "Resources" / "UI").mkdir(parents=True)
    (folder / "Resources" / "UI" / "HostSample.ui").write_text(UI)
    path = folder / "HostSample.py"
    path.write_text(textwrap.dedent(MODULE))
    yield path
    sys.path[:] = [p for p in sys.path if p != str(folder)]


@pytest.fixture
def widget(host, module_file):
    host.loadModule(module_file)
    return host.openModule("HostSample")


def calls():
    return sys.modules["HostSample"].calls


def test_loading_makes_the_module_known(host, slicer, module_file):
    module = host.loadModule(module_file)
    assert module.className() == "qSlicerScriptedLoadableModule"
    assert (module.name, module.title, module.categories) == ("HostSample", "Host sample", ("Registration",))
    assert slicer.modules.hostsample is module
    assert slicer.modules.HostSampleInstance.parent is module
    assert slicer.util.modulePath("HostSample") == str(module_file)
    assert slicer.util.moduleNames() == ("HostSample",)
    assert not hasattr(slicer.modules, "HostSampleWidget")
    assert calls() == []
    host.app.startupCompleted.emit()
    assert calls() == ["startup"]


def test_opening_sets_up_and_enters_and_leaving_exits(host, slicer, widget):
    assert calls() == ["setup", "enter"]
    assert widget is slicer.modules.HostSampleWidget
    assert widget.parent.className() == "qSlicerScriptedLoadableModuleWidget"
    assert widget.parent.isEntered is True
    assert slicer.util.selectedModule() == "HostSample"
    assert slicer.util.getModuleWidget("HostSample") is widget
    host.leaveModule()
    host.openModule("HostSample")
    assert calls() == ["setup", "enter", "exit", "enter"]


def test_the_ui_file_becomes_widgets_with_their_properties(host, qt, ctk, slicer, widget):
    ui = widget.ui
    assert ui.inputSelector.className() == "qMRMLNodeComboBox"
    assert isinstance(ui.inputSelector, slicer.qMRMLNodeComboBox)
    assert ui.inputSelector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert ui.inputSelector.mrmlScene() is slicer.mrmlScene
    assert (ui.strength.value, ui.strength.maximum) == (2.5, 10.0)
    assert ui.strength.spinBoxAlignment == qt.Qt.AlignTop
    assert ui.folder.filters == ctk.ctkPathLineEdit.Dirs | ctk.ctkPathLineEdit.Writable
    assert ui.advancedCollapsibleButton.collapsed is True
    assert ui.background.visible is False
    ui.background.checked = True
    assert ui.strength.enabled is False
    assert {"Slider", "SpinBox"} <= set(vars(ui))  # children that CTK made


def test_apply(host, slicer, widget):
    assert widget.ui.applyButton.enabled is False
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    assert widget.ui.applyButton.enabled is True
    widget.ui.applyButton.click()
    assert widget.logic.getParameterNode().GetParameter("last") == "CT"
    assert widget.ui.inputSelector.currentNode() is volume


def test_an_error_of_apply_opens_a_dialog_and_is_printed(host, slicer, widget):
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    widget.ui.strength.value = 9
    host.dialogs.expect("OK")
    widget.ui.applyButton.click()
    assert "strength is too large" in host.dialogs.shown[0].text
    assert "Traceback" in host.dialogs.shown[0].details
    assert isinstance(host.errors.pop(), ValueError)


def test_closing_the_scene_reaches_the_module(host, slicer, widget):
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    host.closeScene()
    assert calls()[-2:] == ["startClose", "endClose"]
    assert widget.ui.applyButton.enabled is False


def test_reload_takes_the_new_source(host, slicer, module_file, widget):
    old = calls()
    module_file.write_text(module_file.read_text().replace('"Failed to compute results."', '"New text."'))
    slicer.util.reloadScriptedModule("HostSample")
    host.pump()
    assert old[-1] == "cleanup"
    assert calls() == ["setup"]
    fresh = slicer.modules.HostSampleWidget
    assert fresh is not widget
    assert fresh.parent is widget.parent
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    fresh.ui.strength.value = 9
    host.dialogs.expect("OK")
    fresh.ui.applyButton.click()
    assert host.dialogs.shown[0].text.startswith("New text.")
    host.errors.clear()


def test_unloading_cleans_up_once(host, slicer, widget):
    old = calls()
    host.unloadModule("HostSample")
    assert old[-2:] == ["exit", "cleanup"]
    assert old.count("cleanup") == 1
    assert not hasattr(slicer.modules, "HostSampleWidget")
    assert not widget.parent


def test_the_self_test_runs(host, slicer, widget):
    slicer.selfTests["HostSample"](msec=1)
    assert calls()[-1] == "tested"


def test_developer_mode_has_the_reload_button(host, qt, slicer, module_file):
    qt.QSettings().setValue("Developer/DeveloperMode", True)
    try:
        host.loadModule(module_file)
        widget = host.openModule("HostSample")
        widget.reloadButton.click()
        assert slicer.modules.HostSampleWidget is not widget
    finally:
        qt.QSettings().remove("Developer/DeveloperMode")


def test_two_widgets_can_be_made(host, slicer, widget):
    second = slicer.util.getNewModuleWidget("HostSample")
    assert second is not widget
    assert second.parent is not widget.parent


def test_a_module_that_fails_in_setup_tells_the_test(host, module_file):
    module_file.write_text(module_file.read_text().replace("self.update()\n\n", "self.nonsense()\n\n", 1))
    host.loadModule(module_file)
    with pytest.raises(AttributeError, match="nonsense"):
        host.openModule("HostSample")
    host.errors.clear()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('class="ctkPathLineEdit" name', 'class="ctkPathLine" name', "does not know the class ctkPathLine"),
        ('name="addEnabled"', 'name="addAllowed"', "has no property 'addAllowed'"),
        ("mrmlSceneChanged(vtkMRMLScene*)", "sceneChanged(vtkMRMLScene*)", "has no signal sceneChanged"),
        ("<signal>toggled(bool)", "<signal>ticked(bool)", "has no signal ticked"),
        ("<slot>setMRMLScene(vtkMRMLScene*)", "<slot>setScene(vtkMRMLScene*)", "has no slot setScene"),
        ("ctkPathLineEdit::Dirs|", "ctkPathLineEdit::Folders|", "has no value"),
    ],
)
def test_mistakes_in_a_ui_file_raise(host, slicer, module_file, old, new, message):
    path = module_file.parent / "Resources" / "UI" / "HostSample.ui"
    assert old in UI
    path.write_text(UI.replace(old, new))
    with pytest.raises(RuntimeError, match=message):
        slicer.util.loadUI(str(path))


def test_a_missing_ui_file(slicer, tmp_path):
    with pytest.raises(RuntimeError, match="file not found"):
        slicer.util.loadUI(str(tmp_path / "none.ui"))


def test_a_screenshot_shows_text(host, widget, tmp_path):
    import numpy as np
    from PIL import Image

    picture = host.screenshot(widget.parent, tmp_path / "panel.png", 500, 400)
    pixels = np.asarray(Image.open(picture).convert("L"))
    assert pixels.shape == (400, 500)
    label = widget.ui.inputLabel
    corner = label.mapTo(widget.parent, label.rect.topLeft())
    words = pixels[corner.y() : corner.y() + label.height, corner.x() : corner.x() + label.width]
    dark = (words < 100).sum()
    assert dark > 50, "the label 'Input volume:' has no dark pixels: no font?"
