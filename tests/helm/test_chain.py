"""Other post-renderers beside acreg, with real Helms: hooks pass them on Helm 3 as on Helm 4."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from helm.charts import chart, config_map, job, write
from helm.harness import LATEST, Helm, Run, acreg
from helm.manifests import SECRET, documents, images, is_hook

if TYPE_CHECKING:
    from pathlib import Path

    from helm.charts import Tree

pytestmark = [
    pytest.mark.helm,
    pytest.mark.zipapp,
    pytest.mark.parametrize("helm", LATEST, indirect=True),
]

NEWER = ["sed", "s,quay.io/acme/hook:1,quay.io/acme/hook:2,"]
REVERSED = """\
import sys, yaml
read = [one for one in yaml.safe_load_all(sys.stdin) if one]
for one in read:
    one["metadata"].setdefault("labels", {})["team"] = "web"
print(yaml.safe_dump_all(read[::-1]))
"""
RENAMED = "import sys; print(sys.stdin.read().replace('name: r-hook', 'name: other'))"
DROPPED = "import sys; print(sys.stdin.read().partition('---\\n# Source: app/templates/job.yaml')[0] or 'a: b')"
ADDED = """\
import sys
print(sys.stdin.read(), "---\\nkind: Job\\nmetadata: {name: x, annotations: {helm.sh/hook: test}}", sep="\\n")
"""


def run(helm: Helm, zipapp: Path, folder: Path, before: list[list[str]], after: list[list[str]]) -> Run:
    files: Tree = {"templates/job.yaml": job(), "templates/a.yaml": config_map("a", k="v")}
    made = write(chart("app", files), folder / "app")
    config = folder / "chain.yaml"
    config.write_text(json.dumps({"registry": "r.example.com", "before": before, "after": after}), encoding="utf-8")
    return acreg(helm, zipapp, "template", "r", made, "--config", config)


def test_hooks_pass_them(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    code, out, err = run(helm, zipapp, tmp_path, [NEWER], [[sys.executable, "-c", REVERSED]])
    assert code == 0, err
    found = documents(out)
    assert sorted(one["kind"] for one in found) == ["ConfigMap", "Job"]
    assert {one["metadata"]["labels"]["team"] for one in found} == {"web"}
    (hook,) = filter(is_hook, found)
    assert images(hook) == {"r.example.com/acme/hook:2"}
    assert hook["spec"]["template"]["spec"]["imagePullSecrets"] == [SECRET]


def test_a_failure_is_named(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    code, out, err = run(helm, zipapp, tmp_path, [["sh", "-c", "echo no overlay >&2; exit 7"]], [])
    assert (code, out) == (1, "")
    assert "`sh`, which `before` names in the settings file, ended with exit code 7" in err
    assert "no overlay" in err


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (RENAMED, "the hook of app/templates/job.yaml is not there"),
        (DROPPED, "the hook of app/templates/job.yaml is not there"),
        (ADDED, "there is a hook that the chart does not have"),
    ],
)
def test_helm_3_keeps_its_hooks(helm: Helm, zipapp: Path, tmp_path: Path, script: str, said: str) -> None:
    """Under Helm 4, which reads hooks from what post-renderers make, they may do as they like."""
    if helm.major > 3:
        pytest.skip("only Helm 3 keeps hooks from post-renderers")
    code, out, err = run(helm, zipapp, tmp_path, [], [[sys.executable, "-c", script]])
    assert (code, out) == (1, "")
    assert said in err
