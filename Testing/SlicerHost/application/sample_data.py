"""The Sample Data module: what other modules register, and downloads from a folder in place of the network.

Read in Slicer/Slicer:Modules/Scripted/SampleData/SampleData.py: argument names, lists of equal length, nothing twice,
checksums, and an empty list where nothing can be had.
"""

from __future__ import annotations

import hashlib
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer


@dataclass
class SampleDataSource:
    sampleName: str
    uris: list[str]
    fileNames: list[str]
    nodeNames: list[str]
    checksums: list[str]
    thumbnailFileName: str | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.uris), len(self.fileNames), len(self.nodeNames), len(self.checksums)}
        if len(lengths) != 1:
            raise ValueError(f"all fields of sample data source must have the same length: {self}")


class SampleDataLogic:
    #: Files of this folder are what a download gets; None is a computer without a network.
    downloads: Path | None = None
    titles: dict[str, str] = {}  # noqa: RUF012 - one for all, as in Slicer
    sources: dict[str, list[SampleDataSource]] = {}  # noqa: RUF012

    @classmethod
    def registerCustomSampleDataCategory(cls, category: str, title: str) -> None:
        cls.titles[category] = title

    @classmethod
    def registerCustomSampleDataSource(cls, category: str = "Custom", **source: Any) -> None:
        known = cls.sources.setdefault(category, [])
        new = SampleDataSource(**source)
        if new not in known:
            known.append(new)

    def downloadSamples(self, sampleName: str) -> list[Any]:
        found = [one for sources in self.sources.values() for one in sources if one.sampleName == sampleName]
        nodes = []
        for source in found[:1]:
            for file, name, checksum in zip(source.fileNames, source.nodeNames, source.checksums, strict=True):
                path = self.downloads / file if self.downloads is not None else None
                if path is None or not path.is_file():
                    continue
                algorithm, digest = checksum.split(":")
                if hashlib.new(algorithm.lower(), path.read_bytes()).hexdigest() != digest:
                    continue
                nodes.append(slicer.util.loadVolume(str(path), {"name": name}))
        return nodes


def sample_data_module() -> types.ModuleType:
    """A module SampleData without a network."""
    module = types.ModuleType("SampleData")
    module.SampleDataLogic, module.SampleDataSource = SampleDataLogic, SampleDataSource
    SampleDataLogic.downloads = None
    SampleDataLogic.titles.clear()
    SampleDataLogic.sources.clear()
    return module
