"""The grammar of keys: which names of fields, variables and flags say that an image is in them."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IMAGE = frozenset(("image", "images", "img"))
_AFTER_IMAGE = frozenset(("name", "ref", "reference", "uri", "url", "full", "path", "spec", "pull"))
"""Words that may follow `image` in the name of a field that holds one: imageName, imageRef, imagePullSpec."""


def words(name: str) -> list[str]:
    """The words of a name in camel, snake, kebab or dotted case, in lower case: `dockerImageName`, `docker_image`."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=4096)
def names_image(name: str) -> bool:
    """Whether a field of this name holds an image: its last word is `image`, but for words such as `name` and `ref`."""
    parts = words(name)
    while parts and parts[-1] in _AFTER_IMAGE:
        parts.pop()
    return bool(parts) and parts[-1] in _IMAGE and "pull" not in parts
