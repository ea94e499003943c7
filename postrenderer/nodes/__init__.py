"""The configuration by which nodes and clusters pull from the private registry: one module for each kind of them.

Each has a function `files(target) -> list[NodeFile]`. How a file is written, and merged into one that is there, is the
business of its form alone.
"""

from __future__ import annotations

from postrenderer.nodes import containerd, crio, docker, openshift, rancher
from postrenderer.nodes.model import NodeFile, Target

KINDS = {
    "k3s": rancher.k3s,
    "rke2": rancher.rke2,
    "containerd": containerd.files,
    "crio": crio.files,
    "docker": docker.files,
    "openshift": openshift.files,
}

__all__ = ["KINDS", "NodeFile", "Target"]
