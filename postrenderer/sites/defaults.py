"""Images among the defaults of a CustomResourceDefinition, which the API server gives to resources that name none.

A definition is never changed: its image is named as unsure, and the user sets the field of the resource.

Source: `default` in a structural schema, Kubernetes API apiextensions/v1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites import named
from postrenderer.sites.site import CERTAIN, STRONG, WEAK, NamedText, ScalarVisit, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context
    from postrenderer.sites.walk import Visit
    from postrenderer.text.pointer import Path

FAMILY = "default"

_DEFAULT = "default"
_REASON = "a default in a schema: it is pulled if a resource does not set the field"


def sites(visit: Visit, context: Context) -> Iterator[Site]:
    """The images in a default, as what only looks like an image."""
    if not isinstance(visit, ScalarVisit) or not _is_in_default(visit.path):
        return
    value = visit.node.value
    above = visit.path[0] if visit.path and visit.key == _DEFAULT else visit.path
    texts = [NamedText(str(above[1]) if above else "", value, 0, visit)]
    spans = [image.span for image in named.images(texts)] or context.spans(value)
    for span in spans:
        if span.level in (CERTAIN, STRONG):
            yield Site(visit.node, span._replace(level=WEAK, reason=_REASON), FAMILY, visit.path)


def _is_in_default(path: Path) -> bool:
    while path is not None:
        path, step = path
        if step == _DEFAULT:
            return True
    return False
