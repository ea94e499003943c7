"""One table of references and what becomes of them, for the filter and for every export.

Public references, and settings that meet each step of the relocation.
"""

from __future__ import annotations

from typing import Any

from postrenderer.settings import Rule, Settings

PRIVATE = "registry.spacetech.com:8083/appcircle"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
DIGEST = "@sha256:" + "0" * 64
_DEFAULT = Settings("registry.spacetech.com:8083", "appcircle")

SETTINGS = {
    "default": _DEFAULT,
    "rules": _DEFAULT._replace(
        rules=(
            Rule("quay.io", "q"),
            Rule("quay.io/a", "qa"),
            Rule("docker.io", "hub"),
            Rule("docker.io/library", "l"),
            Rule("docker.io/library/redis", "r"),
            Rule("docker.io/memcached", "m"),
            Rule("docker.io/bitnami", "b"),
            Rule("gcr.io/x", "mirror.io"),
            Rule("ghcr.io/y", "mirror.net/z"),
        ),
        keep=("docker.io/library/busybox", "quay.io/kept", "k.io"),
    ),
    "closed": _DEFAULT._replace(sources=("docker.io", "quay.io/team"), others="fail", pull_secrets=("one", "two")),
    "open": _DEFAULT._replace(others="keep", pull_secrets=()),
    "hosts": _DEFAULT._replace(keep_host=True, rules=(Rule("quay.io/a", "qa"),), keep=("k.io",)),
    "own": Settings(
        "localhost:5000", "p", sources=("127.0.0.1/x",), rules=(Rule("a.svc:80/y", "y"),), others="rewrite"
    ),
    "own closed": Settings("localhost:5000", "p", sources=("127.0.0.1/x",), others="fail"),
    "whole registry": Settings("docker.io", "me", sources=(), rules=(Rule("docker.io", "hub"),)),
}

