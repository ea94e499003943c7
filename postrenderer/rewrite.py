"""What happens to a stream of manifests, from bytes to bytes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer import patch, sites
from postrenderer.errors import AcregError, InternalError
from postrenderer.images.reference import OFFICIAL
from postrenderer.images.relocation import OTHERS_FAIL, Relocation
from postrenderer.outline import Outline, outline
from postrenderer.pullsecrets import merge, places
from postrenderer.sites import declared
from postrenderer.sites.hints import hints, is_schema
from postrenderer.sites.podspec import images
from postrenderer.sites.site import CERTAIN, WEAK, Site, pointer
from postrenderer.text import composer, stream
from postrenderer.text.scalars import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.settings import Settings
    from postrenderer.text.stream import Document, Identity


class Image(NamedTuple):
    """A reference that was found: what became of it, where it stands and why it was taken for one."""

    source: str
    target: str
    left: str
    """Why it is not on the private registry; empty if it is."""
    site: Site
    line: int


class Processed(NamedTuple):
    """A document that was read: what was found in it, and how it was changed."""

    identity: Identity
    images: list[Image]
    registries: list[Image]
    """Registries and paths in them to which the names of images are added elsewhere."""
    pull_secrets: list[merge.Addition]
    operations: list[dict[str, Any]]
    """The change as JSON Patch (RFC 6902), if a report is wanted."""
    states: tuple[Any, Any] | None
    """The document before and after, as JSON has it, if a report is wanted."""


class Result(NamedTuple):
    """The new stream in pieces, in the encoding of the old one, and what was done to the documents that were read."""

    output: list[bytes | memoryview]
    documents: list[Processed]


def post_render(
    raw: bytes, settings: Settings, *, listed: bool = True, refusing: bool = True, colliding: bool = False
) -> Result:
    """Point every image reference of a stream at the private registry, add the pull secrets, change nothing else.

    Args:
        raw: the stream.
        settings: what is asked for.
        listed: whether all that is found is wanted, with its place. If only the output counts, no more of a document is
            read than may be about an image that moves.
        refusing: whether images that stay public end a run that is `strict` or has `others: fail`.
        colliding: whether two images that would become one are let pass.

    Raises:
        AcregError: the stream cannot be processed as asked.
        InternalError: the result is not what was planned.
    """
    encoded = stream.decode(raw)
    relocation = Relocation(settings)
    pieces: list[bytes | memoryview] = []
    view = memoryview(encoded.data)
    done: list[Processed] = []
    words = _more_words(settings)
    hosts = frozenset(host.encode() for host in relocation.hosts)
    refusing = refusing and (settings.strict or settings.others == "fail")
    whole = (
        listed
        or refusing
        or settings.service_accounts
        or bool(settings.locations or settings.ignore)
        or not composer.can_check()
    )
    for document in stream.documents(encoded.data):
        schema = is_schema(*document[1:4])
        if schema and not words:
            pieces.append(view[document.start : document.end])
            continue
        source = document.raw()
        hinted = [] if schema else hints(source, hosts)
        if hinted == [] and not (words and any(word in source for word in words)):
            pieces.append(source)
            continue
        new, processed = _read(document, None if whole else hinted, settings, relocation)
        pieces.append(new)
        if not colliding:
            relocation.check((im.source, im.target) for item in processed for im in item.images if not im.left)
        if listed or refusing:
            done += processed
    if refusing:
        _refuse_public(done, strict=settings.strict)
    return Result(encoded.restore(pieces), done)


def _more_words(settings: Settings) -> list[bytes]:
    """Words that make a document worth reading for what the settings ask beside images; the empty one is everywhere."""
    kinds = [location.kind for location in settings.locations]
    words = [b"" if set(kind) & set("*?[") else kind.encode() for kind in kinds]
    return [*words, b"ServiceAccount"] if settings.service_accounts else words


def _read(
    document: Document, hinted: list[int] | None, settings: Settings, relocation: Relocation
) -> tuple[bytes, list[Processed]]:
    """Change one piece of the stream by its outline; by the whole if it has none or there is something to explain."""
    if hinted is not None:
        try:
            part = outline(document.raw(), hinted)
            if part.cuts:
                new, done = _process(document, part, composer.compose(part.text).roots, settings, relocation)
                composer.check(new)  # nothing has looked at what was cut out
                return new, done
        except (AcregError, ValueError, yaml.YAMLError, RecursionError):
            pass
    text, roots = stream.compose(document)
    return _process(document, Outline(text, []), roots, settings, relocation)


def _process(
    document: Document, part: Outline, roots: list[yaml.Node], settings: Settings, relocation: Relocation
) -> tuple[bytes, list[Processed]]:
    """Change one piece of the stream, which holds one document or, behind `...` lines, more."""
    text = part.text
    first_line = 0 if part.cuts else document.line  # nobody sees what an outline says, but for its text
    edits: list[Edit] = []
    done = []
    for root in roots:
        identity = stream.Identity(document.position) if part.cuts else stream.identify(document, text, root)
        before = _plain(root, identity) if settings.report else None
        found = sites.find(root, relocation.known, in_secrets=settings.secrets)
        spans = partial(sites.spans, known=relocation.known)
        revised = declared.revise(root, found.sites, settings.locations, settings.ignore, spans)
        settled = [_settle(site, relocation, settings, first_line) for site in revised]
        changes = _changes(settled)
        if settings.pull_secrets and places.VARIABLE in text:
            variables = places.variables(root, settings.pull_secrets)
            changes += [patch.Change(node, [edit], "") for node, edit in variables]
        if changes and "&" in text and patch.keys_among(root, changes):
            raise AcregError(
                f"{identity}: an image reference there is an alias of a mapping's key, which may not change. Write the "
                "reference out in the stead of the alias."
            )
        edits += patch.rewrite(text, changes)
        holders = _holders(root, found, settled, settings, relocation)
        additions, inserted = _add_secrets(text, holders, settings, identity)
        edits += inserted
        states = (before, _plain(root, identity)) if settings.report else None
        operations = patch.operations(root, changes) if settings.report else []
        references = [image for image, _ in settled if not image.site.span.place]
        registries = [image for image, _ in settled if image.site.span.place]
        done.append(Processed(identity, references, registries, additions, operations, states))
    if edits:
        _prove(apply(text, edits), roots, done)
    return part.whole(edits).encode(), done


def _settle(site: Site, relocation: Relocation, settings: Settings, line: int) -> tuple[Image, Edit | None]:
    """What becomes of a reference, and the edit of its scalar's value if it moves."""
    span = site.span
    line += site.node.start_mark.line
    reference = span.reference[: -len(span.suffix)] if span.place else span.reference
    if span.level == WEAK or (settings.confidence == CERTAIN and span.level != CERTAIN):
        return Image(reference, reference, f"not sure to be an image ({span.reason})", site, line), None
    outcome = relocation(span.reference)
    if outcome.status == "private":
        return Image(reference, reference, "", site, line), None
    if outcome.status != "moved":
        return Image(reference, reference, outcome.reason, site, line), None
    target = outcome.target
    if span.suffix == f"/{OFFICIAL}{target[len(settings.prefix) :]}":
        target = settings.prefix + span.suffix  # another field holds the path, and keeps its `library`
    if not target.endswith(span.suffix):
        reason = f"{target} does not end in {span.suffix}, which another field holds"
        return Image(reference, reference, reason, site, line), None
    new = target[: len(target) - len(span.suffix)]
    return Image(reference, new if span.place else target, "", site, line), Edit(span.start, span.end, new)


