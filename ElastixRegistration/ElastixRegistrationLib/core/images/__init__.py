"""Images as voxels with a place: geometry, background intensity and padding, color channels, labels."""
