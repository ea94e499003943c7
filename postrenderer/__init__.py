"""acreg: a Helm post-renderer that takes every image of a chart from a private registry and changes nothing else."""

__version__ = "0.1.0"
