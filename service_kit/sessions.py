"""Session cookies and the same-origin check for forms; the session itself is the service's own row.

Cookies are shared between the ports of one host, so each service names its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from service_kit.problems import AccessDenied


class CrossSiteRequest(AccessDenied):
    """The request was started by another site."""

    title = "The request came from another site"
    code = "cross-site-request"


def new_token(bits: int = 256) -> str:
    """Return a fresh random token, URL-safe, of at least `bits` bits."""
    return secrets.token_urlsafe((bits + 7) // 8)


def token_hash(token: str) -> str:
    """Return what may be stored of a random token: its SHA-256, in hex. Not for codes a person can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(key: bytes, *parts: str) -> str:
    """Return the HMAC-SHA-256 of `parts` in hex, for short codes that a plain hash would not hide."""
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


class SessionCookie:
    """The cookie that carries a session token: HttpOnly, SameSite, Secure and `__Host-` where the service has https."""

    def __init__(self, name: str, *, public_url: str, max_age_s: int = 36_000) -> None:
        self._secure = public_url.startswith("https://")
        self.name = ("__Host-" if self._secure else "") + name
        self._max_age_s = max_age_s

    def read(self, request: Request) -> str | None:
        """Return the token the browser sent, not yet checked."""
        return request.cookies.get(self.name)

    def write(self, response: Response, token: str) -> None:
        """Give the browser this token."""
        response.set_cookie(
            self.name, token, max_age=self._max_age_s, httponly=True, secure=self._secure, samesite="lax", path="/"
        )

    def clear(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(self.name, httponly=True, secure=self._secure, samesite="lax", path="/")


def same_origin(request: Request, public_url: str) -> None:
    """Refuse a state-changing request that another site started; use as a guard on cookie routes.

    Raises:
        CrossSiteRequest: `Sec-Fetch-Site` or `Origin` says so.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise CrossSiteRequest("Open the page itself and try again from there.")
    origin = request.headers.get("origin")
    if origin == "null" and site is not None:
        return  # our pages send no referrer, so browsers write `Origin: null` on a form; `Sec-Fetch-Site` has spoken
    if origin is not None and _origin(origin) != _origin(public_url):
        raise CrossSiteRequest("Open the page itself and try again from there.")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