def _changes(settled: Iterable[tuple[Image, Edit | None]]) -> list[patch.Change]:
    """One change for each scalar: a scalar may hold several references, and aliases reach one from several places."""
    found: dict[int, tuple[Site, dict[Edit, None]]] = {}
    for image, edit in settled:
        if edit is not None:
            found.setdefault(id(image.site.node), (image.site, {}))[1][edit] = None
    return [patch.Change(site.node, list(edits), site.encoding) for site, edits in found.values()]


def _holders(
    root: yaml.Node,
    found: sites.Found,
    settled: list[tuple[Image, Edit | None]],
    settings: Settings,
    relocation: Relocation,
) -> list[merge.Holder]:
    """What needs pull secrets: pod specs and custom resources with private images; ServiceAccounts if asked for."""
    if not settings.pull_secrets:
        return []
    owners = list(found.service_accounts) if settings.service_accounts else []
    private = {id(image.site.node) for image, _ in settled if not image.left}

    def needs_secrets(spec: yaml.MappingNode) -> bool:
        """Whether a pod spec has an image on the private registry, be it one to ignore."""
        return any(id(node) in private or relocation(node.value).status == "private" for node in images(spec))

    owners += [owner for owner in found.pod_specs if needs_secrets(owner.node)]
    holders = {id(owner.node): merge.Holder(owner.node, owner.paths) for owner in owners}
    for holder in places.holders(root, [image.site.path for image, _ in settled if not image.left]):
        holders.setdefault(id(holder.node), holder)
    return list(holders.values())


def _add_secrets(
    text: str, holders: list[merge.Holder], settings: Settings, identity: Identity
) -> tuple[list[merge.Addition], list[Edit]]:
    """Add what each holder lacks; what is added to one may show in others, by aliases and merge keys."""
    names = settings.pull_secrets
    lacking = [(merge.missing(holder.node, names, holder.field), holder) for holder in holders]
    edits: list[Edit] = []
    for planned, holder in lacking:
        missing = merge.missing(holder.node, names, holder.field) if edits else planned
        try:
            edits += merge.add(text, holder.node, holder.paths[0], missing, holder.field) if missing else []
        except AcregError as error:
            raise AcregError(f"{identity}: {error}") from None
    return [merge.Addition(names, holder.paths) for names, holder in lacking if names], edits


def _plain(root: yaml.Node, identity: Identity) -> Any:  # noqa: ANN401  # what JSON can hold
    try:
        return patch.plain(root)
    except RecursionError:
        raise AcregError(
            f"{identity} is nested too deep for a report, or its aliases make it endless. Look for a template that "
            "calls itself, or run without --report."
        ) from None


def _prove(text: str, planned: list[yaml.Node], done: list[Processed]) -> None:
    """Read the edited text back and compare it with the nodes as planned."""
    try:
        place = patch.difference(planned, composer.compose(text).roots)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem", None) or str(error)
    if place is not None:
        raise InternalError(
            f"{done[0].identity}: the edited text does not say what was planned, first at {place or 'its root'}. "
            "Nothing was written. This is a defect of acreg: please report it with the document."
        )


def _refuse_public(done: list[Processed], *, strict: bool) -> None:
    """End a run that would leave references outside the private registry, all of them or those from elsewhere."""
    left = [
        (item.identity, image)
        for item in done
        for image in (*item.images, *item.registries)
        if image.left and image.site.span.level != WEAK and (strict or image.left == OTHERS_FAIL)
    ]
    if left:
        places = "; ".join(
            f"{image.source} at {pointer(image.site.path)}, line {image.line}, of {identity}: {image.left}"
            for identity, image in left
        )
        option = "--strict" if strict else "`others: fail`"
        raise AcregError(
            f"With {option} every image must come from the private registry, and {len(left)} would not: {places}. Add "
            f"a rule for them, or run without {option}."
        )
