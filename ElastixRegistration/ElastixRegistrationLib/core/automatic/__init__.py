"""Automatic: linear and deformable stages, chosen by the evidence of a pair of images, and undone if they do harm."""
