"""Parameters of Tekton's tasks: those that the steps push to stay, by a task in the stream or in the run itself."""

from __future__ import annotations

import pytest
from rendering import settings

from postrenderer.findings import find
from postrenderer.plan.decide import MOVED
from postrenderer.sites.site import STAYS
from postrenderer.sites.tasks import Tasks, pushed
from postrenderer.text import composer

BOTH = "params: [{name: IMAGE, value: 'quay.io/a/out:1'}, {name: BASE, value: 'quay.io/a/in:1'}]"
BECOMES = {"quay.io/a/out:1": STAYS, "quay.io/a/in:1": MOVED}


def task(steps: str, kind: str = "Task", name: str = "mine", params: str = "") -> str:
    return f"apiVersion: tekton.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{params}steps: {steps}}}\n"


PUSHES = "[{script: 'buildah push $(params.IMAGE)'}, {image: $(params.BASE)}]"
RUN = f"apiVersion: tekton.dev/v1\nkind: TaskRun\nspec: {{taskRef: {{name: mine}}, {BOTH}}}\n"


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("[{script: 'buildah push $(params.IMAGE)'}]", {"IMAGE"}),
        ("[{script: 'docker build -t $(params.IMAGE) .; echo $(params.X)'}]", {"IMAGE"}),
        ("[{command: [docker, push], args: [$(params.IMAGE)]}]", {"IMAGE"}),
        ("[{command: [/kaniko/executor], args: ['--destination=$(params.IMAGE):$(params.TAG)']}]", {"IMAGE", "TAG"}),
        ("[{image: gcr.io/kaniko-project/executor, args: ['-d=$(params.IMAGE)']}]", {"IMAGE"}),
        ("[{script: 'crane push x $(inputs.params.IMAGE)'}]", {"IMAGE"}),
        ("[{script: 'crane push x $(params[\"my.image\"])'}]", {"my.image"}),
        ("[{env: [{name: OUT, value: $(params.IMAGE)}], script: 'buildah push ${OUT}'}]", {"IMAGE"}),
        ("[{env: [{name: OUT, value: $(params.IMAGE)}], script: 'echo $OUT'}]", set()),
        ("[{image: $(params.IMAGE), script: 'buildah push $(params.IMAGE)'}]", set()),
        ("[{script: 'docker run $(params.IMAGE)'}]", set()),
        ("[a, {args: x}]", set()),
        ("{}", set()),
    ],
)
def test_pushed(steps: str, found: set[str]) -> None:
    (root,) = composer.compose(f"steps: {steps}").roots
    assert pushed(root) == found


def test_a_task_in_the_stream_says_more_than_the_catalogue() -> None:
    assert Tasks().why_stays("buildah", "IMAGE")
    assert not Tasks().why_stays("buildah", "BUILDER_IMAGE")
    assert not Tasks(task("[]", name="buildah").encode()).why_stays("buildah", "IMAGE")
    assert Tasks(b"kind: Task\na: [\n---\n" + task(PUSHES).encode()).why_stays("mine", "IMAGE")


@pytest.mark.parametrize(
    "text",
    [
        f"{task(PUSHES)}---\n{RUN}",
        f"{RUN}---\n{task(PUSHES)}",
        f"{RUN}---\n{task(PUSHES, kind='ClusterTask')}",
        f"{RUN}---\n{task(PUSHES, kind='StepAction', name='mine')}---\n{task(PUSHES)}",
        f"apiVersion: tekton.dev/v1\nkind: TaskRun\nspec: {{taskSpec: {{steps: {PUSHES}}}, {BOTH}}}\n",
        f"apiVersion: tekton.dev/v1\nkind: Pipeline\nspec: {{tasks: [{{taskSpec: {{steps: {PUSHES}}}, {BOTH}}}]}}\n",
        task(PUSHES, params=BOTH.replace("value", "default") + ", "),
    ],
)
def test_what_is_pushed_stays(text: str) -> None:
    found = [one for document in find(text.encode(), settings()) for one in document.findings]
    assert {one.source: one.kind for one in found} == BECOMES


def test_without_the_task_an_image_moves() -> None:
    found = [one for document in find(RUN.encode(), settings()) for one in document.findings]
    assert {one.kind for one in found} == {MOVED}
