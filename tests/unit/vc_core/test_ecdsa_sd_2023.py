"""ecdsa-sd-2023: what is shown was signed, what is not shown is not there, and nothing else is taken for a proof."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openvc.keys import P256SigningKey
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.proof.errors import ProofError as OpenvcError

from tests.bench.badges import CREATED, unsigned_badge
from tests.support.effort import effort_of
from tests.support.random_badges import random_badge
from vc_core.contexts import CREDENTIALS_V2, OPEN_BADGES_CONTEXT, context_document, known_contexts
from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput, ProofError, UnsupportedCryptosuite
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey, public_key_from_jwk
from vc_core.multiformats import base64url_decode, base64url_encode
from vc_core.proof import add_proof, document_proofs
from vc_core.proof.ecdsa_sd_2023 import (
    MAX_PROOF_VALUE,
    BaseProofPresented,
    create_base_proof,
    derive_credential,
    parse_base_proof,
    parse_derived_proof,
    verify_base_proof,
    verify_derived_proof,
)
from vc_core.proof.selective_disclosure import MAX_POINTERS, MAX_STATEMENTS, DisclosableDocument, select_parts

ISSUER = PrivateKey.from_bytes("P-256", bytes(range(1, 33)))
STRANGER = PrivateKey.from_bytes("P-256", bytes(range(3, 35)))
METHOD = f"{ISSUER.public.did_key()}#{ISSUER.public.to_multikey()}"
MANDATORY = ("/issuer", "/validUntil", "/credentialStatus")
SHOWN = (
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/alignment/1",
    "/credentialSubject/result",
    "/evidence/0/name",
)

type Change = Callable[[Any], Any]


def base_of(document: JsonObject, mandatory: tuple[str, ...] = MANDATORY, **options: Any) -> JsonObject:
    return create_base_proof(
        document,
        sign=ISSUER.sign,
        verification_method=METHOD,
        created=CREATED,
        mandatory_pointers=mandatory,
        **options,
    )


@cache
def _base_text() -> bytes:
    return dump_json(base_of(unsigned_badge()))


def base_badge() -> JsonObject:
    return json.loads(_base_text())


@cache
def _derived_text() -> bytes:
    return dump_json(derive_credential(base_badge(), selective_pointers=SHOWN))


def derived_badge() -> JsonObject:
    return json.loads(_derived_text())


def verify(document: JsonObject, key: PrivateKey = ISSUER) -> None:
    [proof] = document_proofs(document)
    verify_derived_proof(document, proof, public_key=key.public)


def places_in(value: object, at: str = "") -> Iterator[str]:
    """Every JSON Pointer into a value but the one to all of it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        here = f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
        yield here
        yield from places_in(item, here)


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


def value_at(document: JsonObject, pointer: str) -> Any:
    value: Any = document
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def set_value(document: JsonObject, pointer: str, change: Change) -> JsonObject:
    """Return the document with one value changed; the change may give None to remove it."""
    document = copy.deepcopy(document)
    target: Any = document
    *way, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in way:
        target = target[step]
    target[last] = change(target[last])
    if target[last] is None:
        del target[last]
    return document


BADGE_POINTERS = sorted(set(places_in(unsigned_badge())))


# --- what holds -----------------------------------------------------------------------------------------------------


def test_a_base_proof_joins_the_document_and_leaves_the_argument_alone() -> None:
    document = unsigned_badge()
    before = dump_json(document)

    secured = base_of(document)

    assert dump_json(document) == before
    assert {name: value for name, value in secured.items() if name != "proof"} == document
    proof = secured["proof"]
    assert (proof["type"], proof["cryptosuite"], proof["created"]) == ("DataIntegrityProof", "ecdsa-sd-2023", CREATED)
    verify_base_proof(secured, proof, public_key=ISSUER.public)


def test_every_base_proof_has_keys_of_its_own() -> None:
    first, second = (parse_base_proof(base_of(unsigned_badge())["proof"]["proofValue"]) for _ in range(2))

    assert first.hmac_key != second.hmac_key
    assert first.public_key != second.public_key
    assert first.mandatory_pointers == second.mandatory_pointers == MANDATORY


