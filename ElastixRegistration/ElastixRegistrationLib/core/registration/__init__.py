"""One registration from images to a transform: checks, masks, start, Automatic, elastix, the result."""
