"""Better parameters for the user's own pairs of images, found with Optuna and tested on held-out pairs."""
