"""Conversion between MRML nodes and images and transforms of ``core``. RAS, mm; no Qt."""
