"""What only looks like an image, wherever it stands."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from marked import config, container, stays, variables
from rendering import PRIVATE, render

DECOYS = [
    "flow-aggregator/flow-aggregator:14739:grpc",
    "demo/gitlab-gitlab-shell:22::",
    "falcosecurity/falco",
    "/bitnami/postgresql",
    "kubernetes:4540.v612369217f87",
    "workflow-aggregator:608.v67378e9d3db_1",
    "git:5.10.1",
    "splunk.zc.method=splunk-otel-java:v2.30.0",
    "nvidia-gpu-l4:1",
    "cpu",
    "auto",
    "{{ .ProxyImage }}",
    "{{ annotation .ObjectMeta `sidecar.istio.io/proxyImage` .Values.global.proxy.image | quote }}",
    "moduleName=github.com/traefik/plugindemo",
    "k8s.io/ingress-nginx",
    "--destination=registry.example.com/team/app:v1",
    "app.kubernetes.io/component:webhook",
    "bindings.knative.dev/include:true",
    "k8s/1.3.9",
    "/dashboard/assets/branding/loader.svg",
    "image-provider",
    "image:gcr.io/datadoghq/.*",
    "docker.io",
    "# docker pull quay.io/acme/app:1",
    "s0:c123,c456",
    "tag:k8s-operator",
    "system:serviceaccount:demo:default",
    "system:serviceaccounts:demo",
    'sum(container_memory_rss{image!="", image="quay.io/acme/app:1"}) by (image)',
    "pbkdf2:sha256",
    ":",
    "repo:sha256:abc",
    "imagestreams/secrets",
    "127.0.0.1:8080",
    "localhost:8429",
    "localhost:8080/metrics",
    "hubble-relay:80",
    "logging-operator.demo.svc:8081/healthz",
    "dapr-sentry.demo.svc.cluster.local:443",
    "[fd00:10:96::a]:53",
    "unix:///csi/csi.sock",
    "s3://flyte-data/images:x",
    "https://index.docker.io/v1/",
    "https://registry.devfile.io",
    "oci://ghcr.io/org/charts/app:1.2",
    "git@github.com:acme/app.git",
    "https://github.com/tektoncd/catalog.git",
    "application/vnd.oci.image.index.v1+json",
    "text/plain; charset=utf-8",
    "IfNotPresent",
    "regcred",
    "v1.28.0",
    "next",
    "7.121.0",
    "false",
    "0 3 * * *",
    "2024-01-01T00:00:00Z",
    "12:30:45",
    "0755",
    "1e+06",
    "aa:bb:cc:dd:ee:ff",
    "10.96.0.0/12",
    "^quay\\.io/acme/.*:v[0-9]+$",
    "quay.io/acme/*",
    "node-role.kubernetes.io/master:NoSchedule",
    "io.k8s.api.core.v1:Pod",
    "org.apache.maven:maven-core:3.9",
    "schema-registry:8081",
    "map[image:quay.io/acme/exporter:v0.15.0 name:exporter]",
]


@pytest.mark.parametrize("decoy", DECOYS)
def test_decoys_stay_wherever_they_stand(decoy: str) -> None:
    stays(config(decoy))
    stays(variables(f"SETTING={decoy}"))
    stays(container("args", ["serve", decoy]))
    if decoy[0] not in "#-":
        stays(container("args", [f"--setting={decoy}"]))
    stays(f"metadata:\n  annotations:\n    setting: {json.dumps(decoy)}\n")
    stays(f"spec:\n  setting: {json.dumps(decoy)}\n  list: [{json.dumps(decoy)}]\n")
    stays(config(f"settings:\n  setting: {json.dumps(decoy)}\n  list: [{json.dumps(decoy)}]\n"))
    stays(config(f"{{{{ if .A }}}}\nsetting: {decoy}\n{{{{ end }}}}\n"))
    secret = f"kind: Secret\ndata: {{a: {base64.b64encode(decoy.encode()).decode()}}}\n"
    stays(secret)


CORPUS = os.environ.get("ACREG_CORPUS", "")
needs_corpus = pytest.mark.skipif(not CORPUS, reason="ACREG_CORPUS names no folder with reviewed renders")


def load(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((Path(CORPUS) / name).read_text()) if CORPUS else []
    return entries


@needs_corpus
@pytest.mark.parametrize("file", sorted({entry["file"] for entry in load("decoys.json")}))
def test_reviewed_decoys_stay(file: str) -> None:
    text = (Path(CORPUS) / "rendered" / file).read_text()
    output = render(text, pull_secrets=())
    before, after = text.split("\n"), output.split("\n")
    assert len(before) == len(after)
    for entry in load("decoys.json"):
        if entry["file"] == file:
            decoy, line = entry["substring"], entry["line"]
            old, new = (text, output) if line is None else (before[line - 1], after[line - 1])
            assert old.count(decoy) <= new.count(decoy), entry
            assert f"{PRIVATE}/{decoy}" not in new, entry
