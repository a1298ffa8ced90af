"""The history of an identifier: it reads back, no change of it does, and it says which key held when."""

from __future__ import annotations

import copy
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vc_core.did import build_did_document
from vc_core.errors import DidError
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof
from vc_core.trust.did_log import PLACEHOLDER, DidLog, did_webvh_url, entry_bytes, read_did_log
from vc_core.trust.did_log_rules import DidLogError, is_multihash, multihash
from vc_core.trust.did_log_writing import first_entry, last_entry, line_of, next_entry
from vc_core.trust.key_history import KeyPeriod, Standing, key_periods, standing, versions_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)
START = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
UPDATE = PrivateKey.from_bytes("Ed25519", bytes([1]) * 32)
NEXT = PrivateKey.from_bytes("Ed25519", bytes([2]) * 32)
STRANGER = PrivateKey.from_bytes("Ed25519", bytes([3]) * 32)
WITNESSES = [PrivateKey.from_bytes("Ed25519", bytes([number]) * 32) for number in (4, 5)]
SIGNING = [PrivateKey.from_bytes("Ed25519", bytes([number]) * 32) for number in (10, 11, 12)]
DID = f"did:webvh:{PLACEHOLDER}:registry.example:institutions:zzu"


def document(did: str, *keys: PrivateKey, revoked: dict[int, datetime] | None = None, **more: Any) -> JsonObject:
    """Return a DID document that allows these keys; those in `revoked` are listed and distrusted, not allowed."""
    made = build_did_document("did:web:x", [(None, key.public, ["Multikey"]) for key in keys])
    made = json.loads(dump_json(made).replace(b"did:web:x", did.encode()))
    for place, moment in (revoked or {}).items():
        key = SIGNING[place].public.to_multikey()
        method = {"id": f"{did}#{key}", "type": "Multikey", "controller": did, "publicKeyMultibase": key}
        made["verificationMethod"].append({**method, "revoked": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
    return {**made, **more}


def signed(entry: JsonObject, *keys: PrivateKey, suite: str = "eddsa-jcs-2022") -> bytes:
    for key in keys:
        name = f"{key.public.did_key()}#{key.public.to_multikey()}"
        entry = add_proof(
            entry, sign=key.sign, cryptosuite=suite, verification_method=name, created="2020-01-01T00:00:00Z"
        )
    return line_of(entry)


def begun(**options: Any) -> bytes:
    keys = options.pop("update_keys", [UPDATE.public.to_multikey()])
    by = options.pop("by", UPDATE)
    return signed(first_entry(document(DID, SIGNING[0]), update_keys=keys, at=START, **options), by)


def read(text: bytes, **options: Any) -> DidLog:
    return read_did_log(text, now=options.pop("now", NOW), **options)


def grown(*versions: dict[str, Any]) -> bytes:
    """Return a log with these versions after the first, a year apart."""
    text = begun()
    for number, version in enumerate(versions, start=1):
        log = read(text)
        changed = document(log.did, *version["keys"], revoked=version.get("revoked"))
        text += signed(next_entry(log, changed, at=START + number * 365 * DAY), UPDATE)
    return text


LONG = grown({"keys": [SIGNING[0], SIGNING[1]]}, {"keys": [SIGNING[1]]}, {"keys": [SIGNING[2]]})


def test_what_is_written_reads_back() -> None:
    log = read(LONG)
    assert [entry.number for entry in log.entries] == [1, 2, 3, 4]
    assert log.did.startswith("did:webvh:Qm")
    assert is_multihash(log.did.split(":")[2])
    assert read(LONG, did=log.did) == log
    assert did_webvh_url(log.did) == "https://registry.example/institutions/zzu/did.jsonl"
    assert log.at(START - DAY) is None
    assert log.at(START + 400 * DAY) == log.entries[1]
    assert log.ended_at is None
    with pytest.raises(DidLogError, match="another identifier"):
        read(LONG, did="did:webvh:QmX:registry.example")


def test_thirty_rotations() -> None:
    keys = [PrivateKey.generate() for _ in range(31)]
    text = begun(update_keys=[keys[0].public.to_multikey()], by=keys[0])
    for number, (old, new) in enumerate(itertools.pairwise(keys), start=1):
        log = read(text)
        text += signed(
            next_entry(log, log.current.document, at=START + number * DAY, update_keys=[new.public.to_multikey()]), old
        )
    assert read(text).current.parameters.update_keys == (keys[-1].public.to_multikey(),)
    log = read(text)
    with pytest.raises(DidLogError, match="not signed by a key that may"):
        read(text + signed(next_entry(log, log.current.document, at=NOW), keys[0]))


def test_keys_that_were_announced_must_follow() -> None:
    text = begun(next_keys=[NEXT.public.to_multikey()])
    log = read(text)
    announced = next_entry(log, log.current.document, at=NOW, update_keys=[NEXT.public.to_multikey()])
    assert read(text + signed(announced, NEXT)).current.number == 2
    with pytest.raises(DidLogError, match="not signed by a key that may"):
        read(text + signed(announced, UPDATE))  # the old key may have been stolen; that is what this is for
    stranger = next_entry(log, log.current.document, at=NOW, update_keys=[STRANGER.public.to_multikey()])
    with pytest.raises(DidLogError, match="not announced"):
        read(text + signed(stranger, STRANGER))
    with pytest.raises(DidLogError, match="must be named now"):
        next_entry(log, log.current.document, at=NOW)


def test_an_ended_identifier_keeps_its_versions_and_gets_no_more() -> None:
    log = read(LONG)
    text = LONG + signed(last_entry(log, at=NOW - DAY), UPDATE)
    ended = read(text)
    assert ended.ended_at == NOW - DAY
    assert ended.at(START) == log.entries[0]
    with pytest.raises(DidLogError):
        next_entry(ended, log.current.document, at=NOW)
    with pytest.raises(DidLogError, match="follows after"):
        read(text + signed(chained(next_entry(log, log.current.document, at=NOW), ended), UPDATE))


@pytest.mark.parametrize("moment", [START, START - DAY, START + timedelta(microseconds=5)])
def test_nothing_is_written_at_or_before_the_last_version(moment: datetime) -> None:
    log = read(begun())
    with pytest.raises(DidLogError):
        next_entry(log, log.current.document, at=moment)


def test_a_log_of_the_future_is_refused() -> None:
    read(begun(), now=START)
    read(begun(), now=START - timedelta(minutes=5))
    with pytest.raises(DidLogError):
        read(begun(), now=START - timedelta(minutes=5, seconds=1))


# --- changes --------------------------------------------------------------------------------------------------------


def changes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value in a document."""
    if isinstance(value, dict):
        return [found for name in value for found in changes(value[name], (*path, name))]
    if isinstance(value, list):
        return [found for place, item in enumerate(value) for found in changes(item, (*path, place))] or [path]
    return [path]


ENTRIES = [json.loads(line) for line in LONG.splitlines()]
PLACES = [(number, path) for number in (0, 2) for path in changes(ENTRIES[number])]


@pytest.mark.parametrize(("number", "path"), PLACES, ids=lambda value: str(value).replace("'", ""))
def test_no_value_of_an_entry_can_be_changed(number: int, path: tuple[Any, ...]) -> None:
    entries = copy.deepcopy(ENTRIES)
    place: Any = entries[number]
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    if isinstance(old, str):
        place[path[-1]] = old[:-1] + ("x" if old[-1:] != "x" else "y")
    else:
        place[path[-1]] = not old if isinstance(old, bool) else ["z6MkX"]
    with pytest.raises(DidLogError):
        read(b"\n".join(map(dump_json, entries)))


@pytest.mark.parametrize("name", ["versionId", "versionTime", "parameters", "state", "proof"])
def test_no_member_of_an_entry_can_be_left_out_or_added(name: str) -> None:
    for number in (0, 1):
        entries = copy.deepcopy(ENTRIES)
        del entries[number][name]
        with pytest.raises(DidLogError):
            read(b"\n".join(map(dump_json, entries)))
        entries = copy.deepcopy(ENTRIES)
        entries[number][name + "x"] = 1
        with pytest.raises(DidLogError):
            read(b"\n".join(map(dump_json, entries)))


@pytest.mark.parametrize(
    "order", [[1, 2, 3], [0, 2, 3], [0, 2, 1, 3], [0, 0, 1], [3], [0, 1, 3]], ids=lambda order: "".join(map(str, order))
)
def test_no_entry_can_be_left_out_or_moved(order: list[int]) -> None:
    with pytest.raises(DidLogError):
        read(b"\n".join(dump_json(ENTRIES[number]) for number in order))


def test_a_log_may_be_cut_off_at_its_end_and_only_the_reader_of_a_pack_can_tell() -> None:
    assert read(b"\n".join(map(dump_json, ENTRIES[:2]))).current.number == 2


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "an empty line": LONG + b"\n",
    "no JSON": b"{]",
    "a list": b"[]",
    "a number": b"5",
    "other line ends": LONG.replace(b"\n", b"\r\n\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + LONG,
    "a member twice": LONG.replace(b'"proof":', b'"versionId":"1-x","proof":', 1),
    "deep": LONG.replace(b'"state":{', b'"state":{"x":' + b"[" * 60 + b"]" * 60 + b",", 1),
    "large": LONG + b" " * 4_000_000,
    "many": b"{}\n" * 5_001,
    "a large line": dump_json({**ENTRIES[0], "versionTime": "x" * 70_000}),
    "not UTF-8": b"\xff\xfe" + LONG,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_log_is_refused(name: str) -> None:
    with pytest.raises(DidLogError):
        read(HOSTILE[name])


PARAMETERS: dict[str, dict[str, Any]] = {
    "another method": {"method": "did:webvh:2.0"},
    "an unknown one": {"prerotation": True},
    "keys no list": {"updateKeys": "z6Mk"},
    "keys twice": {"updateKeys": [UPDATE.public.to_multikey()] * 2},
    "keys of another kind": {"updateKeys": [PrivateKey.generate("P-256").public.to_multikey()]},
    "keys that are none": {"updateKeys": ["z6Mk"]},
    "keys that are numbers": {"updateKeys": [5]},
    "too many keys": {"updateKeys": [str(number) for number in range(51)]},
    "hashes that are none": {"nextKeyHashes": ["x"]},
    "hashes of nothing known": {"nextKeyHashes": ["zQm"]},
    "portable a text": {"portable": "yes"},
    "portable later": {"portable": True},
    "deactivated a number": {"deactivated": 1},
    "ttl a text": {"ttl": "5"},
    "ttl a truth": {"ttl": True},
    "ttl negative": {"ttl": -1},
    "watchers a text": {"watchers": "https://x.example"},
    "witness a list": {"witness": []},
    "witness without number": {"witness": {"witnesses": []}},
    "witness number zero": {"witness": {"threshold": 0, "witnesses": [{"id": WITNESSES[0].public.did_key()}]}},
    "witness number true": {"witness": {"threshold": True, "witnesses": [{"id": WITNESSES[0].public.did_key()}]}},
    "witness too few": {"witness": {"threshold": 2, "witnesses": [{"id": WITNESSES[0].public.did_key()}]}},
    "witness no key": {"witness": {"threshold": 1, "witnesses": [{"id": "did:web:x.example"}]}},
    "witness more members": {"witness": {"threshold": 1, "witnesses": [{"id": "x", "weight": 2}]}},
    "the identifier again": {"scid": ENTRIES[0]["parameters"]["scid"]},
    "no object": [],  # type: ignore[dict-item]
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_that_the_method_does_not_have_are_refused_though_signed(name: str) -> None:
    log = read(begun())
    entry = next_entry(log, log.current.document, at=NOW)
    entry["parameters"] = PARAMETERS[name]
    with pytest.raises(DidLogError):
        read(begun() + signed(chained(entry, log), UPDATE))


def chained(entry: JsonObject, log: DidLog) -> JsonObject:
    """Return an entry with the hash that its content has, whatever that is."""
    body = entry_bytes(entry, version_id=log.current.version_id)
    return {**entry, "versionId": f"{log.current.number + 1}-{multihash(body)}"}


@pytest.mark.parametrize(
    "change",
    [
        {"versionTime": "2026-02-30T00:00:00Z"},
        {"versionTime": "2026-01-01T00:00:00+00:00"},
        {"versionTime": "2026-01-01"},
        {"versionTime": 5},
        {"state": []},
        {"state": {"id": "did:webvh:QmAnother:registry.example:institutions:zzu"}},
        {"state": {"id": "did:web:registry.example:institutions:zzu"}},
        {"state": {"id": 5}},
        {"state": {}},
    ],
    ids=str,
)
def test_an_entry_that_is_signed_must_still_be_right(change: dict[str, Any]) -> None:
    log = read(begun())
    entry = {**next_entry(log, log.current.document, at=NOW), **change}
    with pytest.raises(DidLogError):
        read(begun() + signed(chained(entry, log), UPDATE))


def test_an_identifier_moves_only_when_it_may_and_says_where_it_was() -> None:
    for portable, known, taken in ((True, True, True), (True, False, False), (False, True, False)):
        text = begun(portable=portable)
        log = read(text)
        moved = log.did.replace("registry.example", "registry2.example")
        more = {"alsoKnownAs": [log.did]} if known else {}
        text += signed(next_entry(log, document(moved, SIGNING[0], **more), at=NOW), UPDATE)
        if taken:
            assert read(text, did=log.did).did == moved
            assert read(text, did=moved).did == moved
        else:
            with pytest.raises(DidLogError, match="moved"):
                read(text)
    unsafe = log.did.replace("registry.example", "127.0.0.1")
    log = read(begun(portable=True))
    with pytest.raises(DidLogError):
        read(begun(portable=True) + signed(next_entry(log, document(unsafe, alsoKnownAs=[log.did]), at=NOW), UPDATE))


def test_every_signature_of_an_entry_must_hold_and_be_of_a_key_that_may() -> None:
    log = read(begun())
    entry = next_entry(log, log.current.document, at=NOW)
    assert read(begun() + signed(entry, UPDATE)).current.number == 2
    for line in (
        signed(entry, STRANGER),
        signed(entry, UPDATE, STRANGER),
        signed(entry, UPDATE).replace(b'"proof":[', b'"proof":[5,'),
        line_of({**entry, "proof": []}),
        line_of({**entry, "proof": json.loads(signed(entry, UPDATE))["proof"] * 9}),
        signed(entry, UPDATE).replace(b"eddsa-jcs-2022", b"eddsa-rdfc-2022"),
        signed(entry, UPDATE).replace(b'"proofPurpose":"assertionMethod"', b'"proofPurpose":"authentication"'),
    ):
        with pytest.raises(DidLogError):
            read(begun() + line)


@pytest.mark.parametrize(
    "did",
    [
        "did:web:x.example",
        "did:webvh:QmX",
        "did:webvh::x.example",
        "did:webvh:QmX:127.0.0.1",
        "did:webvh:QmX:x.example:..:a",
        "did:webvh:QmX:x.example#a",
        "did:webvh:QmX:x.example:a%2Fb",
        "nothing",
    ],
)
def test_identifiers_that_lead_elsewhere(did: str) -> None:
    with pytest.raises(DidError):
        did_webvh_url(did)


# --- witnesses ------------------------------------------------------------------------------------------------------

RULE: JsonObject = {"threshold": 2, "witnesses": [{"id": key.public.did_key()} for key in WITNESSES]}


def approval(log_text: bytes, number: int, *keys: PrivateKey) -> JsonObject:
    version: JsonObject = {"versionId": json.loads(log_text.splitlines()[number - 1])["versionId"]}
    return json.loads(signed(version, *keys))


def said(*items: JsonObject) -> bytes:
    return dump_json(list(items))


def test_witnesses_approve_a_version_or_a_later_one() -> None:
    text = begun(witness=RULE)
    both = said(approval(text, 1, *WITNESSES))
    log = read(text, witnesses=both)
    longer = text + signed(next_entry(log, log.current.document, at=NOW), UPDATE)
    assert read(longer, witnesses=said(approval(longer, 2, *WITNESSES))).current.number == 2
    apart = said(approval(longer, 2, WITNESSES[0]), approval(longer, 2, WITNESSES[1]))
    assert read(longer, witnesses=apart).current.number == 2
    for wrong in (
        None,
        b"[]",
        b"{}",
        b"no JSON",
        b"[5]",
        both,
        said(approval(longer, 2, WITNESSES[0])),
        said(approval(longer, 2, WITNESSES[0], WITNESSES[0])),
        said(approval(longer, 2, WITNESSES[0], STRANGER)),
        said(approval(longer, 2, WITNESSES[0]), approval(longer, 1, WITNESSES[1])),
        said({**approval(longer, 1, *WITNESSES), "versionId": approval(longer, 2, STRANGER)["versionId"]}),
    ):
        with pytest.raises(DidLogError):
            read(longer, witnesses=wrong)


def test_witnesses_are_not_dropped_without_their_approval() -> None:
    text = begun(witness=RULE)
    log = read(text, witnesses=said(approval(text, 1, *WITNESSES)))
    longer = text + signed(next_entry(log, log.current.document, at=NOW, witness={}), UPDATE)
    with pytest.raises(DidLogError, match="Too few witnesses"):
        read(longer, witnesses=said(approval(longer, 1, *WITNESSES)))
    assert read(longer, witnesses=said(approval(longer, 2, *WITNESSES))).current.parameters.witness is None


# --- which key held when --------------------------------------------------------------------------------------------


def periods(text: bytes) -> dict[str, KeyPeriod]:
    return {period.name: period for period in key_periods(versions_of(read(text)))}


def at(year: int) -> datetime:
    return START + year * 365 * DAY


def test_a_key_begins_and_ends_with_the_document_that_lists_it() -> None:
    found = periods(LONG)
    spans = [(found[key.public.to_multikey()].since, found[key.public.to_multikey()].until) for key in SIGNING]
    assert spans == [(START, at(2)), (at(1), at(3)), (at(3), None)]


@pytest.mark.parametrize(
    ("key", "year", "expected"),
    [
        (0, -1, Standing.NOT_YET),
        (0, 0, Standing.RETIRED),
        (0, 1, Standing.RETIRED),
        (0, 2, Standing.NO_LONGER),
        (1, 0, Standing.NOT_YET),
        (1, 2, Standing.RETIRED),
        (2, 2, Standing.NOT_YET),
        (2, 3, Standing.IN_FORCE),
        (2, 6, Standing.IN_FORCE),
    ],
)
def test_what_a_key_was_at_a_moment(key: int, year: int, expected: Standing) -> None:
    history = key_periods(versions_of(read(LONG)))
    name = SIGNING[key].public.to_multikey()
    assert standing(history, name, at(year), known_until=NOW)[0] is expected


def test_a_key_that_is_not_in_the_history_is_unknown() -> None:
    history = key_periods(versions_of(read(LONG)))
    assert standing(history, "another", at(1), known_until=NOW) == (Standing.UNKNOWN, None)


def test_a_compromised_key_is_distrusted_from_the_moment_its_owner_names() -> None:
    half = START + 180 * DAY
    text = grown({"keys": [SIGNING[1]], "revoked": {0: half}})
    history = key_periods(versions_of(read(text)))
    name = SIGNING[0].public.to_multikey()
    assert [
        standing(history, name, moment, known_until=NOW)[0] for moment in (START, half - DAY, half, at(1), at(5))
    ] == [
        Standing.DISTRUSTED_LATER,
        Standing.DISTRUSTED_LATER,
        Standing.DISTRUSTED,
        Standing.DISTRUSTED,
        Standing.DISTRUSTED,
    ]


def test_distrust_is_not_taken_back_and_the_earliest_moment_counts() -> None:
    first, earlier = START + 200 * DAY, START + 100 * DAY
    text = grown(
        {"keys": [SIGNING[1]], "revoked": {0: first}},
        {"keys": [SIGNING[1]], "revoked": {0: earlier}},
        {"keys": [SIGNING[0], SIGNING[1]]},
    )
    history = key_periods(versions_of(read(text)))
    name = SIGNING[0].public.to_multikey()
    assert {period.distrusted_since for period in history if period.name == name} == {earlier}
    assert standing(history, name, at(3) + DAY, known_until=NOW)[0] is Standing.DISTRUSTED


def test_a_key_may_come_back() -> None:
    text = grown({"keys": [SIGNING[1]]}, {"keys": [SIGNING[0], SIGNING[1]]})
    history = key_periods(versions_of(read(text)))
    name = SIGNING[0].public.to_multikey()
    found = [standing(history, name, at(year) + DAY, known_until=NOW)[0] for year in (0, 1, 2)]
    assert found == [Standing.RETIRED, Standing.NO_LONGER, Standing.IN_FORCE]


def test_an_ended_identifier_retires_its_keys() -> None:
    text = LONG + signed(last_entry(read(LONG), at=at(5)), UPDATE)
    history = key_periods(versions_of(read(text)))
    name = SIGNING[2].public.to_multikey()
    assert [standing(history, name, at(year), known_until=NOW)[0] for year in (4, 5)] == [
        Standing.RETIRED,
        Standing.NO_LONGER,
    ]


def test_what_is_not_known_yet_does_not_count() -> None:
    history = key_periods(versions_of(read(LONG)))
    name = SIGNING[2].public.to_multikey()
    assert standing(history, name, at(3), known_until=at(2))[0] is Standing.UNKNOWN
    assert standing(history, SIGNING[0].public.to_multikey(), START, known_until=at(1))[0] is Standing.IN_FORCE


def test_methods_that_cannot_be_read_are_no_keys() -> None:
    did = read(LONG).did
    odd: list[Any] = [5, {"id": 5}, {"id": did + "#x", "type": "Multikey", "publicKeyMultibase": "z6"}, {"id": "#"}]
    made = {"id": did, "verificationMethod": odd, "assertionMethod": ["#x", 5, {"id": did + "#y"}]}
    assert key_periods([(START, made)]) == ()
    assert key_periods([(START, {"id": did, "verificationMethod": 5, "assertionMethod": None})]) == ()


def test_a_distrust_that_cannot_be_read_is_from_the_beginning() -> None:
    made = document("did:web:x.example", SIGNING[0])
    made["verificationMethod"][0]["revoked"] = "last week"  # type: ignore[index,call-overload]
    [period] = key_periods([(START, made)])
    assert standing([period], period.name, START, known_until=NOW)[0] is Standing.DISTRUSTED
