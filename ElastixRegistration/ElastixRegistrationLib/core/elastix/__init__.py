"""Running itk-elastix in this process: the run, its progress, its errors, and how long it is expected to take."""
