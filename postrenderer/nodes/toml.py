"""TOML tables: written, and merged into a text that keeps everything else as it is, comments too.

Only what configuration files of container runtimes hold is understood: tables, arrays of tables, and keys with values,
over several lines where these are arrays. A text with multi-line strings is refused.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from postrenderer.errors import AcregError

_HEADER = re.compile(r"""^[ \t]*\[\[?((?:[^\]"']|"(?:[^"\\]|\\.)*"|'[^']*')+)\]\]?\s*(?:#.*)?$""")
_STRING = re.compile(r"""((?<!\\)"(?:[^"\\]|\\.)*"|'[^']*')""")


class TomlTable(NamedTuple):
    """A table.

    Attributes:
        header: its dotted name; empty for the keys in front of all tables, which are set only if they are not there.
        keys: its values: texts, true or false, or lists of texts.
        identity: the key that tells it from others, if it is an element of an array of tables; else empty.
        children: elements of arrays of tables in it.
    """

    header: str
    keys: dict[str, object]
    identity: str = ""
    children: tuple[TomlTable, ...] = ()


class _Region(NamedTuple):
    """The lines of a table, from its header on; the first region has none."""

    header: str
    start: int
    end: int


def dump(tables: list[TomlTable]) -> str:
    """Write tables."""
    return "\n".join("\n".join(_lines(table)) + "\n" for table in tables)


def merge(text: str, tables: list[TomlTable]) -> str:
    """Add tables to a text, or their keys to tables that it has.

    Raises:
        AcregError: the text holds multi-line strings.
    """
    if '"""' in text or "'''" in text:
        raise AcregError("The file has strings over several lines, which are not understood: merge it by hand.")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.removesuffix(end).split(end)
    for table in tables:
        lines = _merged(lines, table)
    return end.join(lines) + end


def _merged(lines: list[str], table: TomlTable) -> list[str]:
    regions = _regions(lines)
    if not table.header:
        return _set(
            lines, regions[0], {key: value for key, value in table.keys.items() if not _find(lines, regions[0], key)}
        )
    index = next((i for i, region in enumerate(regions) if _is(lines, region, table)), None)
    if index is None:
        return [*lines, *([""] if lines and lines[-1].strip() else []), *_lines(table)]
    last = index
    while last + 1 < len(regions) and regions[last + 1].header.startswith(f"{table.header}."):
        last += 1
    for child in table.children:
        at = next((r for r in regions[index + 1 : last + 1] if _is(lines, r, child)), None)
        if at is None:
            end = _content_end(lines, regions[last])
            lines = [*lines[:end], "", *_lines(child), *lines[end:]]
        else:
            lines = _set(lines, at, child.keys)
    return _set(lines, regions[index], table.keys)


def _regions(lines: list[str]) -> list[_Region]:
    headers = []
    number = 0
    while number < len(lines):
        match = _HEADER.match(lines[number])
        if match:
            headers.append((number, _normal(match.group(1).strip())))
        number = max(_value_end(lines, number), number + 1)
    starts = [(0, ""), *headers]
    ends = [number for number, _ in headers] + [len(lines)]
    return [_Region(name, start, end) for (start, name), end in zip(starts, ends)]


def _normal(header: str) -> str:
    parts = _STRING.split(header)  # every second one is in quotes: a . "b.c" . d
    parts[::2] = [".".join(key.strip() for key in part.split(".")) for part in parts[::2]]
    return "".join(parts).replace("'", '"')


def _is(lines: list[str], region: _Region, table: TomlTable) -> bool:
    if region.header != table.header or not lines:
        return False
    if not table.identity:
        return True
    for key in (table.identity, "location"):  # a registry without a prefix has its location for one
        found = _find(lines, region, key)
        if found:
            value = _STRING.search(lines[found[0]].partition("=")[2])
            return value is not None and value.group()[1:-1] == table.keys[table.identity]
    return False


def _find(lines: list[str], region: _Region, key: str) -> tuple[int, int] | None:
    """Return the lines of a key and its value, from and to, in a region."""
    pattern = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=")
    number = region.start
    while number < region.end:
        end = _value_end(lines, number)
        if pattern.match(lines[number]):
            return number, end
        number = max(end, number + 1)
    return None


def _value_end(lines: list[str], number: int) -> int:
    """Return the line after a key's value, which is over several lines if it is an array whose bracket stays open."""
    if "=" not in _STRING.sub("", lines[number]).partition("#")[0]:
        return number + 1
    depth = 0
    for end in range(number, len(lines)):
        bare = _STRING.sub("", lines[end]).partition("#")[0]
        bare = bare.partition("=")[2] if end == number else bare
        depth += bare.count("[") - bare.count("]")
        if depth <= 0:
            return end + 1
    return len(lines)


def _set(lines: list[str], region: _Region, keys: dict[str, object]) -> list[str]:
    """Set keys in a region: in their lines, or below the others. Arrays keep what they have."""
    new = list(lines)
    missing = []
    for key, value in keys.items():
        found = _find(new, region, key)
        if not found:
            missing.append(f"{_indent(new, region)}{key} = {_literal(value)}")
            continue
        old = new[found[0] : found[1]]
        changed = _extended(old, value) if isinstance(value, list) else [_replaced(old[0], value)]
        new[found[0] : found[1]] = changed
        region = region._replace(end=region.end + len(changed) - len(old))
    end = _content_end(new, region)
    return [*new[:end], *missing, *new[end:]]


def _replaced(line: str, value: object) -> str:
    code, comment = _split(line)
    key, _, old = code.partition("=")
    strings = _STRING.findall(old)
    if old.strip() == _literal(value) or (strings and isinstance(value, str) and strings[0][1:-1] == value):
        return line
    return f"{key.rstrip()} = {_literal(value)}{comment}"


def _extended(lines: list[str], items: list[str]) -> list[str]:
    """Add the missing items to an array, behind its last string."""
    codes = [_split(line)[0] for line in lines]
    present = [text[1:-1] for code in codes for text in _STRING.findall(code.partition("=")[2] or code)]
    wanting = [_literal(item) for item in items if item not in present]
    if not wanting:
        return lines
    last = max((number for number, code in enumerate(codes) if _STRING.search(code)), default=None)
    if last is None:
        at = codes[0].index("[") + 1
        return [lines[0][:at] + ", ".join(wanting) + lines[0][at:], *lines[1:]]
    at = [match.end() for match in _STRING.finditer(codes[last])][-1]
    line = f"{lines[last][:at]}, {', '.join(wanting)}{lines[last][at:]}"
    return [*lines[:last], line, *lines[last + 1 :]]


def _split(line: str) -> tuple[str, str]:
    """Return a line's code and its comment, with the space in front of that."""
    blank = _STRING.sub(lambda match: "_" * len(match.group()), line)
    code = line[: blank.index("#")].rstrip() if "#" in blank else line.rstrip()
    return code, line[len(code) :]


def _content_end(lines: list[str], region: _Region) -> int:
    """Return the line after the last that is not empty or a comment, which may belong to the next table."""
    end = region.end
    while end > region.start + bool(region.header) and not lines[end - 1].partition("#")[0].strip():
        end -= 1
    return end


def _indent(lines: list[str], region: _Region) -> str:
    for line in lines[region.start + bool(region.header) : region.end]:
        if "=" in line.partition("#")[0]:
            return line[: len(line) - len(line.lstrip())]
    return ""


def _lines(table: TomlTable) -> list[str]:
    brackets = ("[[", "]]") if table.identity else ("[", "]")
    lines = [f"{brackets[0]}{table.header}{brackets[1]}"] if table.header else []
    lines += [f"{key} = {_literal(value)}" for key, value in table.keys.items()]
    for child in table.children:
        lines += ["", *_lines(child)]
    return lines


def _literal(value: object) -> str:
    """Write a text, true or false, or a list of texts; TOML's basic strings escape as JSON's."""
    return json.dumps(value)
