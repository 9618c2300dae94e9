"""How the command line talks: its parser, its progress bar, what a command prints, and Ctrl-C."""
