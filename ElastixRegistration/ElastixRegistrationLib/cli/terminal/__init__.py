"""Terminal handling: parser, progress bar, printed output, and Ctrl-C."""
