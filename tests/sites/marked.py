"""Manifests with marks around what moves: `image: «quay.io/acme/app:1»` becomes `image: <private path>/acme/app:1`."""

from __future__ import annotations

import json
import re

from rendering import PRIVATE, render

from postrenderer import sites
from postrenderer.sites.site import STAYS, UNMOVED, WEAK
from postrenderer.text import composer

_MARK = re.compile("«([^»]*)»")


def plain(marked: str) -> str:
    """The manifest without its marks."""
    return _MARK.sub(r"\1", marked)


def moved(marked: str) -> str:
    """The manifest with what is marked on the private registry: its host, if it has one, is exchanged."""
    return _MARK.sub(_private, marked)


def _private(mark: re.Match[str]) -> str:
    first, slash, rest = mark[1].partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return f"{PRIVATE}/{rest}"
    return PRIVATE if "." in first and ":" not in first else f"{PRIVATE}/{mark[1]}"


def check(marked: str, *families: str) -> None:
    """Post-render a manifest, and see that exactly what is marked moves, found by exactly these families."""
    text = plain(marked)
    output = render(text, pull_secrets=())
    assert output == moved(marked), output
    found = [site for root in composer.compose(text).roots for site in sites.find(root, _unknown).sites]
    assert {site.family for site in found if site.span.level not in (STAYS, UNMOVED, WEAK)} == set(families), found


def stays(text: str) -> None:
    """Post-render a manifest, and see that nothing moves."""
    check(text)


def config(text: str, key: str = "config") -> str:
    """A ConfigMap with a text."""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: demo\ndata:\n  {key}: {_quoted(text)}\n"


def container(field: str, values: list[str]) -> str:
    """A pod with a container that has a list of strings."""
    lines = "".join(f"    - {_quoted(value)}\n" for value in values)
    return f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: demo\n    {field}:\n{lines}"


def variables(*assignments: str) -> str:
    """A custom resource with a list of variables, each written `NAME=value`."""
    split = [assignment.partition("=") for assignment in assignments]
    lines = "".join(f"  - name: {_quoted(name)}\n    value: {_quoted(value)}\n" for name, _, value in split)
    return f"apiVersion: example.com/v1\nkind: Demo\nspec:\n  env:\n{lines}"


def _quoted(text: str) -> str:
    """A text as a scalar: as a block if it has lines, so that the tests read both styles."""
    if "\n" in text and not text.startswith(("\n", " ")):
        return "|-\n" + "".join(f"        {line}\n" if line else "\n" for line in text.rstrip("\n").split("\n")).rstrip(
            "\n"
        )
    return json.dumps(text, ensure_ascii=False)


def _unknown(_: str) -> bool:
    return False
