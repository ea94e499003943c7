"""Kyverno's mutate policies: rules in JMESPath, with the functions that Kyverno adds to it.

Format: ClusterPolicy (kyverno.io/v1), https://kyverno.io/docs/policy-types/cluster-policy. From the rules for pods
Kyverno makes those for Deployments, CronJobs and so on by itself. Its functions `regex_match`, `regex_replace_all` and
`replace` are of Go: `$1` is a group. No regular expression here has a backslash, which would have to be doubled.

A foreach works on the reference as it is written, `element.image`, and not on Kyverno's variable `images`, which has
Docker Hub's host added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postrenderer.exports.admission import IGNORE, NAME, no_secret
from postrenderer.exports.document import Export, ExportDocument
from postrenderer.exports.prefixes import END, OFFICIAL_START, Entry, table
from postrenderer.images.reference import DOCKER_HUB, DOCKER_HUB_ALIASES, IMAGE_ID, OFFICIAL, RE2
from postrenderer.images.registries import OF_A_CLUSTER
from postrenderer.sites.podspec import PLACEHOLDERS

if TYPE_CHECKING:
    from postrenderer.exports.admission import Scope
    from postrenderer.exports.prefixes import Table
    from postrenderer.settings import Settings

_POD = "request.object.spec"
_SUFFIX = "(:[^:/@]*)?(@[^/@]*)?$"
_HUB = DOCKER_HUB.replace(".", "[.]")
_LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "containers": ("image", {"image": "{{ moved }}"}),
    "initContainers": ("image", {"image": "{{ moved }}"}),
    "volumes": ("image.reference", {"image": {"reference": "{{ moved }}"}}),
}
"""The lists of a pod whose items have names: where their image is, and what a patch of it looks like."""
_EPHEMERAL = "ephemeralContainers"
_NOT_OF_A_POD_THAT_RUNS = {
    "key": "{{ request.operation }} {{ request.object.kind }}",
    "operator": "NotEquals",
    "value": "UPDATE Pod",
}
_PODS_AND_MAKERS = (
    "images in variables, arguments, ConfigMaps and custom resources stay: the policies look at pods and their makers."
)
_RUNNING = "a pod that runs keeps its images, those that an update gives it too."


def kyverno(settings: Settings, scope: Scope) -> Export:
    """Return the policies that move the images of pods, and of what makes pods, and add the pull secrets."""
    known = table(settings)
    rules = [_rule("images", known, [_each(name, known) for name in _LISTS], "Pod", scope)]
    if settings.pull_secrets:
        rules.append(_pull_secrets(known, settings.pull_secrets, scope))
    ephemeral = _rule("ephemeral-containers", known, [_each(_EPHEMERAL, known)], "Pod/ephemeralcontainers", scope)
    debug = "acreg-private-debug-images" if scope.name == NAME else f"{scope.name}-debug"
    return Export(
        (
            ExportDocument(
                (
                    "Kyverno 1.11 to 1.19: `kubectl apply -f` it. Newer ones are to have no ClusterPolicy: for them",
                    "there is `acreg export kyverno-cel`.",
                    "It changes pods and what makes them: a GitOps controller that compares may take that for drift.",
                    "With the annotation `pod-policies.kyverno.io/autogen-controllers: none` it changes pods alone.",
                ),
                _policy(scope.name, rules),
            ),
            ExportDocument(("Containers that `kubectl debug` adds.",), _policy(debug, [ephemeral])),
        ),
        (_PODS_AND_MAKERS, _RUNNING, *unheeded(settings), *no_secret(settings)),
    )


def unheeded(settings: Settings) -> tuple[str, ...]:
    """Return what Kyverno's mutate policies do not do of the settings."""
    found = [IGNORE] if settings.ignore else []
    if settings.others == "fail":
        found.append("images from elsewhere come in, though `others` is `fail`: `acreg export admission` refuses them.")
    return tuple(found)


def full_name(image: str) -> str:
    """An expression for the full name of an image (see `postrenderer.exports.prefixes`); what is no reference has any.

    Args:
        image: an expression for the reference.
    """
    name = f"join('', ['{DOCKER_HUB}/', regex_replace_all('{_SUFFIX}', {image}, '')])"
    for pattern, new in (
        (f"^{_HUB}/((localhost|[^/]*[.:A-Z][^/]*)/)", "$1"),  # it has a host
        (f"^({'|'.join(DOCKER_HUB_ALIASES)})[.]{_HUB}/", f"{DOCKER_HUB}/"),
        (f"^{_HUB}/({OFFICIAL}/)?([^/]+)$", f"{OFFICIAL_START}$2"),
    ):
        name = f"regex_replace_all('{pattern}', {name}, '{new}')"
    return f"join('', [{name}, '{END}'])"


