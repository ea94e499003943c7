"""What a real API server stores after `helm install`, `upgrade` and `rollback`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helm.harness import CHARTS, ENDS, LATEST, PRIVATE, RELEASE, VALUES
from helm.manifests import SECRET, documents, images, is_hook, moved, moved_text, pod_specs

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm, Namespace

pytestmark = [pytest.mark.helm, pytest.mark.zipapp, pytest.mark.cluster, pytest.mark.slow]

WORKLOADS = "deployments,statefulsets,daemonsets,cronjobs,jobs"
PRIVATE_VALUES = VALUES / "private.yaml"


def release(helm: Helm, command: str, chart: str, *arguments: str) -> None:
    """Install or upgrade the release through acreg, as a user would."""
    flags: list[str | Path] = ["--values", PRIVATE_VALUES, "--post-renderer", helm.post_renderer, *arguments]
    helm.output(command, RELEASE, CHARTS / chart, *flags, acreg_values=PRIVATE_VALUES)


def assert_private(helm: Helm, namespace: Namespace) -> None:
    """Check the workloads that the API server stores, and the manifest that Helm stores of them."""
    stored = namespace.get(WORKLOADS)
    listed = moved_text((CHARTS / "images.txt").read_text(encoding="utf-8")).split()
    assert images(stored) > set(listed)
    assert {image for image in images(stored) if not image.startswith(f"{PRIVATE}/")} == set()
    assert {spec["imagePullSecrets"].count(SECRET) for spec in pod_specs(stored)} == {1}
    assert moved(stored) == stored
    manifest = documents(helm.output("get", "manifest", RELEASE))
    assert moved(manifest) == manifest
    assert images(manifest) == images(stored)


def port_of_uiserver(namespace: Namespace) -> object:
    (service,) = [one for one in namespace.get("services") if one["metadata"]["name"] == f"{RELEASE}-uiserver"]
    return service["spec"]["ports"][0]["targetPort"]


@pytest.mark.parametrize("helm", ENDS, indirect=True)
def test_install_upgrade_rollback(helm: Helm, namespace: Namespace) -> None:
    # No Job ever completes on an API server without controllers, so the hooks stay out.
    release(helm, "install", "appcircle", "--no-hooks")
    assert_private(helm, namespace)

    release(helm, "upgrade", "appcircle", "--no-hooks", "--set", "services.uiserver.port=3001")
    assert_private(helm, namespace)
    assert port_of_uiserver(namespace) == 3001

    helm.output("rollback", RELEASE, "1", "--no-hooks")
    assert_private(helm, namespace)
    assert port_of_uiserver(namespace) == 3000


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_acreg_joins_a_release_that_is_already_there(helm: Helm, namespace: Namespace) -> None:
    helm.output("install", RELEASE, CHARTS / "plain")
    public = images(namespace.get(WORKLOADS))
    assert not any(image.startswith(PRIVATE) for image in public)

    release(helm, "upgrade", "plain")
    private = namespace.get(WORKLOADS)
    assert images(private) == set(map(moved_text, public))
    assert [spec["imagePullSecrets"] for spec in pod_specs(private)] == [[SECRET]]


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_hooks(helm: Helm, namespace: Namespace) -> None:
    release(helm, "install", "hooks-only")
    (hook,) = [one for one in namespace.get("configmaps") if is_hook(one)]
    runner = hook["data"]["runner"]
    assert runner == moved_text(runner) if helm.major > 3 else runner.startswith("europe-west1-docker.pkg.dev/")


@pytest.mark.parametrize("helm", LATEST, indirect=True)
@pytest.mark.parametrize("chart", ["empty", "shared-anchor"])
def test_small_charts(helm: Helm, namespace: Namespace, chart: str) -> None:
    release(helm, "install", chart)
    release(helm, "upgrade", chart)
    stored = namespace.get("pods")
    assert images(stored) == ({f"{PRIVATE}/toolbox:1.5.1"} if stored else set())
    assert bool(stored) == (chart == "shared-anchor")


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_nothing_is_installed_when_acreg_fails(helm: Helm, namespace: Namespace) -> None:
    run = helm.run("install", RELEASE, CHARTS / "appcircle", "--no-hooks", "--post-renderer", helm.post_renderer)
    assert run.code != 0
    assert namespace.get(WORKLOADS) == []
