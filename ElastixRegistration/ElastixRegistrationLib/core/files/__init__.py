"""Files in and out: images, points, surface models, segmentations, transforms."""
