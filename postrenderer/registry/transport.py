"""HTTP as registries and Quay's API speak it, on the standard library: kept connections, TLS, proxies, redirects."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed has it for some systems

from postrenderer.registry.credentials import Login
from postrenderer.registry.failures import OTHER, STOPPED, RegistryError, failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message

_SECONDS = 60
"""How long a registry may send nothing."""
_ANSWER_SECONDS = 180
"""How long a whole answer may take: a byte a minute would have no end."""
_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_LIMIT = 16 << 20
"""The largest answer that is read; registries take manifests of up to 4 MiB (OCI distribution specification)."""
_FOLDERS = ("/etc/containers/certs.d", "/etc/docker/certs.d")
"""Where skopeo looks for `HOST[:PORT]/*.crt` if --cert-dir names no folder (containers-certs.d(5))."""


class Answer(NamedTuple):
    """Status, headers and body of the last answer after redirects, and the address that gave it."""

    status: int
    headers: Message
    body: bytes
    url: str


class Transport:
    """Sends requests. Every method may be called from several threads at once.

    Args:
        insecure: hosts, `host[:port]`, whose certificates are not verified.
        certificates: a folder with `*.crt` of authorities to trust too, and `*.cert` and `*.key` to show; empty for the
            folders that skopeo looks into.
        environ: names the proxies.
        authority: the file of an authority to trust too; empty for none.
    """

    def __init__(
        self, insecure: frozenset[str], certificates: str, environ: Mapping[str, str], authority: str = ""
    ) -> None:
        self._insecure = insecure
        self._certificates = certificates
        self._authority = authority
        home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
        self._folders = (f"{home}/containers/certs.d", *_FOLDERS)
        suffix = "_proxy"
        names = sorted(name for name in environ if name.lower().endswith(suffix))  # lower case is last and wins
        self._proxies = {name.lower().removesuffix(suffix): environ[name] for name in names}
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._is_stopped = False

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send a request, and follow where GET and HEAD are sent to: without credentials if that is another host.

        Raises:
            RegistryError: there is no answer.
        """
        for _ in range(_REDIRECTS):
            answer = self.once(method, url, headers, body)
            location = answer.headers.get("Location")
            if answer.status not in _MOVED or not location or method not in ("GET", "HEAD"):
                return answer
            before, after = urlsplit(url), _address(url, location)
            if (before.scheme, after.scheme) != ("http", "http") and after.scheme != "https":
                raise RegistryError(OTHER, f"{before.netloc} sends to an address without TLS", host=before.netloc)
            if after.netloc != before.netloc:
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
            url = after.geturl()
        raise failure(f"stopped after {_REDIRECTS} redirects", urlsplit(url).netloc)

    def once(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send a request, and follow nowhere.

        Raises:
            RegistryError: there is no answer.
        """
        parts = _address(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        while True:
            if self._is_stopped:
                raise RegistryError(STOPPED, "stopped before it was done")
            connection, was_open = None, False
            try:
                connection = self._connection(parts.scheme, parts.netloc)
                if method == "POST":
                    connection.close()  # over a new one it is sent once, as twice may do harm (RFC 9110, 9.2.2)
                was_open = connection.sock is not None
                if not was_open:
                    connection.connect()
                with _limited(connection.sock):
                    connection.request(method, path, body or None, dict(headers))
                    response = connection.getresponse()
                    content = response.read(_LIMIT + 1)
            except (OSError, http.client.HTTPException, ValueError) as error:  # the last for what no header can hold
                if connection:
                    connection.close()
                if not was_open:
                    raise self._failure(error, parts.netloc) from None
                continue  # the registry has closed a connection that was not used for a while
            if len(content) > _LIMIT:
                connection.close()
                raise RegistryError(OTHER, f"{parts.netloc} answers with more than {_LIMIT >> 20} MiB")
            return Answer(response.status, response.headers, content, url)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._all:
            connection.close()

    def stop(self) -> None:
        """End what runs in other threads, and send nothing any more."""
        self._is_stopped = True
        for connection in self._all:
            if connection.sock:
                _shut(connection.sock)

    def _connection(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        mine: dict[str, http.client.HTTPConnection] = self._own.__dict__
        key = f"{scheme}://{netloc}"
        if key not in mine:
            mine[key] = self._connect(scheme, netloc)
            self._all.append(mine[key])
        return mine[key]

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        proxy = self._proxy(scheme, netloc)
        address = proxy.partition("://")[2] or proxy or netloc
        login, _, address = address.rstrip("/").rpartition("@")
        if scheme == "http":
            return http.client.HTTPConnection(netloc, timeout=_SECONDS)  # HTTP is for registries that are near
        if login and "://" in proxy and not proxy.lower().startswith("http://"):
            kind = proxy.partition("://")[0]
            raise RegistryError(
                "unreachable",
                f"{netloc}: the proxy in HTTPS_PROXY is one for {kind}, and acreg would send it the password without"
                f" TLS; write http:// if it is none for {kind}, or list the host in NO_PROXY",
                host=netloc,
            )
        connection = http.client.HTTPSConnection(address, timeout=_SECONDS, context=self._context(netloc))
        if proxy:
            username, _, password = login.partition(":")
            basic = f"Basic {Login(unquote(username), unquote(password)).auth}"
            connection.set_tunnel(netloc, headers={"Proxy-Authorization": basic} if login else {})
        return connection

    def _proxy(self, scheme: str, netloc: str) -> str:
        proxy = self._proxies.get(scheme) or self._proxies.get("all", "")
        host = urlsplit(f"//{netloc}").hostname or ""
        if not proxy or host == "localhost" or proxy_bypass_environment(netloc, self._proxies):
            return ""
        try:
            own = ipaddress.ip_address(host)
            names = [name.strip() for name in self._proxies.get("no", "").split(",") if "/" in name]
            nets = [ipaddress.ip_network(name, strict=False) for name in names]
        except ValueError:
            return proxy
        return "" if own.is_loopback or any(own in net for net in nets) else proxy

    def _context(self, netloc: str) -> ssl.SSLContext:
        if netloc not in self._contexts:
            context = ssl.create_default_context()
            if netloc in self._insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            folders = [self._certificates] if self._certificates else [f"{folder}/{netloc}" for folder in self._folders]
            folder = next((Path(folder) for folder in folders if Path(folder).is_dir()), None)
            try:
                if self._authority:
                    context.load_verify_locations(self._authority)
                for file in sorted(folder.iterdir()) if folder else []:
                    if file.suffix == ".crt":
                        context.load_verify_locations(file)
                    elif file.suffix == ".cert":
                        context.load_cert_chain(file, file.with_suffix(".key"))
            except OSError as error:
                raise RegistryError("certificate", f"{folder}: {error.strerror or error}") from None
            self._contexts[netloc] = context
        return self._contexts[netloc]

    def _failure(self, error: Exception, netloc: str) -> RegistryError:
        if self._is_stopped:
            return RegistryError(STOPPED, "stopped before it was done")
        said = str(getattr(error, "strerror", None) or error) or type(error).__name__
        if isinstance(error, ssl.SSLCertVerificationError):
            said = f"certificate verify failed: {error.verify_message}"
        elif isinstance(error, socket.gaierror):
            said = f"no such host: {said}"
        if "Tunnel connection failed" in said or (self._proxy("https", netloc) and isinstance(error, OSError)):
            said = f"proxyconnect: {said}"
        return failure(said, netloc)


@contextmanager
def _limited(connection: socket.socket) -> Iterator[None]:
    """Shut a connection over which an answer takes too long, which ends what reads from it in this thread.

    Raises:
        TimeoutError: it took too long.
    """
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        _shut(connection)

    timer = threading.Timer(_ANSWER_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if is_late.is_set():
            raise TimeoutError(f"timed out: no whole answer in {_ANSWER_SECONDS} seconds")


def _shut(connection: socket.socket) -> None:
    """End what another thread reads from a connection or writes to it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _address(url: str, more: str = "") -> SplitResult:
    """Read an address, and what is relative to it.

    Raises:
        RegistryError: it is none.
    """
    try:
        return urlsplit(urljoin(url, more))
    except ValueError:
        raise RegistryError(OTHER, f"a registry names an invalid address: {more or url}") from None
