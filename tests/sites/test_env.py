from __future__ import annotations

import pytest
from marked import check, stays, variables

from postrenderer.sites import env, text

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "assignments",
    [
        ["VAULT_AGENT_IMAGE=«hashicorp/vault:2.0.4»"],
        ["RELATED_IMAGE_PROXY=«quay.io/acme/proxy:v1»", "RELATED_IMAGE_AGENT=«quay.io/acme/agent@" + DIGEST + "»"],
        ["related_image_db=«quay.io/acme/db»"],
        ["SRIOV_CNI_IMAGE=«ghcr.io/acme/sriov-cni»"],
        ["RDMA_CNI_IMAGE=«acme/rdma-cni»"],
        ["AWS-SQS-QUEUE_IMAGE=«acme/sqs:v1»"],
        ["aws.sqs.image=«acme/sqs:v1»"],
        ["HELPER_IMAGE=«busybox»"],
        ["SHELL_IMG=«acme/shell:1»"],
        ["JAVA_IMAGE_NAME=«acme/java:1.0»"],
        ["AGENT_IMAGE_REF=«acme/java»"],
        ["SIDECAR_IMAGE=«10.0.0.1:5000/side»"],
        ["SIDECAR_IMAGE=«registry.local:5000/acme/side:1»"],
        # Split over two and three variables.
        ["JOB_IMAGE_REPOSITORY=«ghcr.io/acme/job»", "JOB_IMAGE_TAG=1.2"],
        ["JOB_IMAGE_REPOSITORY=«acme/job»", "JOB_IMAGE_TAG=1.2"],
        ["INIT_DB_IMAGE_REPOSITORY=«mysql»", "INIT_DB_VERSION=8.0"],
        ["INIT_IMAGE_REPOSITORY=«docker.io/acme/init»", "UNRELATED_VERSION=8.0"],
        ["SIDE_IMAGE_REGISTRY=«quay.io»", "SIDE_IMAGE_REPOSITORY=acme/side", "SIDE_IMAGE_TAG=1"],
        ["SIDE_IMAGE_REGISTRY=«quay.io/acme»", "SIDE_IMAGE_NAME=side", "SIDE_IMAGE_TAG=1"],
        ["OPERATOR_IMAGE_HTTPD_NAME=«acme/httpd»", "OPERATOR_IMAGE_HTTPD_VERSION=0.1.0"],
        ["OPERATOR_IMAGE_HTTPD_NAME=«quay.io/acme/httpd»", "OPERATOR_IMAGE_HTTPD_VERSION=0.1.0"],
        ["RUNNER_IMAGE=«quay.io/acme/runner»", "RUNNER_TAG=1.2"],
        ["RUNNER_IMAGE=«busybox»", "RUNNER_IMAGE_TAG=1.2"],
        ["RUNNER_REPOSITORY=«acme/runner»", "RUNNER_VERSION=1.2"],
        ["RUNNER_IMAGE=«quay.io/acme/runner»", "RUNNER_DIGEST=" + DIGEST],
        ["ISTIO_HUB=«registry.istio.io/release»", "ISTIO_TAG=1.24"],
        # The tag is filled in later.
        ["RUNNER_IMAGE=«quay.io/acme/runner»:$(TAG)", "OTHER_IMAGE=«acme/other»:${TAG}"],
        # Several in one.
        ["KAFKA_IMAGES=4.1.0=«quay.io/acme/kafka:4.1.0»\n4.2.0=«quay.io/acme/kafka:4.2.0»\n"],
        ["KAFKA_IMAGES=4.1.0=«acme/kafka:4.1.0»\n4.2.0=«acme/kafka:4.2.0»\n"],
        ["PRELOAD_IMAGES=«quay.io/acme/b:1»,«acme/c:2» «redis:7»"],
        ["PROXY_IMAGES=envoy=«acme/envoy:v1.2»;redis=«redis:7»"],
    ],
)
def test_images_in_variables_move(assignments: list[str]) -> None:
    check(variables(*assignments), env.FAMILY)


@pytest.mark.parametrize(
    "assignment",
    [
        "RBAC_PROXY=«quay.io/brancz/kube-rbac-proxy:v0.18»",
        "BUILDER=«gcr.io/kaniko-project/executor:latest»",
        "RUNNER=«registry.acme.dev/team/runner:v1.2»",
        "RUNNER=«acme.dev/team/runner:master-head»",
        "PINNED=«acme.dev/team/runner@" + DIGEST + "»",
        "OTHER=«quay.io/acme/other»:$(TAG)",
    ],
)
def test_references_that_leave_no_doubt_need_no_name(assignment: str) -> None:
    check(variables(assignment), text.FAMILY)


