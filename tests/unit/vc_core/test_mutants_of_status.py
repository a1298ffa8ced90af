"""What mutation testing found untested in status lists (see docs/mutation.md)."""

from __future__ import annotations

import base64
import gzip
import random

import pytest

from tests.unit.vc_core.samples import CREATED
from vc_core.errors import (
    LimitExceeded,
    MalformedInput,
    StatusError,
    StatusIndexOutOfRange,
    StatusListTooShort,
)
from vc_core.status import bitstring
from vc_core.status.bitstring import (
    MINIMUM_LENGTH,
    build_status_list_credential,
    encode_list,
    expand_list,
    get_bit,
    list_of_credential,
    new_bitstring,
    parse_index,
    read_entry,
    read_status,
    set_bit,
)


def _encoded(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data, mtime=0)).rstrip(b"=").decode()


def test_a_list_is_never_shorter_than_the_standard_says() -> None:
    assert len(new_bitstring()) == 16_384
    assert len(new_bitstring(131_073)) == 16_385
    with pytest.raises(StatusListTooShort):
        new_bitstring(131_071)
    assert expand_list(_encoded(bytes(16_384))) == bytes(16_384)
    with pytest.raises(StatusListTooShort):
        expand_list(_encoded(bytes(16_383)))
    for size, length in {1: 16_384, 2: 32_768, 8: 131_072}.items():
        assert read_entry(bytes(length), MINIMUM_LENGTH - 1, size=size) == 0
        with pytest.raises(StatusListTooShort):
            read_entry(bytes(length - 1), 0, size=size)
    options = {"url": "https://x.example/1", "issuer": "did:web:x", "valid_from": CREATED}
    assert build_status_list_credential(bits=bytes(16_384), **options)
    with pytest.raises(StatusListTooShort):
        build_status_list_credential(bits=bytes(16_383), **options)


def test_positions_end_where_the_list_ends() -> None:
    bits = new_bitstring()
    last = MINIMUM_LENGTH - 1
    set_bit(bits, last)
    assert (get_bit(bits, last), get_bit(bits, last - 1), bits[-1]) == (1, 0, 1)
    assert (read_entry(bytes(bits), last), read_status(encode_list(bits), last)) == (1, 1)
    set_bit(bits, last, 0)
    assert bytes(bits) == bytes(16_384)
    for index in (-1, MINIMUM_LENGTH):
        with pytest.raises(StatusIndexOutOfRange):
            set_bit(bits, index)
        with pytest.raises(StatusIndexOutOfRange):
            get_bit(bits, index)
        with pytest.raises(StatusIndexOutOfRange):
            read_entry(bytes(16_384), index)
    wide = bytes(32_768)
    assert read_entry(wide, MINIMUM_LENGTH - 1, size=2) == 0
    for index in (-1, MINIMUM_LENGTH):
        with pytest.raises(StatusIndexOutOfRange):
            read_entry(wide, index, size=2)
    odd = bytes(49_153)  # eight bits behind the last whole entry of three
    assert read_entry(odd, 131_073, size=3) == 0
    with pytest.raises(StatusIndexOutOfRange):
        read_entry(odd, 131_074, size=3)


