"""Keys in all their forms, DIDs, and which key a document allows."""

from __future__ import annotations

import pytest

from tests.unit.vc_core.samples import KEY
from vc_core.did import (
    build_did_document,
    did_key_document,
    did_web_from_url,
    did_web_url,
    find_verification_method,
    parse_did,
    parse_did_url,
)
from vc_core.errors import (
    DidDocumentError,
    DidError,
    EdubadgesError,
    KeyReferenceError,
    MalformedInput,
    RelationshipError,
)
from vc_core.keys import PrivateKey, public_key_from_jwk, public_key_from_multikey
from vc_core.multiformats import base64url_decode, multibase_decode

DID = "did:web:localhost%3A7104:institutions:zzu"
RSA_JWK = {
    "kty": "RSA",
    "e": "AQAB",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZ"
    "CiFV4n3oknjhMstn64tZ"
    "_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q"
    "NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
}  # RFC 7638, 3.1


@pytest.mark.parametrize("algorithm", ["Ed25519", "P-256", "P-384"])
def test_a_key_survives_every_form(algorithm: str) -> None:
    key = PrivateKey.generate(algorithm)
    public = key.public

    assert public_key_from_multikey(public.to_multikey()) == public
    assert public_key_from_jwk(public.to_jwk()) == public
    assert PrivateKey.from_bytes(algorithm, key.to_bytes()).public == public
    signature = key.sign(b"message")
    assert public.verify(b"message", signature)
    assert not public.verify(b"massage", signature)
    assert not public.verify(b"message", signature[:-1])
    assert not public.verify(b"message", bytes(len(signature)))
    assert "_handle" not in repr(key)


def test_an_rsa_key_survives_its_forms() -> None:
    public = public_key_from_jwk(RSA_JWK)

    assert public.to_jwk() == RSA_JWK
    assert public_key_from_multikey(public.to_multikey()) == public
    assert not public.verify(b"message", bytes(256))


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        "x",
        {},
        {"kty": "oct", "k": "AAAA"},
        {**KEY.public.to_jwk(), "d": "AAAA"},
        {**KEY.public.to_jwk(), "x": "AAAA"},
        {**KEY.public.to_jwk(), "x": 5},
        {"kty": "OKP", "crv": "X25519", "x": KEY.public.to_jwk()["x"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "A" * 42 + "Q"},
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
        {"kty": "EC", "crv": "secp256k1", "x": "A" * 43, "y": "A" * 43},
        {**RSA_JWK, "n": "AQAB"},
        {**RSA_JWK, "e": "AQ"},
        {**RSA_JWK, "n": "A" * 2_000},
    ],
)
def test_jwks_that_are_no_public_key_are_refused(jwk: object) -> None:
    with pytest.raises(MalformedInput):
        public_key_from_jwk(jwk)


@pytest.mark.parametrize(
    "text", ["", "z", "z0OIl", "x123", "u__", "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "z" + "1" * 5_000]
)
def test_texts_that_are_no_multikey_are_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        public_key_from_multikey(text)


@pytest.mark.parametrize("text", ["A", "AA=", "A A=", "AB", "AAB", "é"])
def test_base64url_has_one_form(text: str) -> None:
    with pytest.raises(MalformedInput):
        base64url_decode(text)


def test_multibase_is_read() -> None:
    assert multibase_decode("uAQID") == b"\x01\x02\x03"
    assert multibase_decode("z11233") == b"\0\0" + multibase_decode("z233")


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:example.com:user:alice", "https://example.com/user/alice/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        (DID, "http://localhost:7104/institutions/zzu/did.json"),
    ],
)
def test_did_web_has_one_address(did: str, url: str) -> None:
    assert did_web_url(did, http_hosts={"localhost"}) == url
    assert did_web_from_url(url) == did
    assert did_web_from_url(url.removesuffix("/did.json")) == did


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web:127.0.0.1",
        "did:web:127.1",
        "did:web:2130706433",
        "did:web:0x7f000001",
        "did:web:0x7f.1",
        "did:web:[::1]",
        "did:web:%5B%3A%3A1%5D",
        "did:web:%31%32%37.0.0.1",
        "did:web:example.com%3a443",
        "did:web:127.0.0.1%3A80",
        "did:web:example.com%3A0",
        "did:web:example.com%3A99999",
        "did:web:example.com%2Fetc",
        "did:web:example.com%40evil.example",
        "did:web:user@example.com",
        "did:web:example.com:..:etc",
        "did:web:example.com:%2E%2E:etc",
        "did:web:example.com:.",
        "did:web:example.com::x",
        "did:web:example.com:a%2Fb",
        "did:web:example..com",
        "did:web:-example.com",
        "did:web:example.com#x",
        "did:web:example.com/x",
        "did:web:example.com?x",
        "did:web:exämple.com",
        "did:web:example.com:" + "a" * 3_000,
        "did:key:z6Mk",
        "web:example.com",
        "did:web:example.com\n",
    ],
)
def test_hostile_did_webs_lead_nowhere(did: str) -> None:
    with pytest.raises(DidError):
        did_web_url(did, http_hosts={"localhost", "127.0.0.1"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "https://127.0.0.1/",
        "https://u:p@x.example/",
        "https://x.example:99999/",
        "x",
        "https://[::1/",
    ],
)
def test_addresses_without_a_did_web_are_refused(url: str) -> None:
    with pytest.raises(DidError):
        did_web_from_url(url)


