"""ecdsa-sd-2023: every step of W3C's two worked examples, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.vectors.conftest import folder
from vc_core.canonical import canonicalize
from vc_core.canonical.expand import to_quads
from vc_core.canonical.rdfc import canonical_labels
from vc_core.errors import ProofError
from vc_core.keys import PrivateKey, PublicKey, public_key_from_multikey
from vc_core.multiformats import multibase_decode
from vc_core.proof.ecdsa_sd_2023 import (
    create_base_proof,
    derive_credential,
    parse_base_proof,
    parse_derived_proof,
    verify_base_proof,
    verify_derived_proof,
)
from vc_core.proof.selective_disclosure import (
    DisclosableDocument,
    hmac_label,
    label_of_digest,
    parse_pointer,
    relabelled_statements,
)

INPUTS = {
    "employ": ("employMandatory", "employSelective"),
    "prc": ("prCredMandatory", "prCredSelective"),
}


class RepeatableKey(PrivateKey):
    """Signs as the makers of the vectors did: the same message, the same signature (RFC 6979)."""

    def sign(self, message: bytes) -> bytes:
        algorithm = ec.ECDSA(SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._handle.sign(message, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Example:
    """The files of one worked example."""

    def __init__(self, name: str) -> None:
        self.root = folder("w3c-vc-di-ecdsa")
        mandatory, selective = INPUTS[name]
        self.folder = self.root / "ecdsa-sd-2023" / name
        # Not prCredUnsigned.json: its description was reworded after the example was signed.
        self.document = {member: value for member, value in self["addSignedSDBase"].items() if member != "proof"}
        self.mandatory = _json(self.root / f"{mandatory}.json")
        self.selective = _json(self.root / f"{selective}.json")
        keys = _json(self.root / "ecdsa-sd-2023" / "SDKeyMaterial.json")
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        self.issuer_key = _key(keys["baseKeyPair"])
        self.proof_key = _key(keys["proofKeyPair"])

    def __getitem__(self, step: str) -> Any:
        return _json(self.folder / f"{step}.json")

    @cached_property
    def whole(self) -> DisclosableDocument:
        return DisclosableDocument(self.document, hmac_key=self.hmac_key)

    def base(self) -> dict:
        config = self["addProofConfig"]
        return create_base_proof(
            self.document,
            sign=self.issuer_key.sign,
            verification_method=config["verificationMethod"],
            created=config["created"],
            mandatory_pointers=self.mandatory,
            proof_key=self.proof_key,
            hmac_key=self.hmac_key,
        )


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _key(pair: dict[str, str]) -> RepeatableKey:
    key = RepeatableKey.from_bytes("P-256", multibase_decode(pair["secretKeyMultibase"])[2:])
    assert key.public.to_multikey() == pair["publicKeyMultibase"]
    return key


def _numbered(group: dict) -> dict[int, str]:
    assert group["dataType"] == "Map"
    return {number: line for number, line in group["value"]}


def _key_of(proof: dict) -> PublicKey:
    return public_key_from_multikey(proof["verificationMethod"].partition("#")[2])


def _multikey(data: bytes) -> str:
    assert data[:2] == b"\x80\x24"
    key = PublicKey("P-256", data[2:])
    return key.to_multikey()


def _hex(signatures: tuple[bytes, ...]) -> list[str]:
    return [signature.hex() for signature in signatures]


@pytest.fixture(params=sorted(INPUTS))
def example(request: pytest.FixtureRequest, example_vocabularies: None) -> Iterator[Example]:
    return Example(request.param)


def test_the_document_is_the_published_one(example_vocabularies: None) -> None:
    example = Example("employ")

    assert example.document == _json(example.root / "employmentAuth.json")


def test_pointers_lead_to_the_values(example: Example) -> None:
    expected = {entry["pointer"]: entry["value"] for entry in example["addPointerValues"]}
    found = {}
    for pointer in example.mandatory:
        value = example.document
        for step in parse_pointer(pointer):
            value = value[step]
        found[pointer] = value

    assert found == expected


def test_statements_and_labels_are_those_of_the_example(example: Example) -> None:
    lines = canonicalize(example.document).splitlines(keepends=True)

    assert lines == example["addBaseDocCanon"]
    assert example.whole.statements == example["addBaseDocHMACCanon"]


def test_statements_are_divided_as_in_the_example(example: Example) -> None:
    step = example["addBaseTransform"]
    places = example.whole.places(step["mandatoryPointers"])

    assert {place: example.whole.statements[place] for place in places} == _numbered(step["mandatory"])
    others = {place: line for place, line in enumerate(example.whole.statements) if place not in places}
    assert others == _numbered(step["nonMandatory"])
    assert bytes.fromhex(step["hmacKeyString"]) == example.hmac_key


def test_what_is_signed_is_that_of_the_example(example: Example) -> None:
    config = example["addProofConfig"]
    canonical = (example.folder / "addProofConfigCanon.txt").read_text()

    assert canonicalize(config) == canonical
    assert hashlib.sha256(canonical.encode()).hexdigest() == example["addHashData"]["proofHash"]
    mandatory = _numbered(example["addBaseTransform"]["mandatory"])
    digest = hashlib.sha256("".join(mandatory.values()).encode()).hexdigest()
    assert digest == example["addHashData"]["mandatoryHash"]


def test_our_base_proof_is_the_one_of_w3c(example: Example) -> None:
    before = json.dumps(example.document)

    assert example.base() == example["addSignedSDBase"]
    assert json.dumps(example.document) == before


@pytest.mark.parametrize("step", ["addRawBaseSignatureInfo", "derivedRecoveredBaseData"])
def test_the_base_proof_of_w3c_is_read(example: Example, step: str) -> None:
    expected = example[step]
    signed = example["addSignedSDBase"]

    base = parse_base_proof(signed["proof"]["proofValue"])

    assert base.base_signature.hex() == expected["baseSignature"]
    assert _multikey(base.public_key) == expected.get("publicKey", expected.get("proofPublicKey"))
    assert _hex(base.signatures) == expected["signatures"]
    assert list(base.mandatory_pointers) == expected["mandatoryPointers"]
    assert base.hmac_key.hex() == expected.get("hmacKey", example.hmac_key.hex())
    assert base.to_text() == signed["proof"]["proofValue"]
    verify_base_proof(signed, signed["proof"], public_key=_key_of(signed["proof"]))


def test_selections_are_grouped_as_in_the_example(example: Example) -> None:
    data = example["derivedAllGroupData"]
    pointers = {
        "mandatory": example.mandatory,
        "selective": example.selective,
        "combined": [*example.mandatory, *example.selective],
    }
    indexes = example["derivedGroupIndexes"]

    assert example.whole.statements == data["nquads"]
    for name, group in data["groups"].items():
        places = example.whole.places(pointers[name])
        assert sorted(places) == sorted(_numbered(group["matching"])) == indexes[f"{name}Indexes"]
        assert {place: example.whole.statements[place] for place in places} == _numbered(group["matching"])
        assert len(group["deskolemizedNQuads"]) == len(places)
    others = [place for place in range(len(data["nquads"])) if place not in indexes["mandatoryIndexes"]]
    assert others == indexes["nonMandatoryIndexes"]


def test_labels_are_those_of_the_example(example: Example) -> None:
    expected = example["derivedAllGroupData"]["labelMap"]["value"]
    canonical = set(canonical_labels(to_quads(example.document)).values())

    ours = {hmac_label(example.hmac_key, label).removeprefix("_:") for label in canonical}

    assert ours == {label for _, label in expected}


def test_what_is_revealed_is_that_of_the_example(example: Example) -> None:
    base = example["addSignedSDBase"]

    derived = derive_credential(base, selective_pointers=example.selective)

    assert derived == example["derivedRevealDocument"]
    unsecured = {name: value for name, value in derived.items() if name != "proof"}
    assert unsecured == example["derivedUnsignedReveal"]


@pytest.mark.parametrize("step", ["derivedDisclosureData", "verifyDerivedProofValue"])
def test_the_derived_proof_of_w3c_is_read(example: Example, step: str) -> None:
    expected = example[step]
    labels = expected["labelMap"]
    value = example["derivedRevealDocument"]["proof"]["proofValue"]

    derived = parse_derived_proof(value)

    assert derived.base_signature.hex() == expected["baseSignature"]
    assert _multikey(derived.public_key) == expected["publicKey"]
    assert _hex(derived.signatures) == expected["signatures"] == example["derivedAdjSignatures"]["filteredSignatures"]
    assert list(derived.mandatory_indexes) == expected["mandatoryIndexes"]
    assert list(derived.mandatory_indexes) == example["derivedAdjMandatoryIndexes"]["adjMandatoryIndexes"]
    assert {f"c14n{number}": label_of_digest(digest)[2:] for number, digest in derived.digests.items()} == dict(
        labels["value"] if isinstance(labels, dict) else labels
    )
    assert derived.to_text() == value


def test_the_signatures_that_are_left_are_those_of_the_example(example: Example) -> None:
    indexes = example["derivedAdjSignatures"]["adjSignatureIndexes"]
    base = parse_base_proof(example["addSignedSDBase"]["proof"]["proofValue"])
    shown = derive_credential(example["addSignedSDBase"], selective_pointers=example.selective)

    derived = parse_derived_proof(shown["proof"]["proofValue"])

    assert derived.signatures == tuple(base.signatures[index] for index in indexes)


def test_what_is_verified_is_that_of_the_example(example: Example) -> None:
    document = example["derivedRevealDocument"]
    expected = example["verifyCreateVerifyData"]
    derived = parse_derived_proof(document["proof"]["proofValue"])

    statements = relabelled_statements(example["derivedUnsignedReveal"], derived.digests)

    assert statements == example["verifyNQuads"]
    mandatory = [statements[index] for index in derived.mandatory_indexes]
    assert [line for line in statements if line not in mandatory] == expected["nonMandatory"]
    assert hashlib.sha256("".join(mandatory).encode()).hexdigest() == expected["mandatoryHash"]
    assert hashlib.sha256(canonicalize(example["addProofConfig"]).encode()).hexdigest() == expected["proofHash"]
    assert derived.base_signature.hex() == expected["baseSignature"]
    assert _multikey(derived.public_key) == expected["publicKey"]
    assert _hex(derived.signatures) == expected["signatures"]


def test_the_derived_proof_of_w3c_holds_and_a_tampered_one_does_not(example: Example) -> None:
    document = example["derivedRevealDocument"]
    proof = document["proof"]

    verify_derived_proof(document, proof, public_key=_key_of(proof))

    subject = document["credentialSubject"] | {"birthCountry": "Elsewhere"}
    for tampered in (document | {"credentialSubject": subject}, document | {"validUntil": "2099-12-03T00:00:00Z"}):
        with pytest.raises(ProofError):
            verify_derived_proof(tampered, proof, public_key=_key_of(proof))
    base = example["addSignedSDBase"]
    with pytest.raises(ProofError):
        verify_derived_proof(base, base["proof"], public_key=_key_of(proof))
