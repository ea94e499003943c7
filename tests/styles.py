"""Pods in the many styles that YAML allows, around references that are known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from rendering import SOURCE

if TYPE_CHECKING:
    from random import Random

WRAPPERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Pod", ("spec",)),
    ("Deployment", ("spec", "template", "spec")),
    ("CronJob", ("spec", "jobTemplate", "spec", "template", "spec")),
    ("PodTemplate", ("template", "spec")),
    ("Rollout", ("spec", "workloads", "-", "podTemplate", "spec")),
    ("List", ("items", "-", "spec")),
)
HOSTS = ("", "bitnami/", "docker.io/", "quay.io/a/b/", "registry.local:5000/", f"{SOURCE}/", f"{SOURCE}/minio/")
SUFFIXES = ("", ":1.27", "@sha256:" + "0" * 64, ":v1@sha256:" + "f" * 64)
OTHER = ("0644", "yes", "22:22", "1e+06", "=", "12:30", "on", "true", "grün 😀\u00a0!", "a  b", "it's")
SECRETS: tuple[Any, ...] = (["one"], ["one", "containerregistry"], ["containerregistry"], [])


LABELS = {"app": "nginx", "version": "1.27", "checked": "12:30", "home": "https://quay.io/repository/a/b"}
"""What names images and is none."""


class Stream(NamedTuple):
    """A stream, the references in it, how many pods it has, and how many references stand in documents within texts."""

    text: str
    references: list[str]
    pods: int
    embedded: int


def stream(rnd: Random, *, nulls: bool = True) -> Stream:
    """Write one to three documents with a pod each, and now and then a ConfigMap with the text of one more.

    Args:
        rnd: decides.
        nulls: whether a pod's pull secrets may be null, so that a line that is there changes.
    """
    references: list[str] = []
    pods = rnd.randint(1, 3)
    text = "".join(_document(rnd, _pod(rnd, references, nulls=nulls), f"web-{number}") for number in range(pods))
    plain = len(references)
    if rnd.random() < 0.2:
        text += _config_map(rnd, _pod(rnd, references, nulls=nulls))
    return Stream(text.replace("\n", "\r\n") if rnd.random() < 0.2 else text, references, pods, len(references) - plain)


def _pod(rnd: Random, references: list[str], *, nulls: bool) -> dict[str, Any]:
    """A pod spec as data; new references are added to those that there are."""

    def reference() -> str:
        references.append(f"{rnd.choice(HOSTS)}app{len(references)}{rnd.choice(SUFFIXES)}")
        return references[-1]

    def container(name: str) -> dict[str, Any]:
        fields = [("name", name), ("image", reference()), ("args", [rnd.choice(OTHER), rnd.choice(OTHER)])]
        rnd.shuffle(fields)
        return dict(fields)

    fields: list[tuple[str, Any]] = [("containers", [container(name) for name in "ab"[: rnd.randint(1, 2)]])]
    if rnd.random() < 0.3:
        fields.append(("initContainers", [container("init")]))
    if rnd.random() < 0.3:
        fields.append(("volumes", [{"name": "models", "image": {"reference": reference()}}]))
    if rnd.random() < 0.5:
        names = rnd.choice((*SECRETS, None) if nulls else SECRETS)
        fields.append(("imagePullSecrets", names and [{"name": name} for name in names]))
    if rnd.random() < 0.5:
        fields.append(("restartPolicy", "Always"))
    rnd.shuffle(fields)
    return dict(fields)


def _wrapped(rnd: Random, pod: dict[str, Any], name: str) -> dict[str, Any]:
    kind, steps = rnd.choice(WRAPPERS)
    value: Any = pod
    for step in reversed(steps):
        value = [value] if step == "-" else {step: value}
    labels = {key: LABELS[key] for key in LABELS if rnd.random() < 0.3}
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, **({"labels": labels} if labels else {})},
        **value,
    }


def _document(rnd: Random, pod: dict[str, Any], name: str) -> str:
    fields = _wrapped(rnd, pod, name)
    writer = _Writer(rnd)
    if rnd.random() < 0.1:
        return f"--- {writer.flow(fields)}\n"
    text = f"---\n# Source: chart/templates/{name}.yaml\n" + writer.mapping(fields, "")
    return text + "".join(f"copy-{anchor}: *{anchor}\n" for anchor in writer.anchors)


def _config_map(rnd: Random, pod: dict[str, Any]) -> str:
    """A ConfigMap with a manifest as text, whose references stand in it letter by letter."""
    fields = _wrapped(rnd, pod, "embedded")
    if rnd.random() < 0.3:
        inner = json.dumps(fields, indent=rnd.choice((None, 2)), ensure_ascii=False)
    else:
        inner = _Writer(rnd, escapes=False).mapping(fields, "")
    data = {"other": rnd.choice(OTHER), rnd.choice(("pod.yaml", "template")): inner}
    outer = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "embedding"}, "data": data}
    return "---\n" + _Writer(rnd).mapping(outer, "")


class _Writer:
    """Writes data as YAML, each part in a style of its own."""

    def __init__(self, rnd: Random, *, escapes: bool = True) -> None:
        self.rnd = rnd
        self.escapes = escapes
        self.step = " " * rnd.choice((2, 2, 2, 4, 1))
        self.offset = rnd.choice(("", "  "))
        self.anchors: list[str] = []

    def mapping(self, fields: dict[str, Any], indent: str) -> str:
        """A block mapping, with the indentation before its first key."""
        text = ""
        for key, value in fields.items():
            written = self.key(key)
            form = f"{indent}? {written}\n{indent}:" if self.rnd.random() < 0.03 else f"{indent}{written}:"
            comment = self.rnd.choice(("", "", "", "", f"{indent}# image: nginx:0\n", "\n"))
            text += comment + form + self.value(value, indent)
        return text

    def key(self, key: str) -> str:
        return f'"{key}"' if self.rnd.random() < 0.1 else key

    def value(self, value: Any, indent: str) -> str:  # noqa: ANN401  # what JSON can hold
        """What follows a key's colon, to the end of the line."""
        if value is None:
            return self.rnd.choice(("", " null", " ~", "  # none yet", " null # none")) + "\n"
        if isinstance(value, str):
            return " " + self.scalar(value, indent) + "\n"
        if not value or self.rnd.random() < 0.1:
            space = self.rnd.choice((" ", " ", f"\n{indent}  "))
            return space + self.flow(value) + self.rnd.choice(("\n", " # flow\n"))
        anchor = self.anchor() if self.rnd.random() < 0.05 else ""
        if isinstance(value, dict):
            return f"{anchor}\n" + self.mapping(value, indent + self.step)
        return f"{anchor}\n" + "".join(self.item(item, indent + self.offset) for item in value)

    def item(self, item: Any, indent: str) -> str:  # noqa: ANN401  # what JSON can hold
        if isinstance(item, dict) and self.rnd.random() < 0.9:
            block = self.mapping(item, indent + "  ")
            compact = block.startswith(f"{indent}  ")
            return f"{indent}- {block[len(indent) + 2 :]}" if compact else f"{indent}-\n{block}"
        return f"{indent}-{self.value(item, indent)}"

    def anchor(self) -> str:
        self.anchors.append(f"a{len(self.anchors)}")
        return f" &{self.anchors[-1]}"

    def scalar(self, value: str, indent: str) -> str:
        """A scalar in a block, in any style that can hold it."""
        if "\n" in value or value.startswith("{"):
            return self.text(value, indent)
        if value == "it's" or self.rnd.random() < 0.3:
            return self.quoted(value)
        style = self.rnd.random()
        if style < 0.1:
            return f"{self.rnd.choice(('|-', '>-', '>- # was nginx:0'))}\n{indent}  {value}"
        before = f"{self.anchor()} "[1:] if style < 0.15 else self.rnd.choice((*[""] * 12, "!!str ", f"\n{indent}  "))
        return before + value + self.rnd.choice(("", "", "", "", "  ", " # was nginx:0"))

    def text(self, value: str, indent: str) -> str:
        """A text that holds a document, in a block or in double quotes."""
        if value.endswith("\n\n") or self.rnd.random() < 0.3:
            return json.dumps(value, ensure_ascii=False)
        chomping = "" if value.endswith("\n") else "-"
        body = value.removesuffix("\n").replace("\n", f"\n{indent}  ")
        return f"|2{chomping}\n{indent}  {body}"

    def quoted(self, value: str) -> str:
        style = 1 if {"\n", '"'} & set(value) else self.rnd.randint(0, 3 if self.escapes else 1)
        if style == 0:
            return "'" + value.replace("'", "''") + "'"
        if style == 1:
            return json.dumps(value, ensure_ascii=False)
        at = self.rnd.randrange(len(value))
        escaped = (rf"\u{ord(value[at]):04x}", rf"\U{ord(value[at]):08x}")[style == 3 or ord(value[at]) > 0xFFFF]
        return f'"{value[:at]}{escaped}{value[at + 1 :]}"'

    def flow(self, value: Any) -> str:  # noqa: ANN401  # what JSON can hold
        """A flow collection or a scalar in one, on one line or several."""
        if self.rnd.random() < 0.3:
            return json.dumps(value, indent=self.rnd.choice((None, None, 2)), ensure_ascii=False)
        space = self.rnd.choice((" ", ""))
        if isinstance(value, dict):
            return "{" + space + ", ".join(f"{self.key(k)}: {self.flow(v)}" for k, v in value.items()) + space + "}"
        if isinstance(value, list):
            return "[" + space + ", ".join(map(self.flow, value)) + space + "]"
        return "null" if value is None else self.quoted(value)
