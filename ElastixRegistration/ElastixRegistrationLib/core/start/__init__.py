"""Where a registration starts: centers brought together, or the best rigid motion found on small copies."""
