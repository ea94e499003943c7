"""What real Helms and kubectl install of a stream, where that is something else than `fromYaml` reads."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import judge
import pytest
from rendering import REGISTRY, settings
from ways_past import WAYS_BEHIND

from helm.charts import chart, config_map, write
from helm.harness import LATEST, Helm, helm_environment, tool
from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.helm


def public_images(version: str, stream: bytes, folder: Path) -> set[str]:
    """The public images of the pods that a version of Helm keeps of what its post-renderer prints."""
    (folder / "judge").mkdir(parents=True)
    (folder / "printed").write_bytes(stream)
    program = folder / "print"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\ncat '{folder}/printed'\n")
    program.chmod(0o755)
    made = write(chart("app", {"templates/a.yaml": config_map("a", k="v")}), folder / "app")
    plain = Helm(int(version[0]), tool(f"helm-{version}"), helm_environment(folder))
    helm = plain.through(program, folder / "plugins")
    run = helm.run("template", "r", made, "--post-renderer", helm.post_renderer)
    if run.code:
        return set()
    read = judge.read(helm.binary, judge.pieces(run.stdout), folder / "judge")
    return {image for one in read for image in judge.pod_images(one) if not image.startswith(f"{REGISTRY}/")}


@pytest.mark.parametrize("name", WAYS_BEHIND)
def test_there_is_no_known_way_past(name: str, tmp_path: Path) -> None:
    text = WAYS_BEHIND[name].encode()
    found = [public_images(version, text, tmp_path / version) for version in LATEST]
    assert any(found), "no Helm keeps a public image there, so it shows nothing"
    with pytest.raises(AcregError):
        rewrite(text, settings(strict=True))


def test_objects_in_json_may_stand_one_behind_another() -> None:
    """Helm reads a hook as kubectl does."""
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"image": "nginx"}]}}'
    stream = f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "x"}}}}{pod}\n'.encode()
    command: list[str | Path] = [tool("kubectl-1.29.1"), "annotate", "--local", "--filename=-", "a=b", "--output=name"]
    read = subprocess.run(command, input=stream, stdout=subprocess.PIPE, check=True).stdout.split()
    assert read == [b"configmap/x", b"pod/x"]
    with pytest.raises(AcregError, match="is not valid YAML: "):
        rewrite(stream, settings(strict=True))
