"""Figures of how well a transform aligns two images, and the verdict on it."""
