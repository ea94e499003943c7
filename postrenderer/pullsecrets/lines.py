"""Pull secrets in texts that are no documents: TOML, and templates of YAML or JSON.

Such a text is read line by line. A list of pull secrets that stands there as a plain list gets more entries; it is for
the images in its own block: the lines that are indented as it is or deeper or, in TOML, its table and those below that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.apis.forms import JOINED, NAMES, OBJECTS
from postrenderer.pullsecrets import names as grammar
from postrenderer.pullsecrets.programs import spelled_in
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINE = regex(r"[^\n]*\n?")
_TABLE = regex(r"[ \t]*\[\[?([\w.-]+)\]\]?[ \t]*(?:#.*)?\n?")
"""The head of a table in TOML."""
_START = regex(r"([ \t]*)((?:-[ \t]+)*)")
_TEMPLATE, _MARKER = "{{", "---"
_FIELD = regex(r"[Pp]ull[_-]?[Ss]ecret")
_LIST = regex(
    r"[ \t]*(?:-[ \t]+)*[\"']?(?P<name>[A-Za-z][\w-]*)[\"']?[ \t]*(?P<sign>[:=])[ \t]*"
    r"(?:\[(?P<items>(?:[^\[\]{}\n]|\{[^{}\n]*\})*)\]|(?=\r?\n))"
)
"""A field with a list in brackets, or with nothing behind it on its line."""
_ENTRY = regex(
    r"(?P<indent>[ \t]*)(?P<dash>-[ \t]+)(?P<object>name:[ \t]*)?"
    rf"[\"']?(?P<name>{grammar.OBJECT_NAME.pattern})[\"']?[ \t]*(?P<end>\r?\n)"
)
"""An entry of a list on lines of its own."""
_VALUE = (
    r"(?:[ \t]*[=:][ \t]*|[ \t]+)(?![ \t])"
    r"(?P<quote>[\"']?)(?P<value>(?:[\w.,;-]+(?: +[\w.,;-]+)*)?)(?P=quote)[ \t]*$"
)
"""The value of a setting, behind its name on the line."""


class Lines(NamedTuple):
    """What is planned for the pull secrets of a text that is no document.

    Attributes:
        edits: the edits that add them.
        names: the secrets that are added.
        served: where the images begin that have their pull secret now.
    """

    edits: list[Edit]
    names: list[str]
    served: set[int]


class _List(NamedTuple):
    """A list of pull secrets: where a new entry goes, what is written around it, its form, and the present names."""

    at: int
    before: str
    behind: str
    form: str
    present: set[str]


def plan(text: str, images: Iterable[int], secrets: tuple[str, ...], owner: str) -> Lines:
    """Plan the pull secrets of a text.

    Args:
        text: the text.
        images: where its images begin that are or will be on the private registry.
        secrets: the names of the pull secrets.
        owner: the object in which it stands, as `Kind/name`.
    """
    found = Lines([], [], set())
    wanting: dict[int, _List] = {}
    blocks = _blocks(text if _has_list(text) else "")
    for image in images:
        nearest = blocks.nearest(image)
        if nearest is not None:
            wanting[nearest.at] = nearest
            found.served.add(image)
    edits = [edit for one in wanting.values() for edit in _extend(one, secrets)]
    for edit, added in [*edits, *_settings(text, secrets, owner)]:
        found.edits.append(edit)
        found.names.extend(name for name in added if name not in found.names)
    return found


class _Blocks:
    """The lines of a text in blocks, each within another one, and the lists of pull secrets that stand in them."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.of_line: list[tuple[int, int]] = []
        self.parents: list[int] = []
        self.lists: dict[int, _List] = {}

    def open(self, parent: int) -> int:
        """Open a block within its parent, and return its number; -1 is no parent."""
        self.parents.append(parent)
        return len(self.parents) - 1

    def nearest(self, position: int) -> _List | None:
        """The list of the innermost block around a position that has one."""
        line = bisect_right(self.starts, position) - 1
        for block in self.of_line[line] if line >= 0 else ():
            above = block
            while above >= 0 and above not in self.lists:
                above = self.parents[above]
            if above >= 0:
                return self.lists[above]
        return None


def _has_list(text: str) -> bool:
    """Whether a list of pull secrets begins on a line of a text; few texts have one."""
    lines = _lines(text) if _FIELD.search(text) else ()
    return any(_list(text, line.start()) for line in lines if _FIELD.search(line.group()))


