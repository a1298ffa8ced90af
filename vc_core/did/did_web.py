"""did:web to the address of its document and back (w3c-ccg did-method-web). The fetch happens elsewhere.

Stricter than the method asks: no percent-encoding but `%3A` before the port, no IP addresses in any spelling, no dot
segments.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from vc_core.did.syntax import parse_did
from vc_core.errors import DidError

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+)(?:%3A(?P<port>[1-9][0-9]{0,4}))?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")
_NUMERIC = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def did_web_url(did: str, *, http_hosts: Collection[str] = frozenset()) -> str:
    """Return the address of the document of a did:web.

    Hosts named in `http_hosts` (loopback, in development) are asked over plain http, all others over https.

    Raises:
        DidError: not a did:web, or one that could lead somewhere else than its name says.
    """
    parse_did(did)
    if not did.startswith("did:web:"):
        raise DidError("The identifier is not a did:web.")
    host_text, *segments = did.removeprefix("did:web:").split(":")
    host, port = _check_host(host_text)
    for segment in segments:
        if not _SEGMENT.fullmatch(segment) or not segment.strip("."):
            raise DidError("The path of the did:web is not acceptable.")
    scheme = "http" if host in http_hosts else "https"
    authority = f"{host}:{port}" if port else host
    path = "/".join(segments) if segments else ".well-known"
    return f"{scheme}://{authority}/{path}/did.json"


def did_web_from_url(url: str) -> str:
    """Return the did:web of a base address or of the address of its document.

    Raises:
        DidError: the address has no did:web form.
    """
    parts, port = _split(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise DidError("The address has no did:web form.")
    path = parts.path.removesuffix("/did.json").strip("/")
    segments = [] if path in {"", ".well-known"} else path.split("/")
    host = parts.hostname + (f"%3A{port}" if port else "")
    did = ":".join(["did:web", host, *segments])
    did_web_url(did)
    return did


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise DidError("The address has no did:web form.") from error


def _check_host(text: str) -> tuple[str, str | None]:
    match = _HOST.fullmatch(text)
    if match is None or len(match["name"]) > 253:
        raise DidError("The host of the did:web is not acceptable.")
    labels = match["name"].split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMERIC.fullmatch(labels[-1]):
        raise DidError("The host of the did:web must be a name, not an address.")
    if match["port"] and int(match["port"]) > 65_535:
        raise DidError("The port of the did:web does not exist.")
    return match["name"].lower(), match["port"]
