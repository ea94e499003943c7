"""The relocation as a table of texts, for engines that can compare and replace the beginning of a text and no more.

A reference's *full name* is its normalised repository with two marks that no component can be:

* `/.` ends it, so that a repository can be told from those below it;
* `_` stands for `library` in an official image of Docker Hub, as in the addresses of Docker Hub's own pages.

`nginx:1` has `docker.io/_/nginx/.`, and `quay.io/a/b@sha256:…` has `quay.io/a/b/.`. The first entry of the table whose
`start` begins the full name decides: `start` is replaced by `to`; an empty `to` leaves the reference alone. Where none
does, a cluster's own registry stays, and of all else `others` decides: with `rewrite` the host goes, or with `keepHost`
becomes a component of the path, which one in brackets, `[::1]`, cannot. Then the mark at the end goes, and tag and
digest follow.

Not in the table: a new name may be longer than a repository path can be. acreg leaves such a reference; others make a
name of it that no registry has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import DOCKER_HUB, OFFICIAL, is_host, parse_prefix
from postrenderer.images.registries import is_of_a_cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.settings import Settings

END = "/."
OFFICIAL_START = f"{DOCKER_HUB}/_/"


class Entry(NamedTuple):
    """A rule for names that begin with `start`: `to` replaces it; if `to` is empty, the names stay."""

    start: str
    to: str = ""


class Table(NamedTuple):
    """The relocation.

    Attributes:
        entries: the first whose start fits decides.
        private: the starts of the full names of private references.
        base: the private path, below which every other reference goes if `others` is `rewrite`.
        others: `rewrite`, `keep` or `fail`, as in the settings.
        named: the starts of the full names on hosts of a cluster that the settings name, so that `others` decides.
        keep_host: whether the host becomes the first component of the path there.
    """

    entries: tuple[Entry, ...]
    private: tuple[str, ...]
    base: str
    others: str
    named: tuple[str, ...] = ()
    keep_host: bool = False


def table(settings: Settings) -> Table:
    """Return the relocation that the settings ask for, in the order of `postrenderer.images.relocation`."""
    base = settings.prefix
    rules = {parse_prefix(rule.source): rule.target for rule in settings.rules}
    absolute = [target for target in rules.values() if is_host(target.partition("/")[0])]
    private = [start for prefix in _sorted(map(parse_prefix, [base, *absolute])) for start, _ in _starts(prefix)]
    entries = [Entry(start) for start in private]
    entries += [Entry(start) for prefix in _sorted(map(parse_prefix, settings.keep)) for start, _ in _starts(prefix)]
    for prefix in _sorted(rules):
        target = rules[prefix] if rules[prefix] in absolute else f"{base}/{rules[prefix]}"
        entries += _moves(prefix, target, named="/" not in target, library=True)
    for prefix in _sorted(map(parse_prefix, settings.sources)):
        entries += _moves(prefix, base, named=True, library=False)
    if settings.others == "rewrite" and settings.keep_host:
        entries.append(Entry(OFFICIAL_START, f"{base}/{DOCKER_HUB}/{OFFICIAL}/"))
    elif settings.others == "rewrite":
        entries.append(Entry(OFFICIAL_START, f"{base}/"))
    hosts = dict.fromkeys(prefix[0] for prefix in map(parse_prefix, [base, *absolute, *settings.sources]))
    hosts.update(dict.fromkeys(prefix[0] for prefix in rules))
    named = tuple(f"{host}/" for host in hosts if is_of_a_cluster(host))
    return Table(
        tuple(dict.fromkeys(entries)), tuple(dict.fromkeys(private)), base, settings.others, named, settings.keep_host
    )


def _sorted(found: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Longest first; `docker.io/nginx` means the official image before `docker.io/library` does."""
    return sorted(dict.fromkeys(found), key=lambda prefix: (-len(prefix), prefix[-1] == OFFICIAL))


def _starts(prefix: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the starts of the full names at or below a prefix; with a whole name its last component, else nothing."""
    if prefix[:-1] in ((DOCKER_HUB,), (DOCKER_HUB, OFFICIAL)):
        yield OFFICIAL_START + prefix[-1] + END, prefix[-1]
    if prefix in ((DOCKER_HUB,), (DOCKER_HUB, OFFICIAL)):
        yield OFFICIAL_START, ""
    yield "/".join(prefix) + "/", ""


def _moves(prefix: tuple[str, ...], target: str, *, named: bool, library: bool) -> Iterator[Entry]:
    """Yield the entries that move what lies at or below a prefix.

    Args:
        prefix: the normalised host and path components.
        target: where it goes.
        named: whether the prefix itself keeps its last component there.
        library: whether an official image keeps `library` when all of Docker Hub moves.
    """
    for start, name in _starts(prefix):
        if name:
            yield Entry(start, f"{target}/{name}{END}" if named else target + END)
        elif start == OFFICIAL_START:
            yield Entry(start, f"{target}/{OFFICIAL}/" if library and prefix == (DOCKER_HUB,) else f"{target}/")
        else:
            if named and len(prefix) > 1:
                yield Entry("/".join(prefix) + END, f"{target}/{prefix[-1]}{END}")
            yield Entry(start, f"{target}/")
