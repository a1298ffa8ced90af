"""Find and make the tenant's keys in Askar. A key handle signs; it is never exported."""

from __future__ import annotations

from typing import Any

from acapy_agent.core.profile import ProfileSession
from acapy_agent.wallet.base import BaseWallet
from acapy_agent.wallet.error import WalletError
from acapy_agent.wallet.keys.manager import MultikeyManager, multikey_to_verkey
from acapy_agent.wallet.util import b58_to_bytes
from aries_askar import AskarError

from vc_core.did import parse_did_url
from vc_core.errors import EdubadgesError, KeyReferenceError
from vc_core.keys import PublicKey, public_key_from_multikey

ALGORITHMS = {"ed25519": "Ed25519", "p256": "P-256"}


class AgentFault(EdubadgesError):
    """The key store did not do what was asked."""

    title = "The agent's key store did not answer as expected"
    code = "agent-fault"


class UnknownKey(KeyReferenceError):
    """The tenant has no key under this name."""

    title = "The institution has no such key"
    code = "unknown-key"


class ForeignDid(KeyReferenceError):
    """A tenant belongs to one institution, and this is the identifier of another."""

    title = "The tenant belongs to another institution"
    code = "foreign-did"


async def signing_key(session: ProfileSession, verification_method: str) -> tuple[Any, PublicKey, str]:
    """Return the key handle, its public key and its DID; the method must belong to this tenant.

    Raises:
        UnknownKey: the tenant has no key under this name.
        KeyReferenceError: no key is named, or one that does not sign badges.
        DidError: the name is not a DID URL.
    """
    url = parse_did_url(verification_method)
    if url.fragment is None:
        raise KeyReferenceError("The verification method names no key.")
    try:
        info = await session.inject(BaseWallet).get_key_by_kid(kid=verification_method)
        entry = await session.handle.fetch_key(info.verkey)
    except (WalletError, AskarError) as error:
        raise UnknownKey("This institution has no such key.") from error
    if entry is None:
        raise UnknownKey("This institution has no such key.")
    algorithm = ALGORITHMS.get(info.key_type.key_type)
    if algorithm is None:
        raise KeyReferenceError("The key is of a kind that does not sign badges.")
    return entry.key, PublicKey(algorithm, b58_to_bytes(info.verkey)), url.did


async def make_key(session: ProfileSession, did: str, kind: str) -> dict[str, str]:
    """Make a key and name it `did#multikey` in the same transaction.

    Raises:
        ForeignDid: the tenant has keys of another DID.
        AgentFault: the store refused.
    """
    if not await _owns(session, did):
        raise ForeignDid("The tenant belongs to another institution; it gets no keys for this one.")
    manager = MultikeyManager(session)
    try:
        made = await manager.create(alg=kind)
        kid = f"{did}#{made['multikey']}"
        await session.inject(BaseWallet).assign_kid_to_key(multikey_to_verkey(made["multikey"]), kid)
    except WalletError as error:
        raise AgentFault("The key could not be made. Try again.") from error
    public_key_from_multikey(made["multikey"])
    return {"multikey": made["multikey"], "kid": kid}


async def _owns(session: ProfileSession, did: str) -> bool:
    """Say whether the tenant's first named key, if it has one, was made for `did`."""
    for entry in await session.handle.fetch_all_keys():
        named = (entry.tags or {}).get("kid") or []
        for kid in [named] if isinstance(named, str) else named:
            return str(kid).partition("#")[0] == did
    return True
