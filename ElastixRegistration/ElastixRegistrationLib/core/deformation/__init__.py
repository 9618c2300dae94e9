"""The effect of a transform on space: local volume, folds, sliding, and whether tissue can move that way."""
