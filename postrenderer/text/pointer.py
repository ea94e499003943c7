"""Where a node stands in a document: the way to it, and that way as a JSON pointer."""

from __future__ import annotations

from typing import Optional, Union

Path = Optional[tuple["Path", Union[str, int]]]
"""The way to a node from its document's root (None), each step a mapping key or a list index."""


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join("/" + step for step in reversed(steps))
