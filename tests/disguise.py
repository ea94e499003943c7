"""Writes data as YAML in spellings that Go's parser reads and that a quick look, or another parser, may miss."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from random import Random

Tree = Union[str, "list[Tree]", "Fields"]

BINARY = (
    "!!binary",
    "!<tag:yaml.org,2002:binary>",
    "!!b%69nary",
    "!<tag:yaml.org%2C2002:binary>",
    "!<tag:yaml.org,2002:%62inary>",
)
MERGES = (
    "<<",
    "<<",
    "!!merge <<",
    '!!merge "<<"',
    "! <<",
    "&m <<",
    "!<tag:yaml.org,2002:merge> <<",
    "!!mer%67e <<",
)
"""Merge keys for Go's parser."""
NO_MERGES = ('"<<"', "'<<'", "!!str <<", "!foo <<", "!!binary PDw=")
"""What only looks like one."""
COMMENTS = ("# image: nginx:0\n", "\n", "\ufeff# c\n", "# c\r", "\t\n", "#\x85", "# kind: CustomResourceDefinition\n")
ANCHORED = (
    "{name}: &{name} {value}",
    "{name}: &{name} {value}",
    "x-{name}: {{apiVersion: constraints.gatekeeper.sh/v1, kind: A, spec: {{a: &{name} {value}}}}}",
    "x-{name}: {{kind: CustomResourceDefinition, apiVersion: b/v1, a: &{name} {value}}}",
    "x-{name}: {{command: [skopeo, copy, &{name} {value}]}}",
    "x-{name}: {{from: {{image: &{name} {value}}}}}",
    "x-{name}: [&{name} x, &{name} {value}]",
    "x-{name}: {{image: &{name} {value}}}",
    "x-{name}: {{env: [{{name: IMAGE, value: &{name} {value}}}]}}",
    "x-{name}: {{image: {{repository: &{name} {value}, tag: '1'}}}}",
    "x-{name}: {{image: {{repository: a, tag: &{name} {value}}}}}",
    "x-{name}: {{image: {{registry: &{name} {value}, repository: a}}}}",
)
"""Where a value may stand to which an alias leads."""


class Fields(NamedTuple):
    """A mapping as pairs. Several may have the same key; the key `<<` is a merge key in some spelling."""

    pairs: list[tuple[str, Tree]]


