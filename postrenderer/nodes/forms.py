"""How a file is written, and merged into one that is there, by its form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.errors import AcregError
from postrenderer.nodes import toml, yaml_text
from postrenderer.text import escape

if TYPE_CHECKING:
    from postrenderer.nodes.model import NodeFile


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines, such as a certificate, as people do."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def render(file: NodeFile) -> str:
    """Write a file, with what to do with it as comments in front; JSON has none."""
    comments = "".join(f"# {escape.line(line)}\n" for line in file.about)
    if file.form == "json":
        return json.dumps(file.content, indent=2) + "\n"
    if file.form == "toml":
        return f"{comments}\n{toml.dump(file.content)}"
    return comments + yaml.dump(file.content, Dumper=_Dumper, sort_keys=False, width=2**31)


def merge(file: NodeFile, text: str) -> str:
    """Add a file's content to a text of the same form, which keeps all that it has.

    Raises:
        AcregError: the text is not of that form, or holds something else where the content goes.
    """
    if not text.strip():
        return render(file)
    if file.form == "toml":
        return toml.merge(text, file.content)
    if file.form == "yaml":
        return yaml_text.merge(text, file.content)
    return _merge_json(text, file.content)


def _merge_json(text: str, content: dict[str, Any]) -> str:
    try:
        old = json.loads(text)
    except ValueError as error:
        raise AcregError(f"The file is not JSON: {error}.") from None
    except RecursionError:
        raise AcregError("The file is nested too deep.") from None
    if not isinstance(old, dict) or not all(isinstance(old.get(key, value), list) for key, value in content.items()):
        raise AcregError("The file holds something else where the registry goes: merge it by hand.")
    new = {**old, **{key: _union(old.get(key, []), value) for key, value in content.items()}}
    if new == old:
        return text
    indent = re.search(r"\n([ \t]+)", text)
    return json.dumps(new, indent=indent.group(1) if indent else 2, ensure_ascii=False) + "\n"


def _union(old: list[Any], new: list[Any]) -> list[Any]:
    return old + [item for item in new if item not in old]
