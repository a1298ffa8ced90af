"""What is fuzzed: every parser of untrusted input, with where to start and what must hold for whatever is accepted."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any, Final

from tests.fuzz.mutators import change_bytes, change_json, change_jwt, change_png, change_svg
from tests.fuzz.signed import EVIDENCE, GENUINE, HOLDER, HOUSES, sign_jwt
from tests.fuzz.target import Target
from tests.fuzz.targets_of_forms import TARGETS_OF_FORMS
from tests.fuzz.targets_of_trust import TARGETS_OF_TRUST
from tests.support.presenting import NOW, REGISTRY
from tests.support.random_badges import random_badges
from vc_core.baking import bake_png, bake_svg, unbake_png, unbake_svg
from vc_core.canonical import canonicalize, canonicalize_jcs
from vc_core.contexts import OPEN_BADGES_EXTENSIONS
from vc_core.did import (
    did_key_document,
    did_web_from_url,
    did_web_url,
    find_verification_method,
    parse_did,
    parse_did_url,
    public_key_from_did_key,
)
from vc_core.errors import EdubadgesError
from vc_core.jose.compact import parse_compact_jwt
from vc_core.jose.vc_jwt import read_credential_of_jwt
from vc_core.json_text import dump_json, parse_json, parse_json_object
from vc_core.keys import public_key_from_jwk, public_key_from_multikey
from vc_core.model.credential import credential_types, issuer_id, status_entries, subject_ids, validity
from vc_core.model.shape import check_shape
from vc_core.proof import document_proofs, verify_proof
from vc_core.status.bitstring import (
    encode_list,
    expand_list,
    list_of_credential,
    new_bitstring,
    parse_index,
    read_entry,
    read_status,
)
from verifier import Evidence, EvidenceItem, EvidenceKind, Verdict, parse_submission, verify
from verifier.gathering import needs_of_lists
from verifier.key_lookup import key_in_reference, names_a_key
from verifier.moments import read_moment


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass") if data.isascii() else data.decode("utf-8", "replace")


def _submission(data: bytes) -> None:
    report = verify(parse_submission(data), EVIDENCE, now=NOW)
    assert report.verdict in Verdict
    assert dump_json(report.to_json())


def _canonicalize(data: bytes) -> None:
    document = parse_json_object(data)
    nquads = canonicalize(document)
    statements = nquads.split("\n")
    assert nquads == canonicalize(document)
    assert statements.pop() == ""
    assert all(statement.endswith(" .") for statement in statements)
    assert statements == sorted(set(statements))


def _jcs(data: bytes) -> None:
    value = parse_json(data)
    canonical = canonicalize_jcs(value)
    assert canonicalize_jcs(json.loads(canonical)) == canonical


def _proofs(data: bytes) -> None:
    document = parse_json_object(data)
    for proof in document_proofs(document):
        for house in HOUSES[:1]:
            for key in (house.issuer.key, house.p256):
                try:
                    verify_proof(document, proof, public_key=key.public)
                except EdubadgesError:
                    continue


def _jwt(data: bytes) -> None:
    jwt = parse_compact_jwt(_text(data))
    assert isinstance(jwt.header, dict)
    assert isinstance(read_credential_of_jwt(jwt), dict)


def _unbake_png(data: bytes) -> None:
    text = unbake_png(data)
    if text and text.strip() and "\0" not in text:
        assert unbake_png(bake_png(PNG, text)) == text.strip()


def _unbake_svg(data: bytes) -> None:
    text = unbake_svg(data)
    if text:
        try:
            baked = bake_svg(SVG, text)
        except EdubadgesError:  # characters that XML cannot carry as they are
            return
        assert unbake_svg(baked) == text.strip()


def _status_list(data: bytes) -> None:
    encoded = _text(data)
    bits = expand_list(encoded)
    for index, size in ((0, 1), (len(bits) * 8 - 1, 1), (len(bits) * 8, 1), (1, 2), (3, 8)):
        try:
            value = read_status(encoded, index, size=size)
        except EdubadgesError:
            continue
        assert 0 <= value < 1 << size
        assert value == read_entry(bits, index, size=size)


def _status_credential(data: bytes) -> None:
    list_of_credential(parse_json_object(data), expected_purpose="revocation")


def _identifiers(data: bytes) -> None:
    """Try every reader of identifiers and keys on the same text; each may refuse it."""
    text = _text(data)
    for read in (
        public_key_from_multikey,
        public_key_from_did_key,
        did_key_document,
        did_web_from_url,
        parse_did,
        parse_index,
        _did_url_again,
        _did_web_again,
        _multikey_again,
    ):
        try:
            read(text)
        except EdubadgesError:
            continue
    names_a_key(text)
    key_in_reference(text)


def _did_url_again(text: str) -> None:
    assert str(parse_did_url(text)) == text


def _did_web_again(text: str) -> None:
    url = did_web_url(text)
    assert did_web_url(did_web_from_url(url)) == url


def _multikey_again(text: str) -> None:
    key = public_key_from_multikey(text)
    assert public_key_from_multikey(key.to_multikey()) == key
    assert public_key_from_jwk(key.to_jwk()) == key


def _json_text(data: bytes) -> None:
    value = parse_json(data)
    assert value == json.loads(data.decode().removeprefix("\ufeff"))
    assert parse_json(dump_json(value)) == value


def _did_document(data: bytes) -> None:
    document = parse_json_object(data)
    house = HOUSES[0]
    for key in (house.issuer.key, house.login):
        for relationship in ("assertionMethod", "authentication"):
            try:
                method, found = find_verification_method(document, house.method(key), relationship=relationship)
            except EdubadgesError:
                continue
            assert method["controller"] == house.issuer.did
            assert found.to_multikey()


def _jwk(data: bytes) -> None:
    key = public_key_from_jwk(parse_json_object(data))
    assert public_key_from_jwk(key.to_jwk()) == key


def _model(data: bytes) -> None:
    document = parse_json_object(data)
    for read in (credential_types, issuer_id, subject_ids, validity, status_entries, check_shape):
        try:
            read(document)
        except EdubadgesError:
            continue


def _evidence(kind: EvidenceKind, name: str, badge: bytes) -> Callable[[bytes], None]:
    """Verify a genuine badge with one piece of evidence that is hostile."""
    submission = parse_submission(badge)

    def run(data: bytes) -> None:
        content = parse_json(data)
        hostile = EVIDENCE.merged(Evidence.of([EvidenceItem(kind, name, REGISTRY, NOW, content)]))
        report = verify(submission, hostile, now=NOW)
        assert report.verdict in Verdict
        assert dump_json(report.to_json())
        assert len(needs_of_lists(hostile)) < 100

    return run


def _moment(data: bytes) -> None:
    try:
        moment = read_moment(_text(data))
    except ValueError:  # what it promises
        return
    assert moment.tzinfo is not None


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    whole = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), *chunks, (b"IDAT", zlib.compress(bytes(4)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*whole, (b"IEND", b"")]
    )


PNG: Final = _png()
SVG: Final = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g><path d="M0 0"/></g></svg>'
)

_BADGES: Final = tuple(genuine.raw for genuine in GENUINE if genuine.suite != "VC-JWT")[:12]
_JWTS: Final = tuple(genuine.raw for genuine in GENUINE if genuine.suite == "VC-JWT")[:3]
_RANDOM: Final = tuple(dump_json(badge.document) for badge in random_badges(3, 12))
_PRESENTED: Final = dump_json(HOLDER.present(GENUINE[0].document, challenge="n", domain="d"))
_LIST: Final = HOUSES[0].issuer.status_list()
_DID_DOCUMENT: Final = HOUSES[0].document()
_IMAGES: Final = (bake_png(PNG, _BADGES[0].decode()), PNG, _png((b"iTXt", b"openbadges\0\0\0\0\0{}")))
_PICTURES: Final = (bake_svg(SVG, _BADGES[0].decode()), bake_svg(SVG, _JWTS[0].decode()), SVG)
_METHODS: Final = tuple(method["id"].encode() for method in _DID_DOCUMENT["verificationMethod"])
_JWKS: Final[tuple[dict[str, Any], ...]] = tuple(
    method["publicKeyJwk"] for method in _DID_DOCUMENT["verificationMethod"] if "publicKeyJwk" in method
)
_RSA_KEY: Final = {"kty": "RSA", "n": "u" * 342, "e": "AQAB"}

_HOUSE: Final = HOUSES[0]
_KEY_ADDRESS: Final = "https://registry.example/keys/1"
_BY_ADDRESS: Final = sign_jwt(
    _HOUSE.issuer.unsigned_badge(holder=HOLDER.did, issuer={"id": "https://registry.example/", "type": ["Profile"]}),
    _HOUSE.p256,
    _KEY_ADDRESS,
).encode()
_REVOCATIONS: Final[dict[str, Any]] = {
    "id": f"{REGISTRY}/revoked.json",
    "issuer": _HOUSE.issuer.did,
    "revokedCredential": [{"id": GENUINE[0].document["id"], "revoked": False}, "urn:uuid:2", {"id": "urn:uuid:3"}],
}
_BY_REVOCATION_LIST: Final = dump_json(
    _HOUSE.issuer.badge(
        credentialStatus={"id": _REVOCATIONS["id"], "type": "1EdTechRevocationList"},
        **{"@context": [*GENUINE[0].document["@context"], OPEN_BADGES_EXTENSIONS]},
    )
)

_IDENTIFIERS: Final = (
    *_METHODS,
    HOLDER.method.encode(),
    HOLDER.did.encode(),
    b"did:web:registry.example%3A8443:institutions:zzu",
    b"https://registry.example:8443/institutions/zzu/did.json",
    b"did:web:xn--4gbrim.example",
    b"z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i",
    b"94567",
)
_JSON: Final = (
    *_BADGES[:3],
    b'{"a": [1, 2.5, -0, 1e10, "\\u00e9\\ud83d\\ude00", true, null, {}], "b": {"a": 12345678901234567}}',
    b"[]",
    b'"x"',
)
_JSON_WAYS: Final = (change_json, change_json, change_json, change_bytes)

TARGETS: Final = {
    target.name: target
    for target in (
        Target(
            "parse_submission",
            _submission,
            (*_BADGES, *_JWTS, _PRESENTED, *_IMAGES, *_PICTURES),
            (change_json, change_json, change_jwt, change_png, change_svg, change_bytes),
        ),
        Target("canonicalize", _canonicalize, (*_RANDOM, *_BADGES[:4], _PRESENTED), _JSON_WAYS, max_calls=400_000),
        Target("verify_proof", _proofs, (*_BADGES, _PRESENTED), _JSON_WAYS, max_calls=400_000),
        Target("parse_compact_jwt", _jwt, _JWTS, (change_jwt, change_jwt, change_bytes)),
        Target("unbake_png", _unbake_png, _IMAGES, (change_png, change_png, change_bytes)),
        Target("unbake_svg", _unbake_svg, _PICTURES, (change_svg, change_svg, change_bytes), max_calls=1_000_000),
        Target(
            "status_list",
            _status_list,
            (_LIST["credentialSubject"]["encodedList"].encode(), encode_list(new_bitstring() + b"\xaa" * 999).encode()),
            (change_bytes,),
            max_bytes=8_000_000,
        ),
        Target("status_credential", _status_credential, (dump_json(_LIST),), _JSON_WAYS),
        Target("identifiers", _identifiers, _IDENTIFIERS, (change_bytes,)),
        Target("json_text", _json_text, _JSON, (change_bytes, change_bytes, change_json)),
        Target("jcs", _jcs, (*_JSON, *_RANDOM[:3]), _JSON_WAYS, max_calls=400_000),
        Target("did_document", _did_document, (dump_json(_DID_DOCUMENT),), _JSON_WAYS),
        Target("jwk", _jwk, tuple(dump_json(jwk) for jwk in (*_JWKS, _RSA_KEY)), _JSON_WAYS),
        Target("credential_model", _model, (*_BADGES, *_RANDOM[:4]), _JSON_WAYS),
        Target(
            "key_document",
            _evidence(EvidenceKind.KEY_DOCUMENT, _HOUSE.issuer.did, _BADGES[0]),
            (dump_json(_DID_DOCUMENT),),
            _JSON_WAYS,
        ),
        Target(
            "key_address",
            _evidence(EvidenceKind.KEY_DOCUMENT, _KEY_ADDRESS, _BY_ADDRESS),
            (dump_json(_JWKS[0]), dump_json({"keys": [{**jwk, "kid": _KEY_ADDRESS} for jwk in _JWKS[:1]]})),
            _JSON_WAYS,
        ),
        Target(
            "status_evidence",
            _evidence(EvidenceKind.STATUS_LIST, _HOUSE.issuer.status_url, _BADGES[0]),
            (dump_json(_LIST),),
            _JSON_WAYS,
        ),
        Target(
            "revocation_list",
            _evidence(EvidenceKind.STATUS_LIST, _REVOCATIONS["id"], _BY_REVOCATION_LIST),
            (dump_json(_REVOCATIONS),),
            _JSON_WAYS,
        ),
        Target(
            "participant",
            _evidence(EvidenceKind.PARTICIPANT, _HOUSE.issuer.did, _BADGES[0]),
            (dump_json({"participant": _HOUSE.issuer.participant()}),),
            _JSON_WAYS,
        ),
        Target("moments", _moment, (b"2026-11-23T12:00:00Z", b"-0001-01-01T24:00:00.123456789+14:00"), (change_bytes,)),
        *TARGETS_OF_FORMS,
        *TARGETS_OF_TRUST,
    )
}