def test_a_derived_badge_holds_and_says_what_was_chosen() -> None:
    base = base_badge()
    before = dump_json(base)

    derived = derive_credential(base, selective_pointers=SHOWN)

    assert dump_json(base) == before
    verify(derived)
    whole = unsigned_badge()
    assert derived["issuer"] == whole["issuer"]
    assert derived["credentialStatus"] == whole["credentialStatus"]
    assert "validFrom" not in derived
    achievement = whole["credentialSubject"]["achievement"]
    assert derived["credentialSubject"] == {
        "id": whole["credentialSubject"]["id"],
        "type": ["AchievementSubject"],
        "achievement": {
            "id": achievement["id"],
            "type": ["Achievement"],
            "name": achievement["name"],
            "alignment": [achievement["alignment"][1]],
        },
        "result": whole["credentialSubject"]["result"],
    }


@settings(max_examples=60, deadline=None)
@given(
    mandatory=st.lists(st.sampled_from(BADGE_POINTERS), max_size=4),
    chosen=st.lists(st.sampled_from(BADGE_POINTERS), min_size=1, max_size=6),
)
def test_any_selection_holds_and_hides_the_rest(mandatory: list[str], chosen: list[str]) -> None:
    derived = derive_credential(base_of(unsigned_badge(), tuple(mandatory)), selective_pointers=chosen)

    verify(derived)

    text = dump_json(derived).decode()
    shown = list(texts_in(derived))
    for hidden in set(texts_in(unsigned_badge())):
        if len(hidden) > 8 and not any(hidden in one for one in shown):
            assert hidden not in text
    for pointer in (*mandatory, *chosen):
        assert set(texts_in(value_at(unsigned_badge(), pointer))) <= set(shown)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(number=st.integers(0, 5_000), data=st.data())
def test_any_selection_of_any_badge_holds_or_is_refused_as_a_whole(number: int, data: st.DataObject) -> None:
    badge = random_badge(7, number).document
    badge.pop("proof", None)
    pointers = st.lists(st.sampled_from(sorted(set(places_in(badge)))), min_size=1, max_size=4)
    try:
        base = base_of(badge, tuple(data.draw(pointers)))
        derived = derive_credential(base, selective_pointers=data.draw(pointers))
    except EdubadgesError:
        return  # made on purpose with things that are not signed, or a pointer into a value that has no parts

    verify_base_proof(base, base["proof"], public_key=ISSUER.public)
    shuffled = json.loads(json.dumps(derived, sort_keys=True))
    verify_derived_proof(shuffled, shuffled["proof"], public_key=ISSUER.public)


def _by_the_letter(document: Any, pointers: list[str]) -> Any:
    """Select as the Recommendation writes it, pointer by pointer (3.4.11 to 3.4.13)."""

    def initial(source: Any) -> dict:
        return {name: source[name] for name in ("id", "type") if isinstance(source, dict) and name in source}

    selection = {"@context": document["@context"], **initial(document)}
    for pointer in pointers:
        value, selected = document, selection
        for step in pointer.split("/")[1:]:
            key: Any = int(step) if isinstance(value, list) else step
            parent, value = selected, value[key]
            if key not in parent:
                parent[key] = {} if isinstance(value, list) else initial(value)
            selected = parent[key]
        if isinstance(value, dict):
            parent[key] = {**selected, **copy.deepcopy(value)}
        else:
            parent[key] = copy.deepcopy(value)
    return _dense(selection)


def _dense(value: Any) -> Any:
    """Arrays are built above as objects with whole numbers for names."""
    if isinstance(value, list):
        return [_dense(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(name, int) for name in value):
        return [_dense(value[name]) for name in sorted(value)]
    return {name: _dense(item) for name, item in value.items()}


def _wholly_distinct(pointers: list[str]) -> list[str]:
    """Leave out what the letter cannot write down: a part of what is, or will be, selected as a whole array."""
    return [one for one in pointers if not any(one != other and one.startswith(f"{other}/") for other in pointers)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(BADGE_POINTERS), min_size=1, max_size=8).map(_wholly_distinct))
