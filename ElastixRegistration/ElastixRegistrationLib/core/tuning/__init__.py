"""Better parameters for the user's own pairs of images, found with Optuna and proven on pairs that were kept apart."""
