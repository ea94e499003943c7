"""Credentials for registries: where they are found, as Docker and skopeo keep them.

A docker config, or authfile, is JSON: `auths` has an entry for each registry, whose `auth` is the base64 text of
`username:password`. `credHelpers` names a program for a registry and `credsStore` one for all of them:
`docker-credential-NAME get` reads the registry from stdin and answers in JSON
(https://github.com/docker/docker-credential-helpers).
"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HAS_TOKEN = "<token>"  # noqa: S105  # a word of the protocol
"""The user name with which a helper says that its secret is an identity token."""
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")


class Login(NamedTuple):
    """A user name and a password, or an identity token, with which tokens are asked for; neither is ever shown."""

    username: str
    password: str
    identity_token: str = ""

    def __repr__(self) -> str:
        """Return a text for logs and tracebacks."""
        return f"Login({self.username!r}, ...)"

    @property
    def auth(self) -> str:
        """The base64 text that docker configs hold."""
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    @property
    def entry(self) -> dict[str, str]:
        """The fields of a registry in docker configs."""
        return {"auth": self.auth, **({"identitytoken": self.identity_token} if self.identity_token else {})}


def default_files(environ: Mapping[str, str]) -> list[Path]:
    """Where credentials are kept when no file is named, the first one winning, as in containers-auth.json(5)."""
    if environ.get("REGISTRY_AUTH_FILE"):
        return [Path(environ["REGISTRY_AUTH_FILE"])]
    home = Path(environ.get("HOME") or Path.home())
    runtime = environ.get("XDG_RUNTIME_DIR")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [
        *([Path(runtime, "containers", "auth.json")] if runtime else []),
        config / "containers" / "auth.json",
        Path(environ.get("DOCKER_CONFIG") or home / ".docker") / "config.json",
    ]


def read(path: Path) -> dict[str, Any]:
    """Return a docker config.

    Raises:
        SettingsError: the file cannot be read, or is none.
    """
    try:
        config = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"The file with credentials {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        config = None
    if not isinstance(config, dict) or not all(
        isinstance(config.get(key, {}), dict) for key in ("auths", "credHelpers")
    ):
        raise SettingsError(
            f"{path} is not a file with credentials, as `docker login` and `skopeo login --authfile` write it: JSON"
            " with an object `auths`."
        )
    return config


def gather(authfile: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return one docker config: the file that is named, or what the default files say together.

    Raises:
        SettingsError: a file cannot be read, or is none.
    """
    paths = [Path(authfile)] if authfile else [path for path in default_files(environ) if path.is_file()]
    merged: dict[str, Any] = {}
    for path in reversed(paths):
        config = read(path)
        for key in ("auths", "credHelpers"):
            merged[key] = {**merged.get(key, {}), **config.get(key, {})}
        if config.get("credsStore"):
            merged["credsStore"] = config["credsStore"]
    return merged


def with_login(config: Mapping[str, Any], registries: Iterable[str], login: Login) -> dict[str, Any]:
    """Return a docker config in which nothing but this login counts for the registries, each `host[:port]`."""
    names = {name for registry in registries for name in _names(registry)}
    kept, helpers = (
        {key: value for key, value in config.get(part, {}).items() if _host(key).partition("/")[0] not in names}
        for part in ("auths", "credHelpers")
    )
    auths = {**kept, **dict.fromkeys(registries, login.entry)}
    return {**config, "auths": auths, "credHelpers": helpers}


def as_text(logins: Mapping[str, Login]) -> str:
    """Return the text of a docker config with nothing but these logins, by registry."""
    return json.dumps({"auths": {registry: login.entry for registry, login in logins.items()}})


def unlocked(config: Mapping[str, Any], registries: Iterable[str]) -> dict[str, Any]:
    """Return a docker config with what its credential store has for the registries; what it lacks is left out."""
    found = dict(config)
    for registry in registries:
        try:
            login = find(config, registry)
        except AcregError:
            continue
        if login:
            found = with_login(found, [registry], login)
    return found


def find(config: Mapping[str, Any], registry: str, path: str = "") -> Login | None:
    """Return what a docker config has for a registry; None if that is nothing.

    Args:
        config: of which an entry for a path in the registry counts for what is below it (containers-auth.json(5)).
        registry: `host[:port]`.
        path: the repository that the login is for.

    Raises:
        AcregError: what it has cannot be used, or its credential helper does not answer.
    """
    steps = path.split("/") if path else []
    below = ["/".join(("", *steps[:size])) for size in range(len(steps), 0, -1)]
    names = [name + rest for rest in (*below, "") for name in _names(registry)]
    helpers, auths = ({_host(key): key for key in config.get(part, {})} for part in ("credHelpers", "auths"))
    for name in names:
        if name in helpers:
            return _ask(str(config["credHelpers"][helpers[name]]), helpers[name])
    for name in names:
        entry = config["auths"][auths[name]] if name in auths else None
        if isinstance(entry, dict) and any(entry.get(key) for key in ("auth", "username", "identitytoken")):
            return _decode(entry, registry)
    store = config.get("credsStore")
    known = [auths[name] for name in names if name in auths]
    return _ask(str(store), known[0] if known else registry) if store else None


def password(config: Mapping[str, Any], registry: str) -> Login | None:
    """Return what `find` does, without identity tokens: a pull secret cannot hold one."""
    login = find(config, registry)
    return login if login and not login.identity_token else None


def _names(registry: str) -> tuple[str, ...]:
    return _DOCKER_HUB if registry in _DOCKER_HUB else (registry,)


def _host(key: str) -> str:
    """`https://host:port/v1/`, as old clients write it, is `host:port`; a path below a host is another entry."""
    address = key.partition("://")[2] or key
    host, _, path = address.partition("/")
    return host if path.strip("/") in ("", "v1", "v2") else address


def _decode(entry: Mapping[str, Any], registry: str) -> Login:
    try:
        if entry.get("identitytoken"):
            return Login("", "", _text(entry["identitytoken"]))
        if not entry.get("auth"):
            return Login(_text(entry["username"]), _text(entry.get("password", "")))
        username, colon, password = base64.b64decode(_text(entry["auth"]), validate=True).decode().partition(":")
    except ValueError:
        colon = ""
    if not colon:
        raise AcregError(f"The entry for {registry} in the file with credentials is damaged: log in to it again.")
    return Login(username, password)


def _ask(helper: str, registry: str) -> Login | None:
    program = f"docker-credential-{helper}"
    try:
        run = subprocess.run([program, "get"], input=registry, capture_output=True, text=True, check=False)  # noqa: S603  # as Docker does
        answer = json.loads(run.stdout) if run.returncode == 0 else {}
        username, secret = _text(answer.get("Username") or ""), _text(answer.get("Secret", ""))
    except (OSError, ValueError, AttributeError, RecursionError):
        raise AcregError(
            f"The credentials for {registry} are kept by the program {program}, which does not work here. Give them"
            " with --username and --password-stdin."
        ) from None
    if not username:
        return None
    return Login("", "", secret) if username == _HAS_TOKEN else Login(username, secret)


def _text(value: object) -> str:
    """Return a name or a password that JSON holds.

    Raises:
        ValueError: it is no text, or a text that cannot be encoded, such as half of a surrogate pair.
    """
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004  # one error for all that is damaged
    value.encode()
    return value
