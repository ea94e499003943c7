"""`helm acreg <TAB>`: what real Helms answer with the plugin installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helm.harness import CHARTS, LATEST
from helm.test_plugin_lifecycle import everything_in, home, source_in
from postrenderer import cli, exports

if TYPE_CHECKING:
    from pathlib import Path

    from helm.test_plugin_lifecycle import Home

pytestmark = [pytest.mark.helm, pytest.mark.zipapp, pytest.mark.slow]


def offered(at: Home, *words: str) -> list[str]:
    """The words that Helm offers, and its directive."""
    run = at.run("__complete", "acreg", *words)
    assert run.code == 0, run.stderr
    return [line.partition("\t")[0] for line in run.stdout.splitlines()]


@pytest.mark.parametrize("version", LATEST)
def test_helm_completes_the_plugin(tmp_path: Path, zipapp: Path, version: str) -> None:
    at = home(tmp_path, zipapp, version, source_in(tmp_path / "acreg"))
    before = everything_in(at.source)
    at.install()
    assert offered(at, "mi") == ["mirror", ":4"]
    assert {*offered(at, "")} >= set(cli.COMMANDS)
    assert offered(at, "export", "") == [*exports.KINDS, ":4"]
    assert offered(at, "images", "-o", "t") == ["table", "txt", "tsv", ":4"]
    assert offered(at, "images", "--source-o") == ["--source-only", ":4"]
    assert offered(at, "upgrade", "r", str(CHARTS), "--repository-p") == ["--repository-path", ":4"]
    assert offered(at, "upgrade", "r", str(CHARTS), "--set-s") == ["--set-string", ":4"]
    assert offered(at, "images", "--chart", str(CHARTS), "--kube-v") == ["--kube-version", ":4"]
    assert offered(at, "upgrade", "r", str(CHARTS), "--kube-c").count("--kube-context") == 1
    assert "oci://" in offered(at, "images", "--chart", "")
    assert offered(at, "shim", "") == [":0"]
    at.output("plugin", "uninstall", "acreg")
    assert everything_in(at.source) == before
