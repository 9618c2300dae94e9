"""The history of a pair's runs, and windows that compare presets and tune one."""
