"""What the tests of the filter share: the settings of the examples, and a run that checks what every run promises."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types
import yaml

from postrenderer import report
from postrenderer.rewrite import RewrittenStream, rewrite
from postrenderer.settings import Settings

REGISTRY = "registry.spacetech.com:8083"
PRIVATE = f"{REGISTRY}/appcircle"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
SECRET = "containerregistry"  # noqa: S105  # a Secret's name, nothing secret


def settings(**changes: Any) -> Settings:  # noqa: ANN401  # any field of Settings
    return Settings(REGISTRY, "appcircle")._replace(**changes)


def run(raw: bytes, **changes: Any) -> RewrittenStream:  # noqa: ANN401  # likewise
    """Post-render with a report."""
    return rewrite(raw, settings(report="report.json", **changes))


def render(text: str, **changes: Any) -> str:  # noqa: ANN401  # likewise
    """Post-render a stream of UTF-8, and check that the report fits and that a second pass changes nothing."""
    result = run(text.encode(), **changes)
    report.as_json(result)
    output = b"".join(result.output)
    assert b"".join(rewrite(output, settings(**changes)).output) == output
    assert b"".join(rewrite(text.encode(), settings(**changes)).output) == output
    return output.decode()


def summary(text: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # likewise
    """The report of a run."""
    return report.as_json(run(text.encode(), **changes))


class PlainLoader(yaml.SafeLoader):
    """PyYAML's own idea of a document: every plain scalar is a string, merge keys are merged, the last key wins."""

    yaml_implicit_resolvers: dict[str, Any] = {"<": [("tag:yaml.org,2002:merge", re.compile("<<"))]}  # noqa: RUF012  # what yaml.SafeLoader calls it


def values(text: str) -> list[Any]:
    """The documents of a stream as PyYAML constructs them."""
    return list(yaml.load_all(text, PlainLoader))


def patched(text: str, reported: dict[str, Any]) -> list[Any]:
    """The documents of a stream with the patches of its report applied."""
    documents: list[Any] = json.loads(json.dumps(values(text)))  # nothing is shared by aliases any more
    for change in reported["documents"]:
        index = change["document"]["index"]
        documents[index] = jsonpatch.apply_patch(documents[index], change.get("patch", []))
    return documents


INSERTED = re.compile(
    rf"imagePullSecrets:\s+- name: {SECRET}\s+(?![\s-])"
    rf'|"imagePullSecrets": \[(?:{{"name": "{SECRET}"}})?\s*\],\s+'
    rf"|- name: {SECRET}\s+(?=-\s)"
    rf'|{{"name": "{SECRET}"}}(?:,\s+)?'
)
"""All the forms in which pull secrets are added to what is there; and a field without any, which may get some."""


def without_added(text: str) -> str:
    """A text without the pull secrets that are added to it, and to the texts within it."""
    plain = re.sub(r"\\+r", "\r", re.sub(r"\\+n", "\n", re.sub(r'\\+"', '"', text)))
    return INSERTED.sub("", plain)
