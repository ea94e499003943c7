from __future__ import annotations

import pytest
import yaml

from postrenderer.text import composer
from postrenderer.text.writing import own_keys

pytestmark = pytest.mark.usefixtures("loader")


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("{a: 1, b: {c: 2}, d: 3}", [0, 1, 2]),
        ("\n  a: 1\n  ? b\n  : 2\n", [0, 1]),
        # The value may be an alias, the key may not.
        ("{a: *value, b: 2, <<: *value, c: 3}", [0, 1, 2, 3]),
        ("\n  *key : 1\n  b: 2\n", [1]),
        ("{a: 1, *key : 2, c: 3}", [0, 2]),
        ("{&own a: 1, b: {c: 2}, *own : 3, d: 4}", [0, 1, 3]),
    ],
)
def test_keys_that_stand_in_a_mapping_by_themselves(last: str, expected: list[int]) -> None:
    (root,) = composer.compose(f"first: {{&key k: v}}\nthen: &value {{x: y}}\nlast: {last}\n").roots
    mapping = root.value[2][1]
    assert isinstance(mapping, yaml.MappingNode)
    assert own_keys(mapping) == expected
