"""Uses of a transform in the scene: apply it to nodes, invert it, analyze its deformation, judge it."""
