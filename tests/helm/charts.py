"""Charts with hooks, each with a trap of its own, and how they are written to a folder."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from pathlib import Path

Tree = dict[str, Union[str, "Packed"]]


class Packed(dict[str, Union[str, "Packed"]]):
    """A chart that lies packed in another."""


PUBLIC = "quay.io/acme/hook:1"

POD = f"""\
      restartPolicy: Never
      containers:
        - name: hook
          image: {PUBLIC}
"""


def job(name: str = "{{ .Release.Name }}-hook", hook: str = "pre-install,pre-upgrade", more: str = "") -> str:
    """A Job that is a hook, as a template."""
    return f"""\
apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  annotations:
    helm.sh/hook: {hook}
{more}spec:
  template:
    spec:
{POD}"""


def config_map(name: str, **data: str) -> str:
    """A ConfigMap, as a template."""
    lines = "".join(f"  {key}: {value}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{lines}"


def chart(name: str, files: Tree, **more: str) -> Tree:
    """The files of a chart."""
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    return {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n{extra}", **files}


HASH = '{{ include (print $.Template.BasePath "/%s") . | sha256sum }}'
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    checksum: %s
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "quay.io/acme/web:1"}]}
"""
DATABASE = chart(
    "db", {"templates/job.yaml": job("{{ .Release.Name }}-{{ .Chart.Name }}"), "values.yaml": "enabled: true\n"}
)

CHARTS: dict[str, Tree] = {
    "other documents and defines in the file": chart(
        "app",
        {
            "templates/job.yaml": '{{ define "app.label" }}label-of-{{ .Chart.Name }}{{ end }}\n'
            + config_map("first", a='{{ include "app.label" . }}')
            + "---\n"
            + job()
            + "---\n"
            + config_map("second", a="b"),
            "templates/web.yaml": config_map("third", a='{{ include "app.label" . }}'),
        },
    ),
    "a packed sub-chart of a sub-chart": chart(
        "app",
        {
            "templates/web.yaml": config_map("web", a="b"),
            "charts/mid/Chart.yaml": "apiVersion: v2\nname: mid\nversion: 1.0.0\n",
            "charts/mid/templates/web.yaml": config_map("mid", a="b"),
            "charts/mid/charts/db-1.0.0.tgz": Packed(DATABASE),
        },
    ),
    "aliases": chart(
        "app",
        {**{f"charts/db/{path}": text for path, text in DATABASE.items()}},
        dependencies="[{name: db, version: 1.0.0, alias: first}, {name: db, version: 1.0.0, alias: second},"
        " {name: db, version: 1.0.0, alias: third, condition: third.enabled}]",
    )
    | {"values.yaml": "third: {enabled: false}\n"},
    "a random name": chart(
        "app",
        {
            "templates/job.yaml": job("{{ .Release.Name }}-{{ randAlpha 8 | lower }}"),
            "templates/secret.yaml": config_map("random", a="{{ randAlphaNum 12 | quote }}"),
        },
    ),
    # Of the templates in a folder Helm works out the last one first.
    "a random value that others share": chart(
        "app",
        {
            "templates/z.yaml": '{{ $_ := set .Values "made" (randAlphaNum 12) }}'
            + job(more="    made: {{ .Values.made | quote }}\n"),
            "templates/secret.yaml": config_map("random", made="{{ .Values.made | quote }}"),
        },
    ),
    "hashes of templates": chart(
        "app",
        {
            "templates/job.yaml": job(more=f"    checksum: {HASH % 'config.yaml'}\n"),
            "templates/config.yaml": config_map("config", a="b"),
            "templates/web.yaml": DEPLOYMENT % (HASH % "job.yaml"),
        },
    ),
    "braces": chart(
        "app",
        {
            "templates/job.yaml": job(more="    braces: '{{ `{{- if .x }}{{{ y }}}{{/* z */}}` }}'\n"),
            "templates/web.yaml": config_map("web", a="b"),
        },
    ),
    "a test that is hard-coded": chart("app", {"templates/tests/test.yaml": job(hook="test")}),
    "weights and policies": chart(
        "app",
        {
            "templates/job.yaml": job(
                more='    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: before-hook-creation\n'
            )
            + "---\n"
            + job("later", "post-install", '    helm.sh/hook-weight: "7"\n')
        },
    ),
    "values that a hook sets": chart(
        "app",
        {
            "templates/z.yaml": '{{ $_ := set .Values "made" "here" }}' + job(),
            "templates/web.yaml": config_map("web", a='{{ .Values.made | default "nowhere" }}'),
        },
    ),
    "a file that another includes with its own dot": chart(
        "app",
        {
            "templates/job.yaml": job("hook"),
            "templates/web.yaml": DEPLOYMENT % '{{ include "app/templates/job.yaml" (dict) | sha256sum }}',
        },
    ),
    "partials that are ignored": chart(
        "app",
        {
            ".helmignore": "_*\n",
            "templates/job.yaml": '{{ define "app.label" }}x{{ end }}' + job(),
            "templates/web.yaml": config_map("web", a='{{ include "app.label" . }}'),
        },
    ),
    "notes, a folder of CRDs and a lookup": chart(
        "app",
        {
            "crds/widget.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "metadata: {name: widgets.acme.example.com}\nspec:\n  group: acme.example.com\n  scope: Namespaced\n"
            "  names: {kind: Widget, plural: widgets}\n  versions:\n    - name: v1\n      served: true\n"
            "      storage: true\n      schema: {openAPIV3Schema: {type: object}}\n",
            "templates/NOTES.txt": "Thank you for {{ .Release.Name }}.\n",
            "templates/job.yaml": job(),
            "templates/widget.yaml": "apiVersion: acme.example.com/v1\nkind: Widget\nmetadata: {name: one}\n",
            "templates/web.yaml": config_map(
                "web", a='{{ lookup "v1" "Namespace" "" "default" | dig "metadata" "name" "" }}'
            ),
        },
    ),
}
"""The charts by their traps. Each has a hook with the image PUBLIC, which no value decides."""


def write(files: Tree, folder: Path) -> Path:
    """Write a chart to a folder, and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_packed(content) if isinstance(content, Packed) else str(content).encode())
    return folder


def _packed(files: Packed) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            data = str(content).encode()
            member = tarfile.TarInfo(f"packed/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return archive.getvalue()
