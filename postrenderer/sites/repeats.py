"""How often aliases put the same lists into a document: each is looked at in every mapping that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from postrenderer.sites.site import MappingVisit

_REPEATED = 1_000
"""How often lists and items of _SMALL fields may be looked at again, where aliases put them into several mappings."""
_SMALL = 100
"""Items with fewer fields, and lists with fewer items and fields of these, may be looked at any number of times."""


class Repeats:
    """Counts what aliases put into several lists, or into several mappings as their lists: `containers: *all`."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated = 0

    def look_at(self, mapping: MappingVisit) -> None:
        """Count the large lists of a mapping, and the large items of its lists, that were seen in other mappings.

        Raises:
            RecursionError: there are too many.
        """
        for _, value in mapping.pairs:
            if isinstance(value, yaml.SequenceNode):
                whole = id(value) in self._seen
                self._seen.add(id(value))
                fields = 0
                for item in value.value:
                    own = 0 if isinstance(item, yaml.ScalarNode) else len(item.value)
                    fields += 1 + own
                    if id(item) in self._seen:
                        self._repeated += own // _SMALL
                    self._seen.add(id(item))
                self._repeated += fields // _SMALL if whole else 0
        if self._repeated > _REPEATED:
            raise RecursionError
