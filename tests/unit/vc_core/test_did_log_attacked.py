"""did:webvh logs under attack: every byte of one, every signed value of an entry, and logs built to cost work."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import effort_of
from tests.unit.vc_core.test_did_log import (
    DAY,
    DID,
    NOW,
    SIGNING,
    START,
    UPDATE,
    begun,
    chained,
    document,
    grown,
    read,
    signed,
)
from vc_core.errors import DidError
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.trust.did_log import DidLog, did_webvh_url, entry_bytes, read_did_log
from vc_core.trust.did_log_rules import DidLogError, multihash
from vc_core.trust.did_log_writing import first_entry, last_entry, next_entry
from vc_core.trust.key_history import key_periods, versions_of

SHORT = grown({"keys": [SIGNING[1]]})
SHORT_LOG = read(SHORT)
BEGUN, BEGUN_LOG = begun(), read(begun())


def read_or_none(text: bytes) -> DidLog | None:
    """Return the log, or None for one that is refused; any other error is a fault."""
    try:
        return read(text)
    except DidLogError:
        return None


# --- what is written is read ----------------------------------------------------------------------------------------


def rotations(number: int) -> tuple[list[PrivateKey], bytes]:
    """Return update keys and a log in which each was announced by the entry before it."""
    keys = [PrivateKey.from_bytes("Ed25519", bytes([100 + place]) * 32) for place in range(number + 2)]
    names = [key.public.to_multikey() for key in keys]
    text = begun(update_keys=names[:1], by=keys[0], next_keys=names[1:2])
    for place in range(1, number + 1):
        log = read(text)
        entry = next_entry(
            log,
            document(log.did, SIGNING[place % 3]),
            at=START + place * DAY,
            update_keys=[names[place]],
            next_keys=[names[place + 1]],
        )
        text += signed(entry, keys[place])
    return keys, text


def test_thirty_rotations_of_announced_keys() -> None:
    keys, text = rotations(30)
    log = read(text)

    assert [entry.number for entry in log.entries] == list(range(1, 32))
    assert log.current.parameters.update_keys == (keys[30].public.to_multikey(),)
    assert log.current.parameters.next_key_hashes == (multihash(keys[31].public.to_multikey().encode()),)
    for before, after in itertools.pairwise(log.entries):
        assert log.at(after.at - timedelta(microseconds=1)) == before
    assert len(key_periods(versions_of(log))) == 31
    end = last_entry(log, at=START + 40 * DAY, update_keys=[keys[31].public.to_multikey()])
    assert read(text + signed(end, keys[31])).ended_at == START + 40 * DAY


def test_an_update_key_of_before_cannot_go_on_with_any_of_thirty_versions() -> None:
    keys, text = rotations(30)
    lines = text.splitlines(keepends=True)
    for number in range(1, 31):
        start = b"".join(lines[:number])
        log = read(start)
        own = next_entry(log, log.current.document, at=NOW, update_keys=[keys[number - 1].public.to_multikey()])
        with pytest.raises(DidLogError, match="not announced"):
            read(start + signed(own, keys[number - 1]))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    # A text with half a character has no JSON form.
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.just("{SCID}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "é", "{SCID}", "\U0001f393"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_a_document_holds_reads_back(value: Any) -> None:
    template = {**document(DID, SIGNING[0]), "more": value}
    text = signed(first_entry(template, update_keys=[UPDATE.public.to_multikey()], at=START), UPDATE)
    log = read(text)
    expected = json.loads(dump_json(template).replace(b"{SCID}", log.did.split(":")[2].encode()))

    assert expected == log.current.document


@pytest.mark.parametrize("number", ["9007199254740992.0", "1e300", "-1e22"])
def test_a_number_without_a_canonical_form_is_refused(number: str) -> None:
    text = SHORT.replace(b'"controller":', b'"more":' + number.encode() + b',"controller":', 1)
    with pytest.raises(DidLogError):
        read(text)


def test_the_identifier_and_its_place_cannot_both_be_the_name_of_a_member() -> None:
    log = read(BEGUN)
    entry = json.loads(BEGUN)
    entry["state"] |= {"{SCID}": 1, log.did.split(":")[2]: 2}
    with pytest.raises(DidLogError):
        read(signed(_named_again(entry), UPDATE))


def _named_again(entry: JsonObject) -> JsonObject:
    """Return a first entry with the hash that its content has."""
    unsigned = {name: value for name, value in entry.items() if name != "proof"}
    scid = unsigned["parameters"]["scid"]  # type: ignore[index,call-overload]
    return {**unsigned, "versionId": "1-" + multihash(entry_bytes(unsigned, version_id=scid))}


# --- changes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [1, 32, 128], ids=["another-letter", "another-case", "no-ascii"])
def test_no_byte_of_a_log_can_be_changed(change: int) -> None:
    for place in range(len(SHORT) - 1):
        forged = bytearray(SHORT)
        forged[place] ^= change

        assert read_or_none(bytes(forged)) is None, SHORT[place - 20 : place + 20]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SHORT) - 1), st.integers(0, 40), st.binary(max_size=6))
def test_a_piece_that_is_replaced_changes_nothing_or_is_refused(place: int, length: int, piece: bytes) -> None:
    assert read_or_none(SHORT[:place] + piece + SHORT[place + length :]) in (None, SHORT_LOG, BEGUN_LOG)


def test_a_log_that_is_cut_off_ends_with_a_whole_entry() -> None:
    found = {read_or_none(SHORT[:length]) is not None: length for length in range(len(SHORT))}
    whole = [length for length in range(len(SHORT) + 1) if read_or_none(SHORT[:length]) is not None]
    first = SHORT.index(b"\n")

    assert whole == [first, first + 1, len(SHORT) - 1, len(SHORT)]
    assert found.keys() == {True, False}


def test_entries_of_another_log_of_the_same_keys_do_not_fit() -> None:
    other = begun(portable=True)
    other += signed(next_entry(read(other), read(other).current.document, at=NOW), UPDATE)
    for text, wrong in ((SHORT, other), (other, SHORT)):
        [first, _], [_, second] = text.splitlines(keepends=True), wrong.splitlines(keepends=True)

        with pytest.raises(DidLogError):
            read(first + second)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["versionTime", "parameters", "state"]), JSON)
def test_no_signed_value_ends_in_anything_but_a_log_or_a_refusal(member: str, value: Any) -> None:
    entry = {**next_entry(BEGUN_LOG, BEGUN_LOG.current.document, at=NOW), member: value}
    log = read_or_none(BEGUN + signed(chained(entry, BEGUN_LOG), UPDATE))

    assert log is None or (member == "parameters" and value == {})


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["method", "updateKeys", "nextKeyHashes", "portable", "deactivated", "watchers", "witness", "ttl", "scid", "x"]
    ),
    JSON,
)
def test_no_signed_parameter_ends_in_anything_but_a_log_or_a_refusal(name: str, value: Any) -> None:
    entry: JsonObject = {**next_entry(BEGUN_LOG, BEGUN_LOG.current.document, at=NOW), "parameters": {name: value}}
    log = read_or_none(BEGUN + signed(chained(entry, BEGUN_LOG), UPDATE))

    if log is not None:
        assert name not in {"scid", "x", "method"}
        assert read(BEGUN + signed(chained(entry, BEGUN_LOG), UPDATE)) == log


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created"]), JSON)
def test_no_value_in_a_proof_ends_in_anything_but_a_refusal(name: str, value: Any) -> None:
    entry = json.loads(BEGUN)
    entry["proof"][0][name] = value

    assert read_or_none(dump_json(entry)) is None


# --- hostile lines --------------------------------------------------------------------------------------------------

HOSTILE: dict[str, bytes] = {
    "a line of white space": BEGUN + b"   \n",
    "an empty line first": b"\n" + BEGUN,
    "a text": b'"log"\n',
    "nothing but null": b"null\n",
    "two entries in one line": BEGUN.rstrip(b"\n") + BEGUN,
    "a list around them": b"[" + BEGUN.rstrip(b"\n") + b"]",
    "a byte order mark before the second": BEGUN + b"\xef\xbb\xbf" + SHORT.splitlines()[1],
    "UTF-16": BEGUN.decode().encode("utf-16"),
    "a null byte": BEGUN.replace(b'"state"', b'"sta\0te"'),
    "half a character": BEGUN.replace(b'"parameters":{', b'"parameters":{"watchers":["\\ud800"],', 1),
    "NaN": BEGUN.replace(b'"parameters":{', b'"parameters":{"ttl":NaN,', 1),
    "a number without end": BEGUN.replace(b'"parameters":{', b'"parameters":{"ttl":1e999,', 1),
    "a number too large": BEGUN.replace(b'"parameters":{', b'"parameters":{"ttl":9007199254740993,', 1),
    "a parameter twice": BEGUN.replace(b'"parameters":{', b'"parameters":{"portable":false,', 1),
    "a member of the document twice": BEGUN.replace(b'"state":{', b'"state":{"id":"did:web:x.example",', 1),
    "a proof twice in one object": BEGUN.replace(b'"proof":[{', b'"proof":[{"type":"x",', 1),
    "deep parameters": BEGUN.replace(b'"parameters":{', b'"parameters":{"watchers":' + b"[" * 100_000, 1),
    "deep objects": BEGUN.replace(b'"proof":[', b'"proof":[' + b'{"a":' * 9_000, 1),
    "brackets in a text": BEGUN.replace(b'"state":{', b'"state":{"x":"' + b"[" * 60_000 + b'",', 1),
    "a large member name": BEGUN.replace(b'"state":{', b'"state":{"' + b"x" * 64_000 + b'":1,', 1),
    "a large number of versions": BEGUN.replace(b'"versionId":"1-', b'"versionId":"' + b"1" * 5_000 + b"-", 1),
    "other digits": BEGUN.replace(b'"versionId":"1-', '"versionId":"١-'.encode(), 1),
    "other digits in the time": BEGUN.replace(b"2020-01-01T", "٢٠٢٠-01-01T".encode()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_lines_are_refused_without_much_work(name: str) -> None:
    assert HOSTILE[name] != BEGUN

    def refused() -> None:
        with pytest.raises(DidLogError):
            read(HOSTILE[name])

    effort = effort_of(refused)

    assert effort.calls < 5_000
    assert effort.peak_bytes < 4_000_000


def test_line_ends_of_another_system_are_white_space() -> None:
    """JSON Lines asks readers to take them; what is signed is the value, not the line."""
    assert read(SHORT.replace(b"\n", b"\r\n")) == SHORT_LOG


def test_limits_hold_at_their_edge() -> None:
    line = BEGUN.rstrip(b"\n")

    assert read(line + b" " * (64_000 - len(line))) == BEGUN_LOG
    with pytest.raises(DidLogError, match="larger"):
        read(line + b" " * (64_001 - len(line)))


def test_many_update_keys_cost_no_more_than_their_number() -> None:
    """A log may list fifty keys once and have thousands of entries after that."""
    others = [PrivateKey.from_bytes("Ed25519", bytes([number]) * 32).public.to_multikey() for number in range(100, 149)]
    text = begun(update_keys=[UPDATE.public.to_multikey(), *others])
    for number in range(1, 21):
        log = read(text)
        text += signed(next_entry(log, log.current.document, at=START + number * DAY), UPDATE)

    assert effort_of(lambda: read(text)).calls < 21 * 6_000


def test_the_moment_of_reading_is_the_readers() -> None:
    assert read_did_log(SHORT, now=SHORT_LOG.current.at) == SHORT_LOG
    with pytest.raises(DidLogError):
        read_did_log(SHORT, now=SHORT_LOG.current.at - timedelta(minutes=6))


# --- addresses ------------------------------------------------------------------------------------------------------

SCID = SHORT_LOG.did.split(":")[2]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("example.com", "https://example.com/.well-known/did.jsonl"),
        ("issuer.example.com", "https://issuer.example.com/.well-known/did.jsonl"),
        ("example.com:dids:issuer", "https://example.com/dids/issuer/did.jsonl"),
        ("example.com%3A3000:dids:issuer", "https://example.com:3000/dids/issuer/did.jsonl"),
        (f"example.com:{SCID}", f"https://example.com/{SCID}/did.jsonl"),
    ],
)
def test_the_addresses_of_the_specification(place: str, expected: str) -> None:
    assert did_webvh_url(f"did:webvh:{SCID}:{place}") == expected


@settings(max_examples=400, deadline=None)
@given(st.text("abz019.:%-_~@/?#2eEfF3A\\ é", max_size=30) | st.text(max_size=12))
def test_an_identifier_leads_to_its_own_host_or_nowhere(place: str) -> None:
    try:
        url = did_webvh_url(f"did:webvh:{SCID}:{place}")
    except DidError:
        return
    parts = urlsplit(url)

    assert (parts.scheme, parts.query, parts.fragment, parts.username) == ("https", "", "", None)
    assert parts.hostname == place.split(":")[0].split("%3A")[0].lower()
    assert parts.path.endswith("/did.jsonl")
    assert not {".", "..", ""} & set(parts.path.split("/")[1:])
