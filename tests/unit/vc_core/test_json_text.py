"""JSON that readers understand differently is refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput
from vc_core.json_text import dump_json, parse_json, parse_json_object

REFUSED = [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"a":"b","a":"c"}}',
    "[1e400]",
    "[-1e400]",
    '["\\ud800"]',
    '{"\\udfff":1}',
    "[9007199254740993]",
    "[-9007199254740993]",
    "[123456789012345678901234567890]",
    "[NaN]",
    "[Infinity]",
    "[01]",
    "[1,]",
    "\ufeff[]",
    "",
    "[",
    "{'a':1}",
    b"\xff\xfe[",
    '"\ud800"',
]


@pytest.mark.parametrize("text", REFUSED)
def test_ambiguous_or_broken_text_is_refused(text: str | bytes) -> None:
    with pytest.raises(MalformedInput):
        parse_json(text)


@pytest.mark.parametrize("text", ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 100_000, '["[",' * 70])
def test_deep_text_is_refused(text: str) -> None:
    with pytest.raises(LimitExceeded):
        parse_json(text)


def test_brackets_in_texts_are_not_depth() -> None:
    assert parse_json(dump_json(["[" * 500, "{]}" * 99])) == ["[" * 500, "{]}" * 99]


def test_large_text_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        parse_json("[" + " " * 100 + "]", max_bytes=50)
    with pytest.raises(LimitExceeded):
        parse_json('"' + "é" * 30 + '"', max_bytes=50)


def test_an_object_is_an_object() -> None:
    with pytest.raises(MalformedInput):
        parse_json_object("[]")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    try:
        text = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return

    assert parse_json(text) == value


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_nothing_but_our_errors_comes_out(data: bytes | str) -> None:
    with contextlib.suppress(EdubadgesError):
        parse_json(data)


@given(JSON)
def test_canonical_json_is_stable_and_means_the_same(value: object) -> None:
    try:
        text = canonicalize_jcs(value)
    except MalformedInput:
        return

    again = json.loads(text, parse_int=lambda number: int(number) if abs(int(number)) < 2**53 else float(number))

    assert canonicalize_jcs(again) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {"\ud800": 1}, {1: 2}, object(), b"x"])
def test_canonical_json_refuses_what_has_no_form(value: object) -> None:
    with pytest.raises(MalformedInput):
        canonicalize_jcs(value)


def test_canonical_json_refuses_deep_values() -> None:
    value: list = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(LimitExceeded):
        canonicalize_jcs(value)