def _each(name: str, known: Table) -> dict[str, Any]:
    """One foreach: the images of a list of a pod."""
    field, patch = _LISTS.get(name, _LISTS["containers"])
    image = f"(element.{field} || '')"
    conditions = [
        {"key": "{{ decision.to }}", "operator": "NotEquals", "value": ""},
        {"key": "{{ valid }}", "operator": "Equals", "value": True},
        {"key": f"{{{{ {image} }}}}", "operator": "AnyNotIn", "value": sorted(PLACEHOLDERS)},
    ]
    if name == _EPHEMERAL:  # those that are there cannot be changed
        old = f"{{{{ request.oldObject.spec.{_EPHEMERAL}[].name || `[]` }}}}"
        conditions.append({"key": "{{ element.name }}", "operator": "AnyNotIn", "value": old})
    return {
        "list": f"{_POD}.{name}",
        "context": [
            _variable("valid", f"regex_match('{_plain(RE2)}', {image}) && !regex_match('{IMAGE_ID}', {image})"),
            _variable("full", full_name(image)),
            _variable("host", "regex_replace_all('/.*$', full, '/')"),
            *([_variable("kept", "regex_replace_all(':', to_lower(host), '_')")] if known.keep_host else []),
            _otherwise(known),
            _decision(),
            _variable(
                "moved",
                f"join('', [regex_replace_all('/[.]$', replace(full, decision.start, decision.to, `1`), ''),"
                f" regex_replace_all('^(.*?)({_SUFFIX[:-1]})$', {image}, '$2')])",
            ),
        ],
        "preconditions": {"all": conditions},
        "patchStrategicMerge": {"spec": {name: [{"name": "{{ element.name }}", **patch}]}},
    }


def _decision() -> dict[str, Any]:
    """The first entry of the table that fits; where there is none, the host goes or nothing changes."""
    decision = _variable("decision", "table[?starts_with('{{ full }}', start)] | [0]")
    decision["variable"]["default"] = {"start": "{{ host }}", "to": "{{ otherwise }}"}
    return decision


def _entries(known: Table) -> tuple[Entry, ...]:
    return (*known.entries, Entry("[")) if known.keep_host else known.entries  # a host in brackets is in no path


def _otherwise(known: Table) -> dict[str, Any]:
    """What the host is replaced by where no entry of the table fits; empty if nothing changes."""
    named = "".join(f" || starts_with(full, '{start}')" for start in known.named)
    moves = f"!regex_match('{_plain(OF_A_CLUSTER)}', full){named}"
    new = f"join('', ['{known.base}/', kept])" if known.keep_host else f"'{known.base}/'"
    return _variable("otherwise", f"({moves}) && {new} || ''" if known.others == "rewrite" else "''")


def _pull_secrets(known: Table, names: tuple[str, ...], scope: Scope) -> dict[str, Any]:
    lists = ", ".join(f"{_POD}.{name}[].{field}" for name, (field, _) in _LISTS.items())
    private = " || ".join(f"starts_with(@, '{start}')" for start in known.private)
    return {
        "name": "pull-secrets",
        **_where("Pod", scope),
        "context": [_variable("private", f"length(map(&{full_name('@')}, [{lists}][])[?{private}])")],
        "preconditions": {
            "all": [_NOT_OF_A_POD_THAT_RUNS, {"key": "{{ private }}", "operator": "GreaterThan", "value": 0}]
        },
        "mutate": {"patchStrategicMerge": {"spec": {"imagePullSecrets": [{"name": name} for name in names]}}},
    }


def _rule(name: str, known: Table, foreach: list[dict[str, Any]], kind: str, scope: Scope) -> dict[str, Any]:
    return {
        "name": name,
        **_where(kind, scope),
        "context": [{"name": "table", "variable": {"value": [entry._asdict() for entry in _entries(known)]}}],
        **({} if "/" in kind else {"preconditions": {"all": [_NOT_OF_A_POD_THAT_RUNS]}}),
        "mutate": {"foreach": foreach},
    }


def _where(kind: str, scope: Scope) -> dict[str, Any]:
    resources: dict[str, Any] = {"kinds": [kind], "operations": ["CREATE", "UPDATE"]}
    if scope.labels:
        resources["namespaceSelector"] = {"matchLabels": dict(scope.labels)}
    where: dict[str, Any] = {"match": {"any": [{"resources": resources}]}}
    if scope.excepted:
        where["exclude"] = {"any": [{"resources": {"namespaces": list(scope.excepted)}}]}
    return where


def _policy(name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    spec = {"background": False, "rules": rules}
    return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": name}, "spec": spec}


def _variable(name: str, expression: str) -> dict[str, Any]:
    return {"name": name, "variable": {"jmesPath": expression}}


def _plain(pattern: str) -> str:
    r"""A regular expression without a backslash: `\.` becomes `[.]`."""
    return pattern.replace(r"\.", "[.]").replace(r"\[", "[[]").replace(r"\]", "[]]")
