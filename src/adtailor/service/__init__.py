"""The HTTP door, and the shapes on the wire."""
