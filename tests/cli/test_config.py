from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml

import postrenderer
from cli.conftest import REGISTRY, Ended
from postrenderer.cli import schema
from postrenderer.errors import SettingsError
from postrenderer.settings import Settings, load
from postrenderer.settings.options import OPTIONS

Acreg = Callable[..., Ended]


def test_the_package_has_the_schema_of_the_table() -> None:
    assert Path(postrenderer.__file__).with_name("acreg.schema.json").read_text(encoding="utf-8") == schema.text()


def test_the_schema_knows_every_setting(acreg: Acreg) -> None:
    found: dict[str, Any] = json.loads(acreg("config", "schema").out)
    assert list(found["properties"]) == [option.key for option in OPTIONS]
    assert found["properties"]["others"]["enum"] == ["rewrite", "keep", "fail"]
    assert found["properties"]["rules"]["items"]["required"] == ["from", "to"]


def test_init_writes_the_flags_and_shows_the_rest(acreg: Acreg, empty_folder: Path) -> None:
    acreg("config", "init", *REGISTRY, "--keep", "quay.io", "--strict")
    text = (empty_folder / "acreg.yaml").read_text(encoding="utf-8")
    assert load({}, {}, ".") == Settings("registry.spacetech.com:8083", "appcircle", keep=("quay.io",), strict=True)
    assert [
        option.key for option in OPTIONS if f"\n{option.key}:" not in text and f"\n# {option.key}:" not in text
    ] == []
    with pytest.raises(SettingsError, match="is there already and was not touched"):
        acreg("config", "init")


def test_init_takes_what_a_values_file_says(acreg: Acreg, empty_folder: Path) -> None:
    values = empty_folder / "values.yaml"
    values.write_text("global: {imageRegistry: r.example.com, imageRepositoryPath: p}\nother: 1\n", encoding="utf-8")
    acreg("config", "init", "-f", "values.yaml", "--pull-secret", "mine")
    values.unlink()
    assert load({}, {}, ".") == Settings("r.example.com", "p", ("mine",))
    (empty_folder / "pod.yaml").write_text("kind: Pod\n", encoding="utf-8")
    shown = acreg("render", "-f", "pod.yaml").err
    assert shown.endswith(
        f"acreg: settings are taken from {empty_folder}/acreg.yaml: registry, repositoryPath, pullSecrets\n"
    )
    (empty_folder / "acreg.yaml").unlink()
    values.write_text("other: 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"values\.yaml names no registry"):
        acreg("config", "init", "-f", "values.yaml")
    assert not (empty_folder / "acreg.yaml").exists()


@pytest.mark.parametrize("wrong", [("--registry", "https://r.example.com"), ("--others", "all")], ids=str)
def test_init_writes_nothing_wrong(acreg: Acreg, empty_folder: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"^{wrong[0]} must be"):
        acreg("config", "init", *wrong)
    assert list(empty_folder.iterdir()) == []


def test_what_init_shows_is_valid(acreg: Acreg, tmp_path: Path) -> None:
    text = acreg("config", "init", "-").out
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    shown = [line for line in lines if line.startswith(("- ", "  ")) or line.split(":")[0] in _KEYS]
    path = tmp_path / "all.yaml"
    path.write_text("\n".join(shown) + "\n", encoding="utf-8")
    assert set(yaml.safe_load(path.read_text(encoding="utf-8"))) == _KEYS
    assert acreg("config", "validate", path).out == f"{path} is in order.\n"


_KEYS = {option.key for option in OPTIONS}


def test_show_tells_where_a_setting_comes_from(
    acreg: Acreg, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "acreg.yaml").write_text("others: keep\n", encoding="utf-8")
    (empty_folder / "values.yaml").write_text("global:\n  imageRepositoryPath: path\n", encoding="utf-8")
    monkeypatch.setenv("ACREG_KEEP", "quay.io")
    arguments = ("config", "show", "--registry", "r.example.com", "--values", "values.yaml")
    found = json.loads(acreg(*arguments, "-o", "json").out)
    assert {key: (one["value"], one["from"]) for key, one in found.items() if one["from"] != "default"} == {
        "registry": ("r.example.com", "--registry"),
        "repositoryPath": ("path", "values.yaml:2:24"),
        "others": ("keep", "acreg.yaml:1:9"),
        "keep": (["quay.io"], "ACREG_KEEP"),
    }
    assert "repositoryPath   path " in acreg(*arguments).out


def test_validate_says_all_that_is_wrong(acreg: Acreg, empty_folder: Path) -> None:
    (empty_folder / "acreg.yaml").write_text("registri: x\nothers: all\n", encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        acreg("config", "validate")
    assert "acreg.yaml:1:1: `registri` is unknown here: did you mean `registry`?" in str(raised.value)
    (empty_folder / "acreg.yaml").write_text("others: keep\n", encoding="utf-8")
    assert acreg("config", "validate").code == 0


def test_validate_refuses_what_runs_refuse_in_a_file_that_nobody_named(acreg: Acreg, empty_folder: Path) -> None:
    (empty_folder / "acreg.yaml").write_text("report: r.json\n", encoding="utf-8")
    assert acreg("config", "validate", "acreg.yaml").code == 0
    with pytest.raises(SettingsError, match=r"^acreg\.yaml:1:9: report counts only in a file that you name"):
        acreg("config", "validate")


def test_a_command_says_which_file_that_nobody_named_it_takes_settings_from(acreg: Acreg, empty_folder: Path) -> None:
    (empty_folder / "acreg.yaml").write_text("registry: r.example.com\n", encoding="utf-8")
    (empty_folder / "pod.yaml").write_text("kind: Pod\nspec: {containers: [{image: nginx}]}\n", encoding="utf-8")
    said = f"acreg: settings are taken from {empty_folder}/acreg.yaml: registry\n"
    assert acreg("render", "-f", "pod.yaml").err == said
    assert acreg("render", "-f", "pod.yaml", "--config", "acreg.yaml").err == ""
    assert acreg("render", "-f", "pod.yaml", "--registry", "s.example.com").err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [([], "choose one"), (["shwo"], "did you mean `show`"), (["show", "x"], "x is not an argument")],
)
def test_wrong_usage(acreg: Acreg, arguments: list[str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        acreg("config", *arguments)
