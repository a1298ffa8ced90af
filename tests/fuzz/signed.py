"""Genuine badges of every suite, the evidence about their issuers, and what each of them means.

The keys are fixed, so that a forged input can be made again from its number. `ATTACKER` has a key of its own and is
known to nobody; every issuer also lists a key that may not sign badges, and one that was withdrawn.
"""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.support.presenting import NOW, REGISTRY, Issuer, Wallet, compact_jwt, stamp
from tests.unit.vc_core.samples import unsigned_badge
from vc_core.canonical import canonicalize
from vc_core.did import build_did_document
from vc_core.errors import EdubadgesError
from vc_core.json_text import dump_json
from vc_core.keys import PrivateKey
from vc_core.model.credential import status_entries
from verifier import Evidence, EvidenceItem, Verdict, parse_submission, verify
from verifier.question import read_issuer_id, read_subject_id
from verifier.report import Report
from verifier.verification import summarise

ACCEPTED: Final = frozenset({Verdict.OK, Verdict.ATTENTION})
REVOKED_INDEX: Final = 9
HOLDER: Final = Wallet(PrivateKey.from_bytes("Ed25519", bytes([9] * 32)))
ATTACKER: Final = PrivateKey.from_bytes("Ed25519", bytes([66] * 32))

type Meaning = tuple[object, ...]


class FixedP256:
    """A P-256 key whose signatures are the same every time (RFC 6979), so that inputs can be made again."""

    algorithm = "P-256"

    def __init__(self, secret: bytes) -> None:
        self.public = PrivateKey.from_bytes("P-256", secret).public
        self._handle = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())

    def sign(self, message: bytes) -> bytes:
        """Return r and s."""
        der = self._handle.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))


type Key = PrivateKey | FixedP256

ATTACKER_P256: Final = FixedP256(bytes([66] * 32))


@dataclass(frozen=True, slots=True)
class House:
    """One issuer with a key for each suite, and two keys that must not count."""

    issuer: Issuer
    p256: FixedP256
    login: PrivateKey
    """May only be used for logging in."""
    old: PrivateKey
    """Was withdrawn."""

    def method(self, key: Key) -> str:
        """Return the name of one of its keys."""
        return f"{self.issuer.did}#{key.public.to_multikey()}"

    def document(self) -> dict[str, Any]:
        """Return its DID document."""
        both = ("Multikey", "JsonWebKey")
        keys = [(None, key.public, both) for key in (self.issuer.key, self.p256, self.login, self.old)]
        document: dict[str, Any] = build_did_document(self.issuer.did, keys)
        document["assertionMethod"] = [name for name in document["assertionMethod"] if self._login_name not in name]
        for method in document["verificationMethod"]:
            if self.old.public.to_multikey() in method["id"]:
                method["revoked"] = stamp(NOW - timedelta(days=400))
        return document

    @property
    def _login_name(self) -> str:
        return self.login.public.to_multikey()

    def evidence(self) -> list[EvidenceItem]:
        """Return fresh evidence about it."""
        return list(self.issuer.evidence(document=self.document()))


@dataclass(frozen=True, slots=True)
class Genuine:
    """One signed badge as it was issued."""

    suite: str
    house: House
    raw: bytes
    """What is submitted: JSON, or a compact JWS."""
    document: dict[str, Any] = field(repr=False)
    """The credential, with its proof when the proof is inside."""

    def copy(self) -> dict[str, Any]:
        """Return the credential, to be changed."""
        return copy.deepcopy(self.document)


def _house(number: int, name: str) -> House:
    def secret(which: int) -> bytes:
        return bytes([number, which] * 16)

    def key(which: int) -> PrivateKey:
        return PrivateKey.from_bytes("Ed25519", secret(which))

    url = f"{REGISTRY}/institutions/{name}/status/1"
    issuer = Issuer(
        did=f"did:web:registry.example:institutions:{name}",
        name=f"Universiteit {name} (voorbeeld)",
        key=key(1),
        status_url=url,
        revoked={REVOKED_INDEX},
    )
    return House(issuer, FixedP256(secret(2)), key(3), key(4))


HOUSES: Final = (_house(1, "zzu"), _house(2, "wad"))


def evidence_of_all() -> Evidence:
    """Return evidence about every house; nothing is known about the attacker."""
    return Evidence.of(item for house in HOUSES for item in house.evidence())


EVIDENCE: Final = evidence_of_all()


