"""PythonQt's rules around PySide6: how objects, methods, signals, enums and .ui files behave in Slicer."""
