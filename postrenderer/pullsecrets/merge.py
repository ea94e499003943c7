"""Pull secrets: what a mapping lacks, and how it merges with what is there.

Source: `imagePullSecrets` of PodSpec and ServiceAccount, Kubernetes API core/v1: a list of `{name: …}`. Custom
resources have other names and forms for it; a list that has entries gets more of the form of its first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer.apis.forms import JOINED, NAME, NAMES, OBJECT, OBJECTS, REFERENCE, SEMICOLONS
from postrenderer.errors import AcregError
from postrenderer.pullsecrets import flags
from postrenderer.pullsecrets.flags import Flag
from postrenderer.pullsecrets.writing import fill, insert, prepend
from postrenderer.text.mappings import STRING_TAG, is_empty, is_null
from postrenderer.text.pointer import Path, pointer
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit, apply, in_text

if TYPE_CHECKING:
    from postrenderer.text.view import View

_ONE = (OBJECT, NAME, REFERENCE)
"""The forms that hold one secret alone."""


class Field(NamedTuple):
    """The name of the field that holds pull secrets, and its form as the catalogue calls it."""

    name: str = "imagePullSecrets"
    form: str = OBJECTS


POD_SPEC = Field()


class Holder(NamedTuple):
    """A mapping that has to have the pull secrets, or arguments.

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


_SECRET = regex(r"[a-z0-9][a-z0-9.-]*")
"""What a Secret may be called (DNS subdomain, Kubernetes' names of objects)."""


class Addition(NamedTuple):
    """Pull secrets that a mapping lacked and has now."""

    names: list[str]
    paths: list[Path]
    """Where the mapping stands, once for each alias that leads to it."""


def missing(view: View, holder: Holder, names: tuple[str, ...]) -> list[str]:
    """The pull secrets of these names that a mapping lacks, as the document will be; where one is enough, the first."""
    if isinstance(holder.node, yaml.SequenceNode):
        return flags.missing(Flag(holder.node, *holder.field), names)
    current = _current(view, holder)
    if holder.field.form in _ONE:
        return list(names[:1]) if current is None or is_empty(current) or _unnamed(view, holder) else []
    if holder.field.form in JOINED and isinstance(current, yaml.ScalarNode):
        present = {part.strip() for part in view.value(current).split(JOINED[holder.field.form])}
        return [name for name in names if name not in present]
    items = view.items(current) if isinstance(current, yaml.SequenceNode) else ()
    present = {_name(view, item) for item in items}
    return [name for name in names if name not in present]


def is_bare(view: View, holder: Holder) -> bool:
    """Whether a mapping has no pull secrets at all, as the document will be; arguments are no mapping."""
    current = _current(view, holder)
    return isinstance(holder.node, yaml.MappingNode) and (current is None or is_empty(current))


def obstacle(text: str, view: View, holder: Holder, names: tuple[str, ...]) -> str:
    """Why a custom resource cannot take these pull secrets, in plain words; empty if it can, or has them."""
    if isinstance(holder.node, yaml.SequenceNode):
        return flags.obstacle(Flag(holder.node, *holder.field), names)
    return _misfit(text, view, holder.node, holder, names)


