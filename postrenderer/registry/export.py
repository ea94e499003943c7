"""The list of images to copy, in forms that other tools read."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.errors import AcregError
from postrenderer.images.reference import parse
from postrenderer.registry.places import in_registry, tag_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from postrenderer.registry.plan import ImageCopy


def as_list(copies: Sequence[ImageCopy], _insecure: Collection[str]) -> str:
    """Source and target of each image, a tab between them."""
    return "".join(f"{copy.source}\t{copy.target}\n" for copy in copies)


def as_script(copies: Sequence[ImageCopy], insecure: Collection[str]) -> str:
    """A shell script that copies with skopeo; its arguments, such as --dest-authfile, go to every copy."""
    lines = [
        "#!/bin/sh",
        "# Copy every image with all platforms, digests unchanged. Arguments go to skopeo copy, such as",
        "#   --src-authfile source.json --dest-authfile target.json",
        "set -eu",
    ]
    for copy in copies:
        source, target = in_registry(copy.source), in_registry(copy.target, tag=tag_of(copy.target))
        flags = [
            f"--{side}-tls-verify=false"
            for side, place in (("src", source), ("dest", target))
            if place.host in insecure
        ]
        words = " ".join(map(shlex.quote, (*flags, source.name, target.name)))
        lines.append(f'skopeo copy --all --preserve-digests "$@" {words}')
    return "\n".join(lines) + "\n"


def as_sync(copies: Sequence[ImageCopy], insecure: Collection[str]) -> str:
    """Files for `skopeo sync --src yaml`, which puts all images of one file below one path.

    The form is that of skopeo-sync(1). Where images go to several paths there is a YAML document for each, which is to
    be a file of its own.

    Raises:
        AcregError: an image has another name on the private registry, which this form cannot say.
    """
    files: dict[str, dict[str, dict[str, list[str]]]] = {}
    for copy in copies:
        source, target = parse(copy.source), parse(copy.target)
        registry, *path = source.components
        base, _, name = target.repository.rpartition("/")
        if path[-1] != name:
            raise AcregError(
                f"skopeo sync cannot give an image another name, and {copy.source} becomes {copy.target}. Use"
                " -o script."
            )
        version = source.version
        versions = files.setdefault(base, {}).setdefault(registry, {}).setdefault("/".join(path), [])
        if version not in versions:
            versions.append(version)
    return "---\n".join(_sync_file(base, registries, insecure) for base, registries in files.items())


def _sync_file(base: str, registries: dict[str, dict[str, list[str]]], insecure: Collection[str]) -> str:
    content: dict[str, Any] = {
        name: {"images": images, **({"tls-verify": False} if name in insecure else {})}
        for name, images in registries.items()
    }
    flag = " --dest-tls-verify=false" if base.partition("/")[0] in insecure else ""
    return (
        f"# skopeo sync --all --preserve-digests --src yaml --dest docker{flag} THIS-FILE {base}\n"
        f"{yaml.safe_dump(content, sort_keys=False)}"
    )


def as_repositories(copies: Sequence[ImageCopy], _insecure: Collection[str]) -> str:
    """The repositories on the private registry, without its host: to be made there before the first push."""
    repositories = dict.fromkeys("/".join(parse(copy.target).components[1:]) for copy in copies)
    return "".join(f"{repository}\n" for repository in repositories)


FORMS = {"list": as_list, "script": as_script, "skopeo-sync": as_sync, "repositories": as_repositories}
