"""The history of a pair's runs, and windows to compare presets and to tune one."""