def test_selecting_in_one_pass_is_selecting_by_the_letter(pointers: list[str]) -> None:
    document = unsigned_badge()
    pointers = [one for one in pointers if one.split("/")[-2] not in {"type", "@context"}]  # whole in any case
    if pointers:
        assert select_parts(document, pointers)[0] == _by_the_letter(document, pointers)


def test_the_order_of_pointers_and_their_overlap_change_nothing() -> None:
    base = base_badge()
    overlapping = [*SHOWN, "/credentialSubject/achievement/alignment", "/issuer/name", "/type/0", *reversed(SHOWN)]

    first, second = (derive_credential(base, selective_pointers=one) for one in (overlapping, overlapping[::-1]))

    assert first == second
    assert len(first["credentialSubject"]["achievement"]["alignment"]) == 3
    verify(first)


def test_the_empty_pointer_shows_everything() -> None:
    derived = derive_credential(base_badge(), selective_pointers=[""])

    verify(derived)
    assert derived.keys() == base_badge().keys()
    assert {**derived, "proof": None} == {**base_badge(), "proof": None}


def test_nothing_mandatory_and_everything_mandatory_both_hold() -> None:
    verify(derive_credential(base_of(unsigned_badge(), ()), selective_pointers=["/name"]))
    everything = derive_credential(base_of(unsigned_badge(), ("",)), selective_pointers=[])
    verify(everything)
    assert parse_derived_proof(everything["proof"]["proofValue"]).signatures == ()


def test_other_proofs_stay_with_the_base_and_not_with_what_is_derived() -> None:
    key = PrivateKey.from_bytes("Ed25519", bytes(range(32)))
    signed = add_proof(
        unsigned_badge(), sign=key.sign, cryptosuite="eddsa-rdfc-2022", verification_method="did:key:x#y", created=None
    )

    both = base_of(signed)

    assert [proof["cryptosuite"] for proof in document_proofs(both)] == ["eddsa-rdfc-2022", "ecdsa-sd-2023"]
    verify(derive_credential(both, selective_pointers=SHOWN))


def test_one_object_in_two_places_is_two_parts() -> None:
    """Python may hold one object where JSON has two; each keeps its own label."""
    image = {"type": "Image", "caption": "the same"}
    document = unsigned_badge()
    document["issuer"]["image"] = image
    document["credentialSubject"]["achievement"]["image"] = image

    verify(derive_credential(base_of(document), selective_pointers=["/credentialSubject/achievement/image/caption"]))


# --- lists, graphs, credentials in credentials ----------------------------------------------------------------------


def _graded(**members: Any) -> JsonObject:
    document = unsigned_badge()
    [description] = document["credentialSubject"]["achievement"]["resultDescription"]
    description["allowedValue"] = ["1", "5", "10"]
    description.update(members)
    return document


LIST = "/credentialSubject/achievement/resultDescription/0/allowedValue"


@pytest.mark.parametrize("name", [None, "https://school.example/results/grade"])
def test_a_list_is_shown_whole(name: str | None) -> None:
    document = _graded()
    [description] = document["credentialSubject"]["achievement"]["resultDescription"]
    del description["id"]
    if name is not None:
        description["id"] = name
    document["credentialSubject"]["achievement"]["resultDescription"].append(
        {"type": ["ResultDescription"], "allowedValue": ["1", "5", "10"], "name": "Another"}
    )

    derived = derive_credential(base_of(document), selective_pointers=[LIST])

    verify(derived)
    assert derived["credentialSubject"]["achievement"]["resultDescription"][0]["allowedValue"] == ["1", "5", "10"]
    verify(derive_credential(base_of(document), selective_pointers=[LIST.replace("/0/", "/1/"), LIST]))


def test_a_part_of_a_list_is_not_shown() -> None:
    base = base_of(_graded())
    for pointer in (f"{LIST}/0", f"{LIST}/2"):
        with pytest.raises(MalformedInput, match="whole"):
            derive_credential(base, selective_pointers=[pointer])


