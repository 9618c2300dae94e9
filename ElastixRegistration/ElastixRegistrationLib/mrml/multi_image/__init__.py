"""Many images of the scene: cohorts, sequences, groups, stacks of slices."""
