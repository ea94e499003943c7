"""Places for pull secrets beside an image: ECK's Elasticsearch has `spec.image` and `spec.nodeSets[].podTemplate`.

`podTemplate` and `podTemplateSpec` are what core/v1 calls PodTemplateSpec. In public APIs 199 of them have containers
in their `spec`, and all of these have `imagePullSecrets` there too. So have all that are called `pod`, and of 74 called
`template` all but three, which the catalogue lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites.podspec import OF_TEMPLATES
from postrenderer.text.mappings import fields, fields_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from postrenderer.text.pointer import Path

_TEMPLATES = frozenset(("pod", "podTemplate", "podTemplateSpec"))
_TEMPLATE, _SPEC = "template", "spec"
NEAR = 4
"""How many steps below the mapping of an image a pod template of any API may be: `nodeSets/0/podTemplate/spec`."""
_LEVELS = 6
"""The same for a place that an API is known to have: RisingWave's `components/meta/nodeGroups/0/template/spec`."""
_OBJECT = frozenset(("apiVersion", "kind"))


def mappings(node: yaml.Node | None, path: Path) -> Iterator[Path]:
    """The places of the mappings below a node, without other objects; one place for a mapping with aliases.

    Args:
        node: the node.
        path: where it stands.
    """
    seen: set[int] = set()
    level: list[tuple[yaml.Node | None, Path]] = [(node, path)]
    for _ in range(_LEVELS):
        below: list[tuple[yaml.Node | None, Path]] = []
        for above, at in level:
            for child, place in _children(above, at):
                if id(child) not in seen and not fields_of(child).keys() >= _OBJECT:
                    seen.add(id(child))
                    below.append((child, place))
        yield from (place for child, place in below if isinstance(child, yaml.MappingNode))
        level = below


def _children(node: yaml.Node | None, path: Path) -> Iterator[tuple[yaml.Node, Path]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((child, (path, name)) for name, child in fields(node))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((child, (path, index)) for index, child in enumerate(node.value))


def is_pod_spec(path: Path, names: Collection[str]) -> bool:
    """Whether a mapping with fields of these names is the `spec` of a pod template, by its name and the one above."""
    if path is None or path[1] != _SPEC or path[0] is None:
        return False
    above = path[0][1]
    return above in _TEMPLATES or (above == _TEMPLATE and not OF_TEMPLATES.isdisjoint(names))
