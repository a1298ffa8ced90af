"""What mutation testing found untested in proofs (see docs/mutation.md)."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.vc_core.samples import CREATED, HOLDER, KEY, METHOD, signed_badge, unsigned_badge
from vc_core.canonical import canonicalize, canonicalize_jcs
from vc_core.errors import (
    MalformedInput,
    ProofError,
    UnsupportedCryptosuite,
)
from vc_core.keys import PrivateKey, public_key_from_raw
from vc_core.model.shape import ReshapedDocument
from vc_core.multiformats import base58btc_decode, base58btc_encode
from vc_core.proof import (
    SUPPORTED,
    VERIFIABLE,
    add_proof,
    add_proofs,
    document_proofs,
    ecdsa_sd_2023,
    proof_hash_data,
    verify_proof,
)
from vc_core.proof import suite as suite_module
from vc_core.proof.suite import options_digest

P256 = PrivateKey.from_bytes("P-256", bytes(range(1, 33)))
P384 = PrivateKey.from_bytes("P-384", bytes(range(1, 49)))
SUITES = {"eddsa-rdfc-2022": KEY, "eddsa-jcs-2022": KEY, "ecdsa-rdfc-2019": P256}


def sign(document: Any = None, suite: str = "eddsa-rdfc-2022", key: PrivateKey = KEY, **options: Any) -> dict[str, Any]:
    given = {"cryptosuite": suite, "verification_method": METHOD, "created": CREATED, "sign": key.sign} | options
    return add_proof(document or unsigned_badge(), **given)


def check(document: dict[str, Any], key: PrivateKey = KEY, **expected: Any) -> None:
    verify_proof(document, document["proof"], public_key=key.public, **expected)


# --- What is supported ---


def test_the_suites_are_the_ones_that_are_documented() -> None:
    found = {
        name: (suite.proof_type, set(suite.algorithms), suite.proof_keeps_context, suite.verify_only)
        for name, suite in SUPPORTED.items()
    }

    assert found == {
        "eddsa-rdfc-2022": ("DataIntegrityProof", {"Ed25519"}, False, False),
        "eddsa-jcs-2022": ("DataIntegrityProof", {"Ed25519"}, True, False),
        "ecdsa-rdfc-2019": ("DataIntegrityProof", {"P-256", "P-384"}, False, False),
        "Ed25519Signature2020": ("Ed25519Signature2020", {"Ed25519"}, False, True),
    }


def test_the_names_of_the_package_are_promised() -> None:
    from vc_core import proof

    names = {"SUPPORTED", "add_proof", "add_proofs", "document_proofs", "proof_hash_data", "verify_proof"}
    assert set(proof.__all__) >= names
    assert all(hasattr(proof, name) for name in proof.__all__)


@pytest.mark.parametrize("suite", ["bbs-2023", "Ed25519Signature2020", "", "eddsa-rdfc-2022 "])
def test_a_suite_that_is_not_made_is_refused(suite: str) -> None:
    with pytest.raises(UnsupportedCryptosuite):
        sign(suite=suite)


# --- The bytes that are signed ---


@pytest.mark.parametrize("suite", SUITES)
def test_options_and_document_are_hashed_apart_and_in_this_order(suite: str) -> None:
    badge = sign(suite=suite, key=SUITES[suite], challenge="n", domain="d")
    options = {name: value for name, value in badge["proof"].items() if name != "proofValue"}
    unsecured = {name: value for name, value in badge.items() if name != "proof"}
    if suite == "eddsa-jcs-2022":
        parts = [canonicalize_jcs(options), canonicalize_jcs(unsecured)]
    else:
        parts = [
            canonicalize({**options, "@context": badge["@context"]}).encode(),
            canonicalize(unsecured).encode(),
        ]

    expected = b"".join(hashlib.sha256(part).digest() for part in parts)

    assert proof_hash_data(badge, badge["proof"]) == expected
    assert SUITES[suite].public.verify(expected, base58btc_decode(badge["proof"]["proofValue"][1:]))


def test_p384_hashes_with_sha384() -> None:
    badge = sign(suite="ecdsa-rdfc-2019", key=P384, algorithm="P-384")

    assert len(proof_hash_data(badge, badge["proof"], algorithm="P-384")) == 96
    assert len(proof_hash_data(badge, badge["proof"])) == 64
    check(badge, P384)
    with pytest.raises(ProofError):
        proof_hash_data(badge, badge["proof"], algorithm="Ed25519")


def test_options_are_written_as_they_were_given() -> None:
    plain = sign()["proof"]
    full = sign(challenge="n", domain="d", proof_purpose="authentication")["proof"]

    assert plain == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": CREATED,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": plain["proofValue"],
    }
    assert (full["challenge"], full["domain"], full["proofPurpose"]) == ("n", "d", "authentication")
    assert "created" not in sign(created=None)["proof"]
    assert sign(suite="eddsa-jcs-2022")["proof"]["@context"] == unsigned_badge()["@context"]


def test_many_documents_are_signed_as_one_by_one() -> None:
    contexts = unsigned_badge()["@context"]
    assert isinstance(contexts, list)
    other = {
        **unsigned_badge(),
        "id": "urn:uuid:2",
        "@context": [*contexts, "https://w3id.org/security/data-integrity/v2"],
    }
    documents = [unsigned_badge(), other, {**unsigned_badge(), "id": "urn:uuid:3"}]
    options = {"cryptosuite": "eddsa-rdfc-2022", "verification_method": METHOD, "created": CREATED}

    signed = add_proofs(documents, sign=KEY.sign, **options)

    assert signed == [add_proof(document, sign=KEY.sign, **options) for document in documents]
    for document in signed:
        check(document)


def test_a_further_proof_stands_after_the_others() -> None:
    first = sign()
    second = sign(first, suite="eddsa-jcs-2022")
    third = sign(second)

    assert [proof["cryptosuite"] for proof in document_proofs(third)] == [
        "eddsa-rdfc-2022",
        "eddsa-jcs-2022",
        "eddsa-rdfc-2022",
    ]
    for proof in document_proofs(third):
        verify_proof(third, proof, public_key=KEY.public)


@pytest.fixture
def remembered() -> Iterator[dict[Any, bytes]]:
    """Give the empty memory of option digests, and empty it again."""
    suite_module._remembered.clear()
    yield suite_module._remembered
    suite_module._remembered.clear()


def test_what_is_remembered_of_options_is_bounded_and_right(remembered: dict[Any, bytes]) -> None:
    jcs = SUPPORTED["eddsa-jcs-2022"]

    def digest(options: Any) -> bytes:
        found = options_digest(jcs, options, "Ed25519")
        assert found == options_digest(jcs, options, "Ed25519") == hashlib.sha256(canonicalize_jcs(options)).digest()
        return found

    assert len({digest({"a": number}) for number in range(256)}) == len(remembered) == 256
    digest({"a": 256})
    assert len(remembered) == 1  # all are forgotten together
    digest({"a": "x" * (2_048 - len('{"a":""}'))})
    assert len(remembered) == 2
    digest({"a": "x" * (2_049 - len('{"a":""}'))})
    assert len(remembered) == 2  # too long to be kept
    with pytest.raises(MalformedInput):
        options_digest(jcs, {"a": {1}}, "Ed25519")


# --- What is refused ---


@pytest.mark.parametrize(
    "changes",
    [
        {"verificationMethod": ""},
        {"verificationMethod": 5},
        {"verificationMethod": None},
        {"proofPurpose": ""},
        {"proofPurpose": ["assertionMethod"]},
        {"created": 5},
        {"created": "2026-11-23"},
        {"expires": "x"},
        {"expires": None},
        {"proofValue": 5},
        {"proofValue": ""},
        {"proofValue": "z"},
        {"proofValue": "u" + "A" * 86},
        {"proofValue": "z0"},
        {"proofValue": "z" + "2" * 128},
        {"proofValue": "z" + base58btc_encode(bytes(63))},
        {"proofValue": "z" + base58btc_encode(bytes(65))},
    ],
    ids=str,
)
def test_unusable_options_are_a_wrong_proof(changes: dict[str, Any]) -> None:
    badge = sign()
    badge["proof"] |= changes

    with pytest.raises(ProofError):
        check(badge)


@pytest.mark.parametrize("member", ["verificationMethod", "proofPurpose", "proofValue"])
def test_options_that_are_missing_are_a_wrong_proof(member: str) -> None:
    badge = sign()
    del badge["proof"][member]

    with pytest.raises(ProofError, match="usable"):
        check(badge)


@pytest.mark.parametrize("member", ["verification_method", "proof_purpose"])
def test_unusable_options_are_not_signed(member: str) -> None:
    with pytest.raises(ProofError, match="usable"):
        sign(**{member: ""})


@pytest.mark.parametrize(
    "created", ["2026-11-23T10:00:00+01:00", "2026-11-23T10:00:00.123456789Z", "2026-11-23T10:00:00"]
)
def test_every_time_of_xml_schema_may_be_signed(created: str) -> None:
    check(sign(created=created))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("DataIntegrityProof", "Ed25519Signature2020"),
        ("DataIntegrityProof", None),
        ("DataIntegrityProof", ["eddsa-rdfc-2022"]),
        ("Ed25519Signature2020", "eddsa-rdfc-2022"),
        ("Ed25519Signature2018", None),
        (None, "eddsa-rdfc-2022"),
    ],
)
def test_a_kind_and_a_suite_that_do_not_fit_are_not_supported(kind: Any, name: Any) -> None:
    badge = sign()
    badge["proof"] |= {"type": kind, "cryptosuite": name}

    with pytest.raises(UnsupportedCryptosuite):
        check(badge)


def test_what_is_expected_of_a_proof_must_be_there() -> None:
    badge = sign(challenge="n", domain="d")

    check(badge, expected_purpose="assertionMethod", expected_challenge="n", expected_domain="d")
    for expected, text in {
        "expected_purpose": "another purpose",
        "expected_challenge": "another request",
        "expected_domain": "another verifier",
    }.items():
        with pytest.raises(ProofError, match=text):
            check(badge, **{expected: "x"})
        with pytest.raises(ProofError, match=text):
            check(sign(proof_purpose="authentication"), **{expected: "assertionMethod"})
    several = sign()
    several["proof"]["domain"] = ["a", "d"]
    with pytest.raises(ProofError, match="changed after"):
        check(several, expected_domain="d")


def test_a_key_of_another_kind_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(ProofError, match="another kind"):
        check(sign(), P256)
    with pytest.raises(ProofError, match="another kind"):
        check(sign(suite="ecdsa-rdfc-2019", key=P256), KEY)
    with pytest.raises(ProofError, match="another length"):
        check(sign(suite="ecdsa-rdfc-2019", key=P256), P384)
    with pytest.raises(ProofError, match="another kind"):
        sign(suite="ecdsa-rdfc-2019", key=P256, algorithm="Ed25519")
    with pytest.raises(ProofError, match="another kind"):
        sign(key=P384)


def test_a_reshaped_document_is_refused_by_the_suites_that_would_not_notice() -> None:
    badge = sign()
    status = badge["credentialStatus"]
    name = {"id": status["id"], "type": status["type"]}
    badge["credentialStatus"] = [
        name | {"statusPurpose": "revocation"},
        {n: v for n, v in status.items() if n != "statusPurpose"},
    ]

    with pytest.raises(ReshapedDocument):
        check(badge)
    check(badge, shape_checked=True)  # the caller says that this was looked at
    jcs = sign({**unsigned_badge(), "@id": "urn:x"}, suite="eddsa-jcs-2022")
    check(jcs)  # every byte is signed: there is nothing to reshape


def test_proofs_are_objects_and_few() -> None:
    proof = sign()["proof"]

    assert document_proofs({}) == []
    assert document_proofs({"proof": None}) == []
    assert document_proofs({"proof": proof}) == [proof]
    assert len(document_proofs({"proof": [proof] * 16})) == 16
    for wrong in ([proof] * 17, [proof, "x"], "x", 5):
        with pytest.raises(MalformedInput):
            document_proofs({"proof": wrong})


def test_a_signature_is_base58_and_no_longer_than_it_can_be() -> None:
    badge = sign()
    value = badge["proof"]["proofValue"]
    for wrong, text in {
        "u" + value[1:]: "no usable signature",
        "z" + "2" * 128: "no usable signature",
        "z" + "2" * 127: "another length",
        value + "1": "another length",
    }.items():
        with pytest.raises(ProofError, match=text):
            check({**badge, "proof": {**badge["proof"], "proofValue": wrong}})


@pytest.mark.parametrize("created", ["", "x", "2026-11-23", "2026-11-23 10:00:00Z", "2026-11-23T10:00:00Zx"])
def test_a_time_that_is_none_is_neither_signed_nor_read(created: str) -> None:
    with pytest.raises(ProofError, match="not a time"):
        sign(created=created)
    for member in ("created", "expires"):
        badge = sign()
        badge["proof"][member] = created
        with pytest.raises(ProofError, match="not a time"):
            check(badge)


def test_a_key_that_no_suite_knows_is_refused() -> None:
    handle = rsa.generate_private_key(public_exponent=65_537, key_size=2_048).public_key()
    raw = handle.public_bytes(Encoding.DER, PublicFormat.PKCS1)

    with pytest.raises(ProofError, match="another kind"):
        verify_proof(sign(), sign()["proof"], public_key=public_key_from_raw("RSA", raw))


def test_what_is_told_of_an_unknown_suite_is_short() -> None:
    badge = sign()
    badge["proof"] |= {"type": "t" * 200, "cryptosuite": "c" * 200}

    with pytest.raises(UnsupportedCryptosuite) as caught:
        check(badge)

    assert caught.value.extensions == {"proof_type": "t" * 100, "cryptosuite": "c" * 100}


# --- Contexts of the JCS suite ---


def test_vocabularies_may_be_added_behind_those_that_were_signed() -> None:
    badge = sign(suite="eddsa-jcs-2022")
    whole = badge["@context"]

    check({**badge, "@context": [*whole, "https://later.example/v1"]})
    for contexts in (whole[1:], [*whole[1:], whole[0]], ["https://x.example", *whole], whole[0], None):
        with pytest.raises(ProofError, match="vocabularies"):
            check({**badge, "@context": contexts})


def test_one_vocabulary_may_stand_alone() -> None:
    document = {"@context": "https://www.w3.org/ns/credentials/v2", "type": "VerifiableCredential"}
    badge = sign(document, suite="eddsa-jcs-2022")

    check(badge)
    check({**badge, "@context": ["https://www.w3.org/ns/credentials/v2", "https://later.example/v1"]})


def test_a_jcs_document_without_vocabulary_is_signed_as_it_is() -> None:
    signed = sign({"a": 1}, suite="eddsa-jcs-2022")

    assert "@context" not in signed["proof"]
    check(signed)
    with pytest.raises(ProofError, match="changed after"):
        check({**signed, "a": 2})


# --- Chains ---


def _chain() -> dict[str, Any]:
    """Return a badge with a proof that has a name, and one that builds on it."""
    first = sign()
    first["proof"]["id"] = "urn:uuid:first"
    unsigned = {name: value for name, value in first.items() if name != "proof"}
    config = {name: value for name, value in first["proof"].items() if name != "proofValue"}
    first["proof"]["proofValue"] = "z" + base58btc_encode(KEY.sign(proof_hash_data(unsigned, config)))
    second = {**config, "id": "urn:uuid:second", "previousProof": "urn:uuid:first"}
    both = {**first, "proof": [first["proof"], second]}
    second["proofValue"] = "z" + base58btc_encode(KEY.sign(proof_hash_data(both, second)))
    return both


def test_a_chained_proof_covers_the_one_before_it() -> None:
    badge = _chain()
    for proof in document_proofs(badge):
        verify_proof(badge, proof, public_key=KEY.public)
    second = badge["proof"][1]

    for change in ("created", "proofValue", "verificationMethod"):
        changed = copy.deepcopy(badge)
        changed["proof"][0][change] = CREATED[:-2] + "9Z" if change == "created" else badge["proof"][0][change] + "1"
        with pytest.raises(ProofError):
            verify_proof(changed, second, public_key=KEY.public)
    with pytest.raises(ProofError, match="missing"):
        verify_proof({**badge, "proof": second}, second, public_key=KEY.public)
    for names in ([], "urn:x", ["urn:uuid:first", "urn:x"], 5, [5], [["urn:uuid:first"]], [{}]):
        with pytest.raises(ProofError, match="missing"):
            verify_proof(badge, {**second, "previousProof": names}, public_key=KEY.public)


def test_samples_are_what_these_tests_take_them_for() -> None:
    assert signed_badge()["credentialSubject"]["id"] == HOLDER  # type: ignore[index,call-overload]


# --- A part of a badge ---


def test_a_part_of_a_badge_is_verified_like_a_whole_one() -> None:
    assert ecdsa_sd_2023.SUITE.name in VERIFIABLE - SUPPORTED.keys()
    base = ecdsa_sd_2023.create_base_proof(
        unsigned_badge(),
        sign=P256.sign,
        verification_method=METHOD,
        created=CREATED,
        mandatory_pointers=["/issuer"],
    )
    shown = ecdsa_sd_2023.derive_credential(base, selective_pointers=["/credentialSubject/achievement/name"])
    check(shown, P256, expected_purpose="assertionMethod")
    with pytest.raises(ProofError):
        check(shown, P256, expected_purpose="authentication")
    with pytest.raises(ProofError):
        check(base, P256)
    changed = copy.deepcopy(shown)
    changed["credentialSubject"]["achievement"]["name"] = "Doctor"
    with pytest.raises(ProofError):
        check(changed, P256)
