"""The picture report of a registration as one HTML page."""
