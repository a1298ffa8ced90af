"""Token Status Lists as the draft writes them, and refused when they are not."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput, ProofError, StatusError
from vc_core.jose.compact import build_compact_jwt, parse_compact_jwt
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_encode
from vc_core.status.bitstring import get_bit, new_bitstring, set_bit
from vc_core.status.token_status_list import (
    SIZES,
    TokenStatusValue,
    build_status_list_token,
    compress_statuses,
    expand_statuses,
    get_status,
    new_statuses,
    set_status,
    verify_status_list_token,
)

KEY = PrivateKey.from_bytes("P-256", bytes([7] * 32))
URI = "https://registry.example/token-status/1"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("size", "expected", "data", "lst"),
    [
        (1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], "b9a3", "eNrbuRgAAhcBXQ"),
        (2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], "c944f9", "eNo76fITAAPfAgc"),
    ],
)
def test_the_examples_of_the_draft(size: int, expected: list[int], data: str, lst: str) -> None:
    """Sections 4.1 and 4.2 of the draft: the entries, their bytes and the compressed text."""
    statuses = new_statuses(len(expected), size=size)
    for index, value in enumerate(expected):
        set_status(statuses, index, value, size=size)
    assert statuses.hex() == data
    assert [get_status(expand_statuses(lst), index, size=size) for index in range(len(expected))] == expected
    assert expand_statuses(compress_statuses(statuses)) == bytes(statuses)


@given(st.sampled_from(sorted(SIZES)), st.data())
def test_what_is_set_is_read_and_nothing_else_changes(size: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    statuses = new_statuses(count, size=size)
    written = data.draw(st.dictionaries(st.integers(0, count - 1), st.integers(0, (1 << size) - 1), max_size=20))
    for index, value in written.items():
        set_status(statuses, index, value, size=size)
    assert [get_status(statuses, index, size=size) for index in range(count)] == [
        written.get(index, 0) for index in range(count)
    ]


def test_the_same_decisions_in_both_kinds_of_list_have_opposite_bits() -> None:
    bits, statuses = new_bitstring(), new_statuses(131_072)
    for index in (0, 1, 8, 63, 131_071):
        set_bit(bits, index)
        set_status(statuses, index, TokenStatusValue.INVALID)
    assert [get_bit(bits, i) for i in range(131_072)] == [get_status(statuses, i) for i in range(131_072)]
    assert bits[0] == 0b1100_0000
    assert statuses[0] == 0b0000_0011


def token(**changes: Any) -> str:
    statuses = new_statuses(64, size=2)
    set_status(statuses, 5, TokenStatusValue.SUSPENDED, size=2)
    options: dict[str, Any] = {
        "uri": URI,
        "size": 2,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=1),
        "ttl_s": 3_600,
        "sign": KEY.sign,
        "algorithm": "ES256",
        "kid": "did:web:registry.example#jose",
    }
    return build_status_list_token(statuses, **{**options, **changes})


def test_a_token_is_made_and_verified() -> None:
    found = verify_status_list_token(parse_compact_jwt(token()), public_key=KEY.public, expected_uri=URI)
    assert [found.status_at(index) for index in (4, 5, 6)] == [0, TokenStatusValue.SUSPENDED, 0]
    assert (found.issued_at, found.expires_at) == (NOW, NOW + timedelta(days=1))
    with pytest.raises(StatusError):
        found.status_at(64)


def forged(header: dict[str, Any] | None = None, **claims: Any) -> str:
    body = {"sub": URI, "iat": 1, "status_list": {"bits": 1, "lst": compress_statuses(b"\0" * 8)}, **claims}
    head = {"typ": "statuslist+jwt", "kid": "x", **(header or {})}
    return build_compact_jwt(head, {k: v for k, v in body.items() if v is not None}, sign=KEY.sign, algorithm="ES256")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (forged({"typ": "JWT"}), ProofError),
        (forged({"jwk": KEY.public.to_jwk()}), ProofError),
        (forged(sub="https://elsewhere.example/1"), StatusError),
        (forged(sub=None), StatusError),
        (forged(iat=None), StatusError),
        (forged(iat="now"), MalformedInput),
        (forged(exp=True), MalformedInput),
        (forged(status_list=None), StatusError),
        (forged(status_list=[]), StatusError),
        *((forged(status_list={"bits": bits, "lst": "eNrbuRgAAhcBXQ"}), StatusError) for bits in (0, 3, 16, "1", True)),
        (forged(status_list={"bits": 1, "lst": 5}), StatusError),
        (forged(status_list={"bits": 1, "lst": "eNrbuRgAAhcBXQ=="}), MalformedInput),
        (forged(status_list={"bits": 1, "lst": "eNrbuRg"}), MalformedInput),
        (forged(status_list={"bits": 1, "lst": "AAAA"}), MalformedInput),
        (forged(status_list={"bits": 1, "lst": base64url_encode(zlib.compress(b"x") + b"y")}), MalformedInput),
        (
            forged(status_list={"bits": 1, "lst": base64url_encode(zlib.compress(bytes(50_000_000), 9))}),
            LimitExceeded,
        ),
    ],
)
def test_a_token_that_is_not_one_is_refused(text: str, error: type[EdubadgesError]) -> None:
    with pytest.raises(error):
        verify_status_list_token(parse_compact_jwt(text), public_key=KEY.public, expected_uri=URI)


def test_another_key_is_refused() -> None:
    with pytest.raises(ProofError):
        verify_status_list_token(
            parse_compact_jwt(token()), public_key=PrivateKey.generate("P-256").public, expected_uri=URI
        )


@pytest.mark.parametrize(("index", "value", "size"), [(-1, 0, 1), (64, 0, 1), (0, 2, 1), (0, -1, 2), (0, 0, 3)])
def test_what_does_not_fit_is_refused(index: int, value: int, size: int) -> None:
    with pytest.raises(StatusError):
        set_status(bytearray(8), index, value, size=size)
