"""The use cases that the CLI and HTTP share, over ports alone."""
