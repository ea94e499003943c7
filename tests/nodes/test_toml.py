from __future__ import annotations

from typing import Any

import pytest

from postrenderer.nodes.toml import TomlTable, dump, merge

tomllib = pytest.importorskip("tomllib", reason="this Python has no TOML parser")
MIRROR = TomlTable("registry.mirror", {"location": "m/x", "insecure": True}, "location")
REGISTRY = TomlTable("registry", {"prefix": "p", "location": "p"}, "prefix", (MIRROR,))
WHOLE = {"prefix": "p", "location": "p", "mirror": [{"location": "m/x", "insecure": True}]}


def test_what_is_written_is_what_was_meant() -> None:
    odd = {"a": 'quote " and \\ and \t', "b": ["é", ""], "c": False}
    assert tomllib.loads(dump([TomlTable("", {"server": "s"}), TomlTable('host."a.b"', odd)])) == {
        "server": "s",
        "host": {"a.b": odd},
    }


@pytest.mark.parametrize(
    ("text", "registries"),
    [
        ("", [WHOLE]),
        ("x = 1", [WHOLE]),
        ('[[registry]]\nprefix = "q"\n', [{"prefix": "q"}, WHOLE]),
        ("[[registry]]\nprefix = 'p'\n", [WHOLE]),
        ('[[registry]]\nlocation = "p"\n[[registry.mirror]]\nlocation = "first"\n', None),
        ('[[ registry ]] # here\nprefix = "p"\n\n[[registry.mirror]]\nlocation = "m/x"\n\n[other]\n', [WHOLE]),
        ('[[registry]]\nprefix = "p"\nlocation = "elsewhere"\n# end\n\n[[registry]]\nprefix = "z"\n', None),
        ('a = [\n  "[[registry]]",\n]\n', [WHOLE]),
        ("[[registry]]\ninsecure = true\n", [{"insecure": True}, WHOLE]),
    ],
)
def test_a_registry_is_found_or_added(text: str, registries: list[Any] | None) -> None:
    merged = merge(text, [REGISTRY])
    found = tomllib.loads(merged)["registry"]
    if registries is None:
        ours = next(entry for entry in found if entry.get("prefix") == "p")
        assert ours["location"] == "p"
        assert WHOLE["mirror"][0] in ours["mirror"]
    else:
        assert found == registries
    assert merge(merged, [REGISTRY]) == merged
    for line in text.splitlines():
        assert line in merged or "elsewhere" in line


def test_an_empty_array_is_filled() -> None:
    table = TomlTable('host."h:1"', {"capabilities": ["pull", "resolve"]})
    for text in ('[host."h:1"]\n', '[host."h:1"]\n# none\ncapabilities = [] # yet\n'):
        merged = merge(text, [table])
        assert tomllib.loads(merged) == {"host": {"h:1": {"capabilities": ["pull", "resolve"]}}}
        assert merge(merged, [table]) == merged


@pytest.mark.parametrize("header", ['[host."h:1"]', "[host.'h:1']", '[ host . "h:1" ]'])
def test_a_table_is_found_however_it_is_written(header: str) -> None:
    text = f'{header}\n  capabilities = [\n    "pull", # only\n  ]\n'
    merged = merge(text, [TomlTable('host."h:1"', {"capabilities": ["pull", "resolve"], "ca": "/ca"})])
    assert tomllib.loads(merged) == {"host": {"h:1": {"capabilities": ["pull", "resolve"], "ca": "/ca"}}}
    assert "# only" in merged


def test_keys_go_below_a_comment() -> None:
    merged = merge('[host."h:1"]\n  # none\n  skip = true\n', [TomlTable('host."h:1"', {"ca": "/ca"})])
    assert merged == '[host."h:1"]\n  # none\n  skip = true\n  ca = "/ca"\n'


def test_an_array_that_is_never_closed_stays_as_it_is() -> None:
    """Who reads the file refuses it before and after."""
    broken = '[[registry]]\nprefix = [\n"p"\n'
    assert merge(broken, [REGISTRY]).startswith(broken)
