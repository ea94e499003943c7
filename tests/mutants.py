"""Real documents, changed as people and generators might have written them.

Each mutation works on the lines of a document and knows a little YAML: the styles of scalars, anchors, merge keys,
tags, directives and markers. Whether the result still says anything is for the judges to tell.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from typing import TYPE_CHECKING

from oddities import BREAKS, FIELDS, FRAMES, MARKERS, REFERENCES, SECRETS
from reshaped import framed, reshaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from random import Random

_FIELD = re.compile(r"^( *(?:- +)?)([\w./-]+): +([^\s&*!|>{\[\"'#][^\n]*?)( +#.*)?$")
_CONTAINERS = re.compile(r"^( *)containers:")
_IMAGE = re.compile(r"^( *(?:- +)?)(image): *[^\n]*$")
_OPENING = re.compile(r"^( *(?:- +)?)([\w./-]+:)\s*$")


@cache
def documents(folder: Path, longest: int) -> list[str]:
    """The documents of a folder of renders that name an image, and have no more characters than asked for."""
    found: dict[str, None] = {}
    for file in sorted(folder.rglob("*.yaml")):
        for piece in re.split(r"^---\s*\n", file.read_text(encoding="utf-8", errors="replace"), flags=re.MULTILINE):
            if "image" in piece and "kind:" in piece and len(piece) <= longest:
                found[piece] = None
    return list(found)


def stream(real: Sequence[str], rnd: Random) -> str:
    """A stream of one document with mutations, now and then with another one in front or behind."""
    pieces = [mutated(reshaped(rnd.choice(real), rnd), rnd)]
    if rnd.random() < 0.1:
        pieces.insert(rnd.randrange(2), rnd.choice(real))
    return framed(rnd.choice(MARKERS).join(pieces), rnd)


def mutated(text: str, rnd: Random) -> str:
    """A document with up to four mutations."""
    lines = text.rstrip("\n").split("\n")
    for _ in range(rnd.randint(0, 4)):
        rnd.choice(_MUTATIONS)(lines, rnd)
        lines[:] = "\n".join(lines).split("\n")
    return "\n".join(lines) + rnd.choice(("\n", "\n", "", "\n\n", " \n"))


def _at(lines: list[str], rnd: Random) -> int:
    """A line; every other time one that is about images."""
    telling = [index for index, line in enumerate(lines) if "mage" in line or "kind" in line or "containers" in line]
    return rnd.choice(telling) if telling and rnd.random() < 0.5 else rnd.randrange(len(lines))


def _matches(lines: list[str], pattern: re.Pattern[str]) -> list[tuple[int, re.Match[str]]]:
    return [(index, found) for index, line in enumerate(lines) for found in [pattern.match(line)] if found]


def _any(lines: list[str], pattern: re.Pattern[str], rnd: Random) -> tuple[int, re.Match[str]] | None:
    """A line that matches, if one does."""
    found = _matches(lines, pattern)
    return rnd.choice(found) if found else None


def _field(lines: list[str], rnd: Random) -> tuple[int, re.Match[str]] | None:
    """A field with a plain value; more often than not one that is about images."""
    fields = _matches(lines, _FIELD)
    telling = [(index, found) for index, found in fields if "mage" in found[2] or found[2] in ("kind", "apiVersion")]
    chosen = telling if telling and rnd.random() < 0.6 else fields
    return rnd.choice(chosen) if chosen else None


def _move_lines(lines: list[str], rnd: Random) -> None:
    at = _at(lines, rnd)
    what = rnd.choice(("repeat", "drop", "swap", "indent", "outdent", "copy"))
    if what == "repeat":
        lines.insert(at, lines[at])
    elif what == "drop" and len(lines) > 1:
        del lines[at]
    elif what == "swap":
        other = min(at + 1, len(lines) - 1)
        lines[at], lines[other] = lines[other], lines[at]
    elif what == "copy":
        lines.insert(_at(lines, rnd), lines[at])
    else:
        end = min(len(lines), at + rnd.randint(1, 6))
        lines[at:end] = [f"  {line}" if what == "indent" else line.removeprefix("  ") for line in lines[at:end]]


def _break_lines(lines: list[str], rnd: Random) -> None:
    at = _at(lines, rnd)
    lines[at] += rnd.choice(BREAKS).removesuffix("\n") if rnd.random() < 0.7 else rnd.choice((" ", "\t", " # c"))


def _restyle(lines: list[str], rnd: Random) -> None:
    found = _field(lines, rnd)
    if not found:
        return
    at, match = found
    start, key, value, comment = match[1], match[2], match[3], match[4] or ""
    indent = " " * len(start)
    single, double = "'" + value.replace("'", "''") + "'", json.dumps(value)
    escaped = double.replace(value[0], f"\\x{ord(value[0]):02x}", 1) if value[0].isalnum() else double
    encoded = base64.b64encode(value.encode()).decode()
    lines[at] = rnd.choice(
        (
            f"{start}{key}: {single}{comment}",
            f"{start}{key}: {double}{comment}",
            f"{start}{key}: {escaped}",
            f'{start}"{key}": {value}{comment}',
            f'{start}"\\x{ord(key[0]):02x}{key[1:]}": {value}{comment}',
            f"{start}{key} : {value}{comment}",
            f"{start}{key}:\n{indent}  {value}{comment}",
            f"{start}{key}: # c\n\n{indent}  # d\n{indent}  {value}",
            f"{start}{key}: {rnd.choice(('&x', '!!str', '&x !!str', '!'))}{comment}\n{indent}    {value}",
            f"{start}{key}: {rnd.choice(('|-', '>-', '>', '|+'))}\n\n{indent}    {value}\n\n",
            f'{start}{key}: "{value}\n{indent}  "',
            f"{start}&k {key}: {value}\n{indent}x-{key}: *k",
            f"{start}x-{key}: &k {key}\n{indent}*k : {value}",
            f"{start}{key}: {rnd.choice('|>')}{rnd.choice(('', '-', '+', '2'))}\n{indent}  {value}",
            f"{start}? {key}\n{indent}: {value}{comment}",
            f"{start}!!str {key}: {value}{comment}",
            f"{start}{key}: {rnd.choice(('!!str', '!', '!x', '!<tag:yaml.org,2002:str>', '&x', '&x !!str'))} {value}",
            f"{start}{key}: !!binary {encoded}",
            f"{start}!!binary {base64.b64encode(key.encode()).decode()}: {value}",
            f"{start}{key}: {value}\n{indent}{key}: {rnd.choice(('evil.io/second:1', value, '~'))}",
            f"{start}{key}: {double[: len(double) // 2]}\\\n{indent}  {double[len(double) // 2 :]}",
        )
    )


def _double(lines: list[str], rnd: Random) -> None:
    """A second key of a name: a part of what the first one holds, the same with other lines lost, or nothing."""
    found = _any(lines, _OPENING, rnd)
    if not found:
        return
    at, match = found
    indent, end = " " * len(match[1]), at + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((f"{indent} ", f"{indent}- "))):
        end += 1
    key = indent + match[2]
    inside = lines[at + 1 : end]
    cut = rnd.randrange(len(inside) + 1)
    lines[end:end] = rnd.choice(
        ([f"{key} []"], [f"{key} {{}}"], [f"{key} ~"], [key, *inside[:cut]], [key, *inside[cut:]], [key, *inside])
    )


def _share(lines: list[str], rnd: Random) -> None:
    """An anchor at one value, and an alias of it elsewhere, before or behind."""
    first, second = _field(lines, rnd), _field(lines, rnd)
    if first and second and first[0] != second[0]:
        lines[first[0]] = f"{first[1][1]}{first[1][2]}: &shared {first[1][3]}"
        lines[second[0]] = f"{second[1][1]}{second[1][2]}: *shared"


def _merge(lines: list[str], rnd: Random) -> None:
    """A merge key before or behind the keys of a mapping, with a key that is there or one that is not."""
    found = _field(lines, rnd)
    if not found:
        return
    at, match = found
    indent = " " * len(match[1])
    other = rnd.choice((match[2], "image", "kind", "command"))
    merged = rnd.choice((f"{{{other}: evil.io/merged:1}}", f"[{{{other}: evil.io/merged:1}}, {{x: y}}]"))
    key = rnd.choice(("<<", "!!merge <<", '"<<"'))
    lines.insert(at + 1, f"{indent}{key}: {merged}")


def _flow(lines: list[str], rnd: Random) -> None:
    """The fields of an item of a list on one line."""
    starts = [(index, match) for index, match in _matches(lines, _FIELD) if match[1].strip()]
    if not starts:
        return
    at, match = rnd.choice(starts)
    indent = " " * match[1].index("-")
    fields, end = [], at
    while end < len(lines) and (found := _FIELD.match(lines[end])) and (end == at or found[1] == f"{indent}  "):
        key, value = found[2], json.dumps(found[3])
        fields.append(f"{key}: {value}" if rnd.random() < 0.5 else f'"{key}":{value}')
        end += 1
    if end == len(lines) or not lines[end].startswith(f"{indent} "):
        between = rnd.choice((", ", ",", ",  ", f",\n{indent}   ", f", # c\n{indent}   "))
        lines[at:end] = [f"{indent}- {{{between.join(fields)}{rnd.choice(('', ',', ' '))}}}"]


def _frame(lines: list[str], rnd: Random) -> None:
    """Directives, markers and what stands around a document."""
    lines.insert(rnd.choice((0, 0, len(lines), _at(lines, rnd))), rnd.choice(FRAMES))


def _give_secrets(lines: list[str], rnd: Random) -> None:
    """A list of pull secrets beside the containers of a pod, in a form that people or programs may write."""
    found = _any(lines, _CONTAINERS, rnd)
    if found:
        at, match = found
        lines.insert(at, match[1] + rnd.choice(SECRETS).replace("\n", f"\n{match[1]}"))


def _name_image(lines: list[str], rnd: Random) -> None:
    """Another reference as an image, or an image in parts."""
    found = _any(lines, _IMAGE, rnd)
    if found:
        at, match = found
        lines[at] = f"{match[1]}{match[2]}: {rnd.choice(REFERENCES)}"


def _give_images(lines: list[str], rnd: Random) -> None:
    """More fields of a container that are about images."""
    found = _any(lines, _IMAGE, rnd)
    if found:
        at, match = found
        indent = " " * len(match[1])
        lines.insert(at + 1, indent + rnd.choice(FIELDS).replace("\n", f"\n{indent}"))


def _comment(lines: list[str], rnd: Random) -> None:
    at = _at(lines, rnd)
    indent = rnd.choice(("", "", " ", "  ", "          ", "\t", " \t"))
    lines.insert(at, indent + rnd.choice(("# c", "#image: evil.io/comment:1", "# - name: x", "#", "", "# ---", "#\t'")))


def _tab(lines: list[str], rnd: Random) -> None:
    at = _at(lines, rnd)
    lines[at] = rnd.choice(
        (lines[at].replace(": ", ":\t", 1), lines[at].replace("- ", "-\t", 1), lines[at] + "\t", lines[at] + "\t# c")
    )


def _decorate(lines: list[str], rnd: Random) -> None:
    """An anchor, a tag or a comment at a collection, and perhaps a copy of it by an alias."""
    found = _any(lines, _OPENING, rnd)
    if found:
        at, match = found
        lines[at] = (
            match[1]
            + match[2]
            + rnd.choice((" &c", " &c", " !!map", " !!seq", " !x", " !", " # c", " &c # c", " &c !!seq"))
        )
        if "&c" in lines[at] and rnd.random() < 0.7:
            lines.insert(
                rnd.choice((at, len(lines))),
                rnd.choice(("copy: *c", "<<: *c", "spec: *c", "items: [*c]", "copy: [*c, *c]")),
            )


_MUTATIONS: tuple[Callable[[list[str], Random], None], ...] = (
    *(_restyle,) * 6, *(_double,) * 2, _move_lines, _break_lines, *(_share,) * 2, *(_merge,) * 2, *(_flow,) * 2, _frame,
    *(_give_secrets,) * 4, *(_name_image,) * 2, *(_give_images,) * 2, _comment, _tab, *(_decorate,) * 2,
)  # fmt: skip
