"""The small part of CBOR that proof values are made of: whole numbers, bytes, texts, arrays and maps (RFC 8949).

A value has one form here: definite lengths, shortest numbers, no tags, no key twice, nothing behind it. What the parts
mean is checked by the cryptosuite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

import cbor2

from vc_core.errors import LimitExceeded, MalformedInput

type CborValue = int | bytes | str | list[CborValue] | dict[CborValue, CborValue]

MAX_BYTES = 400_000  # some four thousand signatures with their labels
MAX_DEPTH = 2  # an array of arrays and maps


class _NoTags(Mapping[int, object]):
    """Leads every tag to a refusal, before its content is looked at: a tag may stand for a pattern, a date, a number
    of any size.
    """

    def __getitem__(self, tag: int) -> object:
        return _refuse_tag

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _refuse_tag(*_: object) -> NoReturn:
    raise cbor2.CBORDecodeError("a tag")


def encode_cbor(components: Sequence[object]) -> bytes:
    """Return an array in the one form that `decode_cbor` reads; maps keep their order."""
    return cbor2.dumps(list(components))


def decode_cbor(data: bytes) -> CborValue:
    """Return the value of untrusted bytes.

    Raises:
        LimitExceeded: more bytes than a proof has.
        MalformedInput: not CBOR, or not in its one form, or with something in it that is no part of a proof.
    """
    if len(data) > MAX_BYTES:
        raise LimitExceeded("The value is larger than any proof.", limit=MAX_BYTES)
    try:
        value: object = cbor2.loads(
            data,
            semantic_decoders=_NoTags(),  # type: ignore[arg-type]  # all that is asked of it
            tag_hook=_refuse_tag,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        checked = _checked(value)
        again = cbor2.dumps(checked)
    except cbor2.CBORError as error:
        raise MalformedInput("The value is not CBOR as proofs use it.") from error
    if again != data:
        # Numbers longer than needed, or bytes behind the value.
        raise MalformedInput("The value is not written in its one form.")
    return checked


def _checked(value: object) -> CborValue:
    if type(value) is int or type(value) is bytes or type(value) is str:
        return value
    if type(value) is list:
        return [_checked(item) for item in value]
    if type(value) is dict:
        return {_checked_key(key): _checked(item) for key, item in value.items()}
    raise MalformedInput("The value holds something that is no part of a proof.")


def _checked_key(key: object) -> int:
    if type(key) is not int:
        raise MalformedInput("The value holds something that is no part of a proof.")
    return key
