"""Proofs of W3C and 1EdTech verify here, byte for byte where the vectors give the bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.vectors.conftest import cases, folder
from vc_core.canonical import canonicalize, canonicalize_jcs
from vc_core.did import did_key_document, public_key_from_did_key
from vc_core.errors import DidError, EdubadgesError, ProofError
from vc_core.keys import PrivateKey, PublicKey, public_key_from_multikey
from vc_core.multiformats import base58btc_decode
from vc_core.proof import add_proof, document_proofs, proof_hash_data, verify_proof

SUITES = {"eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", None}  # None: Ed25519Signature2020
EDDSA, ECDSA = "w3c-vc-di-eddsa", "w3c-vc-di-ecdsa"
EDTECH = "1edtech-public-validator"


def _signed_w3c() -> list[Path]:
    found = []
    for path in cases(EDDSA, "**/*.json") + cases(ECDSA, "**/*.json"):
        document = json.loads(path.read_bytes())
        if not isinstance(document, dict) or not path.stem.startswith("signed"):
            continue
        if all(proof.get("cryptosuite") in SUITES for proof in document_proofs(document)):
            found.append(path)
    return found


def _key_of(proof: dict) -> PublicKey:
    return public_key_from_multikey(proof["verificationMethod"].partition("#")[2])


@pytest.mark.parametrize("path", _signed_w3c(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_w3c_proofs_hold_and_tampered_ones_do_not(path: Path, example_vocabularies: None) -> None:
    document = json.loads(path.read_bytes())
    for proof in document_proofs(document):
        verify_proof(document, proof, public_key=_key_of(proof))
        with pytest.raises(ProofError):
            verify_proof({**document, "id": "urn:uuid:another"}, proof, public_key=_key_of(proof))


@pytest.mark.parametrize(
    ("suite", "letters", "name"),
    [
        (EDDSA, "eddsa-rdfc-2022/{}DataInt", "sha256"),
        (EDDSA, "Ed25519Signature2020/{}EdSig", "sha256"),
        (ECDSA, "ecdsa-rdfc-2019-p256/{}ECDSAP256", "sha256"),
        (ECDSA, "ecdsa-rdfc-2019-p384/{}ECDSAP384", "sha384"),
    ],
)
def test_every_step_of_w3c_has_our_bytes(suite: str, letters: str, name: str, example_vocabularies: None) -> None:
    root = folder(suite)
    document = json.loads((root / "unsigned.json").read_bytes())
    config = json.loads((root / f"{letters.format('proofConfig')}.json").read_bytes())
    signed = json.loads((root / f"{letters.format('signed')}.json").read_bytes())
    document["@context"] = signed["@context"]

    canonical = canonicalize(document, hash_name=name)

    assert canonical == (root / f"{letters.format('canonDoc')}.txt").read_text()
    assert canonicalize(config, hash_name=name) == (root / f"{letters.format('proofCanon')}.txt").read_text()
    algorithm = "P-384" if name == "sha384" else None
    data = proof_hash_data(document, signed["proof"], algorithm=algorithm)
    assert data.hex() == (root / f"{letters.format('combinedHash')}.txt").read_text().strip()
    assert hashlib.new(name, canonical.encode()).digest() == data[len(data) // 2 :]


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022/signedDataInt", "eddsa-jcs-2022/signedJCS"])
def test_our_proof_is_the_one_of_w3c(name: str, example_vocabularies: None) -> None:
    root = folder(EDDSA)
    signed = json.loads((root / f"{name}.json").read_bytes())
    secret = json.loads((root / "keyPair.json").read_bytes())["privateKeyMultibase"]
    key = PrivateKey.from_bytes("Ed25519", base58btc_decode(secret[1:])[2:])
    unsigned = {name: value for name, value in signed.items() if name != "proof"}

    made = add_proof(
        unsigned,
        sign=key.sign,
        cryptosuite=signed["proof"]["cryptosuite"],
        verification_method=signed["proof"]["verificationMethod"],
        created=signed["proof"]["created"],
    )

    assert canonicalize_jcs(made) == canonicalize_jcs(signed)


@pytest.mark.parametrize("name", ["ob3/signed.json", "clr2/signed.json"])
def test_the_worked_examples_of_1edtech_hold(name: str) -> None:
    document = json.loads((folder("1edtech-ob3-impl-guide") / name).read_bytes())
    [proof] = document_proofs(document)

    verify_proof(document, proof, public_key=_key_of(proof), expected_purpose="assertionMethod")


@pytest.mark.parametrize(
    "name",
    [
        "ob30/complete.json",
        "ob30/simple-did-web-method.json",
        "ob30/simple-did-key-method.json",
        "ob30/simple-err-issuer.json",
        "ob30/bit-string-list/credential-status-revoked.json",
        "ob30/bit-string-list/credential-status-revoked-blank-nodes.json",
        "clr20/simple_v1.json",
    ],
)
def test_samples_of_the_public_validator_hold(name: str) -> None:
    document = json.loads((folder(EDTECH) / name).read_bytes())
    proof = document_proofs(document)[0]
    method = proof["verificationMethod"]
    fragment = method.partition("#")[2]
    key = public_key_from_multikey(fragment) if fragment else public_key_from_did_key(method)

    verify_proof(document, proof, public_key=key)


@pytest.mark.parametrize(
    "path",
    [path for path in cases(EDTECH, "ob30/simple-err-*.json") if path.stem != "simple-err-issuer"],
    ids=lambda path: path.stem,
)
def test_broken_samples_of_the_public_validator_are_refused(path: Path) -> None:
    document = json.loads(path.read_bytes())
    proof = document_proofs(document)[0]
    with pytest.raises(EdubadgesError):  # noqa: PT012 # the reference or the proof
        method = proof["verificationMethod"]
        fragment = method.partition("#")[2]
        key = public_key_from_multikey(fragment) if fragment else public_key_from_did_key(method)
        verify_proof(document, proof, public_key=key)


def _did_keys() -> list[tuple[str, bool]]:
    found = []
    for name in ("ed25519-x25519", "nist-curves", "rsa", "secp256k1", "x25519", "bls12381"):
        for path in cases("did-key", f"{name}.json"):
            known = {"ed25519-x25519", "rsa"}
            for did in json.loads(path.read_bytes()):
                # zDn… and z82… are P-256 and P-384; P-521 and the rest are not supported
                found.append((did, name in known or did.startswith(("did:key:zDn", "did:key:z82"))))
    return found


@pytest.mark.parametrize(("did", "supported"), _did_keys())
def test_did_keys_are_read_or_refused(did: str, supported: bool) -> None:
    if not supported:
        with pytest.raises(DidError):
            did_key_document(did)
    else:
        assert did_key_document(did)["id"] == did
        assert public_key_from_did_key(did).did_key() == did
