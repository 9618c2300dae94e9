"""One registration of nodes, in this process or in the worker: inputs, the run, its results in the scene."""
