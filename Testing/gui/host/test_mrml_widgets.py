"""Selectors of several nodes, of segments and of the hierarchy, and views, are those of Slicer."""

from __future__ import annotations

import numpy as np
from support.panel import add_node


def test_checkable_selector(slicer, scene):
    box = slicer.qMRMLCheckableNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    first, second = add_node(scene, "a"), add_node(scene, "b")
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
    volume, model = add_node(scene), add_node(scene, "bone", "vtkMRMLModelNode")
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
    volumes = [add_node(scene, n) for n in "ab"]
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
    volume = add_node(scene)
    heard = []
    box.currentItemChanged.connect(heard.append)
    box.setCurrentNode(volume)
    assert box.currentNode() is volume
    scene.RemoveNode(volume)
    assert box.currentItem() == 0
    assert heard[-1] == 0


def test_slice_views_show_what_the_composite_nodes_say(host, slicer, scene, tmp_path):
    from PIL import Image

    volume = add_node(scene)
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
