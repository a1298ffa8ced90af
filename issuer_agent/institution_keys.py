"""Give an institution its identity: a tenant, two keys, and a published DID document.

Every step is kept before the next is taken, so that a run that breaks half-way goes on where it was. The private keys
are made in the agent and stay there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken

from issuer_agent.acapy_client import AcapyClient
from issuer_agent.records import Institution
from issuer_agent.registry_client import RegistryClient
from issuer_agent.signer import Signer, SigningIdentity
from service_kit.problems import RuleRefused
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import DocumentKey, build_did_document, did_web_from_url, parse_did_url
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject
from vc_core.keys import public_key_from_multikey

type Keep = Callable[[Institution], None]


class NotProvisioned(RuleRefused):
    """The institution has no keys yet, so it cannot sign."""

    title = "The institution cannot issue yet"
    code = "institution-not-ready"


class TokenVault:
    """Encrypts the tenants' tokens with the service's secret key."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(
            base64.urlsafe_b64encode(hashlib.sha256(b"tenant tokens\0" + secret_key.encode()).digest())
        )

    def close(self, token: str) -> bytes:
        """Return the token, encrypted."""
        return self._fernet.encrypt(token.encode())

    def open(self, box: bytes) -> str:
        """Return the token.

        Raises:
            NotProvisioned: it was encrypted with another secret key.
        """
        try:
            return self._fernet.decrypt(box).decode()
        except InvalidToken as error:
            raise NotProvisioned("The institution's access to its keys was made with another secret key.") from error


def signing_identity(institution: Institution, vault: TokenVault) -> SigningIdentity:
    """Return what the signer needs. Raises NotProvisioned."""
    box, first, second = institution.tenant_token_encrypted, institution.ed25519_key_id, institution.p256_key_id
    if institution.did is None or box is None or first is None or second is None:
        raise NotProvisioned("The institution has no keys yet. Finish setting it up and try again.")
    return SigningIdentity(institution.did, vault.open(box), first, second)


def did_document(
    institution: Institution, *, also: Sequence[str] = (), distrusted: Mapping[str, datetime] | None = None
) -> JsonObject:
    """Return the institution's DID document: each key as Multikey for Data Integrity and as JWK for JOSE.

    Args:
        institution: whose keys of now are in force.
        also: more keys that are in force, while one takes over from another.
        distrusted: keys that fell into other hands, each with the moment since when; they stay listed without any use,
            marked `revoked` (Controlled Identifiers 1.0, 2.2).
    """
    own = (institution.ed25519_key_id, institution.p256_key_id)
    if institution.did is None or None in own:
        raise NotProvisioned("The institution has no keys yet.")
    names = dict.fromkeys([*(str(name) for name in own), *also])
    document = build_did_document(str(institution.did), [_document_key(name) for name in names])
    methods = document["verificationMethod"]
    for name, since in (distrusted or {}).items():
        marked = build_did_document(str(institution.did), [_document_key(name)])["verificationMethod"]
        if isinstance(methods, list) and isinstance(marked, list):
            methods += [{**method, "revoked": _stamp(since)} for method in marked if isinstance(method, dict)]
    return document


def _document_key(key_id: str) -> DocumentKey:
    return None, public_key_from_multikey(parse_did_url(key_id).fragment or ""), ("Multikey", "JsonWebKey")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def provision(
    institution: Institution,
    *,
    agent: AcapyClient,
    signer: Signer,
    registry: RegistryClient,
    vault: TokenVault,
    keep: Keep,
    now: datetime,
) -> Institution:
    """Do what is still missing of: admission, tenant, keys, publication. Calling it again changes nothing.

    Args:
        institution: as it is known now.
        agent: where tenant and keys are made.
        signer: proves control of the document to the registry.
        registry: where the document is published.
        vault: encrypts the tenant's token.
        keep: stores the institution after each step.
        now: the present moment.

    Raises:
        Unavailable: the agent or the registry is away; call again later.
    """
    if institution.did is None:
        registry.admit(institution)
        did = did_web_from_url(f"{registry.public_url}/institutions/{institution.slug}")
        institution = _kept(replace(institution, did=did), keep)
    if institution.tenant_token_encrypted is None:
        label = institution.name_en
        tenant = agent.find_tenant(institution.slug) or agent.create_tenant(institution.slug, label=label)
        token = vault.close(agent.tenant_token(tenant))
        institution = _kept(replace(institution, tenant_id=tenant, tenant_token_encrypted=token), keep)
    institution = _make_keys(institution, agent=agent, vault=vault, keep=keep)
    if institution.published_at is None:
        publish(institution, signer=signer, registry=registry, vault=vault, now=now)
        institution = _kept(replace(institution, published_at=now), keep)
    return institution


def publish(
    institution: Institution, *, signer: Signer, registry: RegistryClient, vault: TokenVault, now: datetime
) -> None:
    """Publish the first DID document, with proof of control by the institution's own key."""
    document = did_document(institution)
    identity = signing_identity(institution, vault)
    publish_document(institution.slug, document, identity, signer=signer, registry=registry, now=now)


def publish_document(
    slug: str,
    document: JsonObject,
    identity: SigningIdentity,
    *,
    signer: Signer,
    registry: RegistryClient,
    now: datetime,
) -> None:
    """Publish a DID document, with proof of control by a key that is in force.

    Raises:
        Unavailable: agent or registry is away.
        RegistryRefused: the key of the identity is not in force.
    """
    claims: JsonObject = {
        "did": identity.did,
        "sha256": hashlib.sha256(canonicalize_jcs(document)).hexdigest(),
        "iat": int(now.timestamp()),
    }
    proof = signer.sign_jws(claims, identity=identity)
    registry.publish_did_document(slug, document, proof)


def _make_keys(institution: Institution, *, agent: AcapyClient, vault: TokenVault, keep: Keep) -> Institution:
    if institution.did is None or institution.tenant_token_encrypted is None:
        raise EdubadgesError("The tenant must exist before its keys.")
    token = vault.open(institution.tenant_token_encrypted)
    if institution.ed25519_key_id is None:
        key_id, _ = agent.create_key(token, did=institution.did, kind="ed25519")
        institution = _kept(replace(institution, ed25519_key_id=key_id), keep)
    if institution.p256_key_id is None:
        key_id, _ = agent.create_key(token, did=str(institution.did), kind="p256")
        institution = _kept(replace(institution, p256_key_id=key_id), keep)
    return institution


def _kept(institution: Institution, keep: Keep) -> Institution:
    keep(institution)
    return institution
