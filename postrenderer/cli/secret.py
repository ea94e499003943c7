"""`acreg secret`: the pull secret for the private registry."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from postrenderer.cli import access, helmargs, inputs, probe, pullsecrets, show
from postrenderer.cli import helm as helm_
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import AcregError, SettingsError
from postrenderer.pullsecrets.accounts import DEFAULT, Accounts
from postrenderer.registry import credentials, secret
from postrenderer.settings import checks
from postrenderer.text import stream

if TYPE_CHECKING:
    from postrenderer.pullsecrets.accounts import Account
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Write the pull secret for the private registry to standard output, as
`kubectl create secret docker-registry --dry-run=client -o yaml` does. Its name and registry come from the settings. A
pull secret works only in its own namespace: --chart and --release make one for each namespace whose pods pull from the
private registry."""

_EXAMPLES = """\
examples:
  With a password from a file; on a terminal, without --password-stdin, acreg asks for it:
    helm acreg secret -n appcircle --values values.yaml --username robot --password-stdin < password.txt |
      kubectl apply -f -
  One for each namespace in which a chart makes pods:
    helm acreg secret -n appcircle --chart appcircle/appcircle -f values.yaml | kubectl apply -f -
  For the pods' ServiceAccounts, instead of a pull secret in each pod (`pullSecrets: []` in the settings):
    helm acreg secret -n appcircle --name containerregistry --for-service-accounts | kubectl apply -f -
  With the key of a Google service account, for a registry that the settings do not name:
    helm acreg secret -n appcircle --server europe-west1-docker.pkg.dev --username _json_key \\
      --password-file cred.json | kubectl apply -f -
  With the credentials that `docker login` or `skopeo login` saved:
    helm acreg secret -n appcircle --values values.yaml | oc apply -f -"""

_NAMESPACE = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Kubernetes' rule: an RFC 1123 label."""

_ANY = "any"
"""A pull secret where the settings name none, to see which pods would get it."""


def main(argv: list[str]) -> int:
    """Write the Secret."""
    parser = Parser("acreg secret", "[SETTINGS] [CREDENTIALS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("--name", help="the name of the Secret (default: the first pull secret in the settings)")
    parser.add_argument(
        "-n", "--namespace", help="the namespace of the Secret (default: left to kubectl) [HELM_NAMESPACE]"
    )
    parser.add_argument("--server", metavar="HOST[:PORT]", help="a registry other than the one in the settings")
    parser.add_argument(
        "--for-service-accounts",
        action="store_true",
        help="also write the ServiceAccounts of the pods, with this pull secret added to those that they have in the"
        " cluster: the ones that a chart or a release uses and does not bring, else `default`",
    )
    access.add_login(parser)
    request = inputs.parse(parser, argv)
    flags = request.flags
    access.refuse_shared_stdin({"list": "", **flags}) if flags.get("filename") else None
    if flags["server"]:
        try:
            checks.registry(str(flags["server"]))
        except ValueError as error:
            raise SettingsError(f"--server {error}.") from None
        flags.update(registry=flags["server"], sources=())  # it may well be that of a source
    namespace = str(flags["namespace"] or os.environ.get("HELM_NAMESPACE", ""))
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise SettingsError(
            f"--namespace must be the name of a namespace, not `{namespace}`: lower-case letters, digits and `-`, with"
            " a letter or digit at each end, at most 63 characters."
        )
    wanted, places, used = _places(request, namespace)
    name = str(flags["name"] or next(iter(wanted.pull_secrets), ""))
    if not name:
        raise SettingsError("The settings name no pull secret, so the Secret needs a name: give --name NAME.")
    try:
        checks.secret_name(name)
    except ValueError as error:
        raise SettingsError(f"--name {error}.") from None
    login = access.login(flags, os.environ)
    if login is None:
        config = credentials.gather(access.authfile(flags, os.environ), os.environ)
        login = credentials.password(config, wanted.registry)
    if login is None:
        raise SettingsError(
            f"There are no credentials for {wanted.registry}: give --username NAME with --password-stdin or"
            f" --password-file FILE, or log in with `docker login {wanted.registry}`, or name the file that has them"
            " with --authfile FILE."
        )
    made = [secret.manifest(name, place, wanted.registry, login) for place in places]
    for account in _accounts(request, namespace, used) if flags["for_service_accounts"] else ():
        listed = dict.fromkeys((*account.secrets, name))
        made.append(secret.account(account.name, account.namespace or namespace, listed))
    show.write("---\n".join(made).removesuffix("\n"))
    show.warn_of_password("pipe it into `kubectl apply -f -` at once")
    return 0


def _places(request: inputs.Request, namespace: str) -> tuple[Settings, list[str], list[tuple[str, str]]]:
    """What a chart or a release asks for, or else one Secret.

    Returns:
        The settings, the namespaces in which something pulls, and the names and namespaces of the ServiceAccounts that
        are used and not brought along.
    """
    if not any(request.flags.get(name) for name in ("chart", "release", "filename")):
        return inputs.in_effect(request.flags, os.environ), [namespace], [(DEFAULT, "")]
    from postrenderer.findings import find  # noqa: PLC0415  # one Secret needs no manifests

    with temporary_folder() as folder:
        asked = request._replace(helm=[*request.helm, *_of_helm(request, namespace)])
        manifests = inputs.read(asked, folder)
        wanted = inputs.load(asked, manifests, folder)
        of_pods = wanted._replace(pull_secrets=wanted.pull_secrets or (_ANY,))
        found = find(manifests.data, of_pods)
    brought = Accounts(stream.decode(manifests.data).data)
    used = [
        (name, place) for name, place in pullsecrets.question(found)["accounts"] if not brought.holds(name, [place])
    ]
    return wanted, pullsecrets.namespaces(found, namespace), used


def _accounts(request: inputs.Request, namespace: str, used: list[tuple[str, str]]) -> list[Account]:
    """The ServiceAccounts as they are in the cluster.

    Raises:
        AcregError: the cluster does not tell.
    """
    helm = helm_.find()
    items = [pullsecrets.Item(pullsecrets.ACCOUNTS, place) for _, place in used]
    argv = [*request.helm, *_of_helm(request, namespace)]
    with temporary_folder() as folder:
        cluster = pullsecrets.Cluster(helm, helmargs.known_to(probe.PLACE, argv, helm.flags("template")), folder)
        try:
            found = cluster.look(items)
        except helm_.HelmError as error:
            cluster.refused.update(dict.fromkeys(items, str(error)))
    if cluster.refused:
        item, why = next(iter(cluster.refused.items()))
        raise AcregError(
            f"The cluster does not tell {item}, and a list without these would take them away: {why}. Leave out"
            " --for-service-accounts, or have somebody do this who may see them."
        )
    return pullsecrets.accounts(found, used)


def _of_helm(request: inputs.Request, namespace: str) -> list[str]:
    """The namespace as an argument of Helm's."""
    return [f"--namespace={namespace}"] if namespace and not request.flags.get("filename") else []
