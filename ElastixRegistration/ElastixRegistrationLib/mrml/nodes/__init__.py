"""Single nodes: volumes, transforms, markups, segmentations, tables, and where they lie in world."""
