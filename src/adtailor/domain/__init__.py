"""The nouns: frozen values without I/O, checked where they are made."""
