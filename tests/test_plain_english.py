"""Phrases that stopped readers, and what is written instead: no text that users read has one of them.

The texts are README, CHANGELOG and the pages in .github, the examples, what scripts say, and all that acreg prints:
help, errors, reports and comments in generated files. A phrase goes on the list when a reader trips over it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

PHRASES = {
    r"what goes through it pulls": "acreg rewrites every image reference to your private registry",
    r"in the form that (?:this|the real) Helm wants": "as your Helm version requires",
    r"keeps to itself|says no more of": "hides",
    r"names the rest": "lists the rest",
    r"leaves nothing": "removes everything it installed",
    r"Who also wants": "If you also want",
    r"Twice is once": "Idempotent",
    r"as the shell else": "otherwise the shell",
    r"has a place of its own": "keeps images in a custom field",
    r"again after a break|goes on where it was": "rerun to resume",
    r"nothing is installed unless it is": "installs only if every image is there",
    r"besides? (?:those|the flags|flags|the system|what)": "in addition to",
    r"takes a text for an image": "decides by evidence",
    r"Without a package index give": "If PyPI is unreachable, point the hook at",
    r"\bmake it anew|\bmade anew|\binstall the plugin anew|\b[Gg]et it anew": "regenerate, reinstall, download again",
    r"(?<![Tt]here )\bis no (?!longer\b|more\b|place\b|image\b|such\b|reference\b)[a-z]": "is not a",
    r"\bAway with\b": "Remove",
    r"not heeded": "does not apply",
    r"\bsee to (?:it|them)\b": "name what is done",
    r"\bthe very (?:place|values|same)\b": "leave `very` out",
    r"\bas it ever was\b": "unchanged",
    r"\bmost likely\.": "probably",
    r"\bso many seconds\b": "at least 1 second",
    r"\bsays itself\b": "already names",
    r"\bwhat was to\b|\bwhat should have\b": "the command that should have",
    r"\b(?:goes|go) to Helm as it is\b": "unchanged",
    r"\bsettings that count\b|\btells what counts\b": "the settings in effect",
    r"\bleads to no\b": "is missing",
    r"\bthere is none on PATH\b": "not found on PATH",
    r"\bnone need be\b|\bneed be\b": "has to be, if it has one",
    r"\bin the stead of\b|\blikewise\b": "instead of, too",
    r"\bwith which pods\b|\bof which only\b": "name the thing",
    r"\bwho asks for none\b|\bwho needs none\b": "to ask for none",
    r"\bwhich else\b|\bsettings else\b": "otherwise",
    r"\bnothing pulls from outside\b": "may stay",
    r"\bas they become\b|\bby the Tab key\b|\bfor the front of PATH\b": "say it with a verb",
    r"\bin the same form\b": "as in `before`",
    r"\bcorrect it, or the\b": "name what is corrected",
    r"\ba reference a line\b|\bone a line\b": "one per line",
}


@cache
def texts() -> list[tuple[str, str]]:
    """Each text that users read, with the place where it is written."""
    return [*_of_files(), *_of_package()]


def _of_files() -> Iterator[tuple[str, str]]:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "plugin.yaml", *(ROOT / ".github").rglob("*.*")]
    scripts = [path for path in (ROOT / "scripts").rglob("*") if path.is_file() and not is_python(path)]
    package = ROOT / "postrenderer"
    written = [
        *pages,
        *scripts,
        package / "acreg.schema.json",
        package / "cli" / "helm-shim",
        *(package / "cli" / "shells").iterdir(),
    ]
    for path in filter(Path.is_file, written):
        yield str(path.relative_to(ROOT)), " ".join(path.read_text(encoding="utf-8").split())


def _of_package() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "postrenderer").rglob("*.py")):
        for line, text in said_in(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{line}", " ".join(text.split())


def is_python(path: Path) -> bool:
    """Whether a file is Python or a lock file of its packages; Python's comments are for developers."""
    return path.suffix in (".py", ".pyc", ".txt") or path.read_bytes()[:40].startswith(b"#!/usr/bin/env python")


def said_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module but for docstrings: constants, and f-strings with `X` in the place of each value."""
    nodes = [*ast.walk(tree)]
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            values = (str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
            yield node.lineno, "".join(values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | alone:
            yield node.lineno, node.value


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_text_has_a_phrase_that_stopped_readers(phrase: str) -> None:
    pattern = re.compile(phrase)
    found = [
        f"{place}: …{text[max(0, hit.start() - 30) : hit.end() + 30]}…"
        for place, text in texts()
        for hit in pattern.finditer(text)
    ]
    assert found == [], f"write instead: {PHRASES[phrase]}"


def test_it_reads_what_users_read() -> None:
    places = {place.partition(":")[0] for place, _ in texts()}
    assert {"README.md", "CHANGELOG.md", "scripts/quickstart", "scripts/pipelines/main.tf"} <= places
    assert {"postrenderer/cli/mirror.py", "postrenderer/exports/admission.py", "postrenderer/nodes/crio.py"} <= places
    assert any(
        "The private registry is not set" in text or "is not set: give --registry" in text for _, text in texts()
    )
