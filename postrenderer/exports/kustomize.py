"""A kustomize component: `images` for the names of images, `patches` for pull secrets.

Formats: Component (kustomize.config.k8s.io/v1alpha1), https://kubectl.docs.kubernetes.io/references/kustomize. Its
`images` reach containers and init containers wherever they are, and nothing else; a `name` is a regular expression that
the reference has to match as it is written, so each way to write a repository needs an entry of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.exports.document import Export, ExportDocument
from postrenderer.exports.inventory import pod_spec
from postrenderer.images.reference import parse

if TYPE_CHECKING:
    from postrenderer.exports.inventory import Inventory, Workload
    from postrenderer.settings import Settings

_ABOUT = (
    "A kustomize component: save it as FOLDER/kustomization.yaml and name FOLDER under `components` of yours.",
    "It lists the images of certain manifests: regenerate it when they change.",
)
_NOTHING = {"images": [{"name": "nothing.invalid", "newName": "nothing.invalid"}]}


def kustomize(settings: Settings, inventory: Inventory) -> Export:
    """Return the component for the images of some manifests."""
    does = transformers(settings, inventory)
    about = _ABOUT if does else (*_ABOUT, "It does nothing, as no image is to move; kustomize refuses an empty one.")
    content = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", **(does or _NOTHING)}
    return Export((ExportDocument(about, content),), left(settings, inventory))


def transformers(settings: Settings, inventory: Inventory) -> dict[str, Any]:
    """Return `images` and `patches`, as a kustomization and a HelmRelease's post-renderer have them."""
    named = {_name(place.source): _name(place.target) for place in inventory.images if place.is_container}
    images = [{"name": _pattern(name), "newName": target} for name, target in sorted(named.items())]
    patches = _patches(inventory, settings.pull_secrets) if settings.pull_secrets else []
    return {key: value for key, value in (("images", images), ("patches", patches)) if value}


def left(settings: Settings, inventory: Inventory) -> tuple[str, ...]:
    """Return what of these manifests stays as it is, or moves though it should not."""
    beyond = [place for place in inventory.images if not place.is_container]
    lines = [f"{place}: no image of a container or init container, so it stays." for place in beyond]
    lines += [f"{place}: a part of references, so it stays." for place in inventory.registries]
    lines += [f"{place}: kustomize does not know how lists merge there." for place in inventory.secrets]
    lines += [f"{place}: {place.left}, so it stays." for place in inventory.public]
    if settings.ignore and inventory.images:
        lines.append(
            "`ignore` does not apply: kustomize knows an image by its name alone, and moves it in every container."
        )
    return tuple(dict.fromkeys(lines))


def _name(reference: str) -> str:
    """A reference as it is written, without tag and digest."""
    return str(parse(reference)._replace(tag="", digest=""))


def _pattern(name: str) -> str:
    """A regular expression for a name; a dot, which stands for any character, does no harm and reads better."""
    return re.sub(r"[\[\]]", r"\\\g<0>", name)


def _patches(inventory: Inventory, secrets: tuple[str, ...]) -> list[dict[str, Any]]:
    """One patch for each kind: for all objects of it, unless some need no pull secrets."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for workload in inventory.needing:
        kinds.setdefault((workload.api_version, workload.kind), []).append(workload.name)
    return [_patch(api_version, kind, names, inventory.others, secrets) for (api_version, kind), names in kinds.items()]


def _patch(
    api_version: str, kind: str, names: list[str], others: tuple[Workload, ...], secrets: tuple[str, ...]
) -> dict[str, Any]:
    group, _, version = api_version.rpartition("/")
    target = {"group": group, "version": version, "kind": kind}
    if any(workload.kind == kind for workload in others):
        target["name"] = "|".join(sorted(set(names)))
    value: dict[str, Any] = {"imagePullSecrets": [{"name": name} for name in secrets]}
    for key in reversed(pod_spec(kind)):
        value = {key: value}
    content = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "any"}, **value}
    return {
        "target": {key: text for key, text in target.items() if text},
        "patch": yaml.safe_dump(content, sort_keys=False),
    }
