"""Pull secrets: what a mapping lacks, and how it merges with what is there.

Source: `imagePullSecrets` of PodSpec and ServiceAccount, Kubernetes API core/v1: a list of `{name: …}`. Custom
resources have other names and forms for it; a list that has entries gets more of the form of its first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer.apis.forms import JOINED, NAME, NAMES, OBJECT, OBJECTS, REFERENCE, SEMICOLONS
from postrenderer.errors import AcregError
from postrenderer.pullsecrets import flags
from postrenderer.pullsecrets.flags import Flag
from postrenderer.pullsecrets.names import OBJECT_NAME
from postrenderer.text.mappings import is_empty, is_merge, is_null, text_of
from postrenderer.text.pointer import Path, pointer
from postrenderer.text.scalars import Edit, apply, in_text
from postrenderer.text.writing import fill, insert, is_free, own_keys, prepend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postrenderer.text.view import View

_ONE = (OBJECT, NAME, REFERENCE)
"""The forms that hold one secret alone."""


class Field(NamedTuple):
    """The field of a mapping that holds pull secrets, or that leads to one and is added with what it leads to.

    Attributes:
        name: its name, such as `imagePullSecrets` or `podTemplate`.
        form: the form of the pull secrets, as the catalogue calls it.
        below: the way from it to the pull secrets, such as `("spec", "imagePullSecrets")`; empty if it holds them.
    """

    name: str = "imagePullSecrets"
    form: str = OBJECTS
    below: tuple[str, ...] = ()


POD_SPEC = Field()


class Holder(NamedTuple):
    """A place for pull secrets: a mapping with a field for them, such as a pod spec, or arguments with a flag.

    Attributes:
        node: the mapping, or the list of arguments.
        paths: all the paths that lead to it.
        field: its field for them, or the flag.
        namespace: that of its object; empty if it does not say.
    """

    node: yaml.MappingNode | yaml.SequenceNode
    paths: list[Path]
    field: Field = POD_SPEC
    namespace: str = ""

    @property
    def places(self) -> list[Path]:
        """Where the mapping is that holds the field, or that will hold it."""
        places = self.paths
        for step in (self.field.name, *self.field.below)[:-1]:
            places = [(path, step) for path in places]
        return places


class Addition(NamedTuple):
    """Pull secrets that a mapping lacks and gets."""

    names: list[str]
    paths: list[Path]
    """Where the mapping stands, once for each alias that leads to it."""


def missing(view: View, holder: Holder, names: tuple[str, ...]) -> list[str]:
    """The pull secrets that a mapping lacks in the document as it will be; of a field for one secret, the first."""
    if isinstance(holder.node, yaml.SequenceNode):
        return flags.missing(Flag(holder.node, holder.field.name, holder.field.form), names)
    current = _current(view, holder)
    if holder.field.form in _ONE:
        return list(names[:1]) if current is None or is_empty(current) or _unnamed(view, holder) else []
    if holder.field.form in JOINED and isinstance(current, yaml.ScalarNode):
        present = {part.strip() for part in view.value(current).split(JOINED[holder.field.form])}
        return [name for name in names if name not in present]
    items = view.items(current) if isinstance(current, yaml.SequenceNode) else ()
    present = {_name(view, item) for item in items}
    return [name for name in names if name not in present]


def lacks_all(view: View, holder: Holder) -> bool:
    """Whether a mapping has no pull secrets at all, as the document will be; arguments are no mapping."""
    current = _current(view, holder)
    return isinstance(holder.node, yaml.MappingNode) and (current is None or is_empty(current))


def obstacle(text: str, view: View, holder: Holder, names: tuple[str, ...]) -> str:
    """Why a custom resource cannot take these pull secrets, in plain words; empty if it can, or has them."""
    try:
        _way(text, view, holder, names)
    except _NoWayError as why:
        return str(why)
    return ""


def add(text: str, view: View, holder: Holder, names: list[str]) -> list[Edit]:
    """Plan to add pull secrets to a mapping that lacks them, in front of those that it has.

    Args:
        text: what the mapping was composed from.
        view: the document as it will be; it gets what is planned, too.
        holder: the pod spec, ServiceAccount or part of a custom resource; it has at least one key.
        names: the secrets that it lacks.

    Returns:
        The edits of the text that add them.

    Raises:
        AcregError: the field cannot take them.
    """
    try:
        return _way(text, view, holder, names)(names)
    except _NoWayError as why:
        raise AcregError(f"{why}, or run with --no-pull-secrets.") from None


class _NoWayError(Exception):
    """A field cannot take pull secrets; the message says why, in plain words."""


def _way(text: str, view: View, holder: Holder, names: Sequence[str]) -> Callable[[list[str]], list[Edit]]:
    """The function that plans to add pull secrets to a field.

    Raises:
        _NoWayError: the field cannot take these secrets.
    """
    if isinstance(holder.node, yaml.SequenceNode):
        flag = Flag(holder.node, holder.field.name, holder.field.form)
        obstacle = flags.obstacle(flag, names)
        if obstacle:
            raise _NoWayError(obstacle)
        return partial(flags.add, text, view, flag)
    current = _current(view, holder)
    if current is None or is_empty(current):
        return _way_to_fill(text, view, holder, holder.node, current)
    return _way_to_extend(text, view, holder, current, names)


def _way_to_fill(
    text: str, view: View, holder: Holder, mapping: yaml.MappingNode, current: yaml.Node | None
) -> Callable[[list[str]], list[Edit]]:
    """`_way` for a field that is absent or empty."""
    if holder.field.form == REFERENCE and not holder.namespace:
        raise _NoWayError(f"{_place(holder)} needs a namespace, and the object does not say its own: fill it in")
    if current is None:
        return lambda names: [insert(text, view, mapping, (holder.field.name, _value(names, holder)))]
    if isinstance(current, yaml.SequenceNode) and holder.field.form not in _ONE:
        return partial(_extend, text, view, current, holder.field.form)
    if is_free(text, mapping, current):
        return lambda names: fill(text, view, mapping, current, _value(names, holder))
    keys = own_keys(mapping)
    behind = 1 + max((index for index, (key, _) in enumerate(mapping.value) if is_merge(key)), default=-1)
    if any(own is current for _, own in mapping.value):
        fault = "is an alias, or has an anchor or a tag"
    elif not keys or keys[-1] < behind:
        fault = "is empty in a mapping that `<<` merges behind all other keys"
    else:
        return lambda names: [insert(text, view, mapping, (holder.field.name, _value(names, holder)), behind)]
    raise _NoWayError(f"{_place(holder)} {fault}: fill it in")


def _way_to_extend(
    text: str, view: View, holder: Holder, current: yaml.Node, names: Sequence[str]
) -> Callable[[list[str]], list[Edit]]:
    """`_way` for a field that holds something."""
    form = holder.field.form
    if form in JOINED:
        if isinstance(current, yaml.ScalarNode) and _parts(current, form):
            return partial(_join, text, view, current, form)
        raise _NoWayError(f"{_place(holder)} is not a list of names: correct it")
    if form not in _ONE:
        if isinstance(current, yaml.SequenceNode):
            return partial(_extend, text, view, current, form)
        raise _NoWayError(f"{_place(holder)} is not a list: correct it")
    unnamed, held = _unnamed(view, holder), _name(view, current)
    if isinstance(current, yaml.MappingNode) and unnamed is not None and is_free(text, current, unnamed):
        return lambda names: fill(text, view, current, unnamed, names[0])
    if held in names:
        return lambda _: []
    raise _NoWayError(
        f"{_place(holder)} holds `{held}` and takes only one Secret: check that it is valid for the registry"
    )


def _place(holder: Holder) -> str:
    """The field and where it stands, for messages."""
    return f"`{holder.field.name}` at {pointer((holder.paths[0], holder.field.name))}"


def _current(view: View, holder: Holder) -> yaml.Node | None:
    """The value of the field, or of the first on the way to the pull secrets that is empty; None if it is absent."""
    if not isinstance(holder.node, yaml.MappingNode):
        return None
    current = dict(view.fields(holder.node)).get(holder.field.name)
    for step in holder.field.below:
        if not isinstance(current, yaml.MappingNode) or is_empty(current):
            return current
        current = dict(view.fields(current)).get(step)
    return current


def _unnamed(view: View, holder: Holder) -> yaml.Node | None:
    """The empty name in a field of the form `{name: ""}`; None if the field is not like that."""
    current = _current(view, holder)
    if holder.field.form != OBJECT or not isinstance(current, yaml.MappingNode):
        return None
    name = dict(view.fields(current)).get("name")
    return name if name is not None and is_empty(name) and not view.value(name) else None


def _value(names: list[str], holder: Holder) -> Any:  # noqa: ANN401  # what JSON can hold
    """The value of a field that holds, or leads to, only these secrets."""
    form = holder.field.form
    entries = [_entry(name, form) for name in names]
    value = entries[0] if form in _ONE else entries
    if form in JOINED:
        value = JOINED[form].join(names)
    elif form == REFERENCE:
        value = {**entries[0], "namespace": holder.namespace}
    for step in reversed(holder.field.below):
        value = {step: value}
    return value


def _entry(name: str, form: str) -> Any:  # noqa: ANN401  # what JSON can hold
    return name if form in (NAMES, NAME) else {"name": name}


def _name(view: View, item: yaml.Node) -> str:
    """The name that an entry of a list of pull secrets holds; empty if it holds none."""
    return text_of(dict(view.fields(item)).get("name") if isinstance(item, yaml.MappingNode) else item)


def _extend(text: str, view: View, current: yaml.SequenceNode, form: str, names: list[str]) -> list[Edit]:
    """Write names in front of the entries of a list, in the form of these: plain names or `{name: …}`."""
    first = next((item for item in current.value if not is_null(item)), None)
    if first is not None:
        form = NAMES if isinstance(first, yaml.ScalarNode) else OBJECTS
    return [prepend(text, view, current, [_entry(name, form) for name in names])]


def _parts(current: yaml.ScalarNode, form: str) -> list[str]:
    """The names in a text of several; none if it holds something else."""
    parts: list[str] = current.value.split(JOINED[form])
    return parts if all(OBJECT_NAME.fullmatch(part.strip()) for part in parts) else []


def _join(text: str, view: View, current: yaml.ScalarNode, form: str, names: list[str]) -> list[Edit]:
    """Write names beside those in a text: behind those that commas separate, in front of the others."""
    value, between = view.value(current), JOINED[form]
    if form == SEMICOLONS:
        start = len(value) - len(value.lstrip())
        old = value.split(between)[0].strip()
        new = between.join([*names, old])
    else:
        old = value.split()[-1]
        start = value.rindex(old)
        new = between.join([old, *names])
    edit = Edit(start, start + len(old), new)
    view.change(current, apply(value, [edit]))
    return in_text(text, current, [edit])
