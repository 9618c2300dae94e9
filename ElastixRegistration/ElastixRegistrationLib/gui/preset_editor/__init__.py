"""The windows that manage and edit presets."""
