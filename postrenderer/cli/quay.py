"""`acreg quay`: a Quay organization that is a proxy cache of the source."""

from __future__ import annotations

import os
import re

from postrenderer.cli import access, inputs, show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import SettingsError
from postrenderer.registry import quay, transport

_DESCRIPTION = """\
Make an organization of a Quay registry a proxy cache of the source, and create the organization if it does not exist.
Pods then pull images through it, and you need not mirror them. The settings name the registry and the organization."""

_EXAMPLES = """\
examples:
  The organization of Appcircle's "External Image Registries"; the token is that of an OAuth application in Quay:
    export ACREG_QUAY_TOKEN=…
    helm acreg quay --registry registry.example.com:8083 --repository-path appcircle \\
      --source-username _json_key --source-password-file cred.json
  What would be sent, without the password:
    helm acreg quay --values values.yaml --source-password-file cred.json --dry-run

exit codes: as `acreg render`."""

_DAY = 86400
_TOKEN = re.compile(r"[!-~]+")
"""The characters of an HTTP header: ASCII without spaces."""


def main(argv: list[str]) -> int:
    """Make the organization, or show the requests that would do so."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg quay", "[FLAGS] [SETTINGS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument(
        "--upstream", metavar="PREFIX", help="the registry to cache (default: the source in the settings)"
    )
    parser.add_argument(
        "--expiration", type=int, default=_DAY, metavar="SECONDS", help=f"how long tags are cached (default: {_DAY})"
    )
    parser.add_argument("--email", default="", help="the organization's email address, if Quay requires one")
    parser.add_argument("--token-file", metavar="FILE", help="read the OAuth access token from FILE [ACREG_QUAY_TOKEN]")
    parser.add_argument("--replace", action="store_true", help="replace an existing proxy cache")
    parser.add_argument("--dry-run", action="store_true", help="only print the requests, without the password")
    access.add_login(parser, access.SOURCE)
    access.add_trust(parser)
    add_settings(parser)
    flags = parser.read(argv)
    wanted = inputs.in_effect(flags, environ)
    if flags["source_password_file"] and not flags["source_username"]:
        flags["source_username"] = environ.get("ACREG_SOURCE_USERNAME") or "_json_key"
    if not wanted.repository_path or "/" in wanted.repository_path:
        raise SettingsError(
            "The repository path in the settings must be the name of a Quay organization, without a `/`."
        )
    upstream = str(flags["upstream"] or "")
    if not upstream and len(wanted.sources) != 1:
        raise SettingsError("A Quay organization caches one registry: name it with --upstream PREFIX.")
    proxy = quay.Proxy(
        wanted.repository_path,
        upstream or wanted.sources[0],
        access.login(flags, environ, access.SOURCE),
        int(str(flags["expiration"])),
        str(flags["email"]),
    )
    trust = access.trust(flags, environ)
    url = f"{'http' if wanted.registry in trust.insecure else 'https'}://{wanted.registry}"
    if flags["dry_run"]:
        show.write(quay.describe(proxy, url, replace=bool(flags["replace"])).removesuffix("\n"))
        return 0
    file = str(flags["token_file"] or "")
    token = access.read(file).strip() if file else environ.get("ACREG_QUAY_TOKEN", "")
    if not _TOKEN.fullmatch(token):
        raise SettingsError(
            f"{'The token for Quay holds more than a token' if token else 'There is no token for Quay'}: make an OAuth"
            " application in Quay, generate a token with the scopes to administer and create organizations, and set"
            " ACREG_QUAY_TOKEN or give --token-file FILE."
        )
    sender = transport.Transport(frozenset(), "", environ, trust.ca_file)
    try:
        for line in quay.configure(quay.Quay(url, token, sender), proxy, replace=bool(flags["replace"])):
            show.write(line)
    finally:
        sender.close()
    return 0
