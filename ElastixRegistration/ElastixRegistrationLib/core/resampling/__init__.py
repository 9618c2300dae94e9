"""Images and regions under a transform, on the grid of another image. LPS, mm."""
