"""The image reference as a value, and what becomes of one. No I/O."""