@pytest.mark.parametrize(
    "assignment",
    [
        'COMPONENTS=[{"name": "dev", "container": {"image": "«quay.io/acme/dev:ubi8»"}}]',
        'SUPPORT_KIT={"repository":"«acme/kit»","tag":"master-head","imagePullPolicy":"IfNotPresent"}',
        'SUPPORT_IMAGE={"repository":"«acme/kit»","tag":"master-head"}',
        "POD_TEMPLATE=spec:\n  containers:\n  - name: a\n    image: «acme/a»\n",
    ],
)
def test_documents_in_variables_are_read(assignment: str) -> None:
    check(variables(assignment), text.FAMILY)


@pytest.mark.parametrize(
    "assignment",
    [
        "CI_VERSION=k8s/1.3.9",
        "CONSOLE_LINK_IMAGE=/dashboard/assets/loader.svg",
        "LOGO_IMAGE=assets/logo",
        "IMAGES_PATH=assets/images",
        "IMAGE_PROVIDER_HOST=image-provider",
        "IMAGE_PROVIDER_ADDR=image-provider:8081",
        "IMAGE_SERVICE_URL=http://image-service:8080/images",
        "IMAGE_PULL_POLICY=IfNotPresent",
        "IMAGE_PULL_SECRETS=regcred,other",
        "IMAGE_TAG=v1.2",
        "IMAGE_VERSION=1.2",
        "IMAGE_BUCKET=s3/images:prod",
        "IMAGE_EXTENSIONS=jpg,png",
        "IMAGE_PROCESSOR=imgproxy:8080",
        "IMAGE_SELECTOR=app=nginx",
        "IMAGE_ENABLED=true",
        "IMAGE_DATA=data:image/png;base64,AAAA",
        "DEFAULT_REGISTRY=docker.io",
        "REGISTRY_URL=https://registry.acme.dev/v2/",
        "REGISTRY=registry.kube-system.svc:5000",
        "SCHEMA_REGISTRY=schema-registry:8081",
        "DOCKER_HOST=tcp://localhost:2375",
        "RESTIC_REPOSITORY=s3:s3.amazonaws.com/bucket/restic",
        "TRIVY_DB_REPOSITORY=mirror.gcr.io/aquasec/trivy-db",
        "TRIVY_DB_REPOSITORY=mirror.gcr.io/aquasec/trivy-db:2",
        "KANIKO_DESTINATION=quay.io/acme/app:v1",
        "CONTAINER_EXCLUDE=image:gcr.io/datadoghq/agent",
        "CONTAINER_EXCLUDE=image:gcr.io/datadoghq/.* name:foo",
        "OTEL_RESOURCE_ATTRIBUTES=service.version=1.2,container.image.name=acme/app,container.image.tag=1.2",
        "PROXY_TAGS=tag:k8s-operator,tag:k8s",
        "USER=system:serviceaccount:demo:default",
        "PASSWORD_HASH=pbkdf2:sha256",
        "CSI_ENDPOINT=unix:///csi/csi.sock",
        "SENTRY_ADDRESS=dapr-sentry.demo.svc.cluster.local:443",
        "REDIS_ADDR=redis:6379",
        "LISTEN=0.0.0.0:4954",
        "NO_PROXY=10.0.0.0/8,.svc,localhost,quay.io",
        "USER_AGENT=falcosecurity/falco",
        "GOPROXY=https://proxy.golang.org",
        "MODULE=github.com/acme/module@v1.2",
        "TAINT=node.acme.io/dedicated:NoSchedule",
        "NODE_LABEL=cloud.google.com/gke-nodepool:pool-1",
        "OPENVSX_REGISTRY_URL=https://open-vsx.org",
    ],
)
def test_look_alikes_in_variables_stay(assignment: str) -> None:
    stays(variables(assignment))


@pytest.mark.parametrize(
    "assignments",
    [
        ["GIT_REPO=acme/app", "GIT_TAG=v1"],
        ["GITHUB_REPOSITORY=acme/app", "GITHUB_VERSION=v1"],
        ["REPO=acme/app", "TAG=v1"],
        ["CCP_IMAGE=postgres-ha", "CCP_IMAGE_TAG=1"],
        ["HELM_REPOSITORY=quay.io/acme/charts", "HELM_VERSION=1"],
    ],
)
def test_pairs_of_variables_that_are_no_image_stay(assignments: list[str]) -> None:
    stays(variables(*assignments))


def test_parameters_have_the_form_of_variables() -> None:
    check(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {helm: {parameters: ["
        "{name: image.repository, value: «acme/app»}, {name: image.tag, value: v1}]}}}\n",
        env.FAMILY,
    )
