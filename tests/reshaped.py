"""Real documents written as other programs would write them: in other styles, in a list, in a text, with other breaks.

What comes out is YAML wherever what goes in is; documents that PyYAML cannot load stay as they are.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def reshaped(text: str, rnd: Random) -> str:
    """A document in another style, in another document, or both."""
    for shapes, share in ((_STYLES, 0.3), (_PLACES, 0.25)):
        if rnd.random() < share:
            text = rnd.choice(shapes)(text, rnd)
    return text


def framed(text: str, rnd: Random) -> str:
    """A stream with other line breaks, byte order marks or indentation."""
    return rnd.choice(_FRAMES)(text, rnd) if rnd.random() < 0.2 else text


def _data(text: str) -> Any:  # noqa: ANN401  # what YAML can hold
    try:
        return yaml.load(text, _LOADER)  # noqa: S506  # both are safe
    except (yaml.YAMLError, ValueError, TypeError):  # for TypeError: a mapping as a key
        return None


def _as_json(text: str, rnd: Random) -> str:
    data = _data(text)
    separators = rnd.choice((None, (",", ":"), (" , ", " : ")))
    indent = rnd.choice((None, None, 1, 2, 4, "\t"))
    return text if data is None else json.dumps(data, indent=indent, separators=separators, default=str)


def _as_yaml(text: str, rnd: Random) -> str:
    data = _data(text)
    if data is None:
        return text
    return yaml.dump(
        data,
        Dumper=_DUMPER,
        default_style=rnd.choice((None, None, None, "'", '"', "|", ">")),
        default_flow_style=rnd.choice((False, False, None, True)),
        canonical=rnd.random() < 0.1,
        indent=rnd.choice((None, 4, 8)),
        width=rnd.choice((20, 80, 1_000)),
        allow_unicode=rnd.random() < 0.5,
        sort_keys=rnd.random() < 0.5,
    ).removeprefix("---\n")


def _with_quoted_keys(text: str, rnd: Random) -> str:
    """Each key in quotes, and many values in flow style, as JSON is within YAML."""
    data = _data(text)
    if not isinstance(data, dict):
        return text
    sign = rnd.choice("'\"")
    return "".join(f"{sign}{key}{sign}: {json.dumps(value, default=str)}\n" for key, value in data.items())


def _in_list(text: str, rnd: Random) -> str:
    kind = rnd.choice(
        ("v1\nkind: List", "v1\nkind: PodList", "apps/v1\nkind: DeploymentList", "example.com/v1\nkind: A")
    )
    offset = rnd.choice(("", "  "))
    return f"apiVersion: {kind}\nitems:\n{offset}- " + _behind(text, f"{offset}  ").lstrip(" ")


def _in_text(text: str, rnd: Random) -> str:
    """A ConfigMap with a manifest as a text."""
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: embedding\ndata:\n  "
    key = rnd.choice(("pod.yaml", "template", '"values.yaml"', "a.yml", "config"))
    indent = rnd.choice(("    ", "   ", "      "))
    header = rnd.choice(("|", "|", "|-", "|+", "| # c", "&t |", "!!str |", f"|{len(indent) - 2}"))
    styles = (
        f"{header}\n{_behind(text, indent)}",
        f"{header}\n{_behind(text, indent)}",
        json.dumps(text, ensure_ascii=rnd.random() < 0.5),
        re.sub(r"\\n( ?)|\\.", lambda found: _broken(found, indent), json.dumps(text)),
        "'" + text.replace("'", "''").replace("\n", f"\n\n{indent}") + "'",
    )
    return f"{head}{key}: {rnd.choice(styles)}\n"


def _broken(escape: re.Match[str], indent: str) -> str:
    """An escape in double quotes, with the line broken behind it if it is a line break."""
    return escape[0] if escape[1] is None else f"\\n\\\n{indent}" + escape[1].replace(" ", "\\ ")


def _in_secret(text: str, rnd: Random) -> str:
    encoded = base64.b64encode(text.encode()).decode()
    wrapped = "|\n" + "".join(f"    {encoded[at : at + 76]}\n" for at in range(0, len(encoded), 76))
    value = rnd.choice((f"data:\n  pod.yaml: {encoded}", f"data:\n  pod.yaml: {wrapped}"))
    text = f"stringData:\n  pod.yaml: |\n{_behind(text, '    ')}" if rnd.random() < 0.3 else value
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: embedding}}\n{text}"


def _in_resource(text: str, rnd: Random) -> str:
    """A custom resource of an API that nobody knows, with a document as its template."""
    key = rnd.choice(("template", "podTemplate", "manifest", "objectTemplate", "workload"))
    return f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: x}}\nspec:\n  {key}:\n{_behind(text, '    ')}"


def _behind(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


_STYLES: tuple[Callable[[str, Random], str], ...] = (_as_yaml, _as_yaml, _as_json, _with_quoted_keys)
_PLACES: tuple[Callable[[str, Random], str], ...] = (_in_list, _in_text, _in_text, _in_secret, _in_resource)
_FRAMES: tuple[Callable[[str, Random], str], ...] = (
    lambda text, _: text.replace("\n", "\r\n"),
    lambda text, _: text.replace("\n", "\r\n"),
    lambda text, rnd: text.replace("\n", rnd.choice(("\r", "\x85", "\u2028"))),
    lambda text, rnd: "".join(rnd.choice(("\n", "\n", "\r\n")) if sign == "\n" else sign for sign in text),
    lambda text, _: f"\ufeff{text}",
    lambda text, rnd: _behind(text, rnd.choice((" ", "  "))),
    lambda text, _: text.replace("\n---", "\n---\n\ufeff"),
    lambda text, rnd: (
        rnd.choice(("\n\n", " \n", "# c\n", "---\n---\n", "--- # c\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n")) + text
    ),
    lambda text, _: f"{text}...\n",
)
