"""Parsers of the rarer forms: SD-JWT VC, envelopes, selective proofs, token lists, endorsements, learner records."""

from __future__ import annotations

from typing import Any, Final

from issuer_agent.csv_rows import read_sheet, write_sheet
from tests.bench.badges import unsigned_badge
from tests.fuzz.mutators import change_bytes, change_json, change_jwt
from tests.fuzz.target import Target
from tests.support.presenting import NOW
from tests.unit.vc_core.test_clr import signed_record
from tests.unit.vc_core.test_endorsements import signed_endorsement
from tests.unit.verifier import test_sd_jwt_submissions as world
from vc_core.errors import EdubadgesError
from vc_core.jose.compact import build_compact_jwt, parse_compact_jwt
from vc_core.jose.enveloped import parse_vc_jose, read_envelope
from vc_core.json_text import dump_json, parse_json_object
from vc_core.keys import PrivateKey
from vc_core.model.clr import read_clr
from vc_core.model.data_model import check_data_model
from vc_core.model.endorsement import find_endorsements
from vc_core.model.identity import read_identities
from vc_core.model.lint import lint
from vc_core.model.related_resources import build_related_resource, related_resources
from vc_core.model.shape import check_shape, survey
from vc_core.proof import verify_proof
from vc_core.proof.cbor_values import decode_cbor, encode_cbor
from vc_core.proof.ecdsa_sd_2023 import create_base_proof, derive_credential
from vc_core.status.token_status_list import HEADER_TYPE, compress_statuses, verify_status_list_token
from verifier import parse_submission, verify

_KEY: Final = PrivateKey.from_bytes("P-256", bytes([3] * 32))
_METHOD: Final = f"{_KEY.public.did_key()}#{_KEY.public.to_multikey()}"
_EVIDENCE: Final = world.evidence()
_URI: Final = world.URI


def _sd_jwt(data: bytes) -> None:
    report = verify(
        parse_submission(data),
        _EVIDENCE,
        now=NOW,
        expected_challenge=world.CHALLENGE,
        expected_domain=world.DOMAIN,
    )
    assert dump_json(report.to_json())


def _token_list(data: bytes) -> None:
    """Read the claims of a token that somebody with the right key signed."""
    claims = parse_json_object(data)
    text = build_compact_jwt({"typ": HEADER_TYPE, "kid": "k"}, claims, sign=_KEY.sign, algorithm="ES256")
    found = verify_status_list_token(parse_compact_jwt(text), public_key=_KEY.public, expected_uri=_URI)
    assert 0 <= found.status_at(0) < 1 << found.size


def _sheet(data: bytes) -> None:
    """Read a list of people; what is read is written in cells that run nowhere, and read back."""
    rows = read_sheet(data).rows
    cells = [(row.email or "x", row.name, row.grade) for row in rows]
    assert len(read_sheet(write_sheet(["email", "name", "grade"], cells)).rows) == len(rows)


def _cbor(data: bytes) -> None:
    value = decode_cbor(data)
    if isinstance(value, list):
        assert encode_cbor(value) == data


def _derived(data: bytes) -> None:
    document = parse_json_object(data)
    proof = document.get("proof")
    if isinstance(proof, dict):
        verify_proof(document, proof, public_key=_KEY.public)


def _derive(data: bytes) -> None:
    derive_credential(parse_json_object(data), selective_pointers=["/credentialSubject/narrative"])


def _envelope(data: bytes) -> None:
    jwt = parse_vc_jose(read_envelope(parse_json_object(data)))
    assert isinstance(jwt.payload["@context"], list)


def _forms(data: bytes) -> None:
    """Try every reader of a whole document; each may refuse it."""
    document: Any = parse_json_object(data)
    if survey(document).is_plain:
        check_shape(document)
    for read in (find_endorsements, read_clr, related_resources, read_identities, lint, check_data_model):
        try:
            read(document)
        except EdubadgesError:
            continue


def _base() -> dict[str, Any]:
    return create_base_proof(
        unsigned_badge(),
        sign=_KEY.sign,
        verification_method=_METHOD,
        created="2026-11-23T10:00:00Z",
        mandatory_pointers=["/issuer", "/validFrom"],
        proof_key=_KEY,
        hmac_key=bytes(32),
    )


_BASE: Final = _base()
_DERIVED: Final = derive_credential(_BASE, selective_pointers=["/credentialSubject/narrative", "/evidence/0/name"])
_CLAIMS: Final = {"sub": _URI, "iat": 1, "exp": 2, "status_list": {"bits": 2, "lst": compress_statuses(bytes(40))}}
_RECORD: Final = signed_record()
_ENDORSED: Final = {
    **unsigned_badge(),
    "endorsement": [signed_endorsement()],
    "relatedResource": [build_related_resource("https://a.example/x", b"x")],
}
_ENVELOPE: Final = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "data:application/vc+jwt,"
    + build_compact_jwt({"typ": "vc+jwt", "kid": "k"}, unsigned_badge(), sign=_KEY.sign, algorithm="ES256"),
    "type": "EnvelopedVerifiableCredential",
}
_JSON_WAYS: Final = (change_json, change_json, change_bytes)

_SHEET: Final = b'sep=;\r\ne-mail;naam;"cijfer"\r\na@x.nl;"Jan, de ""Wit""";=1+1\r\nb@x.nl;Bo;8\r\n'
TARGETS_OF_FORMS: Final = (
    Target("sd_jwt", _sd_jwt, (world.issued().encode(), world.shown().encode()), (change_jwt, change_bytes)),
    Target("token_list", _token_list, (dump_json(_CLAIMS),), _JSON_WAYS, max_bytes=8_000_000),
    Target(
        "cbor",
        _cbor,
        (
            encode_cbor([b"x" * 64, b"y" * 35, b"h" * 32, [b"s"], ["/issuer"]]),
            encode_cbor([b"x" * 64, [b"s" * 64], {0: b"l" * 32, 1: b"m" * 32}, [0, 3, 300]]),
        ),
        (change_bytes,),
    ),
    Target("derived_proof", _derived, (dump_json(_DERIVED), dump_json(_BASE)), _JSON_WAYS, max_calls=400_000),
    Target("derive", _derive, (dump_json(_BASE),), _JSON_WAYS, max_calls=400_000),
    Target("sheet", _sheet, (_SHEET, _SHEET.decode().encode("utf-16")), (change_bytes,)),
    Target("envelope", _envelope, (dump_json(_ENVELOPE),), _JSON_WAYS),
    Target("forms", _forms, (dump_json(_ENDORSED), dump_json(_RECORD)), _JSON_WAYS, max_calls=400_000),
)
