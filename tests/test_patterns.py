"""No regular expression of the package takes more than linear time, whatever it is asked about.

Each pattern is run on subjects that are made of its own signs, in the way in which the code runs it: `-a-a-a…` is what
a pattern for flags has to go through again from each sign if nothing says where a flag begins. CPU time counts, the
least of several runs, and over three doublings: what is linear takes 8 times the time, what is quadratic 64.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import random
import re
import sys
from collections import deque
from functools import cache
from itertools import product
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import effort
import pytest

import postrenderer
from postrenderer.pullsecrets import lines
from postrenderer.registry import failures
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

SMALL = round(500 * min(effort.TIMES, 2))
TIMES = 8
MOST = 20
"""Linear growth is TIMES, quadratic growth 64."""
ENOUGH = SMALL * 0.000_003
"""Seconds of CPU below which the large subject is no burden, whatever the growth: 1.5 ms for 4,000 signs."""
TOO_MUCH = 0.5
"""Seconds of CPU for the small subject that no linear pattern takes."""
CLEAR = 0.05
"""Seconds of CPU for the large subject that leave no doubt."""
LARGER = 4
"""How much larger the subjects are by which a suspicion is confirmed, with that many rounds."""
ROUNDS = 3

SCAN, MATCH, FULLMATCH, EACH = "scan", "match", "fullmatch", "match at each position"
METHODS = {
    **dict.fromkeys(("search", "finditer", "findall", "sub", "split"), SCAN),
    "match": MATCH,
    "fullmatch": FULLMATCH,
}
"""How a pattern is run, by the method that the code calls; all matches cover the search for the first."""
LOOPED = ("postrenderer.sites.hints._WORD", "postrenderer.sites.hints._INSIDE")
"""Patterns that the code matches at many positions of one text, which need not lie apart."""

OF_STREAMS = ("image", "image_", "xImage", "%YAML 1\n\n", "# &x\nimage: a/b:1\ny: *x\n")
"""Repeated parts of streams that once took quadratic time."""
POOL = [chr(code) for code in range(32, 127)] + list("\n\r\t\0é\x85\ufeff\u2028")
ENDS = ("", "\n\0")
"""The ends of subjects: as they are, and with signs at which almost every pattern fails."""
_MOST_WORDS, _MOST_SAMPLES, _MOST_PARTS, _MOST_TRIPLES = 60, 8, 12, round(250 * effort.TIMES)


class Pattern(NamedTuple):
    """A regular expression of the package: where it stands, its text, its flags, and how the code runs it."""

    name: str
    text: str | bytes
    flags: int
    ways: frozenset[str]


# Expressions that are put together at run time, by the source of the call that runs them: an example of each.
MADE: dict[str, list[str]] = {
    "re.finditer(_line(setting.name), text, re.MULTILINE)": [rf"(?m){lines._line('a')}"],  # noqa: SLF001
    "re.search(known.pattern, detail, re.IGNORECASE)": [known.pattern for known in failures._TABLE],  # noqa: SLF001
    're.search(rf"(?<![\\w.-]){re.escape(host)}(?![\\w.-]|:\\d)", message)': [r"(?<![\w.-])a\.b(?![\w.-]|:\d)"],
    "re.search(part, source)": [r"(?:^|[/])a/b(?:$|[/:@])"],
    're.compile(rf"^[ \\t]*[\\"\']?{re.escape(key)}[\\"\']?[ \\t]*=")': [r"^[ \t]*[\"']?a[\"']?[ \t]*="],
}


def modules() -> list[ModuleType]:
    """All modules of the package."""
    found = pkgutil.walk_packages(postrenderer.__path__, "postrenderer.")
    return [importlib.import_module(info.name) for info in found if not info.name.endswith("__main__")]


@cache
def _nodes(module: ModuleType) -> tuple[str, list[ast.AST]]:
    """The source of a module, and its syntax tree as a list, which is empty where nothing has to do with patterns."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    if "re" not in vars(module) and not any(map(_is_pattern, vars(module).values())):
        return source, []
    return source, [*ast.walk(ast.parse(source))]


KINDS = (re.Pattern, type(regex("")))


def _is_pattern(value: object) -> bool:
    return isinstance(value, KINDS)


def _held(value: object) -> Iterator[Any]:
    """The patterns in a value: itself, or in tuples, lists and dicts."""
    if _is_pattern(value):
        yield value
    elif isinstance(value, dict):
        for entry in value.items():
            yield from _held(entry)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _held(item)


def _calls(module: ModuleType) -> Iterator[tuple[str, ast.Call, str]]:
    """The calls in a module that make or run a regular expression: source, call, and the method that runs it."""
    source, nodes = _nodes(module)
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in ("regex", "re.compile") or (name.removeprefix("re.") in METHODS and name.startswith("re.")):
            yield ast.get_source_segment(source, node) or "", node, name.removeprefix("re.")


