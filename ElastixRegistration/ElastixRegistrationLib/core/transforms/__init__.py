"""Transforms from fixed to moving points, LPS mm: composing, inverting, sampling, resampling, deformation."""
