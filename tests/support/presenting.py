"""A small issuing world and a small wallet, for tests of verifying: real keys, real proofs, no network.

An `Issuer` signs badges and status lists and says what evidence there is about it; a `Wallet` presents what it holds.
"""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vc_core.did import build_did_document
from vc_core.jose.compact import build_compact_jwt
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof
from vc_core.status.assertion import HEADER_TYPE, assertion_claims, assertion_entry
from vc_core.status.bitstring import build_status_list_credential, new_bitstring, set_bit
from vc_core.status.token_status_list import TokenStatusValue
from vc_core.trust.receipt import leaf_of_proof
from verifier import Evidence, EvidenceItem, EvidenceKind

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The moment the pure tests play at; a running service has its own clock, so its tests give `now`."""
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VCDM2 = "https://www.w3.org/ns/credentials/v2"
REGISTRY = "https://registry.example"


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Issuer:
    did: str = "did:web:registry.example:institutions:zzu"
    name: str = "Zuiderzee University (sample)"
    key: PrivateKey = field(default_factory=lambda: PrivateKey.generate("Ed25519"))
    status_url: str = "https://registry.example/institutions/zzu/status/1"
    revoked: set[int] = field(default_factory=set)
    now: datetime = NOW

    @property
    def method(self) -> str:
        return f"{self.did}#{self.key.public.to_multikey()}"

    def document(self) -> dict[str, Any]:
        return build_did_document(self.did, [(None, self.key.public, ("Multikey",))])

    def participant(self, **changes: Any) -> dict[str, Any]:
        return {
            "did": self.did,
            "slug": "zzu",
            "name": {"nl": "Zuiderzee Universiteit (voorbeeld)", "en": "Zuiderzee University (sample)"},
            "kind": "wo",
            "country": "NL",
            "status": "active",
            "since": "2026-01-01T00:00:00Z",
            **changes,
        }

    def unsigned_badge(self, *, holder: str | None = None, index: int = 7, **changes: Any) -> dict[str, Any]:
        subject: dict[str, Any] = {
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://issuer.example/badge-classes/water-1",
                "type": ["Achievement"],
                "name": "Urban water management",
                "description": "Designs a street that keeps its feet dry.",
                "achievementType": "MicroCredential",
                "criteria": {"narrative": "Passed the project."},
                "creator": {"id": self.did, "type": ["Profile"], "name": self.name},
            },
        }
        if holder is not None:
            subject = {"id": holder, **subject}
        else:
            subject["identifier"] = [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "a@example.org",
                    "identityType": "emailAddress",
                }
            ]
        document = {
            "@context": [VCDM2, OPEN_BADGES],
            "id": "urn:uuid:5d0b9d0c-1f0f-4a6e-9a53-1de2ab7a2ab1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.did, "type": ["Profile"], "name": self.name},
            "validFrom": stamp(self.now - timedelta(days=30)),
            "name": "Urban water management",
            "credentialSubject": subject,
            "credentialStatus": {
                "id": f"{self.status_url}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(index),
                "statusListCredential": self.status_url,
            },
        }
        document.update(changes)
        return {name: value for name, value in document.items() if value is not None}

    def sign(self, document: dict[str, Any], *, cryptosuite: str = "eddsa-rdfc-2022", **options: Any) -> dict[str, Any]:
        return add_proof(
            document,
            sign=options.pop("key", self.key).sign,
            cryptosuite=cryptosuite,
            verification_method=options.pop("method", self.method),
            created=options.pop("created", stamp(self.now - timedelta(days=30))),
            **options,
        )

    def with_status(
        self, badge: dict[str, Any], value: TokenStatusValue, *, at: datetime, **changes: Any
    ) -> dict[str, Any]:
        """Return the badge with a statement of its status; changes are those a forger would make."""
        proofs = badge["proof"] if isinstance(badge["proof"], list) else [badge["proof"]]
        leaf = changes.pop("leaf", leaf_of_proof(proofs[0]))
        key, kid, kind = changes.pop("key", self.key), changes.pop("kid", self.method), changes.pop("typ", HEADER_TYPE)
        life = changes.pop("life", timedelta(days=7))
        claims = assertion_claims(self.did, leaf, value, issued_at=at, expires_at=at + life)
        token = build_compact_jwt({"typ": kind, "kid": kid}, {**claims, **changes}, sign=key.sign, algorithm="EdDSA")
        return {**badge, "proof": [*proofs, assertion_entry(token)]}

    def badge(self, **changes: Any) -> dict[str, Any]:
        return self.sign(self.unsigned_badge(**changes))

    def status_list(self, *, purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
        bits = new_bitstring()
        for index in self.revoked:
            set_bit(bits, index)
        document = build_status_list_credential(
            url=self.status_url,
            issuer=self.did,
            bits=bits,
            valid_from=stamp(self.now - timedelta(days=1)),
            valid_until=stamp(self.now + timedelta(days=1)),
            status_purpose=purpose,
        )
        document.update(changes)
        return self.sign(document)

    def evidence(self, **replaced: Any) -> Evidence:
        """Return full and fresh evidence; a named part replaces ours, and None leaves it out."""
        parts = {
            "document": (EvidenceKind.KEY_DOCUMENT, self.did, self.document),
            "status_list": (EvidenceKind.STATUS_LIST, self.status_url, self.status_list),
            "participant": (EvidenceKind.PARTICIPANT, self.did, lambda: {"participant": self.participant()}),
        }
        items = []
        for part, (kind, name, make) in parts.items():
            if part in replaced and replaced[part] is None:
                continue
            content = replaced.get(part) or make()
            items.append(
                EvidenceItem(kind, name, REGISTRY, replaced.get("at", self.now - timedelta(minutes=4)), content)
            )
        return Evidence.of(items)


@dataclass
class Wallet:
    """Holds one key and presents badges; `present` takes the faults a hostile or broken wallet would make."""

    key: PrivateKey = field(default_factory=lambda: PrivateKey.generate("Ed25519"))

    @property
    def did(self) -> str:
        return self.key.public.did_key()

    @property
    def method(self) -> str:
        return f"{self.did}#{self.key.public.to_multikey()}"

    def present(
        self,
        *badges: dict[str, Any],
        challenge: str | None = None,
        domain: str | None = None,
        cryptosuite: str = "eddsa-jcs-2022",
        purpose: str = "authentication",
        created: datetime = NOW,
        **members: Any,
    ) -> dict[str, Any]:
        presentation = {
            "@context": [VCDM2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": [copy.deepcopy(badge) for badge in badges],
            **members,
        }
        return add_proof(
            presentation,
            sign=self.key.sign,
            cryptosuite=cryptosuite,
            verification_method=self.method,
            created=stamp(created),
            proof_purpose=purpose,
            challenge=challenge,
            domain=domain,
        )


def compact_jwt(header: dict[str, Any], payload: dict[str, Any], key: PrivateKey) -> str:
    """Return a compact JWS over any header and payload, also over wrong ones."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, payload)]
    signature = key.sign(".".join(parts).encode())
    return ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])
