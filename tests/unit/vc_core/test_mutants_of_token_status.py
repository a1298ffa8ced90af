"""What mutation testing found untested in token status lists (see docs/mutation.md)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from vc_core.errors import LimitExceeded, StatusError
from vc_core.jose.compact import build_compact_jwt, parse_compact_jwt
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_encode
from vc_core.status import token_status_list as lists
from vc_core.status.token_status_list import (
    SIZES,
    TokenStatusValue,
    build_status_list_token,
    expand_statuses,
    get_status,
    new_statuses,
    set_status,
    verify_status_list_token,
)

KEY = PrivateKey.from_bytes("P-256", bytes(range(1, 33)))
URI = "https://registry.example/token-status/1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def token(size: int = 1, **changes: Any) -> Any:
    options = {"expires_at": None, "ttl_s": None} | changes
    text = build_status_list_token(
        new_statuses(16, size=size),
        uri=URI,
        size=size,
        issued_at=NOW,
        sign=KEY.sign,
        algorithm="ES256",
        kid="k",
        **options,
    )
    return parse_compact_jwt(text)


def test_the_sizes_and_values_are_those_of_the_draft() -> None:
    assert {1, 2, 4, 8} == SIZES
    assert {value.name: value.value for value in TokenStatusValue} == {"VALID": 0, "INVALID": 1, "SUSPENDED": 2}
    assert lists.MAX_LIST_BYTES == 2_097_152


@pytest.mark.parametrize("size", sorted(SIZES))
def test_every_size_holds_every_value_it_can(size: int) -> None:
    statuses = new_statuses(16, size=size)
    assert len(statuses) == 2 * size
    highest = (1 << size) - 1
    for index in range(16):
        set_status(statuses, index, highest, size=size)
    for index in (0, 5, 15):
        set_status(statuses, index, 0, size=size)
    assert [get_status(statuses, index, size=size) for index in range(16)] == [
        0 if index in {0, 5, 15} else highest for index in range(16)
    ]
    assert verify_status_list_token(token(size), public_key=KEY.public, expected_uri=URI).size == size


def test_a_list_is_of_single_bits_when_nothing_is_said() -> None:
    assert len(new_statuses(80)) == 10


@pytest.mark.parametrize("size", [0, 3, 16, -1])
def test_other_sizes_are_refused_wherever_they_are_named(size: int) -> None:
    with pytest.raises(StatusError, match="1, 2, 4 or 8 bits"):
        new_statuses(16, size=size)
    with pytest.raises(StatusError, match="1, 2, 4 or 8 bits"):
        build_status_list_token(
            bytes(16), uri=URI, size=size, issued_at=NOW, expires_at=None, ttl_s=None, sign=KEY.sign, algorithm="ES256",
            kid="k",
        )  # fmt: skip


@pytest.mark.parametrize("bits", [True, "1", 1.0, None, 3, [1]])
def test_a_size_that_is_no_number_of_bits_is_refused(bits: Any) -> None:
    claims = {"sub": URI, "iat": 1, "status_list": {"bits": bits, "lst": base64url_encode(zlib.compress(bytes(16)))}}
    text = build_compact_jwt({"typ": "statuslist+jwt", "kid": "k"}, claims, sign=KEY.sign, algorithm="ES256")
    with pytest.raises(StatusError):
        verify_status_list_token(parse_compact_jwt(text), public_key=KEY.public, expected_uri=URI)


def test_the_limits_are_exact() -> None:
    full = base64url_encode(zlib.compress(bytes(1_000)))
    assert len(expand_statuses(full, max_bytes=1_000)) == 1_000
    with pytest.raises(LimitExceeded, match="expands"):
        expand_statuses(full, max_bytes=999)
    stored = base64url_encode(zlib.compress(bytes(range(100)), 0))
    assert len(expand_statuses(stored, max_bytes=100)) == 100
    half = (len(stored) + 1) // 2
    with pytest.raises(LimitExceeded, match="expands"):
        expand_statuses(stored, max_bytes=half)
    with pytest.raises(LimitExceeded, match="larger"):
        expand_statuses("A" * (2 * half + 1), max_bytes=half)
    with pytest.raises(LimitExceeded, match="expands"):
        expand_statuses(stored + "A" * (-len(stored) % 2), max_bytes=len(stored) // 2)


def test_a_time_to_live_is_said_only_when_it_is_given() -> None:
    assert token(ttl_s=60).payload["ttl"] == 60
    assert "ttl" not in token().payload
