from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from postrenderer import lazy


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    with lazy.imports():
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
    with pytest.raises(ModuleNotFoundError), lazy.imports():
        import_module("no_such_module")
    assert isinstance(re.compile("a"), re.Pattern)


def test_types_of_fields_are_looked_at_only_afterwards() -> None:
    named_tuple: Any = NamedTuple
    fields = [("field", "no type, (")]
    with lazy.imports():
        made = named_tuple("made", fields)
    assert made("x").field == "x"
    if sys.version_info < (3, 14):  # which looks at them when somebody asks
        with pytest.raises(SyntaxError):
            named_tuple("refused", fields)
