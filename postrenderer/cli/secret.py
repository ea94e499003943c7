"""`acreg secret`: the pull secret for the private registry."""

from __future__ import annotations

import os
import re

from postrenderer.cli import access, inputs, show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import SettingsError
from postrenderer.registry import credentials, secret
from postrenderer.settings import checks

_DESCRIPTION = """\
Write the Secret with which pods pull from the private registry to standard output, as
`kubectl create secret docker-registry --dry-run=client -o yaml` does. Its name is that of the pull secret in the
settings, its registry theirs too."""

_EXAMPLES = """\
examples:
  With a password from a file or a program:
    helm acreg secret -n appcircle --values values.yaml --username robot --password-stdin < password.txt |
      kubectl apply -f -
  With the key of a Google service account, for another registry than that of the settings:
    helm acreg secret -n appcircle --server europe-west1-docker.pkg.dev --username _json_key \\
      --password-file cred.json | kubectl apply -f -
  With what `docker login` or `skopeo login` has kept:
    helm acreg secret -n appcircle --values values.yaml | oc apply -f -"""

_NAMESPACE = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Kubernetes' rule: an RFC 1123 label."""


def main(argv: list[str]) -> int:
    """Write the Secret."""
    parser = Parser("acreg secret", "[SETTINGS] [CREDENTIALS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("--name", help="of the Secret, instead of the first pull secret in the settings")
    parser.add_argument("-n", "--namespace", help="of the Secret [HELM_NAMESPACE]; none leaves it to kubectl")
    parser.add_argument("--server", metavar="HOST[:PORT]", help="another registry than that of the settings")
    access.add_login(parser)
    add_settings(parser)
    flags = parser.read(argv)
    if flags["server"]:
        try:
            checks.registry(str(flags["server"]))
        except ValueError as error:
            raise SettingsError(f"--server {error}.") from None
        flags.update(registry=flags["server"], sources=())  # it may well be that of a source
    wanted = inputs.settle(flags, os.environ)
    name = str(flags["name"] or next(iter(wanted.pull_secrets), ""))
    if not name:
        raise SettingsError("The settings name no pull secret, so the Secret needs a name: give --name NAME.")
    try:
        checks.secret_name(name)
    except ValueError as error:
        raise SettingsError(f"--name {error}.") from None
    namespace = str(flags["namespace"] or os.environ.get("HELM_NAMESPACE", ""))
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise SettingsError(
            f"--namespace must be the name of a namespace, not `{namespace}`: lower-case letters, digits and `-`, with"
            " a letter or digit at each end, at most 63 characters."
        )
    login = access.login(flags, os.environ)
    if login is None:
        config = credentials.gather(access.authfile(flags, os.environ), os.environ)
        login = credentials.find(config, wanted.registry)
    if login is None:
        raise SettingsError(
            f"There are no credentials for {wanted.registry}: give --username NAME with --password-stdin or"
            f" --password-file FILE, or log in with `docker login {wanted.registry}`, or name the file that has them"
            " with --authfile FILE."
        )
    show.write(secret.manifest(name, namespace, wanted.registry, login).removesuffix("\n"))
    show.warn_of_password("pipe it into `kubectl apply -f -` at once")
    return 0
