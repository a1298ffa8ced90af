"""Our base58 against the library's, and what is refused."""

from __future__ import annotations

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.multiformats import MAX_BASE58_TEXT, base58btc_decode, base58btc_encode


@given(st.binary(max_size=300), st.integers(0, 12))
def test_base58_is_that_of_the_library(data: bytes, zeros: int) -> None:
    data = bytes(zeros) + data
    text = base58btc_encode(data)
    assert text == base58.b58encode(data).decode()
    assert base58btc_decode(text) == data


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=200))
def test_any_base58_text_is_read_as_the_library_reads_it(text: str) -> None:
    assert base58btc_decode(text) == base58.b58decode(text)


@pytest.mark.parametrize("wrong", ["0", "O", "I", "l", " ", "é", "\n", "11 1"])
@pytest.mark.parametrize("length", [0, 1, 6, 7, 8, 9, 15, 16, 87])
def test_a_character_outside_the_alphabet_is_refused_wherever_it_stands(wrong: str, length: int) -> None:
    for place in {0, length // 2, length}:
        text = "z" * place + wrong + "z" * (length - place)
        with pytest.raises(MalformedInput):
            base58btc_decode(text)


def test_a_text_that_would_take_long_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        base58btc_decode("z" * (MAX_BASE58_TEXT + 1))
