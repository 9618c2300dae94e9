"""What scripts call on nodes, by topic. Nothing else is loaded until it is called: Slicer imports this at start-up."""
