"""DICOM objects that a registration writes and reads: spatial registrations, structures, dose, resampled series."""
