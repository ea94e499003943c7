from __future__ import annotations

import re
from importlib import import_module

import pytest

from postrenderer import lazy


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    with lazy.patterns():
        broken = re.compile("(")
        pattern = re.compile("A+", re.IGNORECASE)
    assert pattern.pattern == "A+"
    assert pattern.sub("b", "caat") == "cbt"
    found = pattern.search("caat")
    assert found
    assert found.span() == (1, 3)
    with pytest.raises(re.error):
        broken.search("")


def test_patterns_are_compiled_at_once_again_when_an_import_fails() -> None:
    with pytest.raises(ModuleNotFoundError), lazy.patterns():
        import_module("no_such_module")
    assert isinstance(re.compile("a"), re.Pattern)
