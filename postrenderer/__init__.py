"""acreg: a Helm post-renderer that makes every image of a chart come from a private registry, and changes nothing else."""

__version__ = "0.1.0"
