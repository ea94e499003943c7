"""References inside the base64 data of Secrets.

Source: `data` of Secret, Kubernetes API core/v1. A value that is not the base64 of a text holds no reference.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import named
from postrenderer.sites.site import Api, NamedText, ScalarVisit, Site, sites_of
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, MappingVisit

FAMILY = "secret"
ENCODING = "base64"

_SECRET = Api("", "Secret")


def is_data(mapping: MappingVisit) -> bool:
    """Whether a mapping is the data of a Secret."""
    return mapping.key == "data" and mapping.api == _SECRET


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The references inside the values of a Secret's `data`."""
    texts = [(key, value) for key, value in mapping.pairs if isinstance(value, yaml.ScalarNode)]
    values = [
        NamedText(key, decoded(node.value), 0, ScalarVisit(node, (mapping.path, key), key)) for key, node in texts
    ]
    found = set()
    for site in sites_of(named.images(value for value in values if value.value), FAMILY):
        found.add(id(site.node))
        yield site._replace(encoding=ENCODING)
    for value in values:
        if value.scalar and id(value.scalar.node) not in found:
            for span in context.spans(value.value):
                yield Site(value.scalar.node, span, FAMILY, value.scalar.path, ENCODING)


@lru_cache(maxsize=1)  # it is asked for each of the references in a text
def decoded(value: str) -> str:
    """The text that a base64 value stands for; empty if it stands for none."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def reencoded(value: str, text: str) -> list[Edit]:
    """The edits that make a base64 value stand for another text, line by line as it is wrapped."""
    new = base64.b64encode(text.encode()).decode()
    lines = list(re.finditer(r"\S+", value))
    made, position = [], 0
    for line in lines[:-1]:
        length = line.end() - line.start()
        made.append(Edit(line.start(), line.end(), new[position : position + length]))
        position += length
    return [*made, Edit(lines[-1].start(), lines[-1].end(), new[position:])]
