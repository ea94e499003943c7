"""What `acreg secret` writes; tests/cli/test_secret.py holds it against a real kubectl."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from postrenderer.registry import secret


@pytest.mark.parametrize(
    ("namespace", "metadata"), [("shop", {"name": "web", "namespace": "shop"}), ("", {"name": "web"})]
)
def test_a_service_account(namespace: str, metadata: dict[str, Any]) -> None:
    assert yaml.safe_load(secret.account("web", namespace, ["first", "second"])) == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata,
        "imagePullSecrets": [{"name": "first"}, {"name": "second"}],
    }
