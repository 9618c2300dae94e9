"""File formats of images: what ITK reads from each, and what it ignores or misreads."""
