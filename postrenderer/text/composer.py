"""A YAML text as nodes: PyYAML's composer for almost every document, our own for what it refuses.

PyYAML's composer recurses, so deep nesting ends the process; it refuses an anchor that is defined twice, which YAML 1.2
and Kubernetes' parser allow; and it knows no anchors of earlier documents. The other one here is a loop over the events
of the same parser, which has none of these limits and takes longer.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml.composer import ComposerError

from postrenderer.text import tags
from postrenderer.text.layout import is_bare
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class _Untyped:
    """Gives a node without a tag that of its kind at once. Asking for resolvers takes a third of PyYAML's time."""

    def resolve(self, kind: type[yaml.Node], _value: object, _implicit: object) -> str:
        return _TAGS[kind]

    # They have nothing to do, and functions in C are the quickest to do so.
    descend_resolver: Any = staticmethod(operator.is_)
    ascend_resolver: Any = staticmethod(tuple)


class PythonLoader(_Untyped, yaml.BaseLoader):
    """PyYAML's Python code."""


if yaml.__with_libyaml__:

    class Loader(_Untyped, yaml.cyaml.CParser):  # type: ignore[name-defined, misc]  # it is there
        """PyYAML's C extension: the parser alone, as there is nothing to construct."""

else:
    Loader = PythonLoader  # type: ignore[misc, assignment]  # what there is

_DELETE, _REPLACEMENT = "\x7f", "\ufffd"
"""A character that YAML 1.1 does not allow and some parsers accept; no reference holds it, nor what stands for it."""

_BEYOND = "found an escape for a character beyond Unicode"

_DEEP = 500
"""Levels of nesting that every stack is large enough for."""
_DEEPEST = 20_000
"""Levels that Kubernetes' parser reads: 10,000 of blocks and as many in brackets (go-yaml, scannerc.go)."""
_DEEP_START = regex(rf"[ ?:-]{{{_DEEP // 2}}}")
_DEEP_INDENT = regex(rf"\n{_DEEP_START.pattern}")


class Borrowed(NamedTuple):
    """An alias, as indices into the text, whose anchor stands in another document, and the node it stands for."""

    start: int
    end: int
    node: yaml.Node


class Composed(NamedTuple):
    """The root nodes of the documents in a text, the aliases to other documents, and the anchors that it defines.

    The anchors are known only if the text was asked for them or needed the slower composer.
    """

    roots: list[yaml.Node]
    borrowed: list[Borrowed]
    anchors: dict[str, yaml.Node]


def compose(text: str, elsewhere: Callable[[str], yaml.Node | None] = lambda _: None) -> Composed:
    """Read a YAML text; scalars are never constructed, and only explicit tags differ from str, seq and map.

    What is tagged `!!binary` has the value that its base64 stands for, also in keys (see tags.py).

    Args:
        text: no, one or more documents.
        elsewhere: gives the node of an anchor that the text does not define, or None.

    Raises:
        yaml.YAMLError: it is not YAML.
        RecursionError: it has more than _DEEPEST levels.
    """
    text = text.replace(_DELETE, _REPLACEMENT)
    try:
        composed = _compose(text, elsewhere)
    except (ValueError, OverflowError):  # PyYAML's Python code hands an escape to chr() as it stands
        raise yaml.YAMLError(_BEYOND) from None
    tags.settle(text, composed.roots)
    return composed


def manifest(text: str, elsewhere: Callable[[str], yaml.Node | None] = lambda _: None) -> Composed:
    """Read a piece of a stream as Kubernetes' parser does, which stops behind the first document.

    Args:
        text: one document; what follows it need not be YAML, unless it starts with a brace: of `{…}{…}`, which is no
            YAML, kubectl reads both objects, and Helm does in a hook (apimachinery, NewYAMLOrJSONDecoder).
        elsewhere: gives the node of an anchor that the text does not define, or None.

    Raises:
        yaml.YAMLError: the first document is not YAML, or another one may be read behind it.
        RecursionError: it has more than _DEEPEST levels.
    """
    try:
        return compose(text, elsewhere)
    except yaml.YAMLError as error:
        if all(map(is_bare, text.splitlines())):
            return Composed([], [], {})
        try:
            composed = first(text, elsewhere)
        except yaml.YAMLError:
            raise error from None
        if any(text[root.end_mark.index :].lstrip().startswith("{") for root in composed.roots):
            raise
        return composed


def first(text: str, elsewhere: Callable[[str], yaml.Node | None] = lambda _: None) -> Composed:
    """Read the first document of a text; what follows it need not be YAML.

    Args:
        text: the text.
        elsewhere: gives the node of an anchor that the text does not define, or None.

    Raises:
        yaml.YAMLError: the first document is not YAML.
        RecursionError: it has more than _DEEPEST levels.
    """
    text = text.replace(_DELETE, _REPLACEMENT)
    try:
        composed = from_events(text, elsewhere, _up_to_the_first_end(text))
    except (ValueError, OverflowError):  # as in compose
        raise yaml.YAMLError(_BEYOND) from None
    tags.settle(text, composed.roots)
    return composed