def _endorsed(*proofs: JsonObject) -> JsonObject:
    endorsement: JsonObject = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT],
        "id": "urn:uuid:endorsement",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "https://other.example/", "type": ["Profile"], "name": "Another school"},
        "validFrom": CREATED,
        "credentialSubject": {"id": "https://school.example/", "type": ["EndorsementSubject"]},
        "proof": list(proofs),
    }
    return {**unsigned_badge(), "endorsement": [endorsement]}


def _inner_proof(**members: str) -> JsonObject:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "verificationMethod": "https://other.example/#key",
        "proofPurpose": "assertionMethod",
        "proofValue": "z1",
        **members,
    }


@pytest.mark.parametrize("named", [{}, {"id": "urn:uuid:inner-proof"}])
def test_a_credential_inside_is_shown_with_its_proof_or_in_part(named: dict[str, str]) -> None:
    base = base_of(_endorsed(_inner_proof(**named), _inner_proof(proofValue="z2")))

    for pointers in (
        ["/endorsement"],
        ["/endorsement/0/proof"],
        ["/endorsement/0/proof/1"],
        ["/endorsement/0/proof/0/proofValue", "/endorsement/0/issuer/name"],
    ):
        derived = derive_credential(base, selective_pointers=pointers)
        verify(derived)
        assert derived["endorsement"][0]["@context"] == [CREDENTIALS_V2, OPEN_BADGES_CONTEXT]
    assert derived["endorsement"][0]["proof"][0]["proofValue"] == "z1"


def test_two_graphs_that_say_the_same_are_not_told_apart() -> None:
    same = _inner_proof(id="urn:uuid:inner-proof")
    base = base_of(_endorsed(same, same))

    with pytest.raises(MalformedInput, match="whole"):
        derive_credential(base, selective_pointers=["/endorsement/0/proof/0"])


def test_a_label_somebody_wrote_is_refused() -> None:
    for entry in ({"id": "_:b0"}, {"id": "_:b0", "type": ["Evidence"]}, {"id": "_:b0", "name": "x"}):
        with pytest.raises(ProofError):
            base_of({**unsigned_badge(), "evidence": [entry]})


@pytest.mark.parametrize("kind", [{"@language": "nl"}, {"type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"}])
def test_a_value_with_a_language_or_a_type_is_shown_whole(kind: dict[str, str]) -> None:
    base = base_of({**unsigned_badge(), "name": {"@value": "Bodem", **kind}})

    verify(derive_credential(base, selective_pointers=["/name"]))
    [member] = kind
    with pytest.raises(MalformedInput, match="whole"):
        derive_credential(base, selective_pointers=[f"/name/{member}"])


def test_two_lists_of_one_part_are_not_told_apart() -> None:
    document = _graded(id="https://school.example/results/grade")
    descriptions = document["credentialSubject"]["achievement"]["resultDescription"]
    descriptions.append(copy.deepcopy(descriptions[0]))
    base = base_of(document)

    with pytest.raises(MalformedInput, match="whole"):
        derive_credential(base, selective_pointers=[LIST])
    verify(derive_credential(base, selective_pointers=["/name"]))


# --- what does not hold ---------------------------------------------------------------------------------------------


def _changes(value: object) -> Iterator[Change]:
    yield lambda _: None
    if isinstance(value, str):
        yield lambda text: f"{text}x"
        yield lambda _: "https://other.example/"
    elif isinstance(value, int | float):
        yield lambda number: number + 1
    elif isinstance(value, list):
        yield lambda items: [*items, "VerifiableCredential2"]
    else:
        yield lambda members: {**members, "id": "https://other.example/"}


def test_any_change_in_what_is_shown_is_refused() -> None:
    derived = derived_badge()
    survivors = []
    for pointer in places_in(derived):
        for change in _changes(value_at(derived, pointer)):
            try:
                verify(set_value(derived, pointer, change))
            except (EdubadgesError, ValueError):
                continue
            survivors.append(pointer)

    # vocabularies that give the words here the same meaning may join or leave, as with any RDFC proof
    assert [pointer for pointer in survivors if not pointer.startswith("/@context")] == []


