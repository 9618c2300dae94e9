"""Compare transforms and presets against the same ground truth, rank them with confidence intervals, and show them."""
