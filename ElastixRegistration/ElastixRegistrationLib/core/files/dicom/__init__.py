"""Find DICOM slices and frames, put them in order, check them, and read them as one volume, LPS mm. Needs pydicom."""
