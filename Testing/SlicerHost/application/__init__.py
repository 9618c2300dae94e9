"""What slicer.app and its friends do: application, dialogs, views, files, packages, translations, sample data."""
