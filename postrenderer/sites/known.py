"""References under a configured source or rule, anywhere inside any string."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postrenderer.sites.site import CERTAIN, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, Scalar

FAMILY = "known"

_REFERENCE = re.compile(
    r"(?<![\w.\-/@%~])"
    r"(?P<name>(?:(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+(?::\d+)?|[A-Za-z0-9-]+:\d+|localhost|\[[0-9A-Fa-f:]+\](?::\d+)?)"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+)"
    r"(?P<tag>:\w[\w.-]{0,127})?"
    r"(?P<digest>@[a-z0-9]+:[0-9a-f]{64,128})?"
    r"(?![\w*]|[.-]\w)",
    re.ASCII,
)


def sites(scalar: Scalar, context: Context) -> Iterator[Site]:
    """The references of a scalar that spell out a configured prefix, host included."""
    value = scalar.node.value
    if "/" not in value:
        return
    for match in _REFERENCE.finditer(value):
        if context.known(match["name"]):
            reference = match.group().rstrip(".-")
            start = match.start()
            yield Site(
                scalar.node, start, start + len(reference), reference, "", FAMILY, CERTAIN,
                "under a configured source or rule", scalar.path,
            )  # fmt: skip
