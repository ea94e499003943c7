from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer.errors import SettingsError
from postrenderer.settings import Ignore, Location, load

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, text: str) -> tuple[tuple[Location, ...], tuple[Ignore, ...]]:
    (tmp_path / "acreg.yaml").write_text("registry: r.example.com\n" + text, encoding="utf-8")
    settings = load({}, {}, str(tmp_path))
    return settings.locations, settings.ignore


def test_locations(tmp_path: Path) -> None:
    text = """\
locations:
- path: /spec/engine
- apiVersion: example.com/*
  kind: Widget
  path: /spec/parts/*
  form: split
  parts: {registry: host, repository: repo, tag: release}
- {kind: ConfigMap, path: /data/*, form: text}
"""
    locations, _ = read(tmp_path, text)
    assert locations == (
        Location("/spec/engine"),
        Location(
            "/spec/parts/*",
            "example.com/*",
            "Widget",
            "split",
            (("registry", "host"), ("repository", "repo"), ("tag", "release")),
        ),
        Location("/data/*", kind="ConfigMap", form="text"),
    )


def test_ignore(tmp_path: Path) -> None:
    _, ignore = read(tmp_path, "ignore:\n- {kind: Widget, name: o*}\n- reference: scratch\n- path: /spec/x\n")
    assert ignore == (Ignore(kind="Widget", name="o*"), Ignore(reference="scratch"), Ignore(path="/spec/x"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("before: [[a, b], a b]\n", "before[1] must be a list of a program and its arguments, as no shell reads it"),
        ("before: [[]]\n", "acreg.yaml:2:10: before[0] must begin with a program"),
        ("after: [['']]\n", "after[0] must begin with a program"),
        ("after: a\n", "after must be a list, not a text"),
        ("after: [[a, {b: c}]]\n", "after[0][1] must be a text, not a mapping"),
        ('after: [[a, "b\\0"]]\n', "after[0][1] must be an argument of a program: it holds a null character"),
        ("locations:\n- kind: Widget\n", "acreg.yaml:3:3: locations[0] must have `path`"),
        ("locations:\n- path: spec\n", "acreg.yaml:3:9: locations[0].path must be a path from the object's root"),
        (
            "locations:\n- {path: /a, form: hole}\n",
            "must be whole, split, text or prefix, not `hole`: did you mean `whole`?",
        ),
        (
            "locations:\n- {path: /a, pullSecrets: list}\n",
            "must be objects, names, object, name or reference, not `list`",
        ),
        (
            "locations:\n- {path: /a, form: whole, pullSecrets: name}\n",
            "`pullSecrets` for a field that holds pull secrets",
        ),
        ("locations:\n- {path: /a, form: split}\n", "locations[0] must have `parts`"),
        ("locations:\n- {path: /a, parts: {tag: t}}\n", "locations[0].parts goes with `form: split` alone"),
        ("locations:\n- {path: /a, form: split, parts: {tag: t}}\n", "must have `registry`, `repository` or `name`"),
        ("locations:\n- {path: /a, form: split, parts: {repo: t}}\n", "`repo` is unknown here"),
        ("locations:\n- {path: /a, pth: b}\n", "`pth` is unknown here: did you mean `path`?"),
        ("locations: /a\n", "locations must be a list, not a text"),
        ("ignore:\n- {}\n", "ignore[0] must have at least one of"),
        ("ignore:\n- {kind: ''}\n", "ignore[0].kind is empty"),
        ("ignore:\n- {kind: [a]}\n", "ignore[0].kind must be a text, not a list"),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, text)
    assert message in str(error.value)
