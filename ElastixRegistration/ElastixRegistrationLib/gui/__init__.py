"""The panel of the module: Qt widgets only; what they do lies in ``mrml`` and ``core``."""
