"""File formats of images one by one: what ITK reads of them, and what it passes over or gets wrong."""
