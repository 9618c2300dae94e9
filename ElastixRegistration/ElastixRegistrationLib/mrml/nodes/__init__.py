"""Single nodes: volumes, transforms, markups, segmentations, tables, and their positions in world."""
