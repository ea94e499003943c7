"""Which public images the references on the private registry stand for.

The values that a chart gets often name the private registry already, so what it renders no longer tells where its
images come from. Rendered once more without these values it does. Of manifests and releases the rules and the sources
of the settings tell.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from postrenderer import chain
from postrenderer.cli import helmargs, helmvalues, inputs, probe
from postrenderer.errors import AcregError
from postrenderer.findings import find
from postrenderer.images.reference import InvalidReferenceError, parse, parse_prefix
from postrenderer.images.relocation import Relocation
from postrenderer.plan.decide import MOVED, PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postrenderer.plan.decide import Finding
    from postrenderer.settings import Settings

_SETTINGS_KEYS = (("global", "imageRegistry"), ("global", "imageRepositoryPath"))


def known(request: inputs.Request, manifests: inputs.Manifests, settings: Settings, folder: Path) -> dict[str, str]:
    """Return the public references by the private ones that the post-renderer makes of them.

    Args:
        request: what the command line asks for.
        manifests: what was read.
        settings: where images go.
        folder: a folder for files of ours.

    Raises:
        AcregError: the manifests cannot be processed as asked.
    """
    private = [one for one in _images(manifests.data, settings) if one.kind == PRIVATE or _is_there(one, settings)]
    if not private:
        return {}
    if not request.text("chart"):
        relocation = Relocation(settings)
        origins = {one.target: relocation.origin(one.target) for one in private if one.kind == PRIVATE}
        return {target: source for target, source in origins.items() if source}
    again = _rendered_publicly(request, manifests, settings, folder)
    return {
        one.target: one.source for one in _images(again, settings) if one.kind == MOVED and not _is_there(one, settings)
    }


def unknown(request: inputs.Request, references: list[str]) -> AcregError:
    """Return the error for private references whose public images nobody knows."""
    where = "release" if request.text("release") else "manifests"
    return AcregError(
        f"It is unknown where these images come from: neither the {where} nor the settings `sources` and `rules` say:"
        f" {', '.join(references)}. Name the chart with --chart CHART and its values with -f FILE instead of the"
        f" {where}."
    )


def without_settings(values: object, settings: Settings) -> Any:  # noqa: ANN401  # what JSON can hold
    """Return values without what makes a chart private, so that the chart's own defaults count.

    Args:
        values: the values that were given to Helm.
        settings: name the private registry.
    """
    if isinstance(values, dict):
        kept = {key: value for key, value in values.items() if not _names_registry(value, settings)}
        return {key: without_settings(value, settings) for key, value in kept.items()}
    if isinstance(values, list):
        return [without_settings(value, settings) for value in values if not _names_registry(value, settings)]
    return values


def _names_registry(value: object, settings: Settings) -> bool:
    """Whether a value is the private registry, or lies below it."""
    if not isinstance(value, str):
        return False
    return f"{value.rpartition('://')[2]}/".startswith(f"{settings.registry}/")


def _rendered_publicly(request: inputs.Request, manifests: inputs.Manifests, settings: Settings, folder: Path) -> bytes:
    """The manifests of a chart without the values that make it private."""
    helm = manifests.helm
    if helm is None:
        raise TypeError(request)
    given = helmvalues.arguments(request.helm)
    values = probe.offline(helm, probe.VALUES, folder, *given, stdin=manifests.stdin)
    kept = without_settings(values, settings)
    for section, key in _SETTINGS_KEYS:
        if isinstance(kept.get(section), dict):
            kept[section].pop(key, None)
    file = folder / "public values.json"
    file.write_text(json.dumps(kept), encoding="utf-8")
    flags = helmargs.without(("-f", *helmvalues.FLAGS), request.helm, helm.flags("template"))
    data = probe.template(helm, manifests.cluster, request.text("chart"), *flags, f"--values={file}")
    return chain.before(data, settings)


def _images(raw: bytes, settings: Settings) -> Iterator[Finding]:
    for document in find(raw, settings):
        yield from document.images


def _is_there(image: Finding, settings: Settings) -> bool:
    """Whether an image comes from the host of the private registry, though not from below its path."""
    try:
        return image.kind == MOVED and parse(image.source).components[0] == parse_prefix(settings.registry)[0]
    except InvalidReferenceError:
        return False
