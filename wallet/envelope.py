"""The envelope of a container as it crosses the wire: every member checked for shape, the contents never looked into.

The browser makes and opens containers (`static/core/container.mjs`); the service could not open one if it wanted to.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

type Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=12_000_000)]
type ShortBase64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=1024)]
type Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
type Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]

MAX_UNLOCKERS = 20
MAX_REVISION = 2**53 - 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Sealed(_Strict):
    """One AES-GCM message: its initialisation vector and ciphertext."""

    iv: ShortBase64Url
    ct: Base64Url


class Unlocker(_Strict):
    """One way to open the container; the private half is itself encrypted."""

    id: Identifier
    kind: Literal["passkey", "recovery", "device"]
    salt: ShortBase64Url
    pub: ShortBase64Url
    prv: Sealed


class Container(_Strict):
    """One revision of a wallet, as ciphertext."""

    v: Literal[1]
    wid: Identifier
    rev: Annotated[int, Field(ge=1, le=MAX_REVISION)]
    unlockers: Annotated[list[Unlocker], Field(min_length=1, max_length=MAX_UNLOCKERS)]
    eph: ShortBase64Url
    wrapped: dict[Identifier, Sealed]
    box: Sealed
    sig: ShortBase64Url

    @model_validator(mode="after")
    def _one_wrapped_key_per_unlocker(self) -> Self:
        ids = [unlocker.id for unlocker in self.unlockers]
        if len(set(ids)) != len(ids) or set(ids) != set(self.wrapped):
            raise ValueError("every unlocker has its own id and exactly one wrapped key")
        return self


class NewAuthenticator(_Strict):
    """The SHA-256 of what one unlocker derives; the value itself is shown only when opening."""

    unlocker_id: Identifier
    hash: Digest


class Save(_Strict):
    """What the browser sends to keep a revision."""

    container: Container
    authenticators: Annotated[list[NewAuthenticator], Field(max_length=MAX_UNLOCKERS)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _authenticators_belong_to_unlockers(self) -> Self:
        ids = {unlocker.id for unlocker in self.container.unlockers}
        if not {item.unlocker_id for item in self.authenticators} <= ids:
            raise ValueError("an authenticator belongs to an unlocker of the container")
        return self


class Opening(_Strict):
    """What the browser shows to get its container back."""

    authenticator: Digest
