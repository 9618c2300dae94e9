"""Synthetic images, scans and DICOM series whose true motion is known."""
