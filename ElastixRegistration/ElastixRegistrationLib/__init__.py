"""ElastixRegistration: image registration with itk-elastix for 3D Slicer, Python and the shell.

Imports nothing, so that parameter files, presets, progress and the worker's client load without itk.
"""

__version__ = "0.1.0"
