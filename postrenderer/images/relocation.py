"""From a source reference to the private reference, or the reason why not.

The private path is `registry/repositoryPath`. These steps are tried in order; within a step the longest prefix wins,
compared by whole components after normalising, so neither `a.b/foobar` nor `a.b:80/foo/x` lies below `a.b/foo`:

1. A reference at or below the private path, or the target of a rule that names a host, stays: it is private.
2. One at or below an entry of `keep` stays.
3. A rule replaces its `from` in the normalised name by its `to`, which lies below the private path unless it begins
   with a host. `docker.io` → `hub` makes `<private path>/hub/library/nginx` of `nginx`, as pull-through caches want it.
4. At or below a source the rest of the path, at least the last component, goes below the private path.
5. One on a cluster's own registry stays, such as `localhost:5000/app` and `registry.demo.svc/app`, if nothing in the
   settings lies on that host.
6. Of any other the host goes and the path stays, or it is kept or refused, as `others` says. With `keepHost` the host
   becomes the first component of the path, in lower case and with `_` for the `:` of a port, and nothing of two hosts
   can meet: `nginx` becomes `<private path>/docker.io/library/nginx`.

In 4, and in 6 without `keepHost`, official images of Docker Hub go without `library`: `nginx` and
`docker.io/library/nginx` are one repository and become `<private path>/nginx`.

Tag and digest always survive. A second pass changes nothing, as step 1 comes first and covers all that 3, 4 and 6 make.
What lies on the private registry but not below the private path is not private: on a shared host such as `ghcr.io` it
is somebody else's. Who has a registry to himself names it under `keep`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from postrenderer.errors import SettingsError
from postrenderer.images import registries
from postrenderer.images.reference import SOME_IMAGE, InvalidReferenceError, is_host, parse, parse_prefix, prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from postrenderer.images.reference import Reference

    class RelocationSettings(Protocol):
        """The settings that say where images go."""

        @property
        def prefix(self) -> str:
            """The private path."""

        @property
        def others(self) -> str:
            """What becomes of an image that no rule and no source covers: `rewrite`, `keep` or `fail`."""

        @property
        def keep_host(self) -> bool:
            """Whether such an image keeps its host as the first component of its path."""

        @property
        def rules(self) -> tuple[Rule, ...]:
            """Prefixes that move elsewhere."""

        @property
        def sources(self) -> tuple[str, ...]:
            """Prefixes whose images keep the rest of their path."""

        @property
        def keep(self) -> tuple[str, ...]:
            """Prefixes that stay."""


_Entry = TypeVar("_Entry")


class Rule(NamedTuple):
    """A rule: the images at or below one prefix move to another place.

    Attributes:
        source: `from` in acreg.yaml: a registry host, or a reference without tag and digest, in normal form.
        target: `to` in acreg.yaml: the same, or a path below the private registry path.
    """

    source: str
    target: str


class Outcome(NamedTuple):
    """What becomes of a reference.

    Attributes:
        status: `moved`; `private` already; `kept` as the settings ask; `stays`, as it is on a cluster's own registry;
            `refused`, as the settings ask or no valid private reference exists; `invalid`, as the text is no reference.
        target: the private reference if it is moved, else the text itself.
        reason: why, in plain words, without a full stop.
        rule: what decided: `private`, `keep`, `rule`, `source`, `cluster`, `others`; empty if the text is invalid.
    """

    status: str
    target: str
    reason: str
    rule: str

    @property
    def is_private(self) -> bool:
        """Whether the target is on the private registry, since now or before."""
        return self.status in ("moved", "private")


class Relocation:
    """The relocation that the settings ask for. Call it with the text of a reference.

    A call costs a few look-ups for each component of the reference, whatever the number of rules, and each text is
    worked out once.

    Args:
        settings: as loaded, so every prefix is valid.

    Attributes:
        hosts: the normalised hosts of what is known, see `known`.

    Raises:
        SettingsError: a rule can never apply, as its `from` is private.
    """

    def __init__(self, settings: RelocationSettings) -> None:
        self._private_path = settings.prefix
        self._others = settings.others
        self._keep_host = settings.keep_host
        self._private = _table([settings.prefix, *(rule.target for rule in settings.rules if _is_absolute(rule))])
        self._keep = _table(settings.keep)
        self._rules = _by_host((parse_prefix(rule.source), rule) for rule in settings.rules)
        self._sources = _table(settings.sources)
        self.hosts = frozenset((*self._private, *self._rules, *self._sources))
        self._moves = [(rule.source, _base(rule, settings.prefix)) for rule in settings.rules]
        self._moves += [(source, settings.prefix) for source in settings.sources]
        self._outcomes: dict[str, Outcome] = {}
        for rule in settings.rules:
            private = _longest(self._private, parse_prefix(rule.source))
            if private:
                raise SettingsError(
                    f"rules: the entry with `from: {rule.source}` can never apply: what lies at or below"
                    f" {private[0]} is private and stays. Remove the entry, or the one whose `to` covers it. A `to`"
                    " that looks like a host, such as `quay.io`, is a registry of its own and no path below the private"
                    " one; `keepHost: true` puts each host into the private path."
                )

    def __call__(self, text: str) -> Outcome:
        """Return what becomes of a reference; `text` may be any text."""
        outcome = self._outcomes.get(text)
        if outcome is None:
            outcome = self._outcomes[text] = self._decide(text)
        return outcome

    def is_private(self, text: str) -> bool:
        """Tell whether a reference is on the private registry; `text` may be any text."""
        return self(text).status == "private"

    def of_prefix(self, text: str) -> Outcome:
        """Return what becomes of a registry, or of a path in one, to which something adds the names of images."""
        outcome, below = self(text + SOME_IMAGE), self(f"{text}/any{SOME_IMAGE}")
        if self._keep_host and below.target.removesuffix(f"/any{SOME_IMAGE}") != outcome.target.removesuffix(
            SOME_IMAGE
        ):
            reason = "not all images below it move alike: Docker Hub's official ones have `library` in their path"
            return Outcome("refused", text, reason, outcome.rule)
        if outcome.status == "moved" and not outcome.target.endswith(SOME_IMAGE):
            reason = f"its images would not stay below one path: one would become {outcome.target}"
            return Outcome("refused", text, reason, outcome.rule)
        return outcome._replace(target=outcome.target.removesuffix(SOME_IMAGE))

    def origin(self, text: str) -> str:
        """Return the public reference that a private one stands for; empty if the settings name none, or several.

        Args:
            text: a reference below the private path, or below the `to` of a rule.
        """
        components = parse(text).components
        found: dict[int, dict[tuple[str, ...], str]] = {}
        for source, base in (*self._moves, *self._kept_hosts(components)):
            prefix = parse_prefix(base)
            if components[: len(prefix)] == prefix and text.startswith(base):
                public = source + text[len(base) :]
                outcome = self(public)
                if (outcome.status, outcome.target) == ("moved", text):
                    found.setdefault(len(prefix), {})[parse(public).components] = public
        nearest = list(found[max(found)].values()) if found else []
        return nearest[0] if len(nearest) == 1 else ""

    def _kept_hosts(self, components: tuple[str, ...]) -> list[tuple[str, str]]:
        """The host that `keepHost` has put into a private path, and where its images are."""
        below = components[len(parse_prefix(self._private_path)) :]
        host = _PORT.sub(r":\1", below[0]) if below and self._keep_host else ""
        return [(host, f"{self._private_path}/{below[0]}")] if is_host(host) else []

    def known(self, text: str) -> bool:
        """Tell whether a reference in free text means an image: it is under a rule or a source, or private.

        The host must be written, or any word would do under a source such as `docker.io`. A source or the private path
        itself, without tag and digest, is where images are and not an image.

        Args:
            text: the whole reference, with its tag and digest; any text may be asked for.
        """
        try:
            reference = parse(text)
        except InvalidReferenceError:
            return False
        if not reference.host:
            return False
        components = reference.components
        if _longest(self._rules, components):
            return True
        place = _longest(self._private, components) or _longest(self._sources, components)
        return place is not None and bool(place[1] or reference.suffix)

    def _decide(self, text: str) -> Outcome:
        try:
            reference = parse(text)
        except InvalidReferenceError as error:
            return Outcome("invalid", text, f"not a valid reference: {error.reason}", "")
        components = reference.components
        private = _longest(self._private, components)
        if private:
            return Outcome("private", text, f"already under {private[0]}", "private")
        keep = _longest(self._keep, components)
        if keep:
            return Outcome("kept", text, f"under `keep` entry {keep[0]}", "keep")
        return self._relocate(reference, components)

    def _relocate(self, reference: Reference, components: tuple[str, ...]) -> Outcome:
        base, path = self._private_path, reference.familiar_path
        found = _longest(self._rules, components)
        source = _longest(self._sources, components)
        if found:
            rule, rest = found
            base = _base(rule, base)
            path = rest or (path[-1:] if "/" not in base else ())
            reason, evidence = f"under `rules` entry {rule.source}", "rule"
        elif source:
            path = source[1][-len(path) :] or path[-1:]  # under `docker.io`, too, `nginx` goes without `library`
            reason, evidence = f"under source {source[0]}", "source"
        elif registries.is_of_a_cluster(reference.host) and reference.host not in self.hosts:
            return Outcome("stays", str(reference), f"{reference.host} is a registry of the cluster itself", "cluster")
        else:
            reason, evidence = f"others: {self._others}", "others"
            if self._others != "rewrite":
                return Outcome("kept" if self._others == "keep" else "refused", str(reference), reason, evidence)
            if self._keep_host:
                path = (host_as_path(components[0]), *components[1:])
        target = "/".join((base, *path)) + reference.suffix
        try:
            parse(target)
        except InvalidReferenceError as error:
            return Outcome("refused", str(reference), f"would become {target}, but {error.reason}", evidence)
        return Outcome("moved", target, reason, evidence)


def host_as_path(host: str) -> str:
    """Return a registry's host as the component of a path that `keepHost` makes of it."""
    return host.lower().replace(":", "_")