def _misfit(text: str, view: View, mapping: yaml.MappingNode, holder: Holder, names: tuple[str, ...]) -> str:
    """Why the field of a mapping cannot take these pull secrets; empty if it can, or has them."""
    current, field = _current(view, holder), holder.field
    place = f"`{field.name}` at {pointer((holder.paths[0], field.name))}"
    if field.form == REFERENCE and not holder.namespace and (current is None or is_empty(current)):
        return f"{place} needs a namespace, and the object does not say its own: fill it in"
    if current is None:
        return ""
    if is_empty(current):
        is_list = isinstance(current, yaml.SequenceNode) and field.form not in _ONE
        fits = is_list or is_free(text, mapping, current)
        return "" if fits else f"{place} is an alias, or has an anchor or a tag: fill it in"
    if field.form in JOINED:
        return "" if _parts(current, field.form) else f"{place} is not a list of names: correct it"
    if field.form not in _ONE:
        return "" if isinstance(current, yaml.SequenceNode) else f"{place} is not a list: correct it"
    held, unnamed = _name(view, current), _unnamed(view, holder)
    is_open = isinstance(current, yaml.MappingNode) and unnamed is not None and is_free(text, current, unnamed)
    taken = f"{place} holds `{held}` and takes only one Secret: check that it is valid for the registry"
    return "" if is_open or held in names else taken


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
        AcregError: the field holds something else.
    """
    mapping, field = holder.node, holder.field
    if isinstance(mapping, yaml.SequenceNode):
        return flags.add(text, view, Flag(mapping, *field), names)
    current = _current(view, holder)
    if isinstance(current, yaml.SequenceNode) and field.form not in _ONE:
        return [_extend(text, view, current, names, field.form)]
    value = _value(names, holder)
    is_merged = all(own is not current for _, own in mapping.value)
    if current is None or (is_merged and (is_empty(current) or field.form in (*_ONE, *JOINED))):
        return [insert(text, view, mapping, field.name, value)]
    if is_empty(current) and is_free(text, mapping, current):
        return fill(text, view, mapping, current, value)
    unnamed = _unnamed(view, holder)
    if isinstance(current, yaml.MappingNode) and unnamed is not None and is_free(text, current, unnamed):
        return fill(text, view, current, unnamed, names[0])
    if isinstance(current, yaml.ScalarNode) and _parts(current, field.form):
        return _join(text, view, current, names, field.form)
    raise AcregError(
        f"`{field.name}` at {pointer((holder.paths[0], field.name))} is not a list, so pull secrets cannot be added. "
        "Correct the chart's values, or run with --no-pull-secrets."
    )


def _current(view: View, holder: Holder) -> yaml.Node | None:
    """What stands in the field; None if nothing does."""
    return dict(view.fields(holder.node)).get(holder.field.name) if isinstance(holder.node, yaml.MappingNode) else None


def _unnamed(view: View, holder: Holder) -> yaml.Node | None:
    """The empty name in a field that holds one secret, `{name: ""}`; None if there is none."""
    current = _current(view, holder)
    if holder.field.form != OBJECT or not isinstance(current, yaml.MappingNode):
        return None
    name = dict(view.fields(current)).get("name")
    return name if name is not None and is_empty(name) and not view.value(name) else None


def is_free(text: str, mapping: yaml.MappingNode, value: yaml.Node) -> bool:
    """Whether an empty value stands in the mapping itself, behind a colon, and without an anchor or tag in its way.

    A value with an anchor has aliases that are to stay empty, and `!!str ~` is a text.
    """
    key = next((key for key, own in mapping.value if own is value), None)
    start, end = value.start_mark.index, value.end_mark.index
    if key is None or start < key.end_mark.index or "&" in text[start:end]:
        return False
    if "!" in text[start:end] and is_null(value) and value.tag == STRING_TAG:
        return False
    return ":" in text[key.end_mark.index : start]


def _value(names: list[str], holder: Holder) -> Any:  # noqa: ANN401  # what JSON can hold
    """What the field holds when it holds these secrets alone."""
    form = holder.field.form
    if form in JOINED:
        return JOINED[form].join(names)
    entries = [_entry(name, form) for name in names]
    if form == REFERENCE:
        return {**entries[0], "namespace": holder.namespace}
    return entries[0] if form in _ONE else entries


def _entry(name: str, form: str) -> Any:  # noqa: ANN401  # what JSON can hold
    return name if form in (NAMES, NAME) else {"name": name}


def _name(view: View, item: yaml.Node) -> str:
    """The name that an entry of a list of pull secrets holds; empty if it holds none."""
    name = dict(view.fields(item)).get("name") if isinstance(item, yaml.MappingNode) else item
    return name.value if isinstance(name, yaml.ScalarNode) else ""


def _extend(text: str, view: View, current: yaml.SequenceNode, names: list[str], form: str) -> Edit:
    """Write names in front of the entries of a list, in the form of these: plain names or `{name: …}`."""
    first = next((item for item in current.value if not is_null(item)), None)
    if first is not None:
        form = NAMES if isinstance(first, yaml.ScalarNode) else OBJECTS
    return prepend(text, view, current, [_entry(name, form) for name in names])


def _parts(current: yaml.Node, form: str) -> list[str]:
    """The names in a text of several; none if it holds something else."""
    between = JOINED.get(form)
    parts = current.value.split(between) if between and isinstance(current, yaml.ScalarNode) else []
    return parts if all(_SECRET.fullmatch(part.strip()) for part in parts) else []


def _join(text: str, view: View, current: yaml.ScalarNode, names: list[str], form: str) -> list[Edit]:
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
