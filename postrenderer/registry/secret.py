"""The pull secret, as `kubectl create secret docker-registry --dry-run=client -o yaml` writes it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.registry.credentials import Login

TYPE = "kubernetes.io/dockerconfigjson"
_GO_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""Characters that Go's encoding/json escapes and Python's json does not."""


def docker_config(registry: str, login: Login) -> str:
    """Return the JSON text that the kubelet reads, byte for byte kubectl's."""
    entry = {"username": login.username, "password": login.password, "auth": login.auth}
    text = json.dumps({"auths": {registry: entry}}, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_GO_ESCAPES)


def manifest(name: str, namespace: str, registry: str, login: Login) -> str:
    """Return the Secret as YAML.

    Args:
        name: of the Secret.
        namespace: empty for none, which leaves it to `kubectl apply -n`.
        registry: `host[:port]`, as the image references have it.
        login: what the kubelet logs in with.
    """
    data = base64.b64encode(docker_config(registry, login).encode()).decode()
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    secret = {"apiVersion": "v1", "data": {".dockerconfigjson": data}, "kind": "Secret", "metadata": metadata}
    return yaml.safe_dump({**secret, "type": TYPE}, width=2**31)


def account(name: str, namespace: str, secrets: Iterable[str]) -> str:
    """Return a ServiceAccount as YAML.

    Args:
        name: of the ServiceAccount.
        namespace: as for `manifest`.
        secrets: all its pull secrets: `kubectl apply` replaces the list.
    """
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    listed = [{"name": secret} for secret in secrets]
    content = {"apiVersion": "v1", "imagePullSecrets": listed, "kind": "ServiceAccount", "metadata": metadata}
    return yaml.safe_dump(content, width=2**31)
