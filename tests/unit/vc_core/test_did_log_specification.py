"""What did:webvh 1.0 says of witnesses and announced keys, and whose a key is that has several names."""

from __future__ import annotations

import pytest

from tests.unit.vc_core.test_did_log import (
    DAY,
    DID,
    LONG,
    NEXT,
    NOW,
    RULE,
    SIGNING,
    START,
    STRANGER,
    UPDATE,
    WITNESSES,
    approval,
    at,
    begun,
    chained,
    document,
    read,
    said,
    signed,
)
from vc_core.did import build_did_document
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.trust.did_log import PLACEHOLDER
from vc_core.trust.did_log_rules import DidLogError
from vc_core.trust.did_log_writing import first_entry, last_entry, next_entry
from vc_core.trust.key_history import Standing, key_periods, standing, versions_of

THIEF: JsonObject = {"threshold": 1, "witnesses": [{"id": STRANGER.public.did_key()}]}


def test_who_has_an_update_key_cannot_bring_witnesses_of_their_own() -> None:
    text = begun(witness=RULE)
    log = read(text, witnesses=said(approval(text, 1, *WITNESSES)))
    longer = text + signed(next_entry(log, log.current.document, at=NOW, witness=THIEF), UPDATE)
    with pytest.raises(DidLogError, match="Too few witnesses"):
        read(longer, witnesses=said(approval(longer, 1, *WITNESSES), approval(longer, 2, STRANGER)))
    assert read(longer, witnesses=said(approval(longer, 2, *WITNESSES))).current.number == 2


def test_other_witnesses_approve_what_comes_after_them() -> None:
    text = begun(witness=RULE)
    log = read(text, witnesses=said(approval(text, 1, *WITNESSES)))
    text += signed(next_entry(log, log.current.document, at=NOW - DAY, witness=THIEF), UPDATE)
    log = read(text, witnesses=said(approval(text, 2, *WITNESSES)))
    text += signed(next_entry(log, log.current.document, at=NOW), UPDATE)
    with pytest.raises(DidLogError, match="Too few witnesses"):
        read(text, witnesses=said(approval(text, 3, *WITNESSES)))
    assert read(text, witnesses=said(approval(text, 2, *WITNESSES), approval(text, 3, STRANGER))).current.number == 3


def test_the_first_witnesses_approve_the_version_that_names_them() -> None:
    log = read(begun())
    text = begun() + signed(next_entry(log, log.current.document, at=NOW, witness=RULE), UPDATE)
    with pytest.raises(DidLogError, match="Too few witnesses"):
        read(text, witnesses=b"[]")
    assert read(text, witnesses=said(approval(text, 2, *WITNESSES))).current.number == 2


def test_a_proof_of_a_witness_that_does_not_hold_spoils_the_log_though_enough_others_do() -> None:
    text = begun(witness={**RULE, "threshold": 1})
    good, other = approval(text, 1, WITNESSES[0]), approval(text, 1, WITNESSES[1])
    [first], [second] = good["proof"], other["proof"]  # type: ignore[misc]
    wrong = {**second, "proofValue": first["proofValue"]}  # type: ignore[dict-item,index,call-overload]
    assert read(text, witnesses=said(good, other))
    with pytest.raises(DidLogError, match="does not hold"):
        read(text, witnesses=said({**good, "proof": [first, wrong]}))


def test_what_follows_announced_keys_says_which_keys_follow() -> None:
    text = begun(next_keys=[NEXT.public.to_multikey()])
    log = read(text)
    entry = next_entry(log, log.current.document, at=NOW, update_keys=[NEXT.public.to_multikey()])
    del entry["parameters"]["nextKeyHashes"]  # type: ignore[union-attr,index]
    with pytest.raises(DidLogError, match="which follow"):
        read(text + signed(chained(entry, log), NEXT))
    with pytest.raises(DidLogError, match="must be named now"):
        last_entry(log, at=NOW)
    end = last_entry(log, at=NOW, update_keys=[NEXT.public.to_multikey()])
    assert read(text + signed(end, NEXT)).ended_at == NOW


@pytest.mark.parametrize("name", ["witness", "ttl"])
def test_null_is_no_value_of_a_parameter(name: str) -> None:
    log = read(begun())
    entry = next_entry(log, log.current.document, at=NOW)
    entry["parameters"] = {name: None}
    with pytest.raises(DidLogError):
        read(begun() + signed(chained(entry, log), UPDATE))


def both_forms(did: str, *keys: tuple[str, PrivateKey]) -> JsonObject:
    return build_did_document(did, [(name, key.public, ["Multikey", "JsonWebKey"]) for name, key in keys])


def test_distrust_is_of_the_key_under_each_of_its_names() -> None:
    did = "did:web:x.example"
    after = both_forms(did, ("b", SIGNING[1]))
    mark = {"id": f"{did}#a", "type": "Multikey", "controller": did, "revoked": "2020-02-01T00:00:00Z"}
    after["verificationMethod"].append({**mark, "publicKeyMultibase": SIGNING[0].public.to_multikey()})  # type: ignore[union-attr]
    again = both_forms(did, ("a", SIGNING[2]))
    history = key_periods([(START, both_forms(did, ("a", SIGNING[0]))), (at(1), after), (at(2), again)])
    for name in ("a", "a-jwk"):
        found = [standing(history, name, moment, known_until=NOW)[0] for moment in (START, START + 60 * DAY, at(3))]
        assert found == [Standing.DISTRUSTED_LATER, Standing.DISTRUSTED, Standing.IN_FORCE]


def test_a_key_of_somebody_else_with_the_same_name_is_not_the_owners() -> None:
    did, other = "did:web:x.example", "did:web:other.example"
    made = both_forms(did, ("a", SIGNING[0]))
    foreign = both_forms(other, ("a", STRANGER), ("b", STRANGER))["verificationMethod"]
    made["verificationMethod"] = [*made["verificationMethod"], *foreign]  # type: ignore[misc]
    made["assertionMethod"] = [*made["assertionMethod"], f"{other}#b"]  # type: ignore[misc]
    assert {period.name: period.key for period in key_periods([(START, made)])} == {
        "a": SIGNING[0].public,
        "a-jwk": SIGNING[0].public,
    }


def test_a_name_that_two_keys_have_is_no_ones_and_a_key_may_be_written_where_it_is_allowed() -> None:
    did = "did:web:x.example"
    made = both_forms(did, ("a", SIGNING[0]))
    [first, *_] = both_forms(did, ("a", SIGNING[1]))["verificationMethod"]  # type: ignore[misc]
    made["verificationMethod"] = [*made["verificationMethod"], first]  # type: ignore[misc]
    assert [period.name for period in key_periods([(START, made)])] == ["a-jwk"]
    inside: JsonObject = {"id": did, "assertionMethod": [first]}
    assert [period.key for period in key_periods([(START, inside)])] == [SIGNING[1].public]


def test_an_ended_identifier_retires_its_keys_for_every_use() -> None:
    text = LONG + signed(last_entry(read(LONG), at=at(5)), UPDATE)
    for use in ("assertionMethod", "authentication"):
        assert all(period.until is not None for period in key_periods(versions_of(read(text)), relationship=use))


def test_a_member_may_be_named_after_the_identifier() -> None:
    """Its place among the others is another one before the identifier is known."""
    template = {**document(DID, SIGNING[0]), "more": {"a": 1, PLACEHOLDER: 2, "z": 3}}
    text = signed(first_entry(template, update_keys=[UPDATE.public.to_multikey()], at=START), UPDATE)
    assert read(text).did.split(":")[2] in read(text).current.document["more"]  # type: ignore[operator]