class Writer:
    """Writes one document."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.often = rnd.choice((0.0, 0.02, 0.05, 0.2))
        """How often a key or a value is disguised."""
        self.anchored: list[str] = []
        """Entries of the root mapping that must stand before the rest, as aliases lead to them."""

    def block(self, tree: Tree, indent: str) -> str:
        """A mapping or a list in block style, each line behind the indentation."""
        if isinstance(tree, Fields):
            return "".join(self._entry(key, value, indent) for key, value in tree.pairs)
        return "".join(self._item(item, indent) for item in tree)

    def flow(self, tree: Tree) -> str:
        """Any value in flow style."""
        if isinstance(tree, str):
            return self._text(tree, "")
        between = self.rnd.choice((", ", ",", ",\n", " , ", ",\t")) if self._disguises() else ", "
        if isinstance(tree, Fields):
            return "{" + between.join(self._flow_entry(key, value) for key, value in tree.pairs) + "}"
        return "[" + between.join(map(self.flow, tree)) + "]"

    def _disguises(self) -> bool:
        return self.rnd.random() < self.often

    def _flow_entry(self, key: str, value: Tree) -> str:
        written = self._key(key)
        if self._disguises():
            written = self.rnd.choice((f"? {written}", f"{written} ", f"x:\n\ufeff#, {written}", f"? {written}\n"))
        if self._disguises():
            return f"{written}: !{self.rnd.choice(('', 't', '!str'))}, {self.flow(value)}"
        if written.startswith('"') and isinstance(value, str) and self._disguises():
            return f"{written}:{self.flow(value)}"
        return f"{written}: {self.flow(value)}"

    def _entry(self, key: str, value: Tree, indent: str) -> str:
        before = self.rnd.choice(COMMENTS) if self._disguises() else ""
        written = self._key(key)
        if self._disguises():
            written = self.rnd.choice((f"? {written}\n{indent}", f"? |-\n{indent}  {key}\n{indent}", f"{written}\t"))
        return f"{before}{indent}{written}:{self._value(value, indent)}"

    def _value(self, value: Tree, indent: str) -> str:
        """What follows a colon, up to and with the end of the line."""
        if isinstance(value, str):
            return f"{self._space()}{self._text(value, indent, block=True)}\n"
        if self._disguises():
            return f" {self._alias(self.flow(value))}\n"
        if self.rnd.random() < 0.15:
            return f"{self._space()}{self.flow(value)}\n"
        tag = ""
        if self._disguises():
            tag = self.rnd.choice((" &t", " !!map", " !foo", " # c", " !", " !!seq"))
        return f"{tag}\n{self.block(value, indent + '  ')}"

    def _item(self, item: Tree, indent: str) -> str:
        if not isinstance(item, Fields) or self.rnd.random() < 0.2:
            return f"{indent}- {self.flow(item)}\n"
        if self._disguises():
            return f"{indent}-\n{self.block(item, indent + '  ')}"
        return f"{indent}- {self.block(item, indent + '  ').lstrip(' ')}"

    def _space(self) -> str:
        return self.rnd.choice(("\t", "  ", " \t")) if self._disguises() else " "

    def _alias(self, written: str) -> str:
        """An alias that stands for what is written."""
        name = f"d{len(self.anchored)}"
        self.anchored.append(self.rnd.choice(ANCHORED).format(name=name, value=written))
        return f"*{name}"

    def _key(self, key: str) -> str:
        if key == "<<":
            return self.rnd.choice(NO_MERGES if self.rnd.random() < 0.1 else MERGES) if self._disguises() else key
        if not self._disguises():
            return key
        style = self.rnd.randrange(7)
        if style == 0:
            return f"{self._alias(self.rnd.choice((key, _binary(self.rnd, key), _escaped(self.rnd, key))))} "
        if style == 1:
            return self.rnd.choice((f"!!str {key}", f"! {key}", f"!foo {key}", f"&k {key}", f"'{key}'", f'"{key}"'))
        return _binary(self.rnd, key) if style < 4 else _escaped(self.rnd, key)

    def _text(self, text: str, indent: str, *, block: bool = False) -> str:
        if not self._disguises():
            return text
        spellings = [text, _binary(self.rnd, text), _escaped(self.rnd, text)]
        tagged = [f"!!str {text}", f"! {text}", f"!foo {text}", f"&v {text}", f"'{text}'", f'"{text}"']
        tagged.append(f"!!timestamp {text}")
        at = self.rnd.randrange(len(text) + 1)
        folded = f'"{text[:at]}\\\n {indent} {text[at:]}"'
        headers = ("|-", ">-", "|", ">", "", "|2-", "&b |-", "!!str |-") if block else ()
        below = [f"{header}\n{indent}  {text}" for header in headers]
        choice = self.rnd.choice((spellings[1:], spellings[1:], tagged, [folded], below or tagged, ["alias"]))
        return self._alias(self.rnd.choice(spellings)) if choice == ["alias"] else self.rnd.choice(choice)


def _escaped(rnd: Random, text: str) -> str:
    """A text in double quotes with some of its signs escaped."""
    share = rnd.choice((0.1, 0.3, 1.0))
    escapes = ("\\x{:02x}", "\\x{:02X}", "\\u{:04x}", "\\U{:08X}")
    return '"' + "".join(rnd.choice(escapes).format(ord(sign)) if rnd.random() < share else sign for sign in text) + '"'


def _binary(rnd: Random, text: str) -> str:
    encoded = base64.b64encode(text.encode()).decode()
    return (
        f"{rnd.choice(BINARY)} {rnd.choice(('{}', chr(39) + '{}' + chr(39), chr(34) + '{}' + chr(34))).format(encoded)}"
    )
