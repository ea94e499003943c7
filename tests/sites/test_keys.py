from __future__ import annotations

import pytest

from postrenderer.sites import keys
from postrenderer.sites.keys import (
    IMAGE,
    MENTION,
    NAME,
    OTHER,
    QUOTED,
    REGISTRY,
    REPOSITORY,
    TAG,
    UNPULLED,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("image", ("image",)),
        ("dockerImageName", ("docker", "image", "name")),
        ("docker_image", ("docker", "image")),
        ("CRON_JOB_IMAGE_TAG", ("cron", "job", "image", "tag")),
        ("AWS-SQS-QUEUE_IMAGE", ("aws", "sqs", "queue", "image")),
        ("node.collector.imageRef", ("node", "collector", "image", "ref")),
        ("imageGCHighThreshold", ("image", "gc", "high", "threshold")),
        ("image2", ("image", "2")),
        ("URL", ("url",)),
        ("", ()),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert keys.words(name) == words


@pytest.mark.parametrize(
    ("name", "role", "stem"),
    [
        ("image", IMAGE, ()),
        ("img", IMAGE, ()),
        ("initImage", IMAGE, ("init",)),
        ("imageName", IMAGE, ()),
        ("proxy-image-ref", IMAGE, ("proxy",)),
        ("workImagePullSpec", IMAGE, ("work",)),
        ("SIDECAR_IMAGE_ENV", IMAGE, ("sidecar",)),
        ("registry", REGISTRY, ()),
        ("hub", REGISTRY, ()),
        ("sidecarImageRegistry", REGISTRY, ("sidecar",)),
        ("imageRepository", REPOSITORY, ()),
        ("trivy.repository", REPOSITORY, ("trivy",)),
        ("repo", REPOSITORY, ()),
        ("image_version", TAG, ()),
        ("agentVersion", TAG, ("agent",)),
        ("imageDigest", TAG, ()),
        ("name", NAME, ()),
        ("RELATED_IMAGE_PROXY", MENTION, ("related", "image", "proxy")),
        ("KAFKA_IMAGES", IMAGE, ("kafka",)),
        ("imagePath", MENTION, ("image", "path")),
        ("imagePullPolicy", OTHER, ("image", "pull", "policy")),
        ("imagePull", MENTION, ("image", "pull")),
        ("imagePullSecrets", OTHER, ("image", "pull", "secrets")),
        ("imageGCHighThreshold", OTHER, ("image", "gc", "high", "threshold")),
        ("logoImage", OTHER, ("logo", "image")),
        ("sidecarimage", IMAGE, ("sidecar",)),
        ("logoimage", OTHER, ("logo", "image")),
        ("username", OTHER, ("username",)),
        ("", OTHER, ()),
        ("destination", UNPULLED, ("destination",)),
        ("pushImage", UNPULLED, ("push", "image")),
        ("dbRepository", UNPULLED, ("db", "repository")),
        ("schema.registry", UNPULLED, ("schema", "registry")),
        ("policies.bundle.oci.ref", UNPULLED, ("policies", "bundle", "oci", "ref")),
        ("chartImage", IMAGE, ("chart",)),
        ("database.yaml", OTHER, ("database", "yaml")),
        ("expr", QUOTED, ("expr",)),
        ("description", QUOTED, ("description",)),
        ("matchImages", UNPULLED, ("match", "images")),
        ("failedTaskHelp", QUOTED, ("failed", "task", "help")),
        ("display_name", QUOTED, ("display", "name")),
        ("README.md", QUOTED, ("readme", "md")),
        ("IMAGE_HTTPD_NAME", MENTION, ("httpd",)),
        ("patternFile", OTHER, ("pattern", "file")),
        ("merged-values", QUOTED, ("merged", "values")),
        ('image!=""', QUOTED, ("image",)),
        ("IMAGE =~ x", QUOTED, ("image", "x")),
        ("image=x", MENTION, ("image", "x")),
        ("container.image.repository", QUOTED, ("container", "image", "repository")),
        ("spark.kubernetes.container.image", IMAGE, ("spark", "kubernetes", "container")),
    ],
)
def test_read(name: str, role: str, stem: tuple[str, ...]) -> None:
    word = keys.read(name)
    assert (word.role, word.stem) == (role, stem)


@pytest.mark.parametrize(
    "name",
    [
        "image",
        "XImages",
        "SOME_IMAGE",
        "repo",
        "REPOSITORY",
        "registry",
        "CI_REGISTRY",
        "img",
        "SHELL_IMG",
        "myImg",
        "xximage",
    ],
)
def test_hints_stand_in_names_of_images(name: str) -> None:
    assert any(hint in name.lower() for hint in keys.HINTS)
    assert keys.hints_at_image(name)


@pytest.mark.parametrize("name", ["", "name", "tag", "imagestream", "XIMAGE", "value", "reports"])
def test_names_without_a_hint(name: str) -> None:
    assert not keys.hints_at_image(name)


def test_each_word_is_found_by_a_shorter_one() -> None:
    assert all(any(word.startswith(hint) for hint in keys.HINTS) for word in keys.HINT_WORDS)
    assert not any(one != other and one.startswith(other) for one in keys.HINTS for other in keys.HINTS)