@settings(max_examples=40, deadline=None)
@given(chosen=st.lists(st.sampled_from(BADGE_POINTERS), min_size=1, max_size=4), data=st.data())
def test_any_change_in_any_selection_is_refused(chosen: list[str], data: st.DataObject) -> None:
    derived = derive_credential(base_badge(), selective_pointers=chosen)
    leaves = [pointer for pointer in places_in(derived) if not pointer.startswith("/@context")]
    changed = set_value(derived, data.draw(st.sampled_from(leaves)), lambda _: "https://other.example/")

    with pytest.raises(EdubadgesError):
        verify_derived_proof(changed, derived["proof"] | _proof_or_nothing(changed), public_key=ISSUER.public)


def _proof_or_nothing(document: JsonObject) -> JsonObject:
    proof = document.get("proof")
    return proof if isinstance(proof, dict) else {"proofValue": None}


def test_what_was_hidden_cannot_be_added_again() -> None:
    derived, whole = derived_badge(), unsigned_badge()
    for name in whole.keys() - derived.keys():
        with pytest.raises(ProofError):
            verify({**derived, name: whole[name]})


def test_any_byte_of_the_proof_counts() -> None:
    derived = derived_badge()
    data = base64url_decode(derived["proof"]["proofValue"][1:])
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        derived["proof"]["proofValue"] = "u" + base64url_encode(bytes(changed))
        with pytest.raises(ProofError):
            verify(derived)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 10_000), character=st.characters(max_codepoint=0x17F))
def test_any_character_of_the_proof_counts(place: int, character: str) -> None:
    derived = derived_badge()
    value = derived["proof"]["proofValue"]
    place %= len(value)
    for changed in (value[:place] + character + value[place + 1 :], value[:place] + character + value[place:]):
        if changed != value:
            derived["proof"]["proofValue"] = changed
            with pytest.raises(ProofError):
                verify(derived)


def test_a_proof_of_another_badge_or_key_does_not_hold() -> None:
    derived = derived_badge()
    other = derive_credential(base_of(unsigned_badge(1)), selective_pointers=SHOWN)
    for key in (STRANGER, PrivateKey.generate("P-384"), PrivateKey.generate("Ed25519")):
        with pytest.raises(ProofError):
            verify(derived, key)
    for mixed in ({**derived, "proof": other["proof"]}, {**other, "proof": derived["proof"]}):
        with pytest.raises(ProofError):
            verify(mixed)


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-11-23T10:00:01Z"},
        {"created": "yesterday"},
        {"expires": "2026-11-23T10:00:01Z"},
        {"verificationMethod": f"{METHOD}2"},
        {"verificationMethod": ""},
        {"proofPurpose": "authentication"},
        {"proofPurpose": None},
        {"challenge": "n-0S6"},
        {"domain": "verifier.example"},
        {"previousProof": "urn:uuid:1"},
        {"unknownWord": "x"},
        {"proofValue": None},
        {"proofValue": 4},
        {"proofValue": ["u"]},
        {"proofValue": ""},
        {"proofValue": "u"},
        {"proofValue": "z1"},
        {"proofValue": "u~"},
        {"proofValue": "u" + "A" * MAX_PROOF_VALUE},
    ],
    ids=str,
)
def test_the_options_are_signed_too(change: JsonObject) -> None:
    derived = derived_badge()
    derived["proof"].update(change)
    with pytest.raises(ProofError):
        verify(derived)


@pytest.mark.parametrize("change", [{"cryptosuite": "ecdsa-rdfc-2019"}, {"type": "Proof"}, {"cryptosuite": None}])
def test_another_kind_of_proof_is_not_taken_for_this_one(change: JsonObject) -> None:
    derived, base = derived_badge(), base_badge()
    with pytest.raises(UnsupportedCryptosuite):
        verify_derived_proof(derived, derived["proof"] | change, public_key=ISSUER.public)
    with pytest.raises(UnsupportedCryptosuite):
        verify_base_proof(base, base["proof"] | change, public_key=ISSUER.public)
    with pytest.raises(ProofError):
        derive_credential({**base, "proof": base["proof"] | change}, selective_pointers=SHOWN)


