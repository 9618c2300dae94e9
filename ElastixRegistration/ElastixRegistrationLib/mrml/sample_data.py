"""Image pairs of the tutorial, offered by Slicer's Sample Data module.

The pairs, their addresses and their checksums are those of Slicer's own collection. A click loads both volumes of a
pair, the fixed one last, so that the slice views show it and the panel proposes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

CATEGORY = "Elastix Registration"
_DATA = "https://github.com/Slicer/SlicerTestingData/releases/download/SHA256/"


@dataclass(frozen=True)
class SamplePair:
    """``files``: name of the volume node, file name, SHA-256; the moving volume first."""

    name: str
    thumbnail: str
    files: tuple[tuple[str, str, str], tuple[str, str, str]]


BRAIN_TUMOR = SamplePair(
    "Brain tumor MR, two scans",
    "SampleBrainTumor.png",
    (
        ("MRBrainTumor2", "RegLib_C01_2.nrrd", "1a64f3f422eb3d1c9b093d1a18da354b13bcf307907c66317e2463ee530b7a97"),
        ("MRBrainTumor1", "RegLib_C01_1.nrrd", "998cb522173839c78657f4bc0ea907cea09fd04e44601f17c82ea27927937b95"),
    ),
)
HEAD_CT_MR = SamplePair(
    "Head CT and MR",
    "SampleHeadCtMr.png",
    (
        ("MRBrainT1", "MR-brain-T1.nrrd", "2da3f655ed20356ee8cdf32aa0f8f9420385de4b6e407d28e67f9974d7ce1593"),
        ("CTBrain", "CT-brain.nrrd", "6a5b6caccb76576a863beb095e3bfb910c50ca78f4c9bf043aa42f976cfa53d1"),
    ),
)
SAMPLE_PAIRS = (BRAIN_TUMOR, HEAD_CT_MR)


def register_sample_pairs(icons: Path, title: str) -> None:
    """Add the pairs to the Sample Data module under ``title``; does nothing if Slicer lacks that module."""
    try:
        import SampleData
    except ImportError:
        return
    logic = SampleData.SampleDataLogic
    if hasattr(logic, "registerCustomSampleDataCategory"):  # Slicer 5.10 shows the category itself
        logic.registerCustomSampleDataCategory(CATEGORY, title=title)
    for pair in SAMPLE_PAIRS:
        nodes, files, checksums = (list(column) for column in zip(*pair.files, strict=True))
        logic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=pair.name,
            thumbnailFileName=str(icons / pair.thumbnail),
            uris=[_DATA + checksum for checksum in checksums],
            fileNames=files,
            nodeNames=nodes,
            checksums=[f"SHA256:{checksum}" for checksum in checksums],
        )


def download_pair(pair: SamplePair) -> tuple[Any, Any] | None:
    """(fixed, moving) volume nodes, from Slicer's cache or the network; None if neither is available."""
    try:
        import SampleData
    except ImportError:
        return None
    nodes = SampleData.SampleDataLogic().downloadSamples(pair.name)
    return (nodes[1], nodes[0]) if len(nodes) == len(pair.files) else None
