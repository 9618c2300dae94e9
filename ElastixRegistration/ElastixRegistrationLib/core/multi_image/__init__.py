"""Registrations of more than two images: series of frames and stacks of slices, one after another; groups at once."""
