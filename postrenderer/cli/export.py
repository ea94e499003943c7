"""`acreg export`: the same relocation for what stands behind a pipeline: GitOps controllers and admission."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from postrenderer import exports
from postrenderer.cli import hookdocuments, inputs, show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import SettingsError
from postrenderer.exports import document, inventory
from postrenderer.exports.admission import NAME, Scope
from postrenderer.exports.flux import HelmRelease
from postrenderer.settings import checks

if TYPE_CHECKING:
    from postrenderer.exports.document import Export
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Write the same rules for tools that a post-renderer cannot reach:
  flux         the post-renderer of a HelmRelease, for the images of a chart
  kustomize    a component, for the images of manifests
  kyverno      ClusterPolicies of Kyverno before 1.20, for every pod of a cluster and every kind that makes pods
  kyverno-cel  a MutatingPolicy of Kyverno from 1.17 on, for every pod of a cluster
  admission    Kubernetes' own admission policies for every pod of a cluster: one moves images, one refuses the rest
Flux and Kustomize need a list of images, from manifests or a chart; policies contain the rules themselves. What a tool
cannot do is listed on standard error and in comments."""

_EXAMPLES = """\
examples:
  A patch for a HelmRelease in Git, and a component for `components` of a kustomization:
    helm acreg export flux --helm-release appcircle/server --chart appcircle/appcircle -f values.yaml > patch.yaml
    kustomize build app | acreg export kustomize --registry registry.example.com:8083 > private/kustomization.yaml
  Every pod of a cluster except in kube-system and one more namespace; the API server checks the policies first:
    helm acreg export admission --values values.yaml --except local-path-storage > policies.yaml
    kubectl apply --dry-run=server -f policies.yaml
  Only pods of namespaces with a label:
    helm acreg export kyverno --values values.yaml --label images=private | kubectl apply -f -
    helm acreg export kyverno-cel --values values.yaml --label images=private | kubectl apply -f -

exit codes: as `acreg render`."""

_HELM_RELEASE = re.compile("(?:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/)?([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)")
_NAMESPACES = re.compile("[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?")
_OPENSHIFT = ("openshift", "openshift-*", "kube-*")
_NAMESPACE_LABEL = re.compile(r"((?:[a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)=([A-Za-z0-9_.-]{0,63})")
_FIRST_BETA, _FIRST_STABLE = 34, 36
"""The minor versions of Kubernetes 1 in which MutatingAdmissionPolicy is v1beta1, and v1."""


def main(argv: list[str]) -> int:
    """Write the export."""
    usage = f"KIND [FLAGS] [SETTINGS] [{inputs.WHERE}]"
    parser = Parser("acreg export", usage, _DESCRIPTION, _EXAMPLES)
    parser.add_argument("kind", choices=exports.KINDS, metavar="KIND", help=f"one of {', '.join(exports.KINDS)}")
    kind = next((argument for argument in argv if argument in exports.KINDS), "")
    if kind in exports.OF_POLICIES or not kind:
        _add_scope(parser)
    if kind not in exports.KINDS or kind == "flux":
        parser.add_argument(
            "--helm-release",
            metavar="[NAMESPACE/]NAME",
            help="for flux: write a patch for this HelmRelease instead of its `postRenderers` alone",
        )
    export = (_of_policies if kind in exports.OF_POLICIES else _of_manifests)(parser, argv)
    show.write(document.write(export).removesuffix("\n"))
    for line in export.left:
        show.note(f"not done: {line}")
    return 0


def _add_scope(parser: Parser) -> None:
    group = parser.add_argument_group("where policies apply", "For kyverno, kyverno-cel and admission.")
    group.add_argument(
        "--except",
        dest="excepted",
        action="append",
        metavar="NAMESPACE",
        help="leave out this namespace, or several as `team-*`, in addition to kube-system; may be repeated",
    )
    group.add_argument(
        "--openshift", action="store_true", help="leave out OpenShift's own namespaces: openshift, openshift-*, kube-*"
    )
    group.add_argument(
        "--name", default=NAME, help=f"the name of the policies, so that two exports can coexist (default: {NAME})"
    )
    group.add_argument(
        "--label",
        dest="labels",
        action="append",
        metavar="KEY=VALUE",
        help="only namespaces with this label; may be repeated: namespaces with all of them",
    )
    group.add_argument(
        "--kubernetes",
        metavar="VERSION",
        help="for admission: the cluster's version, such as 1.34 (default: 1.36 or newer)",
    )