@pytest.mark.parametrize("size", [2, 3, 5, 7, 8, 13, 32])
def test_entries_of_any_size_are_read_where_they_stand(size: int) -> None:
    values = [(index * 2654435761) % (1 << size) for index in range(50)]
    number = 0
    for value in values:
        number = number << size | value
    spare = MINIMUM_LENGTH * size - 50 * size
    bits = (number << spare).to_bytes(MINIMUM_LENGTH * size // 8, "big")

    assert [read_entry(bits, index, size=size) for index in range(50)] == values


@pytest.mark.parametrize("size", [0, 33, -1])
def test_sizes_have_their_limits(size: int) -> None:
    with pytest.raises(StatusIndexOutOfRange):
        read_entry(bytes(600_000), 0, size=size)


def test_the_limits_of_a_list_are_the_documented_ones() -> None:
    assert bitstring.MINIMUM_LENGTH == 131_072
    assert bitstring.MAX_LIST_BYTES == 2_097_152
    whole = bytes(20_000)
    assert len(expand_list(_encoded(whole), max_bytes=20_000)) == 20_000
    with pytest.raises(LimitExceeded):
        expand_list(_encoded(whole), max_bytes=19_999)
    with pytest.raises(LimitExceeded):
        expand_list("u" + "A" * 400, max_bytes=200)
    with pytest.raises(MalformedInput) as caught:
        expand_list("u" + "A" * 399, max_bytes=200)
    assert not isinstance(caught.value, LimitExceeded)


def test_a_list_is_one_whole_gzip_member() -> None:
    data = gzip.compress(bytes(16_384), mtime=0)

    def text(raw: bytes) -> str:
        return "u" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    assert expand_list(text(data)) == bytes(16_384)
    for raw in (data[:-1], data + b"\0", data + data, data[:-4] + b"\0\0\0\0", b"", b"\x1f\x8b"):
        with pytest.raises(MalformedInput):
            expand_list(text(raw))
    for wrong in (None, 5, "", "z" + text(data)[1:], text(data)[1:], "u!"):
        with pytest.raises(MalformedInput):
            expand_list(wrong)  # type: ignore[arg-type]


def test_lists_of_others_may_look_back_as_far_as_gzip_can() -> None:
    block = random.Random(1).randbytes(30_000)

    assert expand_list(_encoded(block + block)) == block + block


def test_a_list_is_small_and_always_the_same_text() -> None:
    bits = new_bitstring()
    set_bit(bits, 5)

    assert encode_list(bits) == encode_list(bytes(bits))
    assert len(encode_list(bits)) < 120
    assert read_status(encode_list(bits), 5) == 1


def test_a_position_is_a_whole_number_as_text() -> None:
    for text, number in {"0": 0, "7": 7, "999999999999": 999_999_999_999}.items():
        assert parse_index(text) == number
    for wrong in ("", "00", "07", "-1", "+1", " 1", "1 ", "1.0", "1e3", "٣", "1000000000000", 7, None, True):
        with pytest.raises(MalformedInput):
            parse_index(wrong)


def test_a_list_credential_has_the_members_of_the_standard() -> None:
    document = build_status_list_credential(
        url="https://x.example/1",
        issuer="did:web:x",
        bits=new_bitstring(),
        valid_from=CREATED,
        valid_until="2031-01-01T00:00:00Z",
        status_purpose=("revocation", "suspension"),
        ttl_ms=5,
    )

    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://x.example/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:x",
        "validFrom": CREATED,
        "validUntil": "2031-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://x.example/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": ["revocation", "suspension"],
            "encodedList": encode_list(new_bitstring()),
            "ttl": 5,
        },
    }
    plain = build_status_list_credential(
        url="https://x.example/1", issuer="did:web:x", bits=new_bitstring(), valid_from=CREATED
    )
    assert "validUntil" not in plain
    assert plain["credentialSubject"] == {
        "id": "https://x.example/1#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": encode_list(new_bitstring()),
    }


def test_only_a_list_for_this_purpose_is_used() -> None:
    document = build_status_list_credential(
        url="https://x.example/1",
        issuer="did:web:x",
        bits=new_bitstring(),
        valid_from=CREATED,
        status_purpose=("revocation", "suspension"),
    )
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)

    for purpose in ("revocation", "suspension"):
        assert list_of_credential(document, expected_purpose=purpose) == subject["encodedList"]
    assert list_of_credential(
        {**document, "credentialSubject": {**subject, "statusPurpose": "refresh"}}, expected_purpose="refresh"
    )
    for purpose in ("refresh", "rev", ""):
        with pytest.raises(StatusError, match="another purpose"):
            list_of_credential(document, expected_purpose=purpose)
    for changes in (
        {"type": "BitstringStatusListCredential"},
        {"type": ["X"]},
        {"type": None},
        {"credentialSubject": "x"},
    ):
        with pytest.raises(StatusError, match="not a status list"):
            list_of_credential({**document, **changes}, expected_purpose="revocation")
    for changes in ({"type": "X"}, {"encodedList": 5}, {"encodedList": None}):
        with pytest.raises(StatusError, match="holds no list"):
            list_of_credential({**document, "credentialSubject": {**subject, **changes}}, expected_purpose="revocation")
