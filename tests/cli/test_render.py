from __future__ import annotations

from typing import Any

import pytest

from postrenderer import cli
from postrenderer.cli import render
from postrenderer.errors import SettingsError
from postrenderer.settings import Settings, load


def _settings(arguments: str) -> Settings:
    return load(render.parse(arguments.split()).flags, {}, "/nowhere")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("", {}),
        ("--repository-path appcircle", {"repository_path": "appcircle"}),
        ("--pull-secret a --pull-secret=b", {"pull_secrets": ("a", "b")}),
        ("--no-pull-secrets", {"pull_secrets": ()}),
        ("--source quay.io --source nginx", {"sources": ("quay.io", "docker.io/library/nginx")}),
        ("--keep quay.io --keep gcr.io/x", {"keep": ("quay.io", "gcr.io/x")}),
        ("--others fail", {"others": "fail"}),
        ("--strict", {"strict": True}),
        ("--strict --no-strict", {"strict": False}),
        ("--report out.json", {"report": "out.json"}),
        ("--service-accounts", {"service_accounts": True}),
        ("--confidence certain", {"confidence": "certain"}),
        ("--secrets", {"secrets": True}),
        ("--no-secrets", {"secrets": False}),
    ],
)
def test_flags(arguments: str, found: dict[str, Any]) -> None:
    assert _settings(f"--registry r.example.com {arguments}") == Settings("r.example.com")._replace(**found)


def test_files_with_settings() -> None:
    flags = render.parse(["--config", "a.yaml", "--values", "b.yaml", "--values=c.yaml"]).flags
    assert (flags["config"], flags["values"]) == ("a.yaml", ["b.yaml", "c.yaml"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--registy x", "--registy is not an argument: did you mean `--registry`?"),
        ("--regis x", "--regis is not an argument"),
        ("--no-repository-path", "--no-repository-path is not an argument: did you mean `--repository-path`?"),
        ("values.yaml", "there is no command `values.yaml`"),
        ("render values.yaml", "`values.yaml` is not an argument: name a chart with `--chart values.yaml`"),
        ("rendr", "there is no command `rendr`: did you mean `render`?"),
        ("xyzzy", "there is no command `xyzzy`. `acreg --help` lists the commands"),
        ("--registry", "--registry: expected one argument"),
        ("--registry r.example.com --strict=maybe", "--strict/--no-strict: ignored explicit argument 'maybe'"),
        ("--pull-secret a --no-pull-secrets", "--no-pull-secrets: not allowed with argument --pull-secret"),
        ("--others all --registry r.example.com", "--others must be rewrite, keep or fail, not `all`"),
        ("render --registry https://r.example.com", "--registry must be a host in lower case"),
        ("--config missing.yaml", "missing.yaml cannot be read: No such file or directory"),
    ],
)
def test_wrong_arguments(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        cli.main(arguments.split())
    assert str(raised.value).startswith(message)
    assert raised.value.exit_code == 2
    assert capsys.readouterr() == ("", "")


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["render", "--help"])
    assert ended.value.code == 0
    shown, _ = capsys.readouterr()
    assert shown.startswith("usage: acreg ")
