from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer.errors import SettingsError
from postrenderer.settings import effective, load
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE: dict[str, tuple[dict[str, object], dict[str, str]]] = {
    "flag": ({"registry": "r.example.com"}, {}),
    "variable": ({}, {"ACREG_REGISTRY": "r.example.com"}),
    "values": ({"values": ["values.yaml"]}, {}),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "values.yaml").write_text("global: {imageRegistry: r.example.com, imageRepositoryPath: mine}")
    return tmp_path


def _error(checkout: Path, text: str, place: str = "flag") -> str:
    (checkout / "acreg.yaml").write_text(text)
    flags, environ = ELSEWHERE[place]
    named: tuple[tuple[dict[str, object], dict[str, str]], ...] = (
        ({"config": "acreg.yaml"}, {}),
        ({}, {"ACREG_CONFIG": f"{checkout}/acreg.yaml"}),
    )
    for more_flags, more_environ in named:
        load({**flags, **more_flags}, {**environ, **more_environ}, str(checkout))
    with pytest.raises(SettingsError) as raised:
        load(flags, environ, str(checkout))
    return str(raised.value)


@pytest.mark.parametrize("place", ELSEWHERE)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("report: ../.bashrc", "acreg.yaml:1:9: report counts only in a file that you name, as acreg.yaml may have"),
        (
            "lock: ../.bashrc",
            "acreg.yaml:1:7: lock names a file in another folder, to which `acreg lock` would write. It",
        ),
        ("lock: sub/x", "acreg.yaml:1:7: lock names a file in another folder"),
        ("lock: /dev/zero", "acreg.yaml:1:7: lock names a file in another folder"),
        ("before: [[a]]", "acreg.yaml:1:9: before counts only in a file that you name, as acreg.yaml may have"),
        ("after: [[a, b]]", "acreg.yaml:1:8: after counts only in a file that you name, as acreg.yaml may have"),
        (
            "rules:\n- {from: quay.io, to: team}\n- {from: docker.io, to: evil.example.com/x}",
            "acreg.yaml:3:3: rules[1] moves images to `evil.example.com`, which is not the private registry `r.example",
        ),
        (
            "registry: evil.example.com\nrules: [{from: docker.io, to: evil.example.com/x}]",
            "acreg.yaml:2:9: rules[0] moves images to `evil.example.com`, which is not the private registry",
        ),
    ],
)
def test_what_only_a_named_file_may_say(text: str, message: str, place: str, checkout: Path) -> None:
    error = _error(checkout, text, place) if "registry" not in text else _refused(checkout, text, place)
    assert error.startswith(message)
    assert error.endswith("if it is yours, name it with `--config acreg.yaml` or ACREG_CONFIG=acreg.yaml")


def _refused(checkout: Path, text: str, place: str) -> str:
    (checkout / "acreg.yaml").write_text(text)
    flags, environ = ELSEWHERE[place]
    with pytest.raises(SettingsError) as raised:
        load(flags, environ, str(checkout))
    return str(raised.value)


def test_what_writes_files_needs_a_named_file() -> None:
    """A setting that writes a file or runs a program belongs into this list."""
    assert [option.key for option in OPTIONS if option.only_named] == ["report", "before", "after"]


BLINDING = "ignore: [{reference: '*'}]"


@pytest.mark.parametrize(
    ("flags", "environ"), [({"strict": True}, {}), ({}, {"ACREG_STRICT": "1"})], ids=["flag", "variable"]
)
def test_what_hides_images_from_a_strict_that_is_not_its_own(
    flags: dict[str, object], environ: dict[str, str], checkout: Path
) -> None:
    """`keep`, `others`, `confidence` and `secrets` hide nothing: --strict names what they leave."""
    (checkout / "acreg.yaml").write_text(BLINDING)
    with pytest.raises(SettingsError) as raised:
        load({"registry": "r.example.com", **flags}, environ, str(checkout))
    assert " hides images from --strict, and so counts only in a file that you name, as acreg.yaml" in str(raised.value)
    named = {"registry": "r.example.com", "config": "acreg.yaml", **flags}
    assert load(named, environ, str(checkout)).strict


def test_what_hides_images_counts_where_nobody_else_is_strict(checkout: Path) -> None:
    for more, flags in (("", {}), ("\nstrict: true", {}), ("\nstrict: true", {"strict": False})):
        (checkout / "acreg.yaml").write_text(BLINDING + more)
        assert load({"registry": "r.example.com", **flags}, {}, str(checkout)) != load(
            {"registry": "r.example.com", "config": "/dev/null"}, {}, str(checkout)
        )


def test_what_is_taken_from_the_file_is_named(checkout: Path) -> None:
    (checkout / "acreg.yaml").write_text("strict: true\nignore: [{name: x}]\nregistry: q.example.com\n")
    assert effective({"registry": "r.example.com"}, {}, str(checkout)).file == f"{checkout}/acreg.yaml: strict, ignore"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_registry_gives_way_to_every_other_place(place: str, checkout: Path) -> None:
    (checkout / "acreg.yaml").write_text("registry: evil.example.com\nrepositoryPath: evil\n")
    flags, environ = ELSEWHERE[place]
    found = effective(flags, environ, str(checkout))
    assert found.settings.registry == "r.example.com"
    assert found.settings.repository_path == ("mine" if place == "values" else "evil")
    assert found.unnamed == ""


def test_a_registry_that_only_the_unnamed_file_has_counts_and_is_told(checkout: Path) -> None:
    (checkout / "acreg.yaml").write_text("registry: r.example.com\nrules: [{from: docker.io, to: q.example.com}]\n")
    found = effective({}, {}, str(checkout))
    assert (found.settings.registry, found.unnamed) == ("r.example.com", "acreg.yaml:1:11")
    assert effective({"config": "acreg.yaml"}, {}, str(checkout)).unnamed == ""


def test_a_registry_that_stands_in_for_none_gives_way_itself(checkout: Path) -> None:
    (checkout / "acreg.yaml").write_text("registry: r.example.com\n")
    (checkout / "none.yaml").write_text("global: {imageRegistry: registry.invalid}")
    assert load({"values": ["none.yaml"]}, {}, str(checkout)).registry == "r.example.com"


@pytest.mark.parametrize(
    "text",
    [
        "others: keep",
        "sources: [quay.io]",
        "rules: [{from: quay.io, to: r.example.com/hub}]",
        "strict: true",
        "lock: a.lock",
    ],
)
def test_the_rest_counts_without_a_name(text: str, checkout: Path) -> None:
    (checkout / "acreg.yaml").write_text(text)
    assert load({"registry": "r.example.com"}, {}, str(checkout))
