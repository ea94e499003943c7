"""OCI artifacts behind their scheme: `url: oci://ghcr.io/acme/charts` of Flux, Kubewarden's `module: registry://…`.

A controller pulls them with credentials of its own, and some are only the start of a name. So they are left and
reported. A field that is an image by its API or its name is no artifact, whatever scheme its text has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites import evidence, keys
from postrenderer.sites.site import UNMOVED, ImageSpan, Site

if TYPE_CHECKING:
    from postrenderer.sites.site import ScalarVisit

FAMILY = "artifact"
_REASON = "an OCI artifact, which a controller pulls with credentials of its own: set it yourself"


def start(value: str) -> int:
    """Where the reference begins in a text: behind its scheme, if it has one."""
    return next((len(scheme) for scheme in keys.ARTIFACTS if value.startswith(scheme)), 0)


def site(scalar: ScalarVisit) -> Site | None:
    """The artifact that a scalar is; None if it is none."""
    value: str = scalar.node.value
    begin = start(value)
    text = evidence.read(value[begin:]) if begin else None
    if text is None or not text.reference.host:
        return None
    span = ImageSpan(begin, begin + len(text.literal), text.literal, "", UNMOVED, _REASON)
    return Site(scalar.node, span, FAMILY, scalar.path)