_PORT = re.compile(r"_(\d+)$")
"""How `keepHost` writes a port, which no host name has."""

OTHERS_FAIL = "others: fail"
"""Why a reference is refused that is under no source and no rule."""


def _is_absolute(rule: Rule) -> bool:
    return is_host(rule.target.partition("/")[0])


def _base(rule: Rule, private_path: str) -> str:
    """Where a rule leads."""
    return rule.target if _is_absolute(rule) else f"{private_path}/{rule.target}"


def _table(entries: Iterable[str]) -> dict[str, dict[tuple[str, ...], str]]:
    return _by_host((parse_prefix(entry), entry) for entry in entries)


def _by_host(entries: Iterable[tuple[tuple[str, ...], _Entry]]) -> dict[str, dict[tuple[str, ...], _Entry]]:
    """Entries by their prefixes, and these by their hosts, since most references are of other hosts."""
    table: dict[str, dict[tuple[str, ...], _Entry]] = {}
    for prefix, entry in entries:
        table.setdefault(prefix[0], {})[prefix] = entry
    return table


def _longest(
    table: dict[str, dict[tuple[str, ...], _Entry]], components: tuple[str, ...]
) -> tuple[_Entry, tuple[str, ...]] | None:
    """Find the entry with the longest prefix, and the components below it."""
    entries = table.get(components[0])
    if entries is None:
        return None
    for prefix, rest in prefixes(components):
        entry = entries.get(prefix)
        if entry is not None:
            return entry, rest
    return None
