"""Node, segment and hierarchy selectors of the host behave as Slicer's over a real scene."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def scene(slicer):
    return slicer.mrmlScene


@pytest.fixture
def selector(slicer):
    """A volume selector without "None" and without actions, as an input selector usually is."""
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.addEnabled = False
    box.removeEnabled = False
    return box


def add(scene, name="volume", kind="vtkMRMLScalarVolumeNode"):
    return scene.AddNewNodeByClass(kind, name)


def nodes_of(box):
    return [box.nodeFromIndex(i) for i in range(box.nodeCount())]


# --- what is shown ------------------------------------------------------------------------------------------------


def test_without_a_scene_the_selector_is_disabled(selector, scene):
    assert selector.enabled is False
    assert selector.currentNode() is None
    selector.setMRMLScene(scene)
    assert selector.enabled is True
    assert selector.mrmlScene() is scene


def test_setting_the_scene_selects_the_first_node(selector, scene):
    first, second = add(scene), add(scene)
    selector.setMRMLScene(scene)
    assert nodes_of(selector) == [first, second]
    assert selector.currentNode() is first


def test_with_none_enabled_nothing_is_selected_at_first(selector, scene):
    add(scene)
    selector.noneEnabled = True
    selector.setMRMLScene(scene)
    assert selector.currentNode() is None
    assert selector.currentNodeID == ""


def test_the_first_node_that_comes_is_selected_when_there_is_no_none(selector, scene):
    selector.setMRMLScene(scene)
    volume = add(scene)
    assert selector.currentNode() is volume
    add(scene)
    assert selector.currentNode() is volume


def test_only_nodes_of_the_types_and_their_subclasses(selector, scene):
    labels = add(scene, "labels", "vtkMRMLLabelMapVolumeNode")
    volume = add(scene)
    add(scene, "points", "vtkMRMLMarkupsFiducialNode")
    selector.setMRMLScene(scene)
    assert nodes_of(selector) == [labels, volume]
    selector.showChildNodeTypes = False
    assert nodes_of(selector) == [volume]
    selector.showChildNodeTypes = True
    selector.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    assert nodes_of(selector) == [volume]


def test_hidden_nodes_come_and_go_with_their_flag(selector, scene):
    volume = add(scene)
    selector.setMRMLScene(scene)
    volume.SetHideFromEditors(True)
    assert selector.nodeCount() == 0
    assert selector.currentNode() is None
    volume.SetHideFromEditors(False)
    assert nodes_of(selector) == [volume]


def test_attribute_filters(selector, scene):
    plain, marked, other = add(scene, "plain"), add(scene, "marked"), add(scene, "other")
    marked.SetAttribute("role", "fixed")
    other.SetAttribute("role", "moving")
    selector.setMRMLScene(scene)
    selector.addAttribute("vtkMRMLScalarVolumeNode", "role", "fixed")
    assert nodes_of(selector) == [marked]
    selector.addAttribute("vtkMRMLScalarVolumeNode", "role")
    assert nodes_of(selector) == [marked, other]
    plain.SetAttribute("role", "any")
    assert plain in nodes_of(selector)
    selector.removeAttribute("vtkMRMLScalarVolumeNode", "role")
    assert set(nodes_of(selector)) == {plain, marked, other}


# --- signals ------------------------------------------------------------------------------------------------------


def test_current_node_changed_has_three_forms_and_fires_several_times(selector, scene):
    first, second = add(scene), add(scene)
    selector.setMRMLScene(scene)
    nodes, valid, ids = [], [], []
    assert selector.connect("currentNodeChanged(vtkMRMLNode*)", nodes.append)
    assert selector.connect("currentNodeChanged(bool)", valid.append)
    assert selector.connect("currentNodeIDChanged(QString)", ids.append)
    selector.setCurrentNode(second)
    assert nodes[-1] is second
    assert set(map(id, nodes)) == {id(second)}
    assert len(nodes) > 1
    assert valid[-1] is True
    assert ids[-1] == second.GetID()
    assert first is not second


def test_setting_the_same_node_again_is_no_change(selector, scene):
    volume = add(scene)
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    selector.setCurrentNode(volume)
    assert heard == []


@pytest.mark.parametrize("wrong", ["currentNodeChanged()", "currentNodeChanged(PyObject)", "nodeChanged(vtkMRMLNode*)"])
def test_a_signature_the_class_lacks_is_refused(selector, wrong, capfd):
    assert selector.connect(wrong, print) is False
    assert "does not exist on qMRMLNodeComboBox" in capfd.readouterr().err


def test_plain_cpp_methods_are_not_there(selector):
    for name in ("nodes", "model", "sceneModel", "comboBox", "nodeFactory", "setNodeTypes", "setNoneEnabled"):
        with pytest.raises(AttributeError):
            getattr(selector, name)


def test_a_node_argument_must_be_a_node(selector, scene, slicer):
    selector.setMRMLScene(scene)
    with pytest.raises(ValueError, match="matching overload"):
        selector.addMenuAction("Save")
    with pytest.raises(ValueError, match="matching overload"):
        selector.setMRMLScene(add(scene))
    with pytest.raises(AttributeError, match="does not accept"):
        selector.nodeTypes = 5


# --- choosing, adding, renaming, removing -------------------------------------------------------------------------


def test_current_node_is_the_very_object(selector, scene):
    volume = add(scene)
    selector.setMRMLScene(scene)
    selector.currentNodeID = volume.GetID()
    assert selector.currentNode() is volume


def test_none_selects_nothing(selector, scene):
    add(scene)
    selector.setMRMLScene(scene)
    selector.setCurrentNode(None)
    assert selector.currentNode() is None


def test_a_node_requested_before_the_scene_is_selected_with_it(selector, scene):
    add(scene)
    second = add(scene)
    selector.setCurrentNode(second)
    selector.setMRMLScene(scene)
    assert selector.currentNode() is second


def test_add_node_names_selects_and_tells(slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLTransformNode", "vtkMRMLLinearTransformNode"]
    box.baseName = "Output transform"
    box.noneEnabled = True
    box.addAttribute("vtkMRMLTransformNode", "made", "here")
    box.setMRMLScene(scene)
    by_user = []
    box.nodeAddedByUser.connect(by_user.append)
    node = box.addNode()
    assert node.GetName() == "Output transform"
    assert node.GetAttribute("made") == "here"
    assert box.currentNode() is node
    assert by_user == [node]
    box.selectNodeUponCreation = False
    linear = box.addNode("vtkMRMLLinearTransformNode")
    assert linear.GetClassName() == "vtkMRMLLinearTransformNode"
    assert box.currentNode() is node


def test_add_node_of_a_type_that_is_not_allowed(selector, scene, capfd):
    selector.setMRMLScene(scene)
    assert selector.addNode("vtkMRMLModelNode") is None
    assert "not allowed" in capfd.readouterr().err


def pick(host, box, text):
    """Pick the row that shows `text`, as a user does in the popup."""
    combo = box._hostObject._combo
    row = combo.findText(text)
    assert row >= 0, [combo.itemText(i) for i in range(combo.count())]
    combo.setCurrentIndex(row)
    combo.activated.emit(row)
    host.pump()


def test_the_popup_offers_create_rename_and_delete(host, slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.noneEnabled = True
    box.renameEnabled = True
    box.setMRMLScene(scene)
    actions = []
    box.nodeAddedByUserAction.connect(actions.append)
    label = box.nodeTypeLabel("vtkMRMLScalarVolumeNode")
    pick(host, box, f"Create new {label}")
    node = box.currentNode()
    assert actions == [node]
    host.dialogs.expect("result")
    pick(host, box, f"Rename current {label}")
    assert node.GetName() == "result"
    pick(host, box, f"Delete current {label}")
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
    assert box.currentNode() is None


def test_a_user_choice_tells_of_activation_too(host, selector, scene):
    add(scene, "one")
    second = add(scene, "two")
    selector.setMRMLScene(scene)
    activated, changed = [], []
    selector.nodeActivated.connect(activated.append)
    selector.currentNodeChanged.connect(changed.append)
    pick(host, selector, "two")
    assert activated == [second]
    assert changed[-1] is second


def test_a_renamed_node_shows_its_new_name(selector, scene):
    volume = add(scene, "before")
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    volume.SetName("after")
    assert selector._hostObject._combo.itemText(0) == "after"
    assert heard[-1] is volume


def test_when_the_current_node_goes_its_neighbor_is_selected(selector, scene):
    first, second, third = (add(scene, n) for n in "abc")
    selector.setMRMLScene(scene)
    selector.setCurrentNode(second)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    scene.RemoveNode(second)
    assert selector.currentNode() is third
    assert heard[-1] is third
    scene.RemoveNode(third)
    assert selector.currentNode() is first
    scene.RemoveNode(first)
    assert selector.currentNode() is None


def test_closing_the_scene_empties_the_selector(host, selector, scene):
    add(scene)
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    host.closeScene()
    assert selector.nodeCount() == 0
    assert heard[-1] is None
    volume = add(scene)
    assert nodes_of(selector) == [volume]


def test_a_selector_keeps_no_node_alive(selector, scene):
    import vtk

    volume = add(scene)
    selector.setMRMLScene(scene)
    gone = []
    volume.AddObserver(vtk.vtkCommand.DeleteEvent, lambda *_: gone.append(True))
    scene.RemoveNode(volume)
    del volume
    assert gone == [True]


def test_a_dead_selector_observes_nothing(slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    add(scene)
    observers = box._hostObject._observations._entries
    assert observers
    del box
    assert observers == []


def test_200_nodes_are_quick(selector, scene):
    import time

    selector.setMRMLScene(scene)
    started = time.perf_counter()
    for number in range(200):
        add(scene, f"volume {number}")
    assert selector.nodeCount() == 200
    assert time.perf_counter() - started < 5


# --- the other selectors ------------------------------------------------------------------------------------------


def test_checkable_selector(slicer, scene):
    box = slicer.qMRMLCheckableNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    first, second = add(scene, "a"), add(scene, "b")
    heard = []
    box.checkedNodesChanged.connect(lambda: heard.append(box.checkedNodes()))
    assert box.noneChecked() is True
    box.check(second)
    assert box.checkedNodes() == (second,)
    assert box.uncheckedNodes() == (first,)
    box.setCheckState(first, 2)
    assert box.allChecked() is True
    scene.RemoveNode(second)
    assert box.checkedNodes() == (first,)
    assert heard[0] == (second,)


def segmentation(slicer, scene, names):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "masks")
    for name in names:
        node.GetSegmentation().AddEmptySegment(name, name)
    return node


def test_segment_selector(slicer, scene):
    widget = slicer.qMRMLSegmentSelectorWidget()
    widget.noneEnabled = True
    widget.setMRMLScene(scene)
    node = segmentation(slicer, scene, ["left", "right"])
    heard = []
    widget.currentSegmentChanged.connect(heard.append)
    widget.setCurrentNode(node)
    assert widget.currentNode() is node
    widget.setCurrentSegmentID("right")
    assert widget.currentSegmentID() == "right"
    node.GetSegmentation().RemoveSegment("right")
    assert widget.currentSegmentID() == "left"
    assert heard[-1] == "left"


def test_segment_selector_with_several(slicer, scene):
    widget = slicer.qMRMLSegmentSelectorWidget()
    widget.multiSelection = True
    widget.setMRMLScene(scene)
    widget.setCurrentNode(segmentation(slicer, scene, ["lung", "heart", "liver"]))
    heard = []
    widget.segmentSelectionChanged.connect(heard.append)
    widget.setSelectedSegmentIDs(["liver", "lung", "unknown"])
    assert set(widget.selectedSegmentIDs()) == {"lung", "liver"}
    assert set(heard[-1]) == {"lung", "liver"}
    assert widget.segmentIDs() == ("lung", "heart", "liver")


def test_hierarchy_tree(slicer, scene):
    tree = slicer.qMRMLSubjectHierarchyTreeView()
    tree.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    tree.setMRMLScene(scene)
    volume, model = add(scene), add(scene, "bone", "vtkMRMLModelNode")
    hierarchy = tree.subjectHierarchyNode()
    assert tree.displayedItemCount() == 1
    heard, nodes = [], []
    assert tree.connect("currentItemChanged(vtkIdType)", heard.append)
    assert tree.connect("currentItemChanged(int)", heard.append) is False
    tree.currentNodeChanged.connect(nodes.append)
    tree.setCurrentNode(volume)
    assert heard == [hierarchy.GetItemByDataNode(volume)]
    assert nodes == [volume]
    assert tree.currentNode() is volume
    tree.nodeTypes = []
    assert tree.displayedItemCount() == 2
    scene.RemoveNode(volume)
    assert tree.currentItem() == 0
    assert hierarchy.GetItemByDataNode(model) > 0


def test_hierarchy_tree_with_several_and_folders(slicer, scene):
    import vtk

    tree = slicer.qMRMLSubjectHierarchyTreeView()
    tree.setMRMLScene(scene)
    tree.multiSelection = True
    volumes = [add(scene, n) for n in "ab"]
    hierarchy = tree.subjectHierarchyNode()
    folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "patient")
    hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volumes[0]), folder)
    wanted = vtk.vtkIdList()
    for node in volumes:
        wanted.InsertNextId(hierarchy.GetItemByDataNode(node))
    tree.setCurrentItems(wanted)
    found = vtk.vtkIdList()
    tree.currentItems(found)
    assert {found.GetId(i) for i in range(found.GetNumberOfIds())} == {wanted.GetId(0), wanted.GetId(1)}


def test_hierarchy_combo(slicer, scene):
    box = slicer.qMRMLSubjectHierarchyComboBox()
    box.noneEnabled = True
    box.setMRMLScene(scene)
    volume = add(scene)
    heard = []
    box.currentItemChanged.connect(heard.append)
    box.setCurrentNode(volume)
    assert box.currentNode() is volume
    scene.RemoveNode(volume)
    assert box.currentItem() == 0
    assert heard[-1] == 0


# --- CTK ----------------------------------------------------------------------------------------------------------


def test_slider_widget(ctk):
    slider, heard = ctk.ctkSliderWidget(), []
    slider.connect("valueChanged(double)", heard.append)
    slider.maximum = 10
    slider.decimals = 1
    slider.value = 4.5
    slider.value = 99
    assert heard == [4.5, 10.0]
    slider.minimum = 20
    assert slider.value == 20.0
    with pytest.raises(AttributeError):
        slider.setRange(0, 1)  # a plain C++ method, neither slot nor invokable
    with pytest.raises(AttributeError, match="does not accept"):
        slider.value = "much"


def test_collapsible_button_hides_its_children(host, qt, ctk):
    button, heard = ctk.ctkCollapsibleButton(), []
    layout = qt.QVBoxLayout(button)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    layout.addWidget(shown)
    layout.addWidget(hidden)
    hidden.setVisible(False)
    button.connect("contentsCollapsed(bool)", heard.append)
    button.show()
    host.pump()
    button.collapsed = True
    assert shown.isVisible() is False
    button.click()
    assert button.collapsed is False
    assert shown.isVisible() is True
    assert hidden.isVisible() is False
    assert heard == [True, False]


def test_path_line_edit(ctk, tmp_path):
    edit, heard = ctk.ctkPathLineEdit(), []
    edit.filters = ctk.ctkPathLineEdit.Files
    edit.nameFilters = ["Volume (*.nrrd)"]
    edit.currentPathChanged.connect(heard.append)
    edit.setCurrentPath(str(tmp_path))
    assert heard == []
    edit.currentPath = str(tmp_path / "ct.nrrd")
    assert heard == [str(tmp_path / "ct.nrrd")]


def test_combo_box_default_text_and_checkable_combo_box(qt, ctk):
    combo = ctk.ctkComboBox()
    combo.defaultText = "Choose a preset"
    assert combo.currentText == ""
    assert combo._hostObject.shownText() == "Choose a preset"
    many, heard = ctk.ctkCheckableComboBox(), []
    many.addItems(["CT", "MR"])
    many.checkedIndexesChanged.connect(lambda: heard.append(len(many.checkedIndexes())))
    assert many.noneChecked() is True
    many.setCheckState(many.checkableModel().index(1, 0), qt.Qt.Checked)
    assert heard == [1]
    assert many.checkedIndexes()[0].data() == "MR"


def test_range_widget(ctk):
    widget, heard = ctk.ctkRangeWidget(), []
    widget.setRange(-10, 10)
    widget.valuesChanged.connect(lambda low, high: heard.append((low, high)))
    widget.setValues(-3, 20)
    assert heard[-1] == (-3.0, 10.0)
    assert (widget.minimumValue, widget.maximumValue) == (-3.0, 10.0)


def test_message_box_remembers_its_answer(host, slicer):
    host.dialogs.expect(lambda box: (box.checkBox().setChecked(True), box.button(box.StandardButton.Ok).click()))
    assert slicer.util.confirmOkCancelDisplay("Sure?", dontShowAgainSettingsKey="Host/DontAsk") is True
    assert slicer.util.confirmOkCancelDisplay("Sure?", dontShowAgainSettingsKey="Host/DontAsk") is True
    assert len(host.dialogs.shown) == 1


# --- views --------------------------------------------------------------------------------------------------------


def test_slice_views_show_what_the_composite_nodes_say(host, slicer, scene, tmp_path):
    from PIL import Image

    volume = add(scene)
    slicer.util.updateVolumeFromArray(volume, np.full((4, 20, 20), 100, np.int16))
    volume.CreateDefaultDisplayNodes()
    volume.GetDisplayNode().SetAutoWindowLevel(False)
    volume.GetDisplayNode().SetWindowLevel(100, 50)
    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
    assert manager.sliceViewNames() == ("Red",)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    red = manager.sliceWidget("Red")
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    host.mainWindow.show()
    picture = host.screenshot(red.sliceView(), tmp_path / "red.png", 100, 100)
    middle = np.asarray(Image.open(picture))[50, 50]
    assert middle[0] == 255
    manager.layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
    assert set(manager.sliceViewNames()) == {"Red", "Yellow", "Green"}
    assert manager.threeDViewCount == 1


def test_a_plot_view_draws_the_series_of_its_chart(host, slicer, scene, tmp_path):
    from PIL import Image

    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpPlotView)
    assert manager.plotViewCount == 1
    chart = slicer.util.plot(
        np.array([[0.0, 5.0], [1.0, 2.0], [2.0, 1.0]]), 0, columnNames=["iteration", "metric"], show=False
    )
    chart.GetNthPlotSeriesNode(0).SetColor(1, 0, 0)
    widget = manager.plotWidget(0)
    widget.mrmlPlotViewNode().SetPlotChartNodeID(chart.GetID())
    picture = host.screenshot(widget.plotView(), tmp_path / "plot.png", 300, 200)
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    assert ((pixels[..., 0] > 200) & (pixels[..., 1] < 80)).sum() > 100
    manager.layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
