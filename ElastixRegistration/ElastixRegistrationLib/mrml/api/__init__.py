"""The functions that scripts call on nodes, by topic. Slicer imports this at start-up, so everything else is loaded
on the first call."""
