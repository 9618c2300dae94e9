"""The section that registers many images: cohorts, sequences, groups."""
