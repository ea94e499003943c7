"""The variables by which operators give pull secrets to the pods that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites.walk import walk
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "_IMAGE_PULL_SECRETS"
"""How operators call their variables with names of secrets, separated by commas: STRIMZI_IMAGE_PULL_SECRETS."""


_NAME = regex(r"[a-z0-9][a-z0-9.-]*")
"""What a Secret may be called (DNS subdomain, Kubernetes' names of objects)."""


def find(root: yaml.Node, names: tuple[str, ...]) -> Iterator[tuple[yaml.ScalarNode, Edit]]:
    """The variables with pull secrets that lack some of these names, each with the edit of its value that adds them."""
    for visit in walk(root):
        if isinstance(getattr(visit, "pairs", None), list):
            entry = dict(visit.pairs)  # type: ignore[union-attr]  # a mapping
            name, value = entry.get("name"), entry.get("value")
            if (
                isinstance(name, yaml.ScalarNode)
                and isinstance(value, yaml.ScalarNode)
                and name.value.endswith(VARIABLE)
            ):
                present = [part.strip() for part in value.value.split(",")]
                missing = [wanted for wanted in names if wanted not in present]
                if missing and all(_NAME.fullmatch(part) for part in present):
                    last = value.value.split()[-1]
                    start = value.value.rindex(last)
                    yield value, Edit(start, start + len(last), ",".join([last, *missing]))
