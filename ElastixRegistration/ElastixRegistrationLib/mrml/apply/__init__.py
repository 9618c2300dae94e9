"""Using a transform in the scene: on other nodes, its inverse, its deformation, its figures."""
