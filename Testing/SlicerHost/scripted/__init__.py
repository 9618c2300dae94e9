"""Scripted modules: their base classes, their manager, and the parameter node wrapper."""