BECOMES: dict[str, dict[str, str]] = {
    "default": {
        "nginx": f"{PRIVATE}/nginx",
        "library/nginx:2": f"{PRIVATE}/nginx:2",
        "docker.io/nginx:3": f"{PRIVATE}/nginx:3",
        "index.docker.io/library/nginx:4": f"{PRIVATE}/nginx:4",
        "registry-1.docker.io/library/nginx:5": f"{PRIVATE}/nginx:5",
        "registry-1.docker.io/acme/app:1": f"{PRIVATE}/acme/app:1",
        f"nginx:1.27{DIGEST}": f"{PRIVATE}/nginx:1.27{DIGEST}",
        "bitnami/redis:7": f"{PRIVATE}/bitnami/redis:7",
        "docker.io/library/nginx/nginx": f"{PRIVATE}/library/nginx/nginx",
        f"{SOURCE}/minio/miniob:v1": f"{PRIVATE}/minio/miniob:v1",
        f"{SOURCE}/toolbox{DIGEST}": f"{PRIVATE}/toolbox{DIGEST}",
        f"{SOURCE}:5": f"{PRIVATE}/docker-registry:5",
        f"{SOURCE}-old/x:1": f"{PRIVATE}/appcircle/docker-registry-old/x:1",
        "registry.k8s.io/ingress-nginx/controller:v1": f"{PRIVATE}/ingress-nginx/controller:v1",
        "localhost:5000/a/b:1": "localhost:5000/a/b:1",
        "localhost/c:1": "localhost/c:1",
        "127.0.0.1:5000/c": "127.0.0.1:5000/c",
        "128.0.0.1/c": f"{PRIVATE}/c",
        "registry.demo.svc:5000/a/b": "registry.demo.svc:5000/a/b",
        "registry.demo.svc.cluster.local/a:1": "registry.demo.svc.cluster.local/a:1",
        "registry.svc.example.com/a:1": f"{PRIVATE}/a:1",
        "localhost:5000": f"{PRIVATE}/localhost:5000",
        "Registry.Example.COM/d": f"{PRIVATE}/d",
        "[::1]:5000/e:1": "[::1]:5000/e:1",
        "[::2]:5000/e:1": f"{PRIVATE}/e:1",
        "quay.io/index.docker.io/f": f"{PRIVATE}/index.docker.io/f",
        f"{PRIVATE}/x:1": f"{PRIVATE}/x:1",
        f"{PRIVATE}x/y": f"{PRIVATE}/appcirclex/y",
        "registry.spacetech.com:8083/other/z:1": f"{PRIVATE}/other/z:1",
        "auto": "auto",  # Istio's placeholder
        "Nginx:1": "Nginx:1",
        "1a" * 32: "1a" * 32,
    },
    "rules": {
        "quay.io/a/b:1": f"{PRIVATE}/qa/b:1",
        "quay.io/a:1": f"{PRIVATE}/qa:1",
        "quay.io/ab/c": f"{PRIVATE}/q/ab/c",
        "quay.io/kept/d": "quay.io/kept/d",
        "nginx": f"{PRIVATE}/l/nginx",
        "memcached:1": f"{PRIVATE}/m:1",
        "docker.io/acme/app:1": f"{PRIVATE}/hub/acme/app:1",
        "redis:7": f"{PRIVATE}/r:7",
        "redis/redis-stack": f"{PRIVATE}/hub/redis/redis-stack",
        "bitnami/redis:1": f"{PRIVATE}/b/redis:1",
        "busybox:1": "busybox:1",
        "index.docker.io/library/busybox": "index.docker.io/library/busybox",
        "gcr.io/x:1": "mirror.io/x:1",
        f"gcr.io/x/y{DIGEST}": f"mirror.io/y{DIGEST}",
        "mirror.io/w": "mirror.io/w",
        "ghcr.io/y:1": "mirror.net/z:1",
        "ghcr.io/y/v:1": "mirror.net/z/v:1",
        "mirror.net/z/u": "mirror.net/z/u",
        "mirror.net/zz": f"{PRIVATE}/zz",
        "k.io/a:1": "k.io/a:1",
        "k.io:80/a:2": f"{PRIVATE}/a:2",
    },
    "closed": {
        "nginx:1": f"{PRIVATE}/nginx:1",
        "docker.io/acme/app:1": f"{PRIVATE}/acme/app:1",
        "quay.io/team/x": f"{PRIVATE}/x",
        "quay.io/team:2": f"{PRIVATE}/team:2",
        "quay.io/other/x": "quay.io/other/x",
    },
    "open": {
        f"{SOURCE}/x:1": f"{PRIVATE}/x:1",
        "nginx": "nginx",
        "quay.io/a/b": "quay.io/a/b",
    },
    "hosts": {
        "nginx": f"{PRIVATE}/docker.io/library/nginx",
        "docker.io/nginx:3": f"{PRIVATE}/docker.io/library/nginx:3",
        f"registry-1.docker.io/acme/app{DIGEST}": f"{PRIVATE}/docker.io/acme/app{DIGEST}",
        f"{SOURCE}/x:1": f"{PRIVATE}/x:1",
        "quay.io/a/b:1": f"{PRIVATE}/qa/b:1",
        "quay.io/team/app:1": f"{PRIVATE}/quay.io/team/app:1",
        "Localhost:5000/c:1": f"{PRIVATE}/localhost_5000/c:1",
        "k.io/a:1": "k.io/a:1",
        "[fe80::1]:5000/e:1": "[fe80::1]:5000/e:1",
        "[::1]:5000/e:1": "[::1]:5000/e:1",
        f"{PRIVATE}/quay.io/x:1": f"{PRIVATE}/quay.io/x:1",
    },
    "own": {
        "localhost:5000/p/a": "localhost:5000/p/a",
        "localhost:5000/q/a": "localhost:5000/p/q/a",
        "localhost:5001/q/a": "localhost:5001/q/a",
        "127.0.0.1/x/a": "localhost:5000/p/a",
        "127.0.0.1/z/a": "localhost:5000/p/z/a",
        "127.0.0.2/z/a": "127.0.0.2/z/a",
        "a.svc:80/y/a": "localhost:5000/p/y/a",
        "a.svc:80/w/a": "localhost:5000/p/w/a",
        "a.svc/y/a": "a.svc/y/a",
    },
    "own closed": {
        "127.0.0.1/x/a": "localhost:5000/p/a",
        "127.0.0.1/z/a": "127.0.0.1/z/a",
        "127.0.0.2/z/a": "127.0.0.2/z/a",
        "quay.io/a": "quay.io/a",
    },
    "whole registry": {
        "nginx": "docker.io/me/hub/library/nginx",
        "me/app:1": "me/app:1",
        "quay.io/me/app:2": "docker.io/me/me/app:2",
    },
}

REFUSED = {
    "default": {"auto", "Nginx:1", "1a" * 32},
    "rules": set[str](),
    "closed": {"quay.io/other/x"},
    "open": set[str](),
    "hosts": {"[fe80::1]:5000/e:1"},
    "own": set[str](),
    "own closed": {"127.0.0.1/z/a", "quay.io/a"},
    "whole registry": set[str](),
}
"""What stays and may not be pulled: what is no reference, and what `others: fail` is about."""


def pod(images: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401  # what JSON can hold
    """A pod with a container for each image."""
    containers = [{"name": f"c{index}", "image": image} for index, image in enumerate(images)]
    spec = {"containers": containers, **more}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}, "spec": spec}


EVERYWHERE = pod(
    ["nginx"],
    initContainers=[{"name": "i", "image": "quay.io/a/init:1", "env": [{"name": "A", "value": "b"}]}],
    ephemeralContainers=[{"name": "e", "image": "quay.io/a/debug:1"}],
    volumes=[{"name": "empty", "emptyDir": {}}, {"name": "v", "image": {"reference": "quay.io/a/model:1"}}],
    imagePullSecrets=[{"name": "own"}],
)
"""A pod with images at every place that pods have for them."""


def images(pod: dict[str, Any]) -> list[str]:
    """The images of a pod's containers, in their order."""
    return [container["image"] for container in pod["spec"]["containers"]]


def secrets(pod: dict[str, Any]) -> set[str]:
    """The names of a pod's pull secrets."""
    return {secret["name"] for secret in pod["spec"].get("imagePullSecrets", ())}
