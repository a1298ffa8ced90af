"""The CBOR of proof values is read in its one form, and nothing else is."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.proof.cbor_values import MAX_BYTES, decode_cbor, encode_cbor


@pytest.mark.parametrize(
    "text",
    [
        *("", "ff", "1c", "a1", "81", "9b00000000ffffffff", "5bffffffffffffffff00"),  # unfinished
        *("1800", "190001", "1b0000000000000001", "0000", "80ff"),  # longer than needed
        *("f6", "f5", "e0", "f800", "f93c00", "fb3ff0000000000000", "61ff"),  # no part of a proof
        *("c240", "c074", "d81c80", "d81d00", "d823612e", "d9d9f700", "c48201182a", "d9ffff00"),  # tags
        *("5f4100ff", "9fff", "bfff"),  # without a length
        *("a200000000", "a1410000", "a1616100", "a1800000", "81818100", "8181818100"),  # keys, depth
    ],
)
def test_cbor_that_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        decode_cbor(bytes.fromhex(text))


def test_cbor_has_a_limit() -> None:
    with pytest.raises(LimitExceeded):
        decode_cbor(bytes(MAX_BYTES + 1))


_numbers = st.integers(0, 2**63)
_parts = st.one_of(_numbers, st.binary(max_size=70), st.text(max_size=9), st.dictionaries(_numbers, st.binary()))


@given(st.lists(st.one_of(_parts, st.lists(_numbers), st.lists(st.binary())), max_size=6))
def test_cbor_that_was_written_is_read(value: list) -> None:
    assert decode_cbor(encode_cbor(value)) == value


@given(st.binary(max_size=60))
def test_cbor_is_read_in_one_form_or_refused(data: bytes) -> None:
    try:
        value = decode_cbor(data)
    except MalformedInput:
        return
    assert cbor2.dumps(value) == data
