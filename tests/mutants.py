"""Real documents, changed as people and generators might have written them, and what may differ after the filter.

Each mutation works on the lines of a document and knows a little YAML: the styles of scalars, anchors, merge keys,
tags, directives and markers. Whether the result still says anything is for the judges to tell.
"""

from __future__ import annotations

import base64
import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rendering import REGISTRY, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

MOST = 6_000
"""Characters of a document that is mutated: a longer one says the same again, and takes longer."""
_FIELD = re.compile(r"^( *(?:- +)?)([\w./-]+): +([^\s&*!|>{\[\"'#][^\n]*?)( +#.*)?$")
_LINE = re.compile(r"^( *)(- +)?")
_OF_SECRETS = re.compile(rf"(?:image_?[Pp]ull_?[Ss]ecrets?|name|{SECRET}|[-\[\]{{}}\"\\',:=])+")
"""What may be added to a text: a pull secret, in any notation."""
_WORD = re.compile(r"[\w./:@-]+|[^\w\s]")
_BREAKS = ("\r\n", "\r", "\x85", "\u2028", "\n\n", "\n# image: evil.io/comment:1\n")


def documents(folder: Path) -> list[str]:
    """The documents of a folder of renders that name an image, and are not long."""
    found: dict[str, None] = {}
    for file in sorted(folder.rglob("*.yaml")):
        for piece in re.split(r"^---\s*\n", file.read_text(encoding="utf-8", errors="replace"), flags=re.MULTILINE):
            if "image" in piece and "kind:" in piece and len(piece) <= MOST:
                found[piece] = None
    return list(found)


def mutated(text: str, rnd: Random) -> str:
    """A document with one to four mutations."""
    lines = text.rstrip("\n").split("\n")
    for _ in range(rnd.randint(1, 4)):
        rnd.choice(_MUTATIONS)(lines, rnd)
    return "\n".join(lines) + rnd.choice(("\n", "\n", "", "\n\n", " \n"))


def _at(lines: list[str], rnd: Random) -> int:
    """A line; every other time one that is about images."""
    telling = [index for index, line in enumerate(lines) if "mage" in line or "kind" in line or "containers" in line]
    return rnd.choice(telling) if telling and rnd.random() < 0.5 else rnd.randrange(len(lines))


def _field(lines: list[str], rnd: Random) -> tuple[int, re.Match[str]] | None:
    fields = [(index, found) for index, line in enumerate(lines) for found in [_FIELD.match(line)] if found]
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
    lines[at] += rnd.choice(_BREAKS).removesuffix("\n") if rnd.random() < 0.7 else rnd.choice((" ", "\t", " # c"))


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
    starts = [index for index, line in enumerate(lines) if line.lstrip().startswith("- ") and _FIELD.match(line)]
    if not starts:
        return
    at = rnd.choice(starts)
    indent = len(lines[at]) - len(lines[at].lstrip())
    fields, end = [], at
    while end < len(lines) and (found := _FIELD.match(lines[end])) and (end == at or len(found[1]) == indent + 2):
        key, value = found[2], json.dumps(found[3])
        fields.append(f"{key}: {value}" if rnd.random() < 0.5 else f'"{key}":{value}')
        end += 1
    if end == len(lines) or len(_LINE.match(lines[end])[1]) <= indent:  # type: ignore[index]  # it matches any line
        inside = rnd.choice((", ", ",", ",  ")).join(fields) + rnd.choice(("", ",", " "))
        lines[at:end] = [" " * indent + "- {" + inside + "}"]


def _frame(lines: list[str], rnd: Random) -> None:
    """Directives, markers and what stands around a document."""
    lines.insert(
        rnd.choice((0, 0, len(lines), _at(lines, rnd))),
        rnd.choice(
            ("%YAML 1.1\n---", "%TAG ! tag:x,2000:\n---", "---", "--- # c", "---\t", "...", "...\n---", "\ufeff", "# c",
             "---kind: Pod", "%YAML 1.2", "--- !!map", "--- &root", "\t")
        ),
    )  # fmt: skip


_MUTATIONS: tuple[Callable[[list[str], Random], None], ...] = (
    *(_restyle,) * 4, _move_lines, _break_lines, _share, _merge, _flow, _frame,
)  # fmt: skip


def differences(before: Any, after: Any, moved: Callable[[str], str], path: str = "") -> list[str]:  # noqa: ANN401  # JSON
    """The places that differ by more than references and pull secrets, as a judge read a document.

    Args:
        before: the document as it was.
        after: the document as it is.
        moved: a text with each reference in it replaced.
        path: where both stand.
    """
    if isinstance(before, list) and isinstance(after, list):
        rest = [item for item in after if not _is_secret(item) or item in before]
        if len(rest) != len(before):
            return [path]
        pairs = list(enumerate(zip(before, rest)))
        return [place for step, (old, new) in pairs for place in differences(old, new, moved, f"{path}/{step}")]
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{path}/{key}" for key in before.keys() - after.keys()]
        found += [f"{path}/{key}" for key in after.keys() - before.keys() if not _is_added(after[key])]
        for key in before.keys() & after.keys():
            found += differences(before[key], after[key], moved, f"{path}/{key}")
        return found
    if isinstance(before, str) and isinstance(after, str):
        return [] if _same(before, after, moved) else [path]
    empty = before in (None, "") and (_is_secret(after) or after in ([SECRET], [{"name": SECRET}]))
    if isinstance(before, (int, float)) and isinstance(after, str) and after.startswith(REGISTRY):
        return []  # `image: 1`, which the API server refuses before and behind: to us each scalar is a text
    return [] if empty or (before == after and type(before) is type(after)) else [path]


def _same(before: str, after: str, moved: Callable[[str], str]) -> bool:
    if before == after or moved(before) == moved(after):
        return True
    try:
        was, becomes = (base64.b64decode(text, validate=True).decode() for text in (before, after))
        return _same(was, becomes, moved)
    except ValueError:  # no base64
        old, new = _WORD.findall(before), _WORD.findall(after)
    changes = [change for change in SequenceMatcher(None, old, new, False).get_opcodes() if change[0] != "equal"]
    return all(
        kind != "delete" and all(REGISTRY in word for word in new[start:end] if not _OF_SECRETS.fullmatch(word))
        for kind, _, _, start, end in changes
    )


def _is_secret(value: Any) -> bool:  # noqa: ANN401  # likewise
    return value in (SECRET, {"name": SECRET})


def _is_added(value: Any) -> bool:  # noqa: ANN401  # likewise
    text = json.dumps(value, default=str)
    return SECRET in text or REGISTRY in text
