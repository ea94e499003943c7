"""Results of gates in the forms that CI systems show on their own pages: SARIF and JUnit.

SARIF 2.1.0 is OASIS's, https://docs.oasis-open.org/sarif/sarif/v2.1.0; GitHub's code scanning wants a file and a line
of each result. JUnit has no standard; this is the part that GitLab, Jenkins and Azure DevOps all read.
"""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_BREAKS = str.maketrans({"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
"""As they are, attributes would have spaces in their place (XML 1.0, 3.3.3)."""


class Result(NamedTuple):
    """The verdict of a gate on one thing, such as an image.

    Attributes:
        kind: in one or two words, such as `missing`.
        name: of the thing, such as a reference.
        message: what is wrong, or empty.
        is_bad: whether the gate fails for it.
        place: where it stands, such as a document and a JSON pointer.
        file: where it was read from.
        line: in the file, from 1; 0 if unknown.
    """

    kind: str
    name: str
    message: str
    is_bad: bool
    place: str
    file: str
    line: int


def sarif(gate: str, results: Sequence[Result]) -> str:
    """Return what is bad as SARIF."""
    bad = [result for result in results if result.is_bad]
    rules = [{"id": kind, "shortDescription": {"text": f"{gate}: {kind}"}} for kind in _kinds(bad)]
    driver = {"name": gate, "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_sarif(result) for result in bad]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def junit(gate: str, results: Sequence[Result]) -> str:
    """Return all as JUnit, a test case for each."""
    bad = sum(result.is_bad for result in results)
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites tests="{len(results)}" failures="{bad}">',
            f'  <testsuite name={_quoted(gate)} tests="{len(results)}" failures="{bad}">',
            *map(_junit, results),
            "  </testsuite>",
            "</testsuites>",
        )
    )


FORMS = {"sarif": sarif, "junit": junit}


def _kinds(results: Sequence[Result]) -> list[str]:
    return [kind.replace(" ", "-") for kind in dict.fromkeys(result.kind for result in results)]


def _sarif(result: Result) -> dict[str, Any]:
    said = f"{result.name}: {result.message or result.kind}"
    identity = json.dumps((result.kind, result.name, result.place))
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": result.file},
            "region": {"startLine": max(result.line, 1)},
        }
    }
    if result.place:
        location["logicalLocations"] = [{"fullyQualifiedName": result.place}]
    return {
        "ruleId": result.kind.replace(" ", "-"),
        "level": "error",
        "message": {"text": f"{said} ({result.place})" if result.place else said},
        "locations": [location],
        "partialFingerprints": {"acreg/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }


def _junit(result: Result) -> str:
    name = f"{result.name} at {result.place}" if result.place else result.name
    case = f"    <testcase classname={_quoted(result.file)} name={_quoted(name)}"
    if not result.is_bad:
        return f"{case}/>"
    said = _quoted(result.message or result.kind)
    return f"{case}>\n      <failure type={_quoted(result.kind)} message={said}/>\n    </testcase>"


def _quoted(text: str) -> str:
    return f'"{escape(_NOT_IN_XML.sub("?", text)).translate(_BREAKS)}"'
