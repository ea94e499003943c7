"""Streams of manifests to measure with: made up, the same on every machine, in the proportions of real ones.

168 real renders gave the proportions: the size of the documents of each kind, which kinds fill the bytes that hold no
image, and how often those speak of images all the same, as the queries of dashboards do.
"""

from __future__ import annotations

import base64
import json
from random import Random
from typing import IO, Callable, NamedTuple

_WORDS = (  # noqa: SIM905  # a text reads better than a list
    "the of a to is for in and this be that if with by as not container pod value field name must specified default"
    " list volume label selector namespace service policy when are may from resource object string request metric"
).split()
_HOSTS = ("", "", "docker.io/", "quay.io/", "ghcr.io/", "registry.k8s.io/", "registry.example.org:5000/")


class Stream(NamedTuple):
    """What a stream is made of.

    Attributes:
        megabytes: its size, in 1,000,000 bytes.
        images: the share of its bytes in documents with images.
        schemas: the share of its bytes in CustomResourceDefinitions. The rest are documents of other kinds.
    """

    megabytes: float
    images: float
    schemas: float


def write(stream: Stream, file: IO[bytes]) -> list[str]:
    """Write a stream, and return the references in it."""
    rnd = Random(6)  # noqa: S311  # repeatable, nothing secret
    shares = {_workload: stream.images, _schema: stream.schemas, _other: 1 - stream.images - stream.schemas}
    written = dict.fromkeys(shares, 0)
    references: dict[str, None] = {}
    number = 0
    while sum(written.values()) < stream.megabytes * 1_000_000:
        total = sum(written.values()) + 1
        make = max(shares, key=lambda make: shares[make] - written[make] / total)
        number += 1
        text = f"---\n# Source: platform/templates/part-{number}.yaml\n{make(rnd, f'part-{number}', references)}"
        written[make] += file.write(text.encode())
    return list(references)


def _prose(rnd: Random, count: int) -> str:
    return " ".join(rnd.choice(_WORDS) for _ in range(count))


def _indented(text: str, spaces: int) -> str:
    return "".join(" " * spaces + line + "\n" for line in text.splitlines())


def _head(kind: str, api: str, name: str) -> str:
    labels = f"""\
app.kubernetes.io/name: {name}
app.kubernetes.io/instance: platform
app.kubernetes.io/version: "3.27.3"
app.kubernetes.io/managed-by: Helm
helm.sh/chart: {name}-3.27.3"""
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  labels:\n{_indented(labels, 4)}"