def _unsigned(house: House) -> list[dict[str, Any]]:
    issuer = house.issuer
    plain = issuer.unsigned_badge(holder=HOLDER.did)
    rich = {**unsigned_badge(), "credentialStatus": plain["credentialStatus"]}
    rich["issuer"] = {**rich["issuer"], "id": issuer.did}  # type: ignore[dict-item]
    rich["credentialSubject"]["achievement"]["creator"] = {
        "id": f"{REGISTRY}/group",
        "type": ["Profile"],
        "name": "Groep",
    }  # type: ignore[index,call-overload]
    ended = issuer.unsigned_badge(holder=HOLDER.did, validUntil=stamp(NOW - timedelta(days=1)))
    revoked = issuer.unsigned_badge(holder=HOLDER.did, index=REVOKED_INDEX)
    two = issuer.unsigned_badge(
        holder=HOLDER.did, id="urn:uuid:2", validUntil=stamp(NOW + timedelta(days=900)), name="Iets heel anders"
    )
    two["credentialSubject"]["achievement"] |= {"name": "Hoogleraar", "id": "https://issuer.example/hoogleraar"}
    two["evidence"] = [{"type": ["Evidence"], "narrative": "hetzelfde"}, {"type": ["Evidence"], "narrative": "meer"}]
    return [plain, two, rich, ended, revoked]


def _sign(house: House, document: dict[str, Any], suite: str) -> Genuine:
    if suite == "VC-JWT":
        text = sign_jwt(document, house.p256, f"{house.method(house.p256)}-jwk")
        return Genuine(suite, house, text.encode(), document)
    key = house.p256 if suite == "ecdsa-rdfc-2019" else house.issuer.key
    signed = house.issuer.sign(document, cryptosuite=suite, key=key, method=house.method(key))
    return Genuine(suite, house, dump_json(signed), signed)


def sign_jwt(document: dict[str, Any], key: Key, kid: str | None, **header: Any) -> str:
    """Return a VC-JWT of VCDM 2.0 (Open Badges 3.0, 8.2.4.1): the credential with registered claims beside it."""
    subject = document.get("credentialSubject")
    claims = {
        "iss": read_issuer_id(document),
        "jti": document.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": int((NOW - timedelta(days=30)).timestamp()),
    }
    head = {"alg": "ES256" if key.algorithm == "P-256" else "EdDSA", "typ": "JWT"}
    return compact_jwt(head | ({"kid": kid} if kid else {}) | header, {**document, **claims}, key)


def jwt_part(part: dict[str, Any]) -> str:
    """Return one part of a JWS."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


SUITES: Final = ("eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "VC-JWT")
GENUINE: Final = tuple(
    _sign(house, document, suite) for house in HOUSES for document in _unsigned(house) for suite in SUITES
)


def judge(data: bytes) -> Report | None:
    """Verify what was handed in, or return None when it cannot be read; only our own errors are refusals."""
    try:
        submission = parse_submission(data)
    except EdubadgesError:
        return None
    return verify(submission, EVIDENCE, now=NOW)


def meaning_of(document: dict[str, Any]) -> Meaning:
    """Return what a credential says: its statements, what the checks lean on, and what is shown of it.

    Raises:
        EdubadgesError: it has no such meaning.
    """
    statements = canonicalize({name: value for name, value in document.items() if name not in {"proof", *_CLAIMS}})
    dates = tuple(repr(document.get(name)) for name in ("validFrom", "validUntil", "issuanceDate", "expirationDate"))
    entries = frozenset(status_entries({name: v for name, v in document.items() if name not in _CLAIMS}))
    shown = replace(summarise(parse_submission(dump_json(document)).credentials[0], EVIDENCE), registered_name={})
    return (statements, dates, entries, read_issuer_id(document), read_subject_id(document), repr(shown))


_CLAIMS: Final = ("iss", "sub", "jti", "nbf", "exp", "iat")
_ORDER: Final = (Verdict.BAD, Verdict.UNKNOWN, Verdict.ATTENTION, Verdict.OK)


def _best() -> dict[Meaning, Verdict]:
    best: dict[Meaning, Verdict] = {}
    for genuine in GENUINE:
        report = judge(genuine.raw)
        assert report is not None
        meaning = meaning_of(genuine.document)
        known = best.get(meaning, report.verdict)
        best[meaning] = max(known, report.verdict, key=_ORDER.index)
    return best


BEST: Final = _best()
"""The verdict every genuine meaning deserves; the badges of one text are signed by every suite."""


def is_justified(data: bytes, report: Report) -> bool:
    """Say whether an accepted submission says only what was signed, and gets no better verdict than that deserves."""
    for credential, found in zip(parse_submission(data).credentials, report.credentials, strict=True):
        try:
            deserved = BEST.get(meaning_of(credential.document))
        except EdubadgesError:
            return False
        if deserved is None or _ORDER.index(found.verdict) > _ORDER.index(deserved):
            return False
    return True