def _blocks(text: str) -> _Blocks:
    """The blocks of a text: by indentation and, if it has tables of TOML, by these."""
    blocks = _Blocks()
    indented: list[tuple[int, int]] = []
    tables: list[tuple[str, int]] = []
    for line in _lines(text):
        start = line.start()
        table = _TABLE.fullmatch(line.group())
        if table:
            while tables and not table[1].startswith(f"{tables[-1][0]}."):
                tables.pop()
            tables.append((table[1], blocks.open(tables[-1][1] if tables else -1)))
        else:
            _indent(line.group(), indented, blocks)
        inner = indented[-1][1] if indented else -1
        of_table = tables[-1][1] if tables else -1
        blocks.starts.append(start)
        blocks.of_line.append((inner, of_table))
        found = _list(text, start)
        if found:
            sign, one = found
            block = inner if sign == ":" else of_table
            if block >= 0:
                blocks.lists.setdefault(block, one)
    return blocks


def _lines(text: str) -> Iterator[re.Match[str]]:
    return (line for line in _LINE.finditer(text) if line.group())


def _indent(line: str, indented: list[tuple[int, int]], blocks: _Blocks) -> None:
    """Close the blocks that a line ends by its indentation, and open those that it begins."""
    if line.startswith(_MARKER):
        indented.clear()
        return
    start = _START.match(line)
    content = line[start.end() :] if start else ""
    if not content.strip() or content.startswith((_TEMPLATE, "#")) or start is None:
        return
    column, key = len(start[1]), start.end()
    while indented and (indented[-1][0] > column or (start[2] and indented[-1][0] >= key)):
        indented.pop()
    for at in sorted({column, key}):
        if not indented or indented[-1][0] < at:
            indented.append((at, blocks.open(indented[-1][1] if indented else -1)))


def _list(text: str, start: int) -> tuple[str, _List] | None:
    """The list of pull secrets that begins on the line at an index, behind the `:` or `=` between it and its name."""
    match = _LIST.match(text, start)
    if match is None or not grammar.is_field(match["name"]):
        return None
    items = match["items"]
    if items is not None:
        is_empty = not items.strip()
        form = OBJECTS if "{" in items else NAMES
        if is_empty and match["sign"] == ":":
            form = grammar.form_of_empty(match["name"], yaml.SequenceNode("", []))
        at = match.start("items")
        return match["sign"], _List(at, "", "" if is_empty else ", ", form, set(grammar.OBJECT_NAME.findall(items)))
    first = _ENTRY.match(text, text.find("\n", match.end()) + 1) if match["sign"] == ":" else None
    if first is None:
        return None
    present = set()
    entry: re.Match[str] | None = first
    while entry:
        present.add(entry["name"])
        entry = _ENTRY.match(text, entry.end())
    form = OBJECTS if first["object"] else NAMES
    behind = first["end"] + first["indent"]
    return ":", _List(first.start("dash"), first["dash"], behind, form, present)


def _extend(one: _List, secrets: tuple[str, ...]) -> Iterator[tuple[Edit, list[str]]]:
    """The edit that adds what a list lacks, and the names that it adds."""
    missing = [name for name in secrets if name not in one.present]
    if missing and one.before:
        entries = [f"name: {name}" if one.form == OBJECTS else name for name in missing]
        yield Edit(one.at, one.at, "".join(one.before + entry + one.behind for entry in entries)), missing
    elif missing:
        entries = [f'{{"name": "{name}"}}' if one.form == OBJECTS else f'"{name}"' for name in missing]
        yield Edit(one.at, one.at, ", ".join(entries) + one.behind), missing


def _line(name: str) -> str:
    """The pattern of a line with a setting."""
    return r"^[ \t]*(?:export[ \t]+)?" + re.escape(name) + _VALUE


def _settings(text: str, secrets: tuple[str, ...], owner: str) -> Iterator[tuple[Edit, list[str]]]:
    """The edits of settings that stand in front of lines, and the names that each adds."""
    for setting in spelled_in(text, owner):
        for match in re.finditer(_line(setting.name), text, re.MULTILINE):
            between = JOINED.get(setting.form)
            present = [part.strip() for part in match["value"].split(between)] if match["value"] else []
            missing = [name for name in secrets if name not in present]
            if missing and (between or not present):
                value = (between or "").join([*present, *missing] if between else missing[:1])
                yield Edit(*match.span("value"), value), missing
