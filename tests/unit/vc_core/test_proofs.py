"""Proofs we make hold, here and in another library, and any change is noticed."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.errors import ProofError as OpenvcError

from tests.unit.vc_core.samples import CREATED, KEY, METHOD, signed_badge, unsigned_badge
from vc_core.contexts import context_document, known_contexts
from vc_core.errors import EdubadgesError, ProofError, UnsupportedCryptosuite
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof, add_proofs, document_proofs, verify_proof

P256 = PrivateKey.from_bytes("P-256", bytes(range(1, 33)))
P384 = PrivateKey.from_bytes("P-384", bytes(range(1, 49)))


def _sign(key: PrivateKey, suite: str, **options: str) -> dict:
    method = f"{key.public.did_key()}#{key.public.to_multikey()}"
    algorithm = key.algorithm
    return add_proof(
        unsigned_badge(),
        sign=key.sign,
        cryptosuite=suite,
        verification_method=method,
        created=CREATED,
        algorithm=algorithm,
        **options,
    )


@pytest.mark.parametrize(
    ("key", "suite"),
    [(KEY, "eddsa-rdfc-2022"), (KEY, "eddsa-jcs-2022"), (P256, "ecdsa-rdfc-2019"), (P384, "ecdsa-rdfc-2019")],
)
def test_a_proof_holds_for_its_key_and_no_other(key: PrivateKey, suite: str) -> None:
    badge = _sign(key, suite)
    [proof] = document_proofs(badge)

    verify_proof(badge, proof, public_key=key.public, expected_purpose="assertionMethod")

    for other in (PrivateKey.generate("Ed25519"), PrivateKey.generate("P-256"), PrivateKey.generate("P-384")):
        with pytest.raises(ProofError):
            verify_proof(badge, proof, public_key=other.public)


def _mutations(value: object, path: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """Every single change: a text made longer, a number raised, a truth turned, a member removed."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        place = (*path, key)
        yield place, None
        match item:
            case bool():
                yield place, not item
            case int() | float():
                yield place, item + 1
            case str():
                yield place, item + "x"
        yield from _mutations(item, place)


def _changed(document: dict, place: tuple, value: object) -> dict:
    document = copy.deepcopy(document)
    target = document
    for key in place[:-1]:
        target = target[key]
    if value is None:
        del target[place[-1]]
    else:
        target[place[-1]] = value
    return document


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_any_single_change_is_rejected(suite: str) -> None:
    badge = _sign(KEY, suite)
    survivors = []
    for place, value in _mutations(badge):
        changed = _changed(badge, place, value)
        try:
            verify_proof(changed, document_proofs(changed)[0], public_key=KEY.public)
        except (EdubadgesError, IndexError):
            continue
        survivors.append(place)
    # what the issuer says twice may go once: its own name, inside the issuer group it belongs to
    repeated = {("issuer",), ("credentialSubject", "achievement", "creator", "parentOrg")}

    assert [place for place in survivors if not any(place[: len(start)] == start for start in repeated)] == []
    assert suite == "eddsa-rdfc-2022" or survivors == []


@pytest.mark.parametrize(
    "member", ["created", "verificationMethod", "proofPurpose", "cryptosuite", "type", "proofValue"]
)
def test_the_options_of_a_proof_are_signed_too(member: str) -> None:
    badge = signed_badge()
    badge["proof"][member] = "2026-11-23T10:00:01Z" if member == "created" else "assertionMethod2"
    with pytest.raises(ProofError):
        verify_proof(badge, badge["proof"], public_key=KEY.public)


def test_challenge_and_domain_are_compared() -> None:
    badge = _sign(KEY, "eddsa-jcs-2022", proof_purpose="authentication", challenge="n-0S6", domain="verifier.example")
    proof = badge["proof"]
    expected = {
        "expected_purpose": "authentication",
        "expected_challenge": "n-0S6",
        "expected_domain": "verifier.example",
    }

    verify_proof(badge, proof, public_key=KEY.public, **expected)

    for name in expected:
        with pytest.raises(ProofError):
            verify_proof(badge, proof, public_key=KEY.public, **(expected | {name: "other"}))


def test_a_second_proof_joins_the_first_and_both_hold() -> None:
    badge = signed_badge()

    both = add_proof(
        badge, sign=P256.sign, cryptosuite="ecdsa-rdfc-2019", verification_method="did:key:x#y", created=CREATED
    )

    first, second = document_proofs(both)
    verify_proof(both, first, public_key=KEY.public)
    verify_proof(both, second, public_key=P256.public)
    assert isinstance(badge["proof"], dict)


def test_a_batch_gives_the_same_proofs_as_one_by_one() -> None:
    documents = [unsigned_badge() | {"id": f"urn:uuid:{number}"} for number in range(5)]
    options = {"sign": KEY.sign, "cryptosuite": "eddsa-rdfc-2022", "verification_method": METHOD, "created": CREATED}

    assert add_proofs(documents, **options) == [add_proof(document, **options) for document in documents]


def test_signing_refuses_what_it_would_not_cover() -> None:
    with pytest.raises(ProofError):
        signed_badge(unsigned_badge() | {"undefinedThing": 1})


@pytest.mark.parametrize("suite", ["Ed25519Signature2020", "eddsa-2022", "none", ""])
def test_other_proofs_are_not_made(suite: str) -> None:
    with pytest.raises(UnsupportedCryptosuite):
        _sign(KEY, suite)


def test_a_proof_of_another_kind_is_not_taken_for_ours() -> None:
    badge = signed_badge()
    for change in ({"cryptosuite": "eddsa-jcs-2022"}, {"cryptosuite": None}, {"type": "Ed25519Signature2020"}):
        with pytest.raises(ProofError):
            verify_proof(badge, badge["proof"] | change, public_key=KEY.public)


def test_openvc_accepts_our_badge_and_refuses_a_tampered_one() -> None:
    badge = signed_badge()
    extra = {url: context_document(url) for url in known_contexts()}
    suite = DataIntegrityProofSuite()
    options = {"public_key_jwk": KEY.public.to_jwk(), "extra_contexts": extra, "check_temporal": False}

    suite.verify(badge, **options)

    badge["credentialSubject"]["achievement"]["name"] = "Iets anders"
    with pytest.raises(OpenvcError):
        suite.verify(badge, **options)


REWRITES = {
    "status split over two objects": lambda b: b.update(
        credentialStatus=[
            {name: b["credentialStatus"][name] for name in ("id", "type", "statusPurpose")},
            {name: b["credentialStatus"][name] for name in ("id", "type", "statusListIndex", "statusListCredential")},
        ]
    ),
    "status moved into another part with the id of the badge": lambda b: b["evidence"].append(
        {"id": b["id"], "credentialStatus": b.pop("credentialStatus")}
    ),
    "end date moved": lambda b: b["evidence"].append({"id": b["id"], "validUntil": b.pop("validUntil")}),
    "keyword for id": lambda b: b.update({"@id": b.pop("id")}),
    "status under its address": lambda b: b.update(
        {"https://www.w3.org/2018/credentials#credentialStatus": b.pop("credentialStatus")}
    ),
}


@pytest.mark.parametrize("change", REWRITES.values(), ids=REWRITES.keys())
def test_rewrites_that_keep_the_signature_are_refused(change) -> None:
    badge = copy.deepcopy(signed_badge())
    change(badge)
    with pytest.raises(EdubadgesError):
        verify_proof(badge, badge["proof"], public_key=KEY.public)
