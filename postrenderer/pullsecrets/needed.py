"""What in a document needs pull secrets, and what is added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.pullsecrets import merge, places

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

    from postrenderer.sites import Contents
    from postrenderer.sites.site import Site
    from postrenderer.text.scalars import Edit
    from postrenderer.text.view import View


def holders(
    root: yaml.Node,
    contents: Contents,
    private: list[Site],
    is_private: Callable[[str], bool],
    *,
    service_accounts: bool,
) -> list[merge.Holder]:
    """The pod specs and custom resources with images on the private registry, and ServiceAccounts if asked for.

    Args:
        root: the document.
        contents: what it holds.
        private: where its images are that are or will be on the private registry.
        is_private: whether a reference is, also one that the settings ignore.
        service_accounts: whether ServiceAccounts are asked for.
    """
    nodes = {id(site.node) for site in private}
    owners = list(contents.service_accounts) if service_accounts else []
    owners += [
        owner
        for owner in contents.pod_specs
        if any(id(image) in nodes or is_private(image.value) for image in owner.images)
    ]
    found = {id(owner.node): merge.Holder(owner.node, owner.paths) for owner in owners}
    for holder in places.holders(root, [site.path for site in private]):
        found.setdefault(id(holder.node), holder)
    return list(found.values())


def add(
    text: str, view: View, wanting: list[merge.Holder], names: tuple[str, ...]
) -> tuple[list[merge.Addition], list[Edit]]:
    """Plan what each holder lacks; what is added to one may show in others, by aliases and merge keys.

    Args:
        text: what the document was composed from.
        view: the document as it will be; it gets what is planned, too.
        wanting: the mappings that are to have the secrets.
        names: the secrets.

    Raises:
        AcregError: a field for pull secrets holds something else.
    """
    lacking = [(merge.missing(view, holder.node, names, holder.field), holder) for holder in wanting]
    edits: list[Edit] = []
    for planned, holder in lacking:
        missing = merge.missing(view, holder.node, names, holder.field) if edits else planned
        if missing:
            edits += merge.add(text, view, holder, missing)
    return [merge.Addition(missing, holder.paths) for missing, holder in lacking if missing], edits
