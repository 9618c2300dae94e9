"""MRML nodes to images and transforms of ``core`` and back. RAS, mm; no Qt."""