def _of_policies(parser: Parser, argv: list[str]) -> Export:
    add_settings(parser)
    flags, unknown = parser.split(argv)
    about = [word for word in unknown if word.partition("=")[0] in ("--chart", "--release", "-f", "--filename")]
    if about:
        raise SettingsError(
            f"{about[0].partition('=')[0]} is not an argument of `acreg export {flags['kind']}`, which writes a policy"
            " for all objects of a cluster and reads no manifests: leave it out, and name values files with --values"
        )
    if unknown:
        parser.refuse(unknown)
    wanted = inputs.in_effect(flags, os.environ)
    _say_what_is_not_pinned(wanted)
    excepted = _excepted(flags["excepted"], openshift=bool(flags["openshift"]))
    scope = Scope(excepted, _labels(flags["labels"]), _name(str(flags["name"])))
    version = _api_version(str(flags["kubernetes"] or ""))
    return exports.policies(str(flags["kind"]), wanted, scope, version)


def _of_manifests(parser: Parser, argv: list[str]) -> Export:
    from postrenderer.findings import check_collisions, find  # noqa: PLC0415  # policies do not need it

    request = inputs.parse(parser, argv)
    release = _helm_release(request.text("helm_release"))
    with temporary_folder() as folder:
        manifests = inputs.read(request, folder)
        wanted = inputs.load(request, manifests, folder)._replace(report="")
    _say_what_is_not_pinned(wanted)
    found = find(manifests.data, wanted)
    check_collisions(found)
    taken = inventory.take(found, hookdocuments.positions(manifests.data))
    return exports.of_manifests(request.text("kind"), wanted, taken, release)


def _say_what_is_not_pinned(wanted: Settings) -> None:
    if wanted.lock:
        show.note("`lock` does not apply: an export pins no digests.")


def _helm_release(given: str) -> HelmRelease | None:
    if not given:
        return None
    match = _HELM_RELEASE.fullmatch(given)
    if not match:
        raise SettingsError(f"--helm-release: `{given}` is not NAME or NAMESPACE/NAME, such as `appcircle/server`.")
    return HelmRelease(match[1] or "", match[2])


def _excepted(given: object, *, openshift: bool) -> tuple[str, ...]:
    more = [str(name) for name in given] if isinstance(given, list) else []
    for name in more:
        if not _NAMESPACES.fullmatch(name) or not name.strip("*-"):
            raise SettingsError(
                f"--except: `{name}` is not the name of a namespace, which is lower-case letters, digits and inner `-`,"
                " with `*` for any text."
            )
    return tuple(dict.fromkeys((*Scope().excepted, *(_OPENSHIFT if openshift else ()), *more)))


def _name(given: str) -> str:
    try:
        return checks.secret_name(given)
    except ValueError:
        raise SettingsError(
            f"--name: `{given}` cannot be the name of a policy: lower-case letters, digits and inner `-` and `.`."
        ) from None


def _labels(given: object) -> tuple[tuple[str, str], ...]:
    labels = []
    for text in given if isinstance(given, list) else ():
        match = _NAMESPACE_LABEL.fullmatch(text)
        if not match:
            raise SettingsError(f"--label: `{text}` is not KEY=VALUE, such as `images=private`.")
        labels.append((match[1], match[3]))
    return tuple(labels)


def _api_version(kubernetes: str) -> str:
    """Return the version of MutatingAdmissionPolicy that a version of Kubernetes has."""
    if not kubernetes:
        return "v1"
    match = re.fullmatch(r"v?1\.([0-9]{1,3})(?:[.+].*)?", kubernetes)
    if not match:
        raise SettingsError(f"--kubernetes: `{kubernetes}` is not a version such as 1.36.")
    minor = int(match[1])
    if minor < _FIRST_BETA:
        raise SettingsError(
            f"--kubernetes: {kubernetes} is too old: MutatingAdmissionPolicy exists since Kubernetes 1.{_FIRST_BETA},"
            f" and stable since 1.{_FIRST_STABLE}. `acreg export kyverno-cel` needs Kyverno instead."
        )
    return "v1" if minor >= _FIRST_STABLE else "v1beta1"
