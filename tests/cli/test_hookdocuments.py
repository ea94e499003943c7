from __future__ import annotations

import pytest

from postrenderer.cli import hookdocuments


@pytest.mark.parametrize(
    ("metadata", "is_hook"),
    [
        ("metadata: {annotations: {helm.sh/hook: pre-install}}", True),
        ('metadata:\n  annotations:\n    "helm.sh/hook": test', True),
        ("metadata: {annotations: {helm.sh/hook-weight: '1'}}", False),
        ("metadata: {annotations: {note: 'helm.sh/hook: x'}}", False),
        ("metadata: {labels: {helm.sh/hook: x}}", False),
        ("annotations: {helm.sh/hook: x}", False),
        ("metadata: [annotations, helm.sh/hook]", False),
        # What else Helm reads as the annotation.
        ("Metadata: {ANNOTATIONS: {helm.sh/hook: test}}", True),
        ("metadata: {name: a}\nmetadata: {annotations: {helm.sh/hook: test}}", True),
        ("metadata: {<<: {annotations: {<<: {helm.sh/hook: test}}}}", True),
        ('metadata: {annotations: {"helm.sh\\u002fhook": test}}', True),
        ('metadata: {annotations: {? "helm.sh\\\n  /hook" : test}}', True),
        ("metadata: {annotations: {!!binary aGVsbS5zaC9ob29r: test}}", True),
        ("%TAG !b! tag:yaml.org,2002:bin\r---\rmetadata: {annotations: {!b!ary aGVsbS5zaC9ob29r: test}}", True),
        ("a: &a {helm.sh/hook: test}\nmetadata: {annotations: *a}", True),
        ("metadata: {annotations: {Helm.sh/hook: test}}", False),
    ],
)
def test_hooks(metadata: str, is_hook: bool) -> None:  # noqa: FBT001  # a table's column
    assert hookdocuments.positions(f"kind: A\n---\n{metadata}\n".encode()) == ({1} if is_hook else set())
