"""DICOM: slices and frames found, put in order and checked, then read as one volume, LPS mm. Needs pydicom."""