def test_a_did_url_is_taken_apart() -> None:
    url = parse_did_url(f"{DID}/path?service=x#key-1")

    assert (url.did, url.path, url.query, url.fragment, url.method) == (DID, "/path", "service=x", "key-1", "web")
    assert str(url) == f"{DID}/path?service=x#key-1"
    with pytest.raises(DidError):
        parse_did(str(url))


def _document() -> dict:
    curve = PrivateKey.from_bytes("P-256", bytes(range(1, 33))).public
    return build_did_document(DID, [(None, KEY.public, ("Multikey",)), ("key-2", curve, ("Multikey", "JsonWebKey"))])


def test_a_document_names_its_keys_by_text() -> None:
    document = _document()
    multikey = f"{DID}#{KEY.public.to_multikey()}"

    assert document["assertionMethod"] == document["authentication"] == [multikey, f"{DID}#key-2", f"{DID}#key-2-jwk"]
    method, key = find_verification_method(document, multikey, relationship="assertionMethod")
    assert (method["type"], key) == ("Multikey", KEY.public)
    method, key = find_verification_method(document, f"{DID}#key-2-jwk", relationship="authentication")
    assert (method["type"], key.algorithm) == ("JsonWebKey", "P-256")


def test_a_did_key_document_holds_its_key() -> None:
    did = KEY.public.did_key()
    url = f"{did}#{KEY.public.to_multikey()}"

    assert find_verification_method(did_key_document(did), url, relationship="assertionMethod")[1] == KEY.public


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (DidDocumentError, lambda d: d.update(id="did:web:other.example")),
        (DidDocumentError, lambda d: d.update(assertionMethod="x")),
        (RelationshipError, lambda d: d.update(assertionMethod=[])),
        (KeyReferenceError, lambda d: d["verificationMethod"].pop(0)),
        (
            KeyReferenceError,
            lambda d: d["verificationMethod"].append(
                {**d["verificationMethod"][1], "id": d["verificationMethod"][0]["id"]}
            ),
        ),
        (KeyReferenceError, lambda d: d["verificationMethod"][0].update(controller="did:web:other.example")),
        (KeyReferenceError, lambda d: d["verificationMethod"][0].update(type="Ed25519VerificationKey2018")),
        (KeyReferenceError, lambda d: d["verificationMethod"][0].update(publicKeyMultibase="z6Mk")),
        (KeyReferenceError, lambda d: d["verificationMethod"][0].update(publicKeyJwk={})),
        (KeyReferenceError, lambda d: d["verificationMethod"][0].pop("publicKeyMultibase")),
        (DidDocumentError, lambda d: d["verificationMethod"][0].update(secretKeyMultibase="z")),
        (DidDocumentError, lambda d: d.update(verificationMethod={})),
        (DidDocumentError, lambda d: d["verificationMethod"].append("x")),
    ],
)
def test_documents_that_do_not_allow_the_key_are_refused(error: type[EdubadgesError], change) -> None:
    document = _document()
    change(document)
    with pytest.raises(error):
        find_verification_method(document, f"{DID}#{KEY.public.to_multikey()}", relationship="assertionMethod")


def test_a_key_of_another_owner_is_not_found() -> None:
    with pytest.raises(DidDocumentError):
        find_verification_method(
            _document(), f"did:web:other.example#{KEY.public.to_multikey()}", relationship="assertionMethod"
        )
    with pytest.raises(KeyReferenceError):
        find_verification_method(_document(), DID, relationship="assertionMethod")
