"""Transforms and presets side by side: judged by the same truth, ranked with confidence intervals, and shown."""
