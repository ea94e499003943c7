"""The table says what the relocation says, for any settings and any reference."""

from __future__ import annotations

from hypothesis import given
from test_relocation import REFERENCES, build, settings

from postrenderer.exports import prefixes
from postrenderer.images.reference import DOCKER_HUB, OFFICIAL, parse
from postrenderer.images.registries import is_of_a_cluster
from postrenderer.images.relocation import Relocation
from postrenderer.settings import Settings


def full_name(text: str) -> str:
    components = parse(text).components
    if components[:-1] == (DOCKER_HUB, OFFICIAL):
        return prefixes.OFFICIAL_START + components[-1] + prefixes.END
    return "/".join(components) + prefixes.END


def becomes(values: Settings, text: str) -> str:
    """What the table makes of a reference, by its own docstring."""
    table = prefixes.table(values)
    name = full_name(text)
    for entry in table.entries:
        if name.startswith(entry.start):
            new = entry.to and entry.to + name[len(entry.start) :]
            break
    else:
        if is_of_a_cluster(name.partition("/")[0]) and not name.startswith(table.named):
            return text
        host, _, path = name.partition("/")
        kept = f"{host.lower().replace(':', '_')}/" if table.keep_host else ""
        new = f"{table.base}/{kept}{path}" if table.others == "rewrite" else ""
    return new.removesuffix(prefixes.END) + parse(text).suffix if new else text


@given(settings(), REFERENCES)
def test_the_table_is_the_relocation(values: Settings, text: str) -> None:
    relocate = build(values)
    assert becomes(values, text) == relocate(text).target
    is_private = any(full_name(text).startswith(start) for start in prefixes.table(values).private)
    assert is_private == (relocate(text).status == "private")


def test_the_table_is_short() -> None:
    values = Settings("r.example", "p", sources=("europe.example/a",), keep=("quay.io/x",))
    assert prefixes.table(values).entries == (
        ("r.example/p/", ""),
        ("quay.io/x/", ""),
        ("europe.example/a/.", "r.example/p/a/."),
        ("europe.example/a/", "r.example/p/"),
        ("docker.io/_/", "r.example/p/"),
    )
    assert Relocation(values)("europe.example/a:1").target == "r.example/p/a:1"
