"""Helm's own YAML parser as the judge of what was changed. No cluster is needed for that."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

from rendering import SECRET, without_added

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_CHART = "apiVersion: v2\nname: judge\nversion: 1.0.0\n"
_BEFORE = "\n# The judge reads a document:\n"
"""Stands before each document of a file: Helm takes a byte order mark off the start of every file of a chart."""
_TEMPLATE = f"""\
{{{{- range .Files.Glob "documents/*" }}}}
{{{{- range rest (splitList {json.dumps(_BEFORE)} (toString .)) }}}}
# {{{{ . | fromYaml | toJson | b64enc }}}}
{{{{- end }}}}
{{{{- end }}}}
"""
"""Prints each document as JSON in Base64 on a line: a comment, so Helm does not read it again; JSON may hold a DEL."""
_PER_FILE = 100
"""A file for each document takes longer to write than to judge; a file of more than 5 MiB is too large for Helm."""
BYTES = ("utf-8", "surrogateescape")
"""How a text may hold bytes that are not UTF-8."""
_FIELD = re.compile(
    r"[\s,]*[\"']?imagePullSecrets[\"']?:\s*(?:~|[Nn]ull|NULL|\[\s*\])?[\s,]*|- name: " + rf"{SECRET}\b"
)
"""The key of a list of pull secrets, with nothing in it or in front of its entries; and an entry that is added."""
_MARKER = re.compile(r"(?:\A|\n)---[\t\n\f\r ]*")
"""What Helm 3 cuts at: `(?:^|\\s*\n)---\\s*` in Go, whose `\\s` is ASCII (helm, releaseutil/manifest.go)."""
_MARKER_4 = re.compile(r"^---", re.MULTILINE)
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_IN_TEMPLATE = ("spec", "template", "spec")
_WORKLOADS: dict[tuple[str, str], tuple[str, ...]] = {
    ("v1", "Pod"): ("spec",),
    ("v1", "PodTemplate"): ("template", "spec"),
    ("v1", "ReplicationController"): _IN_TEMPLATE,
    ("batch/v1", "Job"): _IN_TEMPLATE,
    ("batch/v1", "CronJob"): ("spec", "jobTemplate", *_IN_TEMPLATE),
    **{("apps/v1", kind): _IN_TEMPLATE for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")},
}
"""Where the pod spec stands in an object of the Kubernetes API."""
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What strings.TrimSpace takes off in Go; Python's strip() takes off four more."""
_PRINTED = re.compile(r"^---\n# Source: judge/templates/(\d+)\.yaml\n", re.MULTILINE)


def cut(stream: str) -> list[str]:
    """The documents of a stream as Helm 3 cuts it, without the white space around them and without empty ones."""
    return _trimmed(_MARKER, stream)


def cut_4(stream: str) -> list[str]:
    """The documents as Helm 4 cuts it: a marker counts on the line behind another one, too."""
    return _trimmed(_MARKER_4, stream)


def pieces(stream: str) -> list[str]:
    """Each document that Helm 3 or 4 cuts."""
    return list(dict.fromkeys([*cut(stream), *cut_4(stream)]))


def _trimmed(marker: re.Pattern[str], stream: str) -> list[str]:
    found = (piece.strip(_SPACE) for piece in marker.split(stream.strip(_SPACE)))
    return [piece for piece in found if piece]


def printed(helm: Path, streams: Sequence[str], folder: Path) -> list[list[str]]:
    """The documents of each stream as Helm itself cuts them; the streams are its templates.

    Args:
        helm: the binary.
        streams: whose documents are all mappings, or Helm refuses them, and hold no line `# Source: judge/...`.
        folder: an empty folder for the chart.
    """
    _write(folder / "Chart.yaml", _CHART.encode())
    for index, stream in enumerate(streams):
        _write(folder / "templates" / f"{index}.yaml", stream.replace("{{", '{{ "{{" }}').encode(*BYTES))
    output = subprocess.run([helm, "template", "judge", folder], stdout=subprocess.PIPE, check=True).stdout.decode(
        *BYTES
    )
    _, *found = _PRINTED.split(output)
    documents: list[list[str]] = [[] for _ in streams]
    for number, piece in zip(found[::2], found[1::2]):
        documents[int(number)].append(piece.strip(_SPACE))
    return [[piece for piece in pieces if piece] for pieces in documents]


def pod_images(document: Any) -> list[str]:  # noqa: ANN401  # JSON
    """The images that a cluster pulls for a workload, or for the workloads in a list, as a judge read it."""
    return [image for pod in pods(document) for image in images(pod)]


def pods(document: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # likewise
    """The pod specs of a workload, or of the workloads in a list, as a judge read it.

    For Kubernetes' clients, of which Helm is one, each object with `items` is a list, whatever its kind: its items are
    the objects, and have its `apiVersion` and its kind without `List` if they have none (apimachinery, decodeToList).
    """
    if not isinstance(document, dict):
        return []
    if isinstance(document.get("items"), list):
        given = {"apiVersion": document.get("apiVersion"), "kind": str(document.get("kind")).removesuffix("List")}
        return [pod for item in _mappings(document["items"]) for pod in pods({**given, **item})]
    steps = _WORKLOADS.get((str(document.get("apiVersion")), str(document.get("kind"))), ("none",))
    for step in steps:
        document = document.get(step) if isinstance(document, dict) else None
    return _mappings([document])


def images(pod: dict[str, Any]) -> list[str]:
    """The images of a pod spec."""
    found = [item.get("image") for key in _CONTAINERS for item in _mappings(pod.get(key))]
    sources = [item.get("image") for item in _mappings(pod.get("volumes"))]
    found += [source.get("reference") for source in sources if isinstance(source, dict)]
    return [image for image in found if isinstance(image, str) and image]


def _mappings(node: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # likewise
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)


def read(helm: Path, documents: Sequence[str], folder: Path) -> list[Any]:
    """The documents as Helm reads them; one that it cannot read is a mapping with an `Error` that says why.

    Args:
        helm: the binary.
        documents: the text of each, 50 KB at the most.
        folder: an empty folder for the chart that asks.
    """
    _write(folder / "Chart.yaml", _CHART.encode())
    _write(folder / "templates" / "read.yaml", _TEMPLATE.encode())
    for start in range(0, len(documents), _PER_FILE):
        text = "".join(_BEFORE + document for document in documents[start : start + _PER_FILE])
        _write(folder / "documents" / f"{start:09}", text.encode(*BYTES))
    run = subprocess.run([helm, "template", "judge", folder], stdout=subprocess.PIPE, check=True)
    read = [json.loads(base64.b64decode(line[2:])) for line in run.stdout.split(b"\n")[2:-1]]
    assert len(read) == len(documents)
    return read


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
        return [] if after == moved(before) or _got_secrets(moved(before), after) else [path]
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


def _got_secrets(before: str, after: Any) -> bool:  # noqa: ANN401  # likewise
    """Whether a text has more pull secrets than before, and differs in nothing else but white space and commas."""
    plain = ["".join(_FIELD.sub("", without_added(text)).replace(",", "").split()) for text in (before, str(after))]
    return SECRET in str(after) and plain[0] == plain[1]


def _without_secret(node: Any) -> Any:  # noqa: ANN401  # likewise
    """A list without the secret that is added, and a mapping without an empty list of secrets."""
    if isinstance(node, list):
        return [item for item in node if item != {"name": SECRET}]
    if isinstance(node, dict) and not _without_secret(node.get("imagePullSecrets", "none")):
        return {key: value for key, value in node.items() if key != "imagePullSecrets"}
    return node
