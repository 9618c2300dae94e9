"""The widgets of CTK and of MRML that a panel uses."""
