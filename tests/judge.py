"""Helm's own YAML parser as the judge of what was changed. No cluster is needed for that."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import yaml
from rendering import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_CHART = "apiVersion: v2\nname: judge\nversion: 1.0.0\n"
_TEMPLATE = """\
kind: ConfigMap
data:
{{- range $path, $text := .Files.Glob "documents/*" }}
  {{ $path | base | quote }}: {{ $text | toString | fromYaml | toJson | toJson }}
{{- end }}
"""


def cut(stream: str) -> list[str]:
    """The documents of a stream."""
    return re.split(r"^---(?=\s)", stream, flags=re.MULTILINE)


def read(helm: Path, documents: Sequence[str], folder: Path) -> list[Any]:
    """The documents as Helm reads them; one that it cannot read is a mapping with an `Error` that says why.

    Args:
        helm: the binary.
        documents: the text of each.
        folder: an empty folder for the chart that asks.
    """
    for name, text in (("Chart.yaml", _CHART), ("templates/read.yaml", _TEMPLATE)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "documents").mkdir()
    for index, text in enumerate(documents):
        (folder / "documents" / str(index)).write_bytes(text.encode())
    run = subprocess.run([helm, "template", "judge", folder], stdout=subprocess.PIPE, check=True)
    data = yaml.load(run.stdout, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)["data"] or {}  # noqa: S506  # both are safe
    return [json.loads(data[str(index)]) for index in range(len(documents))]


def moving(references: Iterable[str], relocate: Callable[[str], str]) -> Callable[[str], str]:
    """What becomes of a text: the references in it are replaced, as wholes.

    Args:
        references: that may stand in a text.
        relocate: what becomes of each.
    """
    longest_first = "|".join(map(re.escape, sorted(references, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w./:@-])(?:{longest_first})(?![\w./:@-])")
    return lambda text: pattern.sub(lambda match: relocate(match.group()), text)


def differences(before: Any, after: Any, moved: Callable[[str], str], path: str = "") -> list[str]:  # noqa: ANN401  # JSON
    """The places in a document that differ by more than moved references and added pull secrets.

    Args:
        before: the document as it was.
        after: the document as it is.
        moved: what must become of a text.
        path: where both stand.
    """
    if isinstance(before, str):
        return [] if after == moved(before) else [path]
    before, after = _without_secret(before), _without_secret(after)
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = list(enumerate(zip(before, after)))
        return [place for step, (a, b) in pairs for place in differences(a, b, moved, f"{path}/{step}")]
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{path}/{key}" for key in before.keys() ^ after.keys()]
        for key in before.keys() & after.keys():
            found += differences(before[key], after[key], moved, f"{path}/{key}")
        return found
    return [] if before == after and type(before) is type(after) else [path]


def _without_secret(node: Any) -> Any:  # noqa: ANN401  # likewise
    """A list without the secret that is added, and a mapping without an empty list of secrets."""
    if isinstance(node, list):
        return [item for item in node if item != {"name": SECRET}]
    if isinstance(node, dict) and not _without_secret(node.get("imagePullSecrets", "none")):
        return {key: value for key, value in node.items() if key != "imagePullSecrets"}
    return node
