"""What a transform does to space: local volume, folds, sliding, and whether tissue can have moved so."""
