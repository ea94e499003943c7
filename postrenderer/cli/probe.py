"""Asks Helm for values, names, and the cluster's APIs and objects, by rendering a chart of ours that prints them."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from postrenderer.cli import helmargs
from postrenderer.cli.helm import HelmError
from postrenderer.errors import AcregError
from postrenderer.settings.files import VALUES_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm

_CHART = "apiVersion: v2\nname: acreg-probe\nversion: 0.0.0\n"
_TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: acreg-probe}
data: {answer: "{{ %s | toJson | b64enc }}"}
"""
_ANSWER = re.compile(rb'answer: \\?"([A-Za-z0-9+/=]*)')

PLACE = (
    "-n",
    "--namespace",
    "--kubeconfig",
    "--kube-context",
    "--kube-apiserver",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
    "--kube-token",
)
"""Helm's flags that say which cluster is meant, and as whom it is asked."""

_LOOKUP = "--dry-run=server"
_PATIENCE = 20.0
"""Seconds after which a cluster counts as one that cannot be reached."""

VALUES = ".Values"
SETTINGS = f"(pick (.Values.global | default dict) {' '.join(map(json.dumps, VALUES_KEYS))})"
NAME = ".Release.Name"
_CAPABILITIES = '(dict "version" .Capabilities.KubeVersion.Version "apis" .Capabilities.APIVersions)'


def offline(helm: Helm, question: str, scratch: Path, *arguments: str, stdin: bytes = b"") -> Any:  # noqa: ANN401  # JSON
    """Return the answer to a question that needs no cluster.

    Args:
        helm: answers.
        question: an expression of Helm's template language.
        scratch: a folder for files of ours.
        arguments: what `helm template` gets besides the chart.
        stdin: what Helm reads from standard input.

    Raises:
        HelmError: Helm cannot read the arguments.
    """
    return _answer(helm, helm.output("template", *arguments, _chart(question, scratch), stdin=stdin))


def online(helm: Helm, question: str, scratch: Path, *arguments: str) -> Any:  # noqa: ANN401  # JSON
    """Return the answer to a question about the cluster; nothing is installed.

    Args:
        helm: answers.
        question: an expression of Helm's template language.
        scratch: a folder for files of ours.
        arguments: those of `PLACE` that were given.

    Raises:
        HelmError: the cluster cannot be reached, or does not tell.
    """
    words = ("install", "acreg-probe", _chart(question, scratch), "--dry-run=server", "--output=json")
    return _answer(helm, helm.output(*words, *arguments, patience=_PATIENCE))


def cluster(helm: Helm, scratch: Path, argv: Sequence[str], flags: Mapping[str, bool]) -> list[str]:
    """Return the flags by which `helm template` renders for the cluster; none where no cluster can be reached.

    Args:
        helm: asks the cluster.
        scratch: a folder for files of ours.
        argv: the arguments of a command, among them those that say which cluster is meant.
        flags: the flags of that command.
    """
    try:
        found = online(helm, _CAPABILITIES, scratch, *helmargs.known_to(PLACE, argv, flags))
    except HelmError:
        return []
    return [_LOOKUP, f"--kube-version={found['version']}", f"--api-versions={','.join(found['apis'])}"]


def template(helm: Helm, for_cluster: Sequence[str], *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what `helm template` renders for a cluster.

    Args:
        helm: renders it.
        for_cluster: as `cluster` returned it.
        arguments: Helm's further arguments.
        stdin: what it reads from standard input.

    Raises:
        HelmError: Helm cannot render it.
    """
    try:
        return helm.output("template", *arguments, *for_cluster, stdin=stdin)
    except HelmError:
        if _LOOKUP not in for_cluster:
            raise
        # Helm 4 refuses to look where objects are there already, or kinds are not: then `lookup` finds nothing.
        without = [flag for flag in for_cluster if flag != _LOOKUP]
        return helm.output("template", *arguments, *without, stdin=stdin)


def _chart(question: str, scratch: Path) -> str:
    chart = scratch / "probe"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text(_CHART, encoding="utf-8")
    (chart / "templates" / "answer.yaml").write_text(_TEMPLATE % question, encoding="utf-8")
    return str(chart)


def _answer(helm: Helm, rendered: bytes) -> Any:  # noqa: ANN401  # JSON
    found = _ANSWER.search(rendered)
    if found is None:
        raise AcregError(f"Helm {helm.version} did not show the answer of a chart of ours: please report this.")
    return json.loads(base64.b64decode(found[1]))
