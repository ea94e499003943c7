"""References inside the base64 data of Secrets.

Source: `data` of Secret, Kubernetes API core/v1. What is not base64 or not text holds no reference.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

import yaml

from postrenderer.sites.site import Api, Site
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, MappingVisit

FAMILY = "secret"
ENCODING = "base64"

_SECRET = Api("", "Secret")


def is_concerned(_api: Api, key: str, _keys: tuple[str, ...]) -> bool:
    """Whether a mapping may be the data of a Secret."""
    return key == "data"


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The references inside the values of a Secret's `data`."""
    if mapping.key != "data" or mapping.api != _SECRET or not context.secrets:
        return
    for key, value in mapping.pairs:
        if isinstance(value, yaml.ScalarNode):
            for span in context.spans(decoded(value.value)):
                yield Site(value, span, FAMILY, (mapping.path, key), ENCODING)


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