def _compose(text: str, elsewhere: Callable[[str], yaml.Node | None]) -> Composed:
    if _is_deep(text):
        return from_events(text, elsewhere)
    try:
        return Composed(_from_loader(text), [], {})
    except (ComposerError, RecursionError):
        return from_events(text, elsewhere)


def _is_deep(text: str) -> bool:
    """Whether a text may nest deeper than the stack is large."""
    if len(text) < _DEEP // 2:  # too short for what is looked for
        return False
    deep = text.count("[") + text.count("{") > _DEEP
    return deep or _DEEP_INDENT.search(text) is not None or _DEEP_START.match(text) is not None


def _from_loader(text: str) -> list[yaml.Node]:
    loader = Loader(text)
    roots: list[yaml.Node] = []
    try:
        while loader.check_node():
            roots.append(loader.get_node())
    finally:
        loader.dispose()
    return roots


def _up_to_the_first_end(text: str) -> Iterator[Any]:
    """The events of the first document of a text."""
    for event in yaml.parse(text, Loader=Loader):
        yield event
        if isinstance(event, yaml.DocumentEndEvent):
            return


def from_events(
    text: str, elsewhere: Callable[[str], yaml.Node | None] = lambda _: None, events: Iterable[Any] = ()
) -> Composed:
    """Do the same as compose() without recursion, whatever the text, and tell its anchors.

    Args:
        text: no, one or more documents.
        elsewhere: gives the node of an anchor that the text does not define, or None.
        events: those of the text, if not all of them count.

    Raises:
        yaml.YAMLError: it is not YAML.
        RecursionError: it has more than _DEEPEST levels.
    """
    roots: list[yaml.Node] = []
    borrowed: list[Borrowed] = []
    anchors: dict[str, yaml.Node] = {}
    own: dict[str, yaml.Node] = {}  # those of the document alone
    parents: list[yaml.Node] = []
    for event in events or yaml.parse(text, Loader=Loader):
        kind = type(event)
        if kind in _ENDS:
            closed = parents.pop()
            closed.end_mark = event.end_mark
            if isinstance(closed, yaml.MappingNode):
                closed.value = list(zip(closed.value[::2], closed.value[1::2]))
            continue
        if kind == yaml.AliasEvent:
            node = own.get(event.anchor) or _borrow(event, elsewhere, borrowed)
        elif kind in _STARTS:
            node = _STARTS[kind](event)
            if event.anchor:
                anchors[event.anchor] = own[event.anchor] = node
        else:
            own = {}  # between two documents
            continue
        (parents[-1].value if parents else roots).append(node)
        if kind in _COLLECTIONS:
            parents.append(node)
            if len(parents) > _DEEPEST:
                raise RecursionError
    return Composed(roots, borrowed, anchors)


def _borrow(event: Any, elsewhere: Callable[[str], yaml.Node | None], borrowed: list[Borrowed]) -> yaml.Node:  # noqa: ANN401  # PyYAML's events have no types
    """The node that an alias stands for whose anchor the text does not define."""
    node = elsewhere(event.anchor)
    if node is None:
        raise ComposerError(None, None, f"found undefined alias {event.anchor}", event.start_mark)
    borrowed.append(Borrowed(event.start_mark.index, event.end_mark.index, node))
    return node


def _tag(event: Any, kind: type[yaml.Node]) -> str:  # noqa: ANN401  # PyYAML's events have no types
    return event.tag if event.tag not in (None, "!") else _TAGS[kind]


def _scalar(event: Any) -> yaml.Node:  # noqa: ANN401  # PyYAML's events have no types
    return yaml.ScalarNode(_tag(event, yaml.ScalarNode), event.value, event.start_mark, event.end_mark, event.style)


def _sequence(event: Any) -> yaml.Node:  # noqa: ANN401  # PyYAML's events have no types
    return yaml.SequenceNode(_tag(event, yaml.SequenceNode), [], event.start_mark, event.end_mark, event.flow_style)


def _mapping(event: Any) -> yaml.Node:  # noqa: ANN401  # PyYAML's events have no types
    """A mapping that holds its keys and values in turn until it is closed."""
    return yaml.MappingNode(_tag(event, yaml.MappingNode), [], event.start_mark, event.end_mark, event.flow_style)


_STARTS: dict[type, Callable[[Any], yaml.Node]] = {
    yaml.ScalarEvent: _scalar,
    yaml.SequenceStartEvent: _sequence,
    yaml.MappingStartEvent: _mapping,
}
_COLLECTIONS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
