"""Refusals under a word of the protocol, with our stable code beside it.

Which of the domain's own errors leaves under which word is decided in `answers`.
"""

from __future__ import annotations

from vc_core.errors import EdubadgesError


class ProtocolRefused(EdubadgesError):
    """A request of the wallet is refused under a word of the protocol."""

    title = "The request of the wallet is refused"

    def __init__(self, error: str, detail: str, *, code: str, status: int = 400) -> None:
        super().__init__(detail)
        self.error = error
        self.code = code  # type: ignore[misc]  # one class, many stable codes
        self.status = status


class TokenRefused(ProtocolRefused):
    """The access token is missing, unknown or no longer valid (RFC 6750)."""

    def __init__(self, detail: str, *, code: str, error: str = "invalid_token", status: int = 401) -> None:
        super().__init__(error, detail, code=code, status=status)
