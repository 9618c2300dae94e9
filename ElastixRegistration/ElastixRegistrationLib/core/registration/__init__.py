"""One registration from images to a transform: checks, masks, start, Automatic, pairs, groups and series."""
