"""Where the pull secret of an image outside pod specs goes: the nearest mapping upward that has a place for it.

A field that stands in the mapping shows the place, or one in what the mapping says of its pods: `template.pod`. If none
does, the schema of the kind says whether there is one, if the stream installs it; else the user's `locations` and the
catalogue of public APIs do. They may also know one in what the mapping says of all its pods: `podTemplate`, `common`.
No field is guessed. If nothing above an image has a place, the pod templates beside it get the secret, or a mapping
that the catalogue lets acreg add.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import yaml

from postrenderer.apis.forms import NAMES, SECRETS
from postrenderer.pullsecrets import addable, beside, names
from postrenderer.pullsecrets.merge import Field, Holder
from postrenderer.pullsecrets.spots import Spots, leads_to
from postrenderer.sites import keys, kinds, podspec
from postrenderer.sites.site import Api
from postrenderer.text.mappings import is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from postrenderer.pullsecrets.schemas import Schemas
    from postrenderer.pullsecrets.spots import Spot
    from postrenderer.sites.declared import Location
    from postrenderer.text.pointer import Path

_BELOW = 4
"""The field may be so many steps below a mapping, in what that says of its pods."""
_DEEPEST = 40
"""No API has a field for pull secrets below so many steps."""
_VALUES = frozenset(("set", "values", "valuesContent", "valuesObject"))
"""Fields that hold the values of a chart: HelmRelease's, Argo CD's, and those of HelmChart, helm.cattle.io, which has a
`dockerRegistrySecret` that Helm reads and no kubelet."""
_NONE = Api("", "")
"""The API of the values of a chart and of the configuration of a program: they have none."""


class Places:
    """The places for pull secrets in one document. Each node is looked at once, however many images are below it.

    Args:
        root: the document.
        schemas: the schemas of the kinds that the stream defines.
        locations: what the user says of fields.
        in_text: whether the document is a text inside another one, which may be of no API.
    """

    def __init__(
        self, root: yaml.Node, schemas: Schemas, locations: Sequence[Location] = (), *, in_text: bool = False
    ) -> None:
        self._spots = Spots(root)
        self._schemas = schemas
        self._in_text = in_text
        self._locations = [location for location in locations if location.pull_secrets]
        self._nearest: dict[int, Holder | None] = {}
        self._beside: dict[int, list[Holder]] = {}

    def nearest(self, image: Path) -> Holder | None:
        """The nearest mapping above an image, in the same object, that has a place for its pull secret.

        Of an image in the values of a chart it stands in the values: the object around them pulls the chart.
        """
        if image and image[1] in _VALUES:
            return None
        passed: list[int] = []
        spot = self._spots.at(image[0] if image else None)
        while id(spot.path) not in self._nearest:
            passed.append(id(spot.path))
            found = self._holder(spot)
            if found or not spot.depth or spot.path is None or spot.path[1] in _VALUES:
                self._nearest[id(spot.path)] = found
                break
            spot = self._spots.at(spot.path[0])
        found = self._nearest[id(spot.path)]
        self._nearest.update(dict.fromkeys(passed, found))
        return found

    def around(self, image: Path) -> list[Holder]:
        """The nearest mapping above an image that has a place; else those beside it that are known to have one.

        ECK's Elasticsearch has the image in `spec.image` and the templates of its pods in `spec.nodeSets`.
        """
        nearest = self.nearest(image)
        if nearest or image is None:
            return [nearest] if nearest else []
        own = image[0]
        if own and keys.hints_at_image(str(own[1])):  # `image: {repository: …, tag: …}`
            own = own[0]
        spot = self._spots.at(own)
        if id(spot.path) not in self._beside:
            shows_fields = 0 < spot.depth <= _DEEPEST and kinds.is_custom(spot.api.group)
            self._beside[id(spot.path)] = self._around(spot) if shows_fields else []
        return self._beside[id(spot.path)]

    def _around(self, spot: Spot) -> list[Holder]:
        """The places beside an image in a mapping of a custom resource, and those that acreg may add."""
        spots = map(self._spots.at, beside.mappings(spot.node, spot.path))
        # Of a key that is there twice the last counts, and need be no mapping.
        mappings = [one for one in spots if isinstance(one.node, yaml.MappingNode)]
        found = [(one, self._field_beside(one, one.depth - spot.depth)) for one in mappings]
        places = [self._place(one, field) for one, field in found if field]
        there = {id(place.node) for place in places}
        absent = (self._place(one, field) for one, field in addable.places(spot, self._spots, self._schemas))
        return [*places, *(one for one in absent if id(one.node) not in there)]

    def lacks_field(self, path: Path) -> bool:
        """Whether the schema that the stream installs says that a mapping like a pod spec has no `imagePullSecrets`."""
        spot = self._spots.at(path)
        if not kinds.is_custom(spot.api.group) or not isinstance(spot.node, yaml.MappingNode):
            return False
        installed = self._schemas.secrets(spot.api_version, spot.kind, spot.steps, ())
        return installed is not None and names.USUAL not in {*installed, *self._spots.fields(spot.node)}

    def namespace(self, path: Path) -> str:
        """The namespace of the object in which something stands; empty if that does not say."""
        return self._spots.namespace(self._spots.at(path))

    def _holder(self, spot: Spot) -> Holder | None:
        """The place for pull secrets that a mapping is, or that stands in what it says of its pods."""
        if not isinstance(spot.node, yaml.MappingNode):
            return None
        field = self._field(spot)
        return self._place(spot, field) if field else self._below_in_pods(spot)

    def _below_in_pods(self, spot: Spot) -> Holder | None:
        """The first mapping in which a field stands, in what a mapping says of its pods; else the first one known."""
        for below in self._below_by_name(spot, names.is_about_pods, _BELOW):
            stands = any(map(names.is_field, self._spots.fields(below.node)))  # type: ignore[arg-type]  # a mapping
            field = self._field(below) if stands else None
            if field:
                return self._place(below, field)
        for below in self._below_by_name(spot, names.is_about_all_pods, _BELOW):
            known = self._known(below)
            if known:
                name = names.first(known)
                return self._place(below, Field(name, known[name]))
        return None

    def _below_by_name(self, spot: Spot, wanted: Callable[[str], bool], levels: int) -> Iterator[Spot]:
        """The mappings of the same object below a mapping, to which only keys lead whose names are wanted."""
        for name in self._spots.fields(spot.node) if levels else ():  # type: ignore[arg-type]  # a mapping
            below = self._spots.below(spot, (spot.path, name)) if wanted(name) else None
            if below and below.depth and isinstance(below.node, yaml.MappingNode):
                yield below
                yield from self._below_by_name(below, wanted, levels - 1)

    def _place(self, spot: Spot, field: Field) -> Holder:
        """A mapping as the place for pull secrets."""
        return Holder(spot.node, [spot.path], field, self._spots.namespace(spot))  # type: ignore[arg-type]  # a mapping

    def _field(self, spot: Spot) -> Field | None:
        """The field of a mapping for pull secrets; None if it has none, or nobody knows of one."""
        shows_fields = kinds.is_custom(spot.api.group) or (self._in_text and spot.api == _NONE)
        if spot.depth > _DEEPEST or not (self._locations or shows_fields):
            return None
        there = self._spots.fields(spot.node)  # type: ignore[arg-type]  # a mapping
        known = self._known(spot)
        standing = {name: value for name, value in there.items() if names.is_field(name) or name in known}
        forms = {name: _form(name, value, known.get(name, ""), there) for name, value in standing.items()}
        found = {name: form for name, form in forms.items() if form} or known
        if found:
            name = names.first(found)
            return Field(name, found[name])
        shape = names.has_names(there) and not standing and kinds.is_custom(spot.api.group)
        return Field(form=NAMES) if shape else None

    def _field_beside(self, spot: Spot, steps: int) -> Field | None:
        """The field of a mapping some steps below that of an image: a near pod template's, or one known for all."""
        near = steps <= beside.NEAR
        if near and podspec.is_spec_of_template(spot.path, self._spots.fields(spot.node)):  # type: ignore[arg-type]  # a mapping
            lacks = self.lacks_field(spot.path) or kinds.lacks_pull_secrets(spot.api, spot.path)
            return None if lacks else Field()
        is_of_others = names.is_about_one_image(str(spot.steps[-1]))
        known = {} if is_of_others else {name: form for name, form in self._known(spot).items() if names.is_field(name)}
        return Field(names.first(known), known[names.first(known)]) if known else None

    def _known(self, spot: Spot) -> dict[str, str]:
        """The forms of the fields of a mapping that the user, its schema or the catalogue knows, by their names."""
        steps = spot.steps
        declared = {
            location.steps[-1]: location.pull_secrets
            for location in self._locations
            if fnmatchcase(spot.kind, location.kind)
            and fnmatchcase(spot.api_version, location.api_version)
            and leads_to(location.steps[:-1], steps)
        }
        if declared or not kinds.is_custom(spot.api.group):
            return declared
        catalogue = {
            known.path[-1]: known.form
            for known in kinds.known_fields(spot.api)
            if known.form in SECRETS and leads_to(known.path[:-1], steps)
        }
        installed = self._schemas.secrets(spot.api_version, spot.kind, steps, catalogue)
        return catalogue if installed is None else installed


def _form(name: str, value: yaml.Node, known: str, there: dict[str, yaml.Node]) -> str:
    """The form of a field that stands in a mapping: that of its entries, else as it is known, else by its name."""
    if not is_empty(value):
        shown = names.form(value)
        return known if known and shown in ("", known) else shown
    if known:
        return known
    return NAMES if names.keeps_names(name, there) else names.form_of_empty(name, value)