def test_a_base_proof_is_refused_by_name_where_a_derived_one_belongs() -> None:
    with pytest.raises(BaseProofPresented, match="only the holder") as caught:
        verify(base_badge())

    assert caught.value.code == "base-proof-presented"
    assert isinstance(caught.value, ProofError)


def test_a_derived_proof_is_no_base_proof() -> None:
    derived = derived_badge()
    with pytest.raises(ProofError, match="base proof"):
        verify_base_proof(derived, derived["proof"], public_key=ISSUER.public)
    with pytest.raises(ProofError, match="base proof"):
        derive_credential(derived, selective_pointers=SHOWN)


def test_a_base_proof_holds_for_the_whole_only() -> None:
    base = base_badge()
    for changed in (
        {**base, "name": "Another"},
        {name: value for name, value in base.items() if name != "name"},
        {**base, "validUntil": "2099-01-01T00:00:00Z"},
    ):
        with pytest.raises(ProofError):
            verify_base_proof(changed, base["proof"], public_key=ISSUER.public)
    with pytest.raises(ProofError):
        verify_base_proof(base, base["proof"], public_key=STRANGER.public)
    with pytest.raises(MalformedInput, match="nothing"):
        verify_base_proof(
            {name: value for name, value in base.items() if name != "validUntil"},
            base["proof"],
            public_key=ISSUER.public,
        )


# --- what cannot be made --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pointer",
    [
        *("issuer", "/issuer~2", "/issuer~"),  # no pointer
        *("/", "/nothing", "/issuer/", "/issuer/name/x", "/proof", "/name/0", "/evidence/0/0"),
        *("/type/7", "/type/-", "/type/00", "/type/-1", "/type/\u0661", "/type/9999999999"),
    ],
)
def test_a_pointer_that_leads_nowhere_is_refused(pointer: str) -> None:
    with pytest.raises(MalformedInput):
        base_of(unsigned_badge(), (pointer,))
    with pytest.raises(MalformedInput):
        derive_credential(base_badge(), selective_pointers=["/name", pointer])


def test_pointers_have_limits() -> None:
    for pointers in (["/name"] * (MAX_POINTERS + 1), ["/" + "x" * 3_000]):
        with pytest.raises(LimitExceeded):
            derive_credential(base_badge(), selective_pointers=pointers)


def test_nothing_selected_is_refused() -> None:
    with pytest.raises(MalformedInput, match="Nothing"):
        derive_credential(base_of(unsigned_badge(), ()), selective_pointers=[])


def test_a_pointer_reads_escapes() -> None:
    document: JsonObject = {"a/b": {"m~n": {"~1": 1}}, "other": 2}

    assert select_parts(document, ["/a~1b/m~0n/~01"])[0] == {"a/b": {"m~n": {"~1": 1}}}


@pytest.mark.parametrize(
    "options",
    [
        {"proof_key": PrivateKey.generate("P-384")},
        {"proof_key": PrivateKey.generate("Ed25519")},
        {"hmac_key": b""},
        {"hmac_key": bytes(31)},
        {"proof_purpose": ""},
    ],
    ids=lambda options: next(iter(options)),
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ProofError):
        base_of(unsigned_badge(), **options)


def test_a_key_of_another_kind_is_noticed() -> None:
    sign = PrivateKey.generate("P-384").sign
    options = {"verification_method": METHOD, "created": None, "mandatory_pointers": []}
    with pytest.raises(ProofError, match="another kind"):
        create_base_proof(unsigned_badge(), sign=sign, **options)


@pytest.mark.parametrize(
    "change",
    [
        {"undefinedWord": 1},
        {"name": None},
        {"name": "half \ud800"},
        {"evidence": [{"type": ["Evidence"], "name": "half \ud800"}, {"type": ["Evidence"], "name": "whole"}]},
        {"evidence": [{"id": "relative", "type": ["Evidence"]}]},
        {"@context": ["https://unknown.example/context"]},
        {"issuer": {"@id": "https://school.example/"}},
    ],
    ids=str,
)
def test_what_would_not_be_covered_is_not_signed(change: JsonObject) -> None:
    with pytest.raises((ProofError, MalformedInput)):
        base_of({**unsigned_badge(), **change}, ())
    with pytest.raises((ProofError, MalformedInput)):
        verify({**derived_badge(), **change})


