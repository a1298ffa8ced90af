"""The only door out: guarded requests to foreign addresses, and plain ones to our own neighbours.

Every address a name resolves to is checked at the moment of connecting, and that same address is dialled, so a name
cannot point elsewhere in between. Size, time, redirects and content encoding are limited. Nothing else in the code base
opens a connection.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from service_kit.problems import ServiceError, Unavailable
from service_kit.settings import LOOPBACK_HOSTS
from vc_core.errors import OWN_PROBLEMS
from vc_core.json_text import parse_json

USER_AGENT = "edubadges"
type Answer = httpx.Response
"""What a neighbour answers."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_TEREDO = ipaddress.ip_network("2001::/32")


class FetchRefused(ServiceError):
    """The address may not be visited from here."""

    type = OWN_PROBLEMS + "address-refused"
    title = "This address may not be visited"
    code = "address-refused"


class FetchFailed(Unavailable):
    """The other side did not answer, or not with what was asked."""

    type = OWN_PROBLEMS + "fetch-failed"
    title = "The other side did not answer as expected"
    code = "fetch-failed"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back, and when."""

    body: bytes
    url: str
    retrieved_at: datetime
    headers: Mapping[str, str]

    def json(self, *, max_depth: int = 32) -> Any:
        """Parse the body strictly (no duplicate keys, no NaN, bounded depth)."""
        return parse_json(self.body, max_bytes=len(self.body) + 1, max_depth=max_depth)


def is_public(address: str) -> bool:
    """Say whether this IP address is one of the public internet, also when another one is wrapped in it."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None and ip in _SIX_TO_FOUR:
            inner = ip.sixtofour
        if ip in _TEREDO:
            return False
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return whom to believe: the public authorities, and a private one when it is named."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name, refuses it when any of its addresses is not public, and dials the address it checked."""

    def __init__(self, *, loopback_hosts: frozenset[str], own_hosts: frozenset[str]) -> None:
        self._inner = httpcore.SyncBackend()
        self._loopback_hosts = loopback_hosts
        self._own_hosts = own_hosts

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolve(host, port)
        if host in self._loopback_hosts:
            allowed = all(ipaddress.ip_address(a).is_loopback for a in addresses)
        elif host in self._own_hosts:
            allowed = not any(ipaddress.ip_address(a).is_link_local for a in addresses)
        else:
            allowed = all(is_public(a) for a in addresses)
        if not allowed:
            raise FetchRefused("The address lies in a private network.", host=host)
        failure: httpcore.ConnectError | None = None
        for address in addresses:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise FetchRefused("Sockets in the file system are not visited.")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise FetchFailed("The name of the other side is not known.", host=host) from error
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class Fetcher:
    """Fetches foreign documents: https, public addresses, no redirects, a size and a deadline.

    With `development`, loopback names may be visited too, also over http. The names in `own_hosts` are the operator's
    own services: they may lie in a private network, over https only, with a certificate of `ca_file` if need be.
    """

    def __init__(
        self,
        *,
        development: bool = False,
        deadline_s: float = 5.0,
        own_hosts: frozenset[str] = frozenset(),
        ca_file: str | None = None,
    ) -> None:
        self._loopback = LOOPBACK_HOSTS if development else frozenset()
        self._deadline_s = deadline_s
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(ca_file),
            network_backend=_GuardedBackend(loopback_hosts=self._loopback, own_hosts=own_hosts),
            max_connections=20,
            keepalive_expiry=5,
        )

    def get(
        self,
        url: str,
        *,
        max_bytes: int = 256_000,
        accept: str = "application/json",
        max_redirects: int = 0,
        deadline_s: float | None = None,
    ) -> Fetched:
        """Fetch `url`.

        Raises:
            FetchRefused: the address may not be visited (scheme, credentials in it, private network).
            FetchFailed: no answer in time, too large, another status than 200, a redirect too many.
        """
        end = time.monotonic() + (deadline_s or self._deadline_s)
        for _ in range(max_redirects + 1):
            self._check(url)
            status, headers, body = self._once(url, max_bytes=max_bytes, accept=accept, end=end)
            if status == 200:
                return Fetched(body, url, datetime.now(UTC), headers)
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                url = urljoin(url, headers["location"])
                continue
            raise FetchFailed(f"The other side answered with status {status}.", url=url, upstream_status=status)
        raise FetchFailed("The other side sent us on to another address.", url=url)

    def get_json(self, url: str, *, max_bytes: int = 256_000, accept: str = "application/json") -> Any:
        """Fetch `url` and parse it strictly. Raises what `get` raises, and MalformedInput."""
        return self.get(url, max_bytes=max_bytes, accept=accept).json()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.close()

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password or not parts.hostname:
            raise FetchRefused("The address has no host, or holds a user name.", url=url[:200])
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in self._loopback):
            return
        raise FetchRefused("Only https addresses are visited.", url=url[:200])

    def _once(self, url: str, *, max_bytes: int, accept: str, end: float) -> tuple[int, dict[str, str], bytes]:
        headers = [
            ("Host", urlsplit(url).netloc),
            ("Accept", accept),
            ("Accept-Encoding", "identity"),
            ("User-Agent", USER_AGENT),
        ]
        left = max(0.05, end - time.monotonic())
        timeouts = {"connect": left, "read": left, "write": left, "pool": left}
        try:
            with self._pool.stream("GET", url, headers=headers, extensions={"timeout": timeouts}) as response:
                got = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
                if got.get("content-encoding", "identity") not in ("identity", ""):
                    raise FetchFailed("The other side compressed its answer without being asked.", url=url)
                body = bytearray()
                for chunk in response.iter_stream():
                    body += chunk
                    if len(body) > max_bytes:
                        raise FetchFailed(f"The answer is larger than {max_bytes} bytes.", url=url)
                    if time.monotonic() > end:
                        raise FetchFailed("The answer took too long.", url=url)
                return response.status, got, bytes(body)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise FetchFailed("The other side did not answer.", url=url) from error


class InternalClient:
    """JSON over HTTP to a neighbour of our own (agent, registry), whose address comes from settings, never from a user.

    At most `max_in_flight` calls at a time; connections are kept open.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        max_in_flight: int = 8,
        ca_file: str | None = None,
    ) -> None:
        self._gate = threading.BoundedSemaphore(max_in_flight)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            timeout=timeout_s,
            trust_env=False,
            verify=trust(ca_file),
            limits=httpx.Limits(max_connections=max_in_flight),
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request and return the answer, whatever its status.

        Raises:
            FetchFailed: the neighbour does not answer.
        """
        try:
            with self._gate:
                return self._client.request(method, path, json=json, content=content, headers=headers, params=params)
        except httpx.HTTPError as error:
            raise FetchFailed("A part of the system does not answer.", service=str(self._client.base_url)) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