def _workload(rnd: Random, name: str, references: dict[str, None]) -> str:
    kind, api = rnd.choice((("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("DaemonSet", "apps/v1")))
    containers = "".join(_container(rnd, f"{name}-{index}", references) for index in range(rnd.choice((1, 1, 2, 3))))
    pod = f"""\
serviceAccountName: {name}
securityContext:
  fsGroup: 1000
  runAsNonRoot: true
containers:
{containers}volumes:
- name: config
  configMap:
    name: {name}
- name: tmp
  emptyDir: {{}}
"""
    selector = f"app.kubernetes.io/name: {name}"
    return (
        _head(kind, api, name)
        + f"spec:\n  replicas: 1\n  selector:\n    matchLabels:\n      {selector}\n  template:\n    metadata:\n"
        + f"      annotations:\n        checksum/config: {rnd.randrange(16**64):064x}\n      labels:\n"
        + f"        {selector}\n    spec:\n{_indented(pod, 6)}"
    )


def _container(rnd: Random, name: str, references: dict[str, None]) -> str:
    path = f"{rnd.choice(('team', 'library/base', 'charts-ci'))}/{name}"
    digest = f"@sha256:{rnd.randrange(16**64):064x}" if rnd.random() < 0.1 else ""  # noqa: PLR2004  # one in ten
    image = f"{rnd.choice(_HOSTS)}{path}:v{rnd.randint(0, 9)}.{rnd.randint(0, 30)}{digest}"
    references[image] = None
    env = "".join(f"  - name: SETTING_{index}\n    value: {_prose(rnd, 3)}\n" for index in range(rnd.randint(3, 20)))
    return f"""\
- name: {name}
  image: {rnd.choice(("", "!!str ")) + image}
  imagePullPolicy: IfNotPresent
  args:
  - --log-level=info
  - --listen=:{rnd.randint(1024, 9999)}
  env:
  - name: POD_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
{env}  ports:
  - name: http
    containerPort: 8080
    protocol: TCP
  livenessProbe:
    httpGet:
      path: /healthz
      port: http
    initialDelaySeconds: 10
  readinessProbe:
    httpGet:
      path: /ready
      port: http
  resources:
    limits:
      cpu: 500m
      memory: 512Mi
    requests:
      cpu: 100m
      memory: 128Mi
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
  volumeMounts:
  - name: config
    mountPath: /etc/{name}
  - name: tmp
    mountPath: /tmp
"""


def _schema(rnd: Random, name: str, _: dict[str, None]) -> str:
    def properties(depth: int) -> str:
        text = ""
        for index in range(6):
            text += f"field{index}:\n  description: The image or {_prose(rnd, rnd.randint(5, 40))}\n"
            nested = f"  properties:\n{_indented(properties(depth - 1), 4)}" if depth and index % 2 else ""
            text += f"{nested}  type: {'object' if nested else 'string'}\n"
        return text

    group = f"{name}.example.org"
    return (
        _head("CustomResourceDefinition", "apiextensions.k8s.io/v1", f"parts.{group}")
        + f"spec:\n  group: {group}\n  names:\n    kind: Part\n    plural: parts\n  scope: Namespaced\n  versions:\n"
        + "  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n"
        + _indented(properties(3), 10)
        + "        type: object\n    served: true\n    storage: true\n"
    )


def _other(rnd: Random, name: str, _: dict[str, None]) -> str:
    """A document of another kind; ConfigMaps fill nearly half of the bytes, but they are large and few."""
    makers: tuple[Callable[[Random, str], str], ...] = (_config, _role, _binding, _service, _rules, _secret)
    return rnd.choices(makers, weights=(15, 22, 24, 24, 8, 7))[0](rnd, name)


def _config(rnd: Random, name: str) -> str:
    panels = [
        {"title": _prose(rnd, 4), "type": "graph", "expr": f'sum(rate(container_cpu{{job="{name}"}}[5m])) by (pod)'}
        for _ in range(rnd.randint(5, 60))
    ]
    panels[0]["expr"] = rnd.choice(('sum(kube_pod_info{node=~"$node"})', 'sum(up{image!="",container!="POD"})'))
    text = json.dumps({"panels": panels, "title": name}, indent=2)
    return _head("ConfigMap", "v1", name) + f"data:\n  dashboard.json: |-\n{_indented(text, 4)}"


def _role(rnd: Random, name: str) -> str:
    rules = "".join(
        f"- apiGroups:\n  - apps\n  resources:\n  - {rnd.choice(_WORDS)}s\n  verbs:\n  - get\n  - list\n  - watch\n"
        for _ in range(rnd.randint(4, 40))
    )
    return _head("ClusterRole", "rbac.authorization.k8s.io/v1", name) + f"rules:\n{rules}"


def _binding(_: Random, name: str) -> str:
    role = f"roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: {name}\n"
    subject = f"subjects:\n- kind: ServiceAccount\n  name: {name}\n  namespace: platform\n"
    return _head("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", name) + role + subject


def _service(rnd: Random, name: str) -> str:
    ports = f"  ports:\n  - name: http\n    port: {rnd.randint(80, 9999)}\n    protocol: TCP\n    targetPort: http\n"
    return _head("Service", "v1", name) + f"spec:\n{ports}  selector:\n    app.kubernetes.io/name: {name}\n"


def _rules(rnd: Random, name: str) -> str:
    alerts = "".join(
        f"""\
    - alert: Part{index}Down
      annotations:
        description: '{_prose(rnd, 12)} {{{{ $labels.pod }}}}'
        runbook_url: https://runbooks.example.org/alerts/part-{index}
      expr: sum(rate(http_requests_total{{job="{name}",code=~"5.."}}[5m])) > 0.1
      for: 15m
      labels:
        severity: warning
"""
        for index in range(rnd.randint(4, 25))
    )
    head = _head("PrometheusRule", "monitoring.coreos.com/v1", name)
    return head + f"spec:\n  groups:\n  - name: {name}\n    rules:\n{alerts}"


def _secret(rnd: Random, name: str) -> str:
    values = "".join(
        f"  key-{index}: {base64.b64encode(_prose(rnd, 20).encode()).decode()}\n" for index in range(rnd.randint(1, 20))
    )
    return _head("Secret", "v1", name) + f"type: Opaque\ndata:\n{values}"
