from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from postrenderer.apis import catalogue, forms
from postrenderer.pullsecrets import programs
from postrenderer.sites import kinds
from postrenderer.sites.hints import hints
from postrenderer.sites.site import Api

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    line.split("\t")
    for line in (ROOT / "postrenderer" / "apis" / "fields.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
WIDGET = "apiVersion: {}\nkind: {}\nspec:\n  {}: quay.io/acme/app:1\n"


@pytest.mark.parametrize("line", LINES, ids="/".join)
def test_each_line_is_a_fact_about_a_field(line: list[str]) -> None:
    group, kind, path, form = line
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", group)
    assert kinds.is_custom(group)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", kind)
    assert re.fullmatch(r"(/([^/~\s]|~0|~1)+)+", path)
    assert "[]" not in path
    assert "{}" not in path
    assert form in (*forms.IMAGES, forms.SHARED, *forms.SECRETS, forms.NONE)
    assert re.fullmatch(r"[^?]*(/[^/?]+\?)*/[^/?]+", path)
    assert "?" not in path or form in forms.SECRETS


def test_the_lines_are_sorted_and_say_nothing_twice() -> None:
    assert sorted(LINES) == LINES
    fields = [tuple(line[:3]) for line in LINES]
    assert len(fields) == len(set(fields))
    general = [line for line in LINES if "*" in line[2]]
    covered = [
        (one, other)
        for one in general
        for other in LINES
        if one is not other and one[:2] == other[:2] and one[3] == other[3] and _covers(one[2], other[2])
    ]
    assert covered == []


STAYING = [
    line.split("\t")
    for line in (ROOT / "postrenderer" / "apis" / "stays.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("line", STAYING, ids=lambda line: "/".join(line[:3]))
def test_each_line_says_why_a_field_stays(line: list[str]) -> None:
    group, kind, key, _, source = line
    assert kinds.stays(Api(group, kind.replace("*", "Any")), key)
    assert source.startswith("https://")


def test_the_lines_about_what_stays_are_sorted_and_say_nothing_twice() -> None:
    assert sorted(STAYING) == STAYING
    covered = [
        (one, other)
        for one in STAYING
        for other in STAYING
        if one is not other and one[0] == other[0] and one[2] == other[2] and fnmatchcase(other[1], one[1])
    ]
    assert covered == []


SETTINGS = [
    line.split("\t")
    for line in (ROOT / "postrenderer" / "apis" / "settings.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("line", SETTINGS, ids="/".join)
def test_each_line_says_how_a_setting_names_secrets(line: list[str]) -> None:
    name, of, form, source = line
    assert programs.may_be_setting(name)
    assert "/" in of or of == "*"
    assert form in forms.SETTINGS
    assert form != forms.REPEATED or name.startswith("--")
    assert source.startswith("https://")


@pytest.mark.parametrize("line", SETTINGS, ids="/".join)
def test_a_document_with_a_setting_is_read(line: list[str]) -> None:
    raw = line[0].encode()
    assert hints(raw + b": x") or any(word in raw for word in programs.UNHINTED)


def test_the_lines_about_settings_are_sorted_and_say_nothing_twice() -> None:
    assert sorted(SETTINGS) == SETTINGS
    names = [(line[0], line[1]) for line in SETTINGS]
    twice = [one for one in names if sum(of == one[1] and fnmatchcase(one[0], name) for name, of in names) > 1]
    assert twice == []


def _covers(pattern: str, path: str) -> bool:
    wanted, steps = pattern.split("/"), path.split("/")
    return len(wanted) == len(steps) and all(one in ("*", step) for one, step in zip(wanted, steps))


@pytest.mark.parametrize(
    ("group", "kind", "field"),
    [
        ("pkg.crossplane.io", "Provider", catalogue.KnownField("Provider", ("spec", "package"), "whole")),
        ("minio.min.io", "Tenant", catalogue.KnownField("Tenant", ("spec", "imagePullSecret"), "object")),
        ("nvidia.com", "NIMPipeline", None),
        ("min.io", "Tenant", None),
        ("nobody.example.com", "Tenant", None),
    ],
)
def test_of_kind(group: str, kind: str, field: catalogue.KnownField | None) -> None:
    found = catalogue.of_kind(group, kind)
    assert field in found if field else found == ()


def run(text: str, package: Path, code: str) -> str:
    program = "import sys; from postrenderer import __main__ as door; door.main(); print(end='', flush=True); " + code
    environment = {"PYTHONPATH": str(package), "ACREG_REGISTRY": "r.example.com", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", program]
    with tempfile.TemporaryDirectory() as cache:
        environment["HELM_CACHE_HOME"] = cache
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, env=environment, cwd=package.parent, check=True
        )
    return done.stdout


@pytest.mark.parametrize(
    ("api", "read"),
    [
        ("v1", False),
        ("apps/v1", False),
        ("batch/v1", False),
        ("networking.k8s.io/v1", False),
        ("admissionregistration.k8s.io/v1", True),  # policies, some of which must stay
        ("pkg.crossplane.io/v1", True),
    ],
)
def test_the_catalogue_is_opened_for_kinds_that_it_may_know(api: str, *, read: bool) -> None:
    loaded = "print('postrenderer.apis.catalogue' in sys.modules)"
    assert run(WIDGET.format(api, "Widget", "image"), ROOT, loaded).endswith(f"{read}\n")


def test_it_is_read_from_within_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "acreg.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (ROOT / "postrenderer").rglob("*"):
            if path.suffix in (".py", ".tsv"):
                file.write(path, path.relative_to(ROOT).as_posix())
    text = WIDGET.format("pkg.crossplane.io/v1", "Provider", "package")
    output = run(text, archive, "print(sys.modules['postrenderer.apis.catalogue'].__file__)")
    assert "packagePullSecrets" in output
    assert f"{archive}{os.sep}" in output


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("ACREG_APIS"), reason="needs the schemas of public APIs, named by ACREG_APIS")
def test_what_public_schemas_say(tmp_path: Path) -> None:
    result = tmp_path / "score.json"
    scorer = Path(os.environ["ACREG_APIS"]) / "score.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HELM_CACHE_HOME": str(tmp_path)}
    command: list[str | Path] = [sys.executable, scorer, "--json", result, "--", sys.executable, "-m", "postrenderer"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    score = json.loads(result.read_text())
    assert score["moved"] >= 0.995
    assert score["secret"] >= 0.98
    assert score["podspec"] >= 0.99  # the pod specs of Camel have no field
    assert score["wrong"] == 0
