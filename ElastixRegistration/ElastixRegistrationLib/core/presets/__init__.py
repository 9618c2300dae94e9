"""Named sequences of parameter maps: the library, the user's own, importing, editing."""
