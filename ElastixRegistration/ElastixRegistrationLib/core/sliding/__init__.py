"""Organs that slide along their surroundings: one displacement field that may tear along a surface, or one for each
region."""
