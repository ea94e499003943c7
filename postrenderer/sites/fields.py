"""Fields of custom resources that are wholly an image, found by the name of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.reference import InvalidReferenceError, parse
from postrenderer.sites.keys import names_image
from postrenderer.sites.site import STRONG, WEAK, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, Mapping, Site

FAMILY = "crd-field"


def sites(mapping: Mapping, _: Context) -> Iterator[Site]:
    """The scalars of a mapping whose key names an image."""
    for key, value in mapping.pairs:
        if isinstance(value, yaml.ScalarNode) and value.value and names_image(key):
            level = _level(value.value)
            if level:
                yield whole(value, FAMILY, level, f"the field `{key}` names an image", (mapping.path, key))


def _level(text: str) -> str:
    """How sure a value is an image where the field's name says so; empty if it is none."""
    try:
        reference = parse(text)
    except InvalidReferenceError:
        return ""
    return STRONG if reference.suffix or reference.host or "/" in reference.path else WEAK
