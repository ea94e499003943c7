"""Where the pull secrets of images go, and how they merge with those that are there. No I/O."""
