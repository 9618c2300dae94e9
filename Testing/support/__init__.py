"""What tests of several folders share: MRML nodes, the panel, processes, and independent programs to compare with."""
