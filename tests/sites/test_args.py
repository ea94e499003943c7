# ruff: noqa: E501  # a row of a table is a whole text
from __future__ import annotations

import pytest
from marked import check, container, stays

from postrenderer.sites import args, text

DIGEST = "sha256:" + "b" * 64


@pytest.mark.parametrize(
    "words",
    [
        ["--solver-image=«quay.io/acme/solver:v1»"],
        ["--docker-image=«docker:dind»"],
        ["--helper-image=«acme/helper»"],
        ["--default-image", "«acme/tool»"],
        ["-git-image", f"«cgr.dev/acme/git-init@{DIGEST}»", "-nop-image", "«cgr.dev/acme/nop:latest»"],
        ["--sidecar-image-repository=«ghcr.io/acme/sidecar»", "--sidecar-image-tag=1.2"],
        ["--sidecar-image-repository=«acme/sidecar»", "--sidecar-image-tag=1.2"],
        ["--sidecar-image-repository", "«acme/sidecar»", "--sidecar-image-tag", "v1.2"],
        ["--sidecar-image-registry=«quay.io»", "--sidecar-image-repository=acme/sidecar", "--sidecar-image-tag=v1"],
        ["--base-image=«docker.acme.dev/team/operator»", "--base-tag=v2"],
        ["engine-image=«acme/engine:v1»"],
        ["--set", "image.repository=«quay.io/acme/app»", "--set", "image.tag=1.2"],
        ["--runner-image=«acme/runner»:$(VERSION)"],
    ],
)
@pytest.mark.parametrize("field", ["args", "command"])
def test_flags_carry_images(field: str, words: list[str]) -> None:
    check(container(field, words), args.FAMILY)


def test_what_is_no_text_ends_a_flag() -> None:
    stays("kind: X\nspec:\n  args: [--default-image, [x], acme/tool, --other, --third-image]\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--config-reloader=«quay.io/acme/reloader:v0.9»"],
        ["--busybox", f"«cgr.dev/acme/busybox@{DIGEST}»"],
        ["«rancher.acme.dev/team/fleet:dev»"],
        ["--other=«quay.io/acme/other»:$(TAG)"],
        ["--set", "image.repository=«quay.io/acme/app»,image.tag=1.2"],
        ["run --helper-image=«acme/helper:1» --port=80 --other-image «acme/other:2»"],
        ['exec manager \\\n  -agent-image="«acme/agent:1.20»" \\\n  -name="demo"\n'],
        ["kubectl run tmp --image=«busybox» --rm -it -- sh"],
        ["IMAGE=«acme/app:3»\nexport IMG='«acme/other:3»'\n"],
        ["docker run --rm «quay.io/acme/app:2»\nctr images pull «docker.io/acme/app:1.25»\n"],
        ["for image in «quay.io/acme/b:1» «quay.io/acme/c:1»; do crictl pull $image; done"],
        ['kubectl set image deploy/app app="«quay.io/acme/app»:${TAG}" other=«quay.io/acme/other»:$TAG'],
        ['image="${APP_IMAGE:-«acme/app:3»}" other="${OTHER:-«quay.io/acme/other:3»}"'],
        ['curl -d "{\\"image\\":\\"«acme/app:1»\\"}" http://localhost'],
        [
            "cat <<EOF\nspec:\n  containers:\n  - name: a\n    image: «busybox:1.36»\n  - name: b\n    image: '«acme/tool»'\nEOF\n"
        ],
    ],
)
def test_references_inside_longer_words_and_scripts(words: list[str]) -> None:
    check(container("args", words), text.FAMILY)


def test_an_argument_that_repeats_the_image_of_a_container_moves_with_it() -> None:
    check(
        "kind: Pod\nspec: {containers: [{image: «acme/fleet:dev», args: [agent, «acme/fleet:dev»]}]}\n",
        "podspec",
        "text",
    )


@pytest.mark.parametrize(
    "words",
    [
        ["--experimental.plugins.demo.modulename=github.com/traefik/plugindemo"],
        ["--controller-class=k8s.io/ingress-nginx"],
        ["--destination=registry.acme.dev/team/app:v1", "--cache-repo=registry.acme.dev/team/cache"],
        ["--destination", "registry.acme.dev/team/app:v1"],
        ["--leader-elect", "--metrics-addr=127.0.0.1:8080", "--listen=:8080"],
        ["--feature-gates=ImageVolume=true", "--image-gc-high-threshold=85"],
        ["--image-pull-policy=Always", "--image-pull-secret-name=regcred", "--registry=docker.io"],
        ["--image-path=/var/lib/images"],
        ["--repository=git@github.com:acme/app.git", "--repo=https://github.com/acme/app", "--git-repo=github.com/a/b"],
        ["splunk.zc.method=splunk-otel-java:v2.30.0", "--node-selector=nvidia-gpu-l4:1"],
        ["--sentry-address=dapr-sentry.demo.svc.cluster.local:443", "--s3.endpoint=minio.demo.svc:9000"],
        ["--register-with-taints=node.acme.io/dedicated:NoSchedule", "--label=cloud.acme.com/pool:pool-1"],
        ["0=app-0.app.demo.svc.cluster.local:8201,1=app-1.app.demo.svc.cluster.local:8201"],
        ["# docker pull quay.io/acme/app:1\necho done\n"],
        ["sh", "-c", "skopeo copy docker://docker.io/acme/app:1 docker://registry.acme.dev/app:1"],
        [
            "set -e\ncrane copy docker.io/acme/app:1 \\\n  registry.acme.dev/app:1\nregctl image copy quay.io/acme/x:1 r.acme.dev/x:1\n"
        ],
        ["docker build -t quay.io/acme/app:1 . && docker push quay.io/acme/app:1"],
    ],
)
def test_look_alikes_in_arguments_stay(words: list[str]) -> None:
    stays(container("args", words))


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("[skopeo, sync, --src, docker, --dest, docker, docker.io/acme/app:1, registry.acme.dev/mirror]", "[]"),
        ("[skopeo]", '[copy, "docker://docker.io/acme/app:1", "docker://registry.acme.dev/app:1"]'),
        ("[/ko-app/crane]", "[copy, docker.io/acme/app:1, registry.acme.dev/app:1]"),
        ("[]", "[crane, copy, docker.io/acme/app:1, registry.acme.dev/app:1]"),
    ],
)
def test_tools_that_copy_images_keep_what_they_are_told(command: str, arguments: str) -> None:
    check(
        f"kind: Pod\nspec: {{containers: [{{image: «acme/copy:1», command: {command}, args: {arguments}}}]}}\n",
        "podspec",
    )
