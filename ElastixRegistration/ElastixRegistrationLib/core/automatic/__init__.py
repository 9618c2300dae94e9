"""Automatic: linear and deformable stages chosen by what a pair of images shows, and undone where they do harm."""
