"""Where custom resources and operators keep the pull secrets of the pods that they make.

Each row is a field of a public API, as its CustomResourceDefinition or its documentation has it.
"""

from __future__ import annotations

from bisect import bisect_left
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.pullsecrets.merge import NAMES, OBJECT, Field, Holder
from postrenderer.sites.declared import objects, places
from postrenderer.sites.walk import walk
from postrenderer.text.pointer import pointer
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.text.pointer import Path

_LIST = Field()
_STRINGS = Field(form=NAMES)


class Row(NamedTuple):
    """A field with pull secrets: of which kind, in the mapping at which path, and in which form."""

    group: str
    kind: str
    path: str
    field: Field = _LIST


ROWS = (
    Row("monitoring.coreos.com", "Prometheus", "/spec"),
    Row("monitoring.coreos.com", "PrometheusAgent", "/spec"),
    Row("monitoring.coreos.com", "Alertmanager", "/spec"),
    Row("monitoring.coreos.com", "ThanosRuler", "/spec"),
    Row("monitoring.grafana.com", "GrafanaAgent", "/spec"),
    Row("operator.victoriametrics.com", "VM*", "/spec"),
    Row("postgresql.cnpg.io", "Cluster", "/spec"),
    Row("operator.tigera.io", "Installation", "/spec"),
    Row("k8s.mariadb.com", "MariaDB", "/spec"),
    Row("k8s.mariadb.com", "MaxScale", "/spec"),
    Row("pxc.percona.com", "PerconaXtraDBCluster", "/spec/pxc"),
    Row("pxc.percona.com", "PerconaXtraDBCluster", "/spec/haproxy"),
    Row("pxc.percona.com", "PerconaXtraDBCluster", "/spec/proxysql"),
    Row("pxc.percona.com", "PerconaXtraDBCluster", "/spec/backup"),
    Row("psmdb.percona.com", "PerconaServerMongoDB", "/spec"),
    Row("ps.percona.com", "PerconaServerMySQL", "/spec/mysql"),
    Row("ps.percona.com", "PerconaServerMySQL", "/spec/proxy/*"),
    Row("ps.percona.com", "PerconaServerMySQL", "/spec/orchestrator"),
    Row("ps.percona.com", "PerconaServerMySQL", "/spec/backup"),
    Row("pgv2.percona.com", "PerconaPGCluster", "/spec"),
    Row("postgres-operator.crunchydata.com", "PostgresCluster", "/spec"),
    Row("logging.banzaicloud.io", "Logging", "/spec/fluentd/image"),
    Row("logging.banzaicloud.io", "Logging", "/spec/fluentbit/image"),
    Row("nvidia.com", "ClusterPolicy", "/spec/*", _STRINGS),
    Row("nvidia.com", "ClusterPolicy", "/spec/*/manager", _STRINGS),
    Row("nvidia.com", "ClusterPolicy", "/spec/*/driverManager", _STRINGS),
    Row("nvidia.com", "NVIDIADriver", "/spec", _STRINGS),
    Row("fluentbit.fluent.io", "FluentBit", "/spec"),
    Row("sparkoperator.k8s.io", "SparkApplication", "/spec", _STRINGS),
    Row("sparkoperator.k8s.io", "ScheduledSparkApplication", "/spec/template", _STRINGS),
    Row("trident.netapp.io", "TridentOrchestrator", "/spec", _STRINGS),
    Row("argoproj.io", "Workflow", "/spec"),
    Row("argoproj.io", "WorkflowTemplate", "/spec"),
    Row("argoproj.io", "ClusterWorkflowTemplate", "/spec"),
    Row("argoproj.io", "CronWorkflow", "/spec/workflowSpec"),
    Row("operator.knative.dev", "Knative*", "/spec/registry"),
    Row("pkg.crossplane.io", "Provider", "/spec", Field("packagePullSecrets")),
    Row("pkg.crossplane.io", "Function", "/spec", Field("packagePullSecrets")),
    Row("pkg.crossplane.io", "Configuration", "/spec", Field("packagePullSecrets")),
    Row("operators.coreos.com", "CatalogSource", "/spec", Field("secrets", NAMES)),
    Row("minio.min.io", "Tenant", "/spec", Field("imagePullSecret", OBJECT)),
)

_BY_GROUP = {row.group: [other for other in ROWS if other.group == row.group] for row in ROWS}

VARIABLE = "_IMAGE_PULL_SECRETS"
"""How operators call their variables with names of secrets, separated by commas: STRIMZI_IMAGE_PULL_SECRETS."""


_NAME = regex(r"[a-z0-9][a-z0-9.-]*")
"""What a Secret may be called (DNS subdomain, Kubernetes' names of objects)."""


def holders(root: yaml.Node, images: Iterable[Path]) -> Iterator[Holder]:
    """The mappings of custom resources that have a private image at or below them, with their field for pull secrets.

    Args:
        root: the composed document.
        images: where its private images stand.
    """
    private: list[str] = []
    for item in objects(root):
        for row in _BY_GROUP.get(item.api_version.rpartition("/")[0], ()):
            if fnmatchcase(item.kind, row.kind):
                private = private or sorted(pointer(path) for path in images)
                for node, path in places(item, row.path):
                    if isinstance(node, yaml.MappingNode) and node.value:
                        below = pointer(path) + "/"
                        first = bisect_left(private, below)
                        if first < len(private) and private[first].startswith(below):
                            yield Holder(node, [path], row.field)


def variables(root: yaml.Node, names: tuple[str, ...]) -> Iterator[tuple[yaml.ScalarNode, Edit]]:
    """The variables with pull secrets that lack some of these names, each with the edit of its value that adds them."""
    for visit in walk(root):
        if isinstance(getattr(visit, "pairs", None), list):
            entry = dict(visit.pairs)  # type: ignore[union-attr]  # a mapping
            name, value = entry.get("name"), entry.get("value")
            if (
                isinstance(name, yaml.ScalarNode)
                and isinstance(value, yaml.ScalarNode)
                and name.value.endswith(VARIABLE)
            ):
                present = [part.strip() for part in value.value.split(",")]
                missing = [wanted for wanted in names if wanted not in present]
                if missing and all(_NAME.fullmatch(part) for part in present):
                    last = value.value.split()[-1]
                    start = value.value.rindex(last)
                    yield value, Edit(start, start + len(last), ",".join([last, *missing]))
