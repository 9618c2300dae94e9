"""elastix parameter maps: reading, writing, the schema of all parameters, validation, and upgrades of old files."""
