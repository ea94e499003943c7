"""Flags that say how registries are reached: with which credentials, and how they prove who they are."""

from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.errors import SettingsError
from postrenderer.images.reference import parse_prefix
from postrenderer.registry import credentials, places
from postrenderer.registry.credentials import Login
from postrenderer.registry.scratch import HandedFile
from postrenderer.settings import checks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, MutableMapping

    from postrenderer.registry.scratch import Scratch
    from postrenderer.settings import Settings

SOURCE = "source"
"""The prefix of the flags and variables for where images come from; those for the private registry have none."""
PASSWORD_VARIABLES = ("ACREG_PASSWORD", "ACREG_SOURCE_PASSWORD", "ACREG_QUAY_TOKEN")


class Trust(NamedTuple):
    """Which registries need not prove who they are, and who else than the system's authorities vouches for others."""

    insecure: frozenset[str]
    ca_file: str


def add_login(parser: argparse.ArgumentParser, side: str = "") -> None:
    """Add the flags for the credentials of the private registry, or of the `SOURCE`."""
    flag, variable = _prefixes(side)
    whose = "the registries that images come from" if side else "the private registry"
    group = parser.add_argument_group(
        f"credentials for {whose}",
        f"Without a flag, the password is read from {variable}PASSWORD. Without any credentials, acreg uses the\n"
        "files that docker login and skopeo login write.",
    )
    group.add_argument(
        f"{flag}authfile", metavar="FILE", help=f"a docker config.json or auth.json [{variable}AUTHFILE]"
    )
    group.add_argument(f"{flag}username", metavar="NAME", help=f"the user name [{variable}USERNAME]")
    password = group.add_mutually_exclusive_group()
    password.add_argument(f"{flag}password-stdin", action="store_true", help="read the password from standard input")
    password.add_argument(
        f"{flag}password-file", metavar="FILE", help="read the password, such as a `_json_key` file, from FILE"
    )


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the flags about TLS."""
    group = parser.add_argument_group("TLS")
    group.add_argument(
        "--insecure-registry",
        metavar="HOST[:PORT]",
        action="append",
        help="allow HTTP or an unverified certificate for this registry; may be repeated [ACREG_INSECURE_REGISTRIES]",
    )
    group.add_argument(
        "--ca-file",
        metavar="FILE",
        help="a CA certificate in PEM form, trusted in addition to the system's [ACREG_CA_FILE]",
    )


def authfile(flags: Mapping[str, object], environ: Mapping[str, str], side: str = "") -> str:
    """Return the file with credentials that is named; empty for none. That of the private registry serves both."""
    own = str(_flag(flags, side, "authfile") or environ.get(f"{_prefixes(side)[1]}AUTHFILE", ""))
    return own or (authfile(flags, environ) if side else "")


def login(flags: Mapping[str, object], environ: Mapping[str, str], side: str = "") -> Login | None:
    """Return the user name and password that are given; None if there is no user name.

    Raises:
        SettingsError: one of both is missing, or cannot be read.
    """
    flag, variable = _prefixes(side)
    username = str(_flag(flags, side, "username") or environ.get(f"{variable}USERNAME", ""))
    file = str(_flag(flags, side, "password_file") or "")
    from_stdin = bool(_flag(flags, side, "password_stdin"))
    if not username:
        if file or from_stdin:
            raise SettingsError(f"A password is given without a user name: add {flag}username NAME.")
        return None
    if ":" in username:
        raise SettingsError(f"{flag}username: a user name cannot contain `:`; the password is passed separately.")
    password = _password(file, from_stdin, environ.get(f"{variable}PASSWORD", ""), username)
    if not password:
        raise SettingsError(
            f"There is no password for {username}: give {flag}password-stdin or {flag}password-file FILE, or set"
            f" {variable}PASSWORD. No flag takes the password itself: others could read it in the list of processes."
        )
    return Login(username, password)


def trust(flags: Mapping[str, object], environ: Mapping[str, str]) -> Trust:
    """Return what the flags about TLS say.

    Raises:
        SettingsError: the file of the authority cannot be read.
    """
    given = flags.get("insecure_registry") or [environ.get("ACREG_INSECURE_REGISTRIES", "")]
    texts = [str(text) for text in given] if isinstance(given, list) else []
    hosts = [host.strip() for text in texts for host in text.split(",") if host.strip()]
    try:
        for host in hosts:
            checks.registry(host)
    except ValueError as error:
        raise SettingsError(f"--insecure-registry {error}.") from None
    ca_file = str(flags.get("ca_file") or environ.get("ACREG_CA_FILE", ""))
    if ca_file:
        certificate(ca_file)
    return Trust(frozenset(hosts), ca_file)


def certificate(file: str) -> str:
    """Return the text of a file with certificates of authorities.

    Raises:
        SettingsError: it cannot be read, holds none, or holds a private key, which is for nobody else to see.
    """
    import ssl  # noqa: PLC0415  # only needed here

    text = read(file)
    if "PRIVATE KEY-----" in text:
        raise SettingsError(f"--ca-file: {file} contains a private key: name a file with only the certificate.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise SettingsError(
            f"--ca-file: {file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----), or a damaged one."
        ) from None
    return text


def withdraw(environ: MutableMapping[str, str]) -> dict[str, str]:
    """Take the passwords out of the environment, so that no process that we start gets them.

    Returns:
        The environment as it was.
    """
    before = dict(environ)
    for name in PASSWORD_VARIABLES:
        environ.pop(name, None)
    return before


def reach(
    flags: Mapping[str, object], environ: Mapping[str, str], settings: Settings, scratch: Scratch
) -> places.Reach:
    """Return how registries are reached, with the credentials of each side handed over to skopeo.

    Those for the source are for the hosts of `sources` in the settings, and nobody else gets them.

    Raises:
        SettingsError: a flag is wrong, or a file cannot be read.
    """
    trusted = trust(flags, environ)
    sources = sorted({parse_prefix(prefix)[0] for prefix in settings.sources})
    sides = {
        places.TARGET: _config(flags, environ, "", [settings.registry], scratch),
        places.SOURCE: _config(flags, environ, SOURCE, sources, scratch),
    }
    authfiles = {side: handed for side, (_, handed) in sides.items()}
    configs = {side: config for side, (config, _) in sides.items()}
    child = {name: value for name, value in environ.items() if name not in PASSWORD_VARIABLES}
    return places.Reach(authfiles, configs, trusted.insecure, scratch.certificates(trusted.ca_file), child)


def _config(
    flags: Mapping[str, object], environ: Mapping[str, str], side: str, registries: list[str], scratch: Scratch
) -> tuple[dict[str, Any], HandedFile]:
    """Return the docker config of a side, and the file in which skopeo finds it."""
    file, given = authfile(flags, environ, side), login(flags, environ, side)
    config = credentials.gather(file, environ)
    if given:
        config = credentials.with_login(config, registries, given)
    elif config.get("credsStore"):
        config = credentials.unlocked(config, registries)  # skopeo asks no such store
    else:
        return config, HandedFile(os.path.abspath(file) if file else "")
    return config, scratch.secret(json.dumps(config).encode())


def refuse_shared_stdin(flags: Mapping[str, object]) -> None:
    """See that at most one thing is read from standard input: manifests, a list, or a password.

    Raises:
        SettingsError: two are.
    """
    passwords = [side for side in ("", SOURCE) if _flag(flags, side, "password_stdin")]
    if len(passwords) > 1:
        raise SettingsError("Standard input can carry only one password: pass the other with a --password-file flag.")
    elsewhere = [name for name in ("filename", "list", "chart", "release", "from") if flags.get(name)]
    if passwords and (not elsewhere or flags.get("list") == "-"):
        raise SettingsError(
            "Standard input cannot hold both the manifests and the password: name a file with -f or --list, or give the"
            " password with --password-file."
        )


def _prefixes(side: str) -> tuple[str, str]:
    return (f"--{side}-", f"ACREG_{side.upper()}_") if side else ("--", "ACREG_")


def _flag(flags: Mapping[str, object], side: str, name: str) -> object:
    return flags.get(f"{side}_{name}" if side else name)


def _password(file: str, from_stdin: bool, variable: str, username: str) -> str:  # noqa: FBT001  # of a private function
    """Read the password without the line ends that editors and `echo` add."""
    if file:
        return read(file).rstrip("\r\n")
    if from_stdin:
        return _text(sys.stdin.buffer.read() if sys.stdin else b"", "The password on standard input").rstrip("\r\n")
    if not variable and sys.stdin and sys.stdin.isatty():
        return getpass.getpass(f"Password for {username}: ")
    return variable


def read(file: str) -> str:
    """Return the text of a file that a flag names.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return _text(Path(file).read_bytes(), file)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from None


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{name} is not a text in UTF-8.") from None
