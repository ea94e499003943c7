"""The relocation in the Common Expression Language, as the admission policies of Kubernetes evaluate it.

Functions beside those of CEL itself are of the libraries that the Kubernetes documentation lists under "Common
Expression Language in Kubernetes": strings (`indexOf`, `lastIndexOf`, `lowerAscii`,
`replace`, `split`, `substring`, `join`), lists (`indexOf`) and optional fields (`.?`, `orValue`).

The variables hold lists, one step of the relocation each, whose items belong together by their position: `images`,
their `names` without tag and digest, their `full` names (see `postrenderer.exports.prefixes`) and their `targets`. A
target that is the full name stays, an empty one may not be pulled. What is no reference has the full name `/.`.

Kubernetes wants all items of a list or map to be of one type, so what comes out of the pod, whose type is not known, is
made a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.exports.prefixes import END, OFFICIAL_START
from postrenderer.images.reference import DOCKER_HUB, DOCKER_HUB_ALIASES, IMAGE_ID, OFFICIAL, RE2
from postrenderer.images.registries import OF_A_CLUSTER
from postrenderer.sites.podspec import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.exports.prefixes import Table

_HAS_HOST = "^(localhost|[^/]*[.:A-Z][^/]*)/"
_ALIAS = f"^({'|'.join(DOCKER_HUB_ALIASES)})[.]{DOCKER_HUB.replace('.', '[.]')}/"
_IS_OFFICIAL = f"^{DOCKER_HUB.replace('.', '[.]')}/({OFFICIAL}/)?[^/]+$"
_NAMED = 5
"""Images that a refusal names."""
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


def variables(table: Table) -> list[dict[str, str]]:
    """Return the variables of a policy for pods, as `spec.variables` has them.

    On an update only images that the pod did not have count: what runs already is not to be touched or refused.
    """
    found = {
        "table": _list(f"{{'start': {quote(start)}, 'to': {quote(to)}}}" for start, to in table.entries),
        "old": _old_images(),
        "places": f"({_places()})\n.filter(p, !(p.image in variables.old))",
        "images": "variables.places.map(p, p.image)",
        "names": (
            f"variables.images.map(i, !i.matches(r'{RE2}') || i.matches('{IMAGE_ID}') ? '' :\n"
            "  i.substring(0, i.lastIndexOf('/') + 1) +\n"
            "  i.substring(i.lastIndexOf('/') + 1).split('@')[0].split(':')[0])"
        ),
        "full": (
            "variables.names\n"
            f".map(n, n == '' || n.matches('{_HAS_HOST}') ? n : '{DOCKER_HUB}/' + n)\n"
            f".map(n, n.matches('{_ALIAS}') ? '{DOCKER_HUB}' + n.substring(n.indexOf('/')) : n)\n"
            f".map(n, n.matches('{_IS_OFFICIAL}') ? '{OFFICIAL_START}' + n.substring(n.lastIndexOf('/') + 1) : n)\n"
            f".map(n, n + '{END}')"
        ),
        "targets": (
            "variables.full.map(n, [variables.table.filter(t, n.startsWith(t.start))].map(hits,\n"
            f"  n == '{END}' ? '' :\n"
            f"  size(hits) == 0 ? {_otherwise(table)} :\n"
            "  hits[0].to == '' ? n : hits[0].to + n.substring(size(hits[0].start)))[0])"
        ),
    }
    return [{"name": name, "expression": expression} for name, expression in found.items()]


def moves() -> str:
    """An expression that is a JSON patch: each image that is to move gets its private reference."""
    return (
        "variables.places\n"
        f".filter(p, !(p.image in {_line(map(quote, sorted(PLACEHOLDERS)))}))\n"
        ".map(p, [variables.images.indexOf(p.image)].map(x,\n"
        "  {'path': p.path, 'name': variables.names[x], 'image': p.image, 'full': variables.full[x],"
        " 'target': variables.targets[x]})[0])\n"
        ".filter(p, p.target != '' && p.target != p.full)\n"
        ".map(p, JSONPatch{op: 'replace', path: p.path, value:\n"
        f"  p.target.substring(0, size(p.target) - {len(END)}) + p.image.substring(size(p.name))}})"
    )


def pull_secrets(table: Table, names: Iterable[str]) -> str:
    """An expression that is a JSON patch: a new pod with an image on the private registry gets the pull secrets.

    Of a pod that is there already they cannot be changed.
    """
    return (
        f"request.operation != 'CREATE' || !variables.targets.exists(t, {_line(map(quote, table.private))}"
        ".exists(s, t.startsWith(s))) ? [] :\n"
        "(has(object.spec.imagePullSecrets) ? [] :\n"
        "  [JSONPatch{op: 'add', path: '/spec/imagePullSecrets', value: []}]) +\n"
        f"{_line(map(quote, names))}\n"
        ".filter(s, !object.spec.?imagePullSecrets.orValue([]).exists(own, own.?name.orValue('') == s))\n"
        ".map(s, JSONPatch{op: 'add', path: '/spec/imagePullSecrets/-', value: {'name': s}})"
    )


def refused() -> str:
    """An expression for the images that may not be pulled: all that do not stay."""
    return (
        "variables.images.filter(i, [variables.images.indexOf(i)].exists(x, variables.targets[x] != variables.full[x]))"
    )


def refusal(before: str, behind: str) -> str:
    """An expression for the message of a refusal: the first images, each with its name on the private registry.

    Kubernetes drops a message of more than 5 KiB, and two references may have 500 characters.
    """
    return (
        f"{quote(before)} + variables.refused.filter(i, variables.refused.indexOf(i) < {_NAMED})\n"
        ".map(i, [variables.images.indexOf(i)].map(x, i + (variables.targets[x] == '' ? '' :\n"
        f"  ' (' + variables.targets[x].substring(0, size(variables.targets[x]) - {len(END)}) +"
        " i.substring(size(variables.names[x])) + ')'))[0]).join(', ') +\n"
        f"(size(variables.refused) > {_NAMED} ?\n"
        f"  ' and ' + string(size(variables.refused) - {_NAMED}) + ' more' : '') +\n"
        f"{quote(behind)}"
    )


def quote(text: str) -> str:
    """Write a text that a setting may hold; by its checks that has neither quotes nor backslashes."""
    return f"'{text}'"


def _places() -> str:
    """An expression for the images of the pod and their places, as JSON pointers."""
    lists = [
        f"object.spec.?{name}.orValue([]).map(c, {{'path': '/spec/{name}/' +"
        f" string(object.spec.{name}.indexOf(c)) + '/image', 'image': string(c.?image.orValue(''))}})"
        for name in _CONTAINERS
    ]
    volumes = (
        "object.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, {'path': '/spec/volumes/' +"
        " string(object.spec.volumes.indexOf(v)) + '/image/reference',"
        " 'image': string(v.image.?reference.orValue(''))})"
    )
    return " +\n".join([*lists, volumes])


def _old_images() -> str:
    """An expression for the images that the pod had before an update."""
    containers = " + ".join(f"oldObject.spec.?{name}.orValue([])" for name in _CONTAINERS)
    return (
        "oldObject == null ? [] :\n"
        f"({containers}).map(c, string(c.?image.orValue(''))) +\n"
        "oldObject.spec.?volumes.orValue([]).map(v, string(v.?image.?reference.orValue('')))"
    )


def _otherwise(table: Table) -> str:
    """An expression for the target of the full name `n`, if no entry of the table decides."""
    if table.others == "keep":
        return "n"
    rest = "n.substring(n.indexOf('/') + 1)"
    if table.keep_host:
        rest = "n.substring(0, n.indexOf('/')).lowerAscii().replace(':', '_') + n.substring(n.indexOf('/'))"
    moved = f"{quote(table.base + '/')} + {rest}"
    if table.keep_host:
        moved = f"(n.startsWith('[') ? '' : {moved})"
    others = "''" if table.others == "fail" else moved
    stays = " && ".join([f"n.matches(r{quote(OF_A_CLUSTER)})", *(f"!n.startsWith({quote(s)})" for s in table.named)])
    return f"({stays} ? n :\n  {others})"


def _list(items: Iterable[str]) -> str:
    return "[\n" + ",\n".join(f"  {item}" for item in items) + "\n]"


def _line(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"
