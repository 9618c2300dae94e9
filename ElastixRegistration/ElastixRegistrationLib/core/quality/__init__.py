"""Measure how well a transform aligns two images, and judge it."""