def _uses(module: ModuleType) -> Iterator[tuple[object, str]]:
    """The patterns that a module runs, and how; one that it hands on is run in any way, so as a search for all."""
    _, nodes = _nodes(module)
    inside = {id(node.value): node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            value = vars(module).get(node.id)
            method = inside.get(id(node), "")
            if _is_pattern(value) and method != "pattern":
                yield value, METHODS.get(method, SCAN)


def patterns() -> list[Pattern]:
    """Every regular expression of the package, once."""
    names: dict[tuple[str | bytes, int], str] = {}
    ways: dict[tuple[str | bytes, int], set[str]] = {}
    own = [module for module in modules() if module.__name__ != "postrenderer.text.regex"]
    for module in own:
        for name, value in vars(module).items():
            for one in _held(value):
                key = (one.pattern, one.flags & ~re.UNICODE)
                names.setdefault(key, f"{module.__name__}.{name}")
                ways.setdefault(key, set()).update({EACH} if names[key] in LOOPED else ())
    for module in own:
        for one, way in _uses(module):
            ways[one.pattern, one.flags & ~re.UNICODE].add(way)  # type: ignore[attr-defined]  # a pattern
    for module in own:
        for source, call, method in _calls(module):
            if method in METHODS or source in MADE:
                for text in MADE.get(source) or [_value(call.args[0], module)]:
                    names.setdefault((text, 0), f"{module.__name__}: {source}")
                    ways.setdefault((text, 0), set()).add(METHODS.get(method, MATCH))
    return [Pattern(names[key], *key, frozenset(found or {SCAN})) for key, found in ways.items()]


def _value(expression: ast.expr, module: ModuleType) -> Any:  # noqa: ANN401  # a text or bytes
    """What an expression in a module gives, at its top level."""
    return eval(compile(ast.Expression(expression), "", "eval"), vars(module))  # noqa: S307  # our own code


PATTERNS = patterns()


def test_no_pattern_is_forgotten() -> None:
    texts = {pattern.text for pattern in PATTERNS}
    seen = 0
    for module in modules():
        for source, call, _ in _calls(module):
            if module.__name__ != "postrenderer.text.regex" and source not in MADE:
                assert _value(call.args[0], module) in texts, f"{module.__name__}: {source}"
                seen += 1
    assert len(PATTERNS) > seen * 0.9 > 80


# What a pattern is made of.


class Made(NamedTuple):
    """What a pattern is made of: runs of literal signs, and what its other parts match, sign by sign."""

    words: list[str]
    sets: list[frozenset[str]]


def _category(name: str) -> Callable[[str], object]:
    kinds: dict[str, Callable[[str], object]] = {
        "DIGIT": str.isdigit,
        "SPACE": str.isspace,
        "WORD": lambda sign: sign.isalnum() or sign == "_",
    }
    kind = kinds[name.rpartition("_")[2]]
    return (lambda sign: not kind(sign)) if "_NOT_" in name else kind


def _members(items: list[tuple[Any, Any]]) -> frozenset[str]:
    """The signs of the pool that a class of signs matches."""
    found: set[str] = set()
    for kind, value in items:
        if str(kind) == "LITERAL":
            found.add(chr(value))
        elif str(kind) == "RANGE":
            found |= {sign for sign in POOL if value[0] <= ord(sign) <= value[1]}
        elif str(kind) == "CATEGORY":
            found |= set(filter(_category(str(value)), POOL))
    return frozenset(set(POOL) - found if items and str(items[0][0]) == "NEGATE" else found)


def _children(kind: str, value: Any) -> list[Any]:  # noqa: ANN401  # the parser's own types
    """The parts inside a part of a parsed pattern."""
    if kind == "BRANCH":
        return list(value[1])
    return [value[-1]] if kind in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT", "ASSERT", "ASSERT_NOT") else []


def made_of(parsed: Any) -> Made:  # noqa: ANN401  # likewise
    """Take a parsed pattern apart."""
    words: dict[str, None] = {}
    sets: dict[frozenset[str], None] = {}
    stack, word = [parsed], ""
    while stack:
        for kind, value in (*stack.pop(), ("END", None)):
            if str(kind) == "LITERAL":
                word += chr(value)
                continue
            if word:
                words.setdefault(word)
                word = ""
            if str(kind) == "IN":
                sets.setdefault(_members(value))
            elif str(kind) == "NOT_LITERAL":
                sets.setdefault(frozenset(POOL) - {chr(value)})
            elif str(kind) == "ANY":
                sets.setdefault(frozenset(POOL) - {"\n"})
            stack += _children(str(kind), value)
    return Made(list(words)[:_MOST_WORDS], list(sets))


def _sample(parsed: Any, turn: int) -> Iterator[str]:  # noqa: ANN401  # likewise
    """A text that a pattern may match, part by part; the turn says which alternatives are taken."""
    for kind, value in parsed:
        name = str(kind)
        if name == "LITERAL":
            yield chr(value)
        elif name == "IN":
            yield min(_members(value), key=lambda sign: (not sign.isalnum(), sign))
        elif name in ("ANY", "NOT_LITERAL"):
            yield "b"
        elif name == "BRANCH":
            yield from _sample(value[1][turn % len(value[1])], turn)
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            for _ in range(max(value[0], 1)):
                yield from _sample(value[2], turn)
        elif name == "SUBPATTERN":
            yield from _sample(value[-1], turn)


def _most_branches(parsed: Any) -> int:  # noqa: ANN401  # likewise
    return max(
        (
            max(len(children := _children(str(kind), value)), *(_most_branches(child) for child in children))
            for kind, value in parsed
            if _children(str(kind), value)
        ),
        default=1,
    )


def _beginnings(parsed: Any) -> list[str]:  # noqa: ANN401  # likewise
    """The beginnings of texts that a pattern may match, and these texts."""
    found: dict[str, None] = {}
    for turn in range(min(_most_branches(parsed), _MOST_SAMPLES)):
        parts = list(_sample(parsed, turn))
        step = max(1, len(parts) // _MOST_PARTS)
        found.update(dict.fromkeys("".join(parts[:end]) for end in (*range(1, len(parts), step), len(parts))))
    return list(found)


def subjects(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Beginnings, parts to be repeated, and ends of the subjects for a pattern."""
    parsed = _parser.parse(pattern.text, pattern.flags)
    words, sets = made_of(parsed)
    atoms = [*sets, *(frozenset(word) for word in words if len(word) == 1)]
    kinds: dict[tuple[bool, ...], str] = {}
    for sign in sorted({*POOL, *"".join(words)}):
        kinds.setdefault(tuple(sign in atom for atom in atoms), sign)
    signs = list(kinds.values())
    beginnings = _beginnings(parsed)
    several = [*signs, *(word for word in words if len(word) > 1)]
    repeated = dict.fromkeys([*several, *beginnings, *OF_STREAMS])
    repeated.update(dict.fromkeys(a + b for a, b in product(signs, signs)))
    repeated.update(dict.fromkeys(pair for a, b in product(words, signs) for pair in (a + b, b + a)))
    for part, end in product(filter(None, repeated), ENDS):  # a pattern may begin with what takes no sign
        yield "", part, end
    triples = ["".join(three) for three in product(signs, repeat=3)]
    for part in random.Random(0).sample(triples, min(len(triples), _MOST_TRIPLES)):  # noqa: S311  # the same each time
        yield "", part, ENDS[-1]
    for beginning, part in product(beginnings, signs):
        yield beginning, part, ENDS[-1]


def runner(pattern: Pattern, way: str) -> Callable[[str], object]:
    """What runs a pattern on a subject as the code does."""
    compiled: Any = re.compile(pattern.text, pattern.flags)

    def encoded(subject: str) -> Any:  # noqa: ANN401  # a text or bytes, as the pattern
        return subject.encode() if isinstance(pattern.text, bytes) else subject

    def each(subject: str) -> None:
        text = encoded(subject)
        for position in range(len(text)):
            compiled.match(text, position)

    return {
        SCAN: lambda subject: deque(compiled.finditer(encoded(subject)), maxlen=0),
        MATCH: lambda subject: compiled.match(encoded(subject)),
        FULLMATCH: lambda subject: compiled.fullmatch(encoded(subject)),
        EACH: each,
    }[way]


def _seconds(run: Callable[[str], object], beginning: str, part: str, end: str, signs: int) -> float:
    subject = beginning + part * max(2, signs // len(part)) + end
    started = process_time()
    run(subject)
    return process_time() - started


def _growth(run: Callable[[str], object], subject: tuple[str, str, str]) -> float:
    """How many times the time it takes to run over a subject that is TIMES as large; 0 if that is next to nothing."""
    if _seconds(run, *subject, 30) > TOO_MUCH or _seconds(run, *subject, SMALL) > TOO_MUCH:
        return float("inf")
    large = _seconds(run, *subject, SMALL * TIMES)
    if large < ENOUGH:
        return 0
    small = min(_seconds(run, *subject, SMALL) for _ in range(ROUNDS))
    growth = large / small
    if growth < MOST * 0.7 or large > CLEAR:
        return growth
    small = min(_seconds(run, *subject, LARGER * SMALL) for _ in range(ROUNDS))
    large = min(_seconds(run, *subject, LARGER * SMALL * TIMES) for _ in range(ROUNDS))
    return large / small


@pytest.mark.effort
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name.removeprefix("postrenderer."))
def test_a_pattern_takes_linear_time(pattern: Pattern) -> None:
    """The first subject that takes too long is told."""
    slow = (
        f"{way}: {subject[0]!r} + {subject[1]!r} * n + {subject[2]!r} takes {growth:.0f} times the time"
        for way in sorted(pattern.ways)
        for run in [runner(pattern, way)]
        for subject in subjects(pattern)
        for growth in [_growth(run, subject)]
        if growth > MOST
    )
    assert next(slow, None) is None
