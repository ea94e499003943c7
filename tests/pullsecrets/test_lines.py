"""Pull secrets in texts that are no documents: tables of TOML and templates."""

from __future__ import annotations

import pytest
import yaml
from rendering import PRIVATE, SECRET, render, summary

from postrenderer.pullsecrets import lines
from postrenderer.text.scalars import apply


def config_map(text: str) -> str:
    return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  text: |\n" + "".join(
        f"    {line}\n" if line else "\n" for line in text.splitlines()
    )


IMAGE = "quay.io/acme/app:1"
RUNNER = '[[runners]]\n  executor = "kubernetes"\n  [runners.kubernetes]\n    image = "quay.io/acme/app:1"\n'
OBJECT = f'{{"name": "{SECRET}"}}'
POD = f"{{{{- if .Values.x }}}}\nspec:\n  @\n  containers:\n  - name: x\n    image: {IMAGE}\n{{{{- end }}}}\n"
EXTENDED = {
    "GitLab Runner's TOML": (
        RUNNER + '    image_pull_secrets = ["old"]\n',
        f'    image_pull_secrets = ["{SECRET}", "old"]\n',
    ),
    "an empty list": (RUNNER + "    image_pull_secrets = []\n", f'    image_pull_secrets = ["{SECRET}"]\n'),
    "in front of the image": (
        RUNNER.replace("    image =", "    image_pull_secrets = [ 'old' ]\n    image ="),
        f"    image_pull_secrets = [\"{SECRET}\",  'old' ]\n",
    ),
    "an image in a table below": (
        RUNNER.replace("image =", "#") + "    image_pull_secrets = []\n    [[runners.kubernetes.services]]\n"
        f'      name = "{IMAGE}"\n',
        f'    image_pull_secrets = ["{SECRET}"]\n',
    ),
    "a template of a pod": (POD.replace("@", "imagePullSecrets: []"), f"  imagePullSecrets: [{OBJECT}]\n"),
    "with an entry": (
        POD.replace("@", "imagePullSecrets: [{name: old}]"),
        f"  imagePullSecrets: [{OBJECT}, {{name: old}}]\n",
    ),
    "with a name": (POD.replace("@", "pullSecrets: [old]"), f'  pullSecrets: ["{SECRET}", old]\n'),
    "with entries on lines": (
        POD.replace("@", "imagePullSecrets:\n  - name: old\n  - name: other"),
        f"  imagePullSecrets:\n  - name: {SECRET}\n  - name: old\n  - name: other\n",
    ),
    "with names on lines": (
        POD.replace("@", 'imagePullSecrets:\n    - "old"'),
        f'  imagePullSecrets:\n    - {SECRET}\n    - "old"\n',
    ),
    "behind the containers": (
        POD.replace("  @\n", "").replace("{{- end", "  imagePullSecrets: []\n{{- end"),
        f"  imagePullSecrets: [{OBJECT}]\n",
    ),
    "an item of a list": (
        f"{{{{ if .x }}}}\n- imagePullSecrets: []\n  image: {IMAGE}\n- image: other\n{{{{ end }}}}\n",
        f"- imagePullSecrets: [{OBJECT}]\n",
    ),
    "a template of JSON": (
        f'{{\n  {{{{ if .x }}}}\n  "imagePullSecrets": [],\n  {{{{ end }}}}\n  "image": "{IMAGE}"\n}}\n',
        f'  "imagePullSecrets": [{OBJECT}],\n',
    ),
}


@pytest.mark.parametrize(("text", "expected"), EXTENDED.values(), ids=EXTENDED)
def test_a_plain_list_gets_the_secret(text: str, expected: str) -> None:
    after = yaml.safe_load(render(config_map(text)))["data"]["text"]
    assert expected in after
    start = after.index(expected)
    around = (after[:start].replace(PRIVATE, "quay.io"), after[start + len(expected) :].replace(PRIVATE, "quay.io"))
    assert text.startswith(around[0])
    assert text.endswith(around[1])
    assert summary(config_map(text))["withoutSecret"] == []


@pytest.mark.parametrize(
    "text",
    [
        f'image_pull_secrets = []\nimage = "{IMAGE}"\n',  # in no table, so perhaps in a program
        f'[one]\nimage_pull_secrets = []\n[two]\nimage = "{IMAGE}"\n',
        POD.replace("  @\n", ""),  # no list
        POD.replace("@", "imagePullSecrets: {{ .Values.pullSecrets }}"),
        POD.replace("@", "imagePullSecrets: [{{ .Values.pullSecret }}]"),
        POD.replace("@", "imagePullSecrets:\n  {{- range .Values.pullSecrets }}\n  - name: {{ . }}\n  {{- end }}"),
        POD.replace("@", "other:\n    imagePullSecrets: []"),  # beside, not above
        POD.replace("spec:\n  @\n", "imagePullSecrets: []\n---\nspec:\n"),
    ],
)
def test_where_no_plain_list_is_around_the_image(text: str) -> None:
    assert SECRET not in render(config_map(text))
    assert len(summary(config_map(text))["withoutSecret"]) == 1


def test_several_images_have_one_list_or_each_its_own() -> None:
    text = "".join("- imagePullSecrets: []\n  a:\n  - image: a\n  - image: b\n" for _ in range(3)) + "{{"
    starts = [index for index in range(len(text)) if text.startswith("image:", index)]
    planned = lines.plan(text, starts, ("s",), "")
    assert planned.served == set(starts)
    assert apply(text, planned.edits) == text.replace("[]", '[{"name": "s"}]')


def test_each_of_many_blocks_has_its_own_list() -> None:
    pairs = [f"{' ' * (n % 40)}- imagePullSecrets: []\n{' ' * (n % 40)}  image: x\n" for n in range(2_000)]
    text = "".join(pairs)
    starts = [index for index in range(len(text)) if text.startswith("image: ", index)]
    planned = lines.plan(text, starts, ("s",), "")
    assert len(planned.edits) == len(planned.served) == len(pairs)


def test_a_list_in_lines_of_windows() -> None:
    text = "{{ if .x }}\r\nimagePullSecrets:\r\n- name: old\r\nimage: x\r\n"
    planned = lines.plan(text, [text.index("image: ")], ("s", "old"), "")
    assert apply(text, planned.edits) == text.replace("- name: old", "- name: s\r\n- name: old")
