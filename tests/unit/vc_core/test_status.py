"""Status lists: bits in the right place, bounded, and never short; entries in one strict shape."""

from __future__ import annotations

import base64
import gzip

import pytest

from tests.support.effort import effort_of
from tests.unit.vc_core.samples import STATUS_LIST, signed_badge
from vc_core.canonical import canonicalize
from vc_core.errors import (
    EdubadgesError,
    LimitExceeded,
    MalformedInput,
    StatusError,
    StatusIndexOutOfRange,
    StatusListTooShort,
)
from vc_core.model.credential import StatusEntry, issuer_id, parse_moment, status_entries, subject_ids, validity
from vc_core.model.shape import ReshapedDocument
from vc_core.status.bitstring import (
    MINIMUM_LENGTH,
    build_status_list_credential,
    encode_list,
    expand_list,
    list_of_credential,
    new_bitstring,
    parse_index,
    read_entry,
    read_status,
    set_bit,
)


def _encoded(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).rstrip(b"=").decode()


def test_entry_0_is_the_highest_bit_of_the_first_byte() -> None:
    bits = new_bitstring()
    set_bit(bits, 0)
    set_bit(bits, 9)

    assert bits[:2] == b"\x80\x40"
    encoded = encode_list(bits)
    assert [read_status(encoded, index) for index in (0, 1, 8, 9, 10, MINIMUM_LENGTH - 1)] == [1, 0, 0, 1, 0, 0]
    set_bit(bits, 9, 0)
    assert encode_list(bits) != encoded
    assert read_status(encode_list(bits), 9) == 0


def test_lists_of_others_are_read() -> None:
    assert read_status(_encoded(b"\x01" + bytes(16_383)), 7) == 1


def test_wider_entries_are_read() -> None:
    bits = bytes([0b01101100]) + bytes(MINIMUM_LENGTH // 4)

    assert [read_entry(bits, index, size=2) for index in range(4)] == [1, 2, 3, 0]
    with pytest.raises(StatusListTooShort):
        read_entry(bits, 0, size=4)


def test_short_lists_and_far_positions_are_refused() -> None:
    with pytest.raises(StatusListTooShort):
        new_bitstring(1_000)
    with pytest.raises(StatusListTooShort):
        read_status(_encoded(bytes(100)), 0)
    for index in (-1, MINIMUM_LENGTH):
        with pytest.raises(StatusIndexOutOfRange):
            read_status(encode_list(new_bitstring()), index)


def test_a_bomb_is_not_expanded() -> None:
    bomb = _encoded(bytes(100_000_000))

    def work() -> None:
        with pytest.raises(LimitExceeded):
            expand_list(bomb)

    effort = effort_of(work)

    assert effort.calls < 1_000
    assert effort.peak_bytes < 16_000_000


@pytest.mark.parametrize(
    "text",
    ["", "u", "H4sI", "z6Mk", "uAAAA", "u!!", _encoded(bytes(16_384))[:-8], _encoded(bytes(16_384)) + "AAAA"],
    # Named by place: compressed text holds the time it was made, and two test processes must name their cases alike.
    ids=range(8),
)
def test_broken_lists_are_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        expand_list(text)


@pytest.mark.parametrize("value", [5, None, "", "-1", "01", "1.0", " 1", "1e3", "٣", "9" * 20])
def test_positions_are_whole_numbers_as_text(value: object) -> None:
    with pytest.raises(MalformedInput):
        parse_index(value)


def test_a_list_credential_can_be_signed_and_read() -> None:
    bits = new_bitstring()
    set_bit(bits, 42)
    document = build_status_list_credential(
        url=STATUS_LIST, issuer="did:web:zzu.example", bits=bits, valid_from="2026-11-23T10:00:00Z", ttl_ms=300_000
    )

    assert canonicalize(document)
    assert read_status(list_of_credential(document, expected_purpose="revocation"), 42) == 1
    with pytest.raises(StatusError):
        list_of_credential(document, expected_purpose="suspension")
    with pytest.raises(StatusError):
        list_of_credential({**document, "type": ["VerifiableCredential"]}, expected_purpose="revocation")


def test_views_read_a_badge() -> None:
    badge = signed_badge()

    assert status_entries(badge) == [
        StatusEntry("BitstringStatusListEntry", STATUS_LIST, "revocation", 94_567, id=f"{STATUS_LIST}#94567")
    ]
    assert issuer_id(badge).startswith("did:key:")
    assert len(subject_ids(badge)) == 1
    assert validity(badge).valid_until == parse_moment("2031-11-23T10:00:00Z")


@pytest.mark.parametrize(
    "change",
    [
        lambda e: [{"id": e["id"]}, e],
        lambda e: [e["id"], e],
        lambda e: [e, [e]],
        lambda e: [],
        lambda e: None,
        lambda e: e["id"],
        lambda e: {**e, "type": ["BitstringStatusListEntry"]},
        lambda e: {**e, "statusListCredential": [e["statusListCredential"]]},
        lambda e: {**e, "statusListCredential": {"id": e["statusListCredential"]}},
        lambda e: {**e, "statusListIndex": 94_567},
        lambda e: {**e, "statusPurpose": ["revocation"]},
        lambda e: {**e, "statusSize": 0},
        lambda e: {**e, "statusSize": 2},
        lambda e: {**e, "statusSize": True},
        lambda e: {**e, "id": e["statusListCredential"]},
        lambda e: [e] * 50,
        lambda e: {"type": "Unknown"},
    ],
)
def test_status_in_another_shape_is_refused(change) -> None:
    badge = signed_badge()
    badge["credentialStatus"] = change(badge["credentialStatus"])
    with pytest.raises(EdubadgesError):
        status_entries(badge)


def test_a_status_hidden_elsewhere_is_refused() -> None:
    badge = signed_badge()
    badge["evidence"].append({"id": badge["id"], "credentialStatus": badge.pop("credentialStatus")})
    with pytest.raises(ReshapedDocument):
        status_entries(badge)


@pytest.mark.parametrize("value", [None, 5, "2026-11-23", "2026-11-23T10:00:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_dates_need_a_zone(value: object) -> None:
    with pytest.raises(MalformedInput):
        parse_moment(value)
