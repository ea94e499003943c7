"""Places for pull secrets that are absent and that acreg may add, such as `podTemplate` of Tekton's TaskRun.

The catalogue marks the mappings on the way to a field in which nothing else is required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.pullsecrets.merge import Field
from postrenderer.pullsecrets.spots import leads_to
from postrenderer.sites import kinds
from postrenderer.text.mappings import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.apis.catalogue import KnownField
    from postrenderer.pullsecrets.schemas import Schemas
    from postrenderer.pullsecrets.spots import Spot, Spots


def places(own: Spot, spots: Spots, schemas: Schemas) -> list[tuple[Spot, Field]]:
    """The mappings to which acreg may add what leads to a field for pull secrets, and what it adds.

    Args:
        own: the mapping of an image. A way to a field may begin in it or below, as in ECK's `nodeSets`; else it begins
            in the nearest mapping above, of the same object, in which one does.
        spots: the nodes of the document.
        schemas: the schemas of the kinds that the stream defines.
    """
    fields = [field for field in kinds.known_fields(own.api) if field.addable]
    above = own
    while True:
        found = [
            place
            for field in fields
            for start in _starts(field, above, own, spots)
            for place in _place(field, start, spots, schemas)
        ]
        if found or not fields or not above.depth or above.path is None:
            return found
        above = spots.at(above.path[0])


def _starts(field: KnownField, above: Spot, own: Spot, spots: Spots) -> Iterator[Spot]:
    """Where the way to a field that acreg may add begins: at a node or, of the own mapping, also below."""
    fixed, steps = field.path[: -1 - field.addable], above.steps
    if leads_to(fixed[: len(steps)], steps) and (above is own or len(fixed) == len(steps)):
        yield from spots.reached(above, fixed[len(steps) :])


def _place(field: KnownField, start: Spot, spots: Spots, schemas: Schemas) -> Iterator[tuple[Spot, Field]]:
    """The mapping in which the next step on the way to a field is absent or empty; none if there is no such field."""
    *way, name = field.path[-1 - field.addable :]
    installed = schemas.secrets(start.api_version, start.kind, [*start.steps, *way], (name,))
    if installed is not None and name not in installed:
        return
    spot = start
    for index, step in enumerate((*way, name)):
        if not isinstance(spot.node, yaml.MappingNode) or is_empty(spot.node):  # `daemonSet: {}` has no line to add to
            return
        child = spots.fields(spot.node).get(step)
        if child is None or is_empty(child):
            yield spot, Field(step, field.form, (*way, name)[index + 1 :])
            return
        spot = spots.below(spot, (spot.path, step))