# --- work -----------------------------------------------------------------------------------------------------------


def test_a_document_of_too_many_statements_is_refused() -> None:
    tags = [f"tag {number}" for number in range(MAX_STATEMENTS + 1)]
    document = set_value(unsigned_badge(), "/credentialSubject/achievement/tag", lambda _: tags)
    with pytest.raises(LimitExceeded):
        base_of(document)
    derived = derived_badge()
    derived["credentialSubject"]["achievement"]["tag"] = tags
    with pytest.raises(LimitExceeded):
        verify(derived)


def test_a_document_that_is_too_deep_is_refused() -> None:
    document = unsigned_badge()
    inner: Any = document["issuer"]
    for _ in range(200):
        inner["parentOrg"] = {"type": ["Profile"]}
        inner = inner["parentOrg"]
    with pytest.raises(LimitExceeded):
        DisclosableDocument(document, hmac_key=bytes(32))


def test_only_the_issuer_can_make_us_verify_the_many() -> None:
    """A stranger's proof with thousands of signatures costs one signature, and reading."""
    tags = [f"tag {number}" for number in range(3_000)]
    document = set_value(unsigned_badge(), "/credentialSubject/achievement/tag", lambda _: tags)
    derived = derive_credential(base_of(document), selective_pointers=["/credentialSubject/achievement/tag"])
    verify(derived)

    def refuse() -> None:
        with pytest.raises(ProofError):
            verify(derived, STRANGER)

    honest, refused = effort_of(lambda: verify(derived)), effort_of(refuse)

    assert refused.calls < honest.calls - 10 * 3_000
    assert honest.calls < 400_000
    assert honest.peak_bytes < 20_000_000


def test_many_pointers_into_a_large_document_are_little_work() -> None:
    base = base_badge()
    pointers = ["/credentialSubject"] * MAX_POINTERS

    effort = effort_of(lambda: derive_credential(base, selective_pointers=pointers[: -len(MANDATORY)]))

    assert effort.calls < 60_000


# --- another implementation -----------------------------------------------------------------------------------------

EXTRA = {url: context_document(url) for url in known_contexts()}
OPENVC_POINTERS = ["/credentialSubject/achievement/name", "/credentialSubject/activityEndDate", "/evidence"]


def test_openvc_accepts_what_we_derive_and_refuses_a_change() -> None:
    derived = derive_credential(base_badge(), selective_pointers=SHOWN)
    suite = EcdsaSdProofSuite()
    options: dict[str, Any] = {"public_key_jwk": ISSUER.public.to_jwk(), "extra_contexts": EXTRA}

    suite.verify(derived, check_temporal=False, **options)

    derived["credentialSubject"]["achievement"]["name"] = "Something else"
    with pytest.raises(OpenvcError):
        suite.verify(derived, check_temporal=False, **options)


def test_openvc_derives_from_our_base_proof_and_we_from_its() -> None:
    suite = EcdsaSdProofSuite()

    theirs = suite.derive_proof(base_badge(), selective_pointers=OPENVC_POINTERS, extra_contexts=EXTRA)
    ours = derive_credential(base_badge(), selective_pointers=OPENVC_POINTERS)

    verify(theirs)
    assert theirs["proof"]["proofValue"] == ours["proof"]["proofValue"]


def test_what_openvc_issued_and_derived_holds_here() -> None:
    suite, key = EcdsaSdProofSuite(), P256SigningKey.generate(kid=METHOD)
    base = suite.add_base_proof(
        unsigned_badge(),
        signing_key=key,
        verification_method=METHOD,
        mandatory_pointers=list(MANDATORY),
        created=datetime(2026, 11, 23, tzinfo=UTC),
        extra_contexts=EXTRA,
    )
    public_key = public_key_from_jwk(key.public_jwk())

    verify_base_proof(base, base["proof"], public_key=public_key)
    derived = derive_credential(base, selective_pointers=SHOWN)
    verify_derived_proof(derived, derived["proof"], public_key=public_key)
    with pytest.raises(ProofError):
        verify(derived)
