"""Proof values of ecdsa-sd-2023 that are not what they should be: one thing wrong in each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import cbor2
import pytest

from tests.bench.badges import unsigned_badge
from tests.unit.vc_core.test_ecdsa_sd_2023 import ISSUER, SHOWN, Change, base_badge, base_of, derived_badge, verify
from vc_core.errors import MalformedInput, ProofError
from vc_core.json_text import JsonObject
from vc_core.multiformats import base64url_decode, base64url_encode
from vc_core.proof.cbor_values import decode_cbor
from vc_core.proof.ecdsa_sd_2023 import derive_credential, verify_base_proof
from vc_core.proof.selective_disclosure import MAX_POINTERS, MAX_STATEMENTS


def _with_components(document: JsonObject, change: Change) -> JsonObject:
    document = copy.deepcopy(document)
    proof = document["proof"]
    data = base64url_decode(proof["proofValue"][1:])
    components: Any = decode_cbor(data[3:])
    changed = change(components)
    raw = changed if isinstance(changed, bytes) else cbor2.dumps(components if changed is None else changed)
    proof["proofValue"] = "u" + base64url_encode(data[:3] + raw)
    return document


def _set(place: int, value: Any) -> Change:
    return lambda components: [*components[:place], value, *components[place + 1 :]]


def _map(change: Callable[[dict], dict], place: int = 3) -> Change:
    return lambda components: [*components[:place], change(components[place]), *components[place + 1 :]]


MALFORMED: dict[str, Change] = {
    "no array": lambda c: {0: c},
    "four": lambda c: c[:4],
    "six": lambda c: [*c, 0],
    "signature short": lambda c: [c[0][:63], *c[1:]],
    "signature a text": lambda c: ["x" * 64, *c[1:]],
    "key long": lambda c: [c[0], c[1] + b"\0", *c[2:]],
    "key of 36 bytes": lambda c: [c[0], b"\0" * 36, *c[2:]],
    "key of another kind": lambda c: [c[0], b"\x81\x24" + c[1][2:], *c[2:]],
    "key not on the curve": lambda c: [c[0], c[1][:2] + b"\x05" + c[1][3:], *c[2:]],
    "key past the field": lambda c: [c[0], c[1][:3] + b"\xff" * 32, *c[2:]],
    "signatures a map": _set(2, {}),
    "signatures none": _set(2, []),
    "a signature a number": lambda c: [*c[:2], [1, *c[2][1:]], *c[3:]],
    "a signature more": lambda c: [*c[:2], [*c[2], c[2][0]], *c[3:]],
    "a signature less": lambda c: [*c[:2], c[2][1:], *c[3:]],
    "signatures turned": lambda c: [*c[:2], c[2][::-1], *c[3:]],
    "a zero signature": lambda c: [*c[:2], [bytes(64), *c[2][1:]], *c[3:]],
    "too many signatures": _set(2, [bytes(64)] * (MAX_STATEMENTS + 1)),
    "labels a list": _set(3, []),
    "labels none": _set(3, {}),
    "labels a number": _set(3, 5),
    "a label more": _map(lambda labels: {**labels, len(labels): bytes(32)}),
    "a label less": _map(lambda labels: dict(list(labels.items())[1:])),
    "a label twice": _map(lambda labels: {**labels, 0: labels[1]}),
    "a label below zero": _map(lambda labels: {-1 if n == 0 else n: label for n, label in labels.items()}),
    "a label of a text": _map(lambda labels: {str(n): label for n, label in labels.items()}),
    "a label far away": _map(lambda labels: {10**9 if n == 0 else n: label for n, label in labels.items()}),
    "a label long": _map(lambda labels: {**labels, 0: bytes(33)}),
    "labels turned": _map(lambda labels: dict(zip(labels, reversed(labels.values()), strict=True))),
    "too many labels": _set(3, {number: bytes(32) for number in range(MAX_STATEMENTS + 1)}),
    "indexes a map": _set(4, {}),
    "indexes none": _set(4, []),
    "an index twice": _map(lambda indexes: [indexes[0], *indexes], 4),
    "indexes turned": _map(lambda indexes: indexes[::-1], 4),
    "an index far away": _map(lambda indexes: [*indexes[:-1], MAX_STATEMENTS - 1], 4),
    "an index beyond all": _map(lambda indexes: [*indexes[:-1], 2**40], 4),
    "an index below zero": _map(lambda indexes: [-1, *indexes[1:]], 4),
    "an index true": _map(lambda indexes: [True, *indexes[1:]], 4),
    "an index more": _map(lambda indexes: [*indexes, indexes[-1] + 1], 4),
    "a fraction": _map(lambda indexes: [1.0, *indexes[1:]], 4),
    "nothing in it": _set(0, None),
    "a tag": lambda c: cbor2.dumps([cbor2.CBORTag(64, c[0]), *c[1:]]),
    "a tag around": lambda c: cbor2.dumps(cbor2.CBORTag(55799, c)),
    "a byte behind": lambda c: cbor2.dumps(c) + b"\0",
    "a byte missing": lambda c: cbor2.dumps(c)[:-1],
    "without end": lambda c: b"\x9f" + b"".join(cbor2.dumps(part) for part in c) + b"\xff",
    "a long number": lambda c: cbor2.dumps(c)[:-1] + b"\x18" + cbor2.dumps(c)[-1:],
    "no bytes": lambda c: b"",
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_proof_is_refused(change: Change) -> None:
    with pytest.raises(ProofError) as caught:
        verify(_with_components(derived_badge(), change))

    assert caught.value.code == "proof-invalid"


def test_labels_may_come_in_any_order() -> None:
    verify(_with_components(derived_badge(), _map(lambda labels: dict(reversed(labels.items())))))


MALFORMED_BASE: dict[str, Change] = {
    "four": lambda c: c[:4],
    "short secret": lambda c: [*c[:2], c[2][1:], *c[3:]],
    "a signature more": lambda c: [*c[:3], [*c[3], c[3][0]], c[4]],
    "a signature less": lambda c: [*c[:3], c[3][1:], c[4]],
    "a pointer of bytes": lambda c: [*c[:4], [b"/issuer"]],
    "pointers a text": lambda c: [*c[:4], "/issuer"],
    "a pointer less": lambda c: [*c[:4], c[4][1:]],
    "too many pointers": lambda c: [*c[:4], ["/issuer"] * (MAX_POINTERS + 1)],
}


@pytest.mark.parametrize("change", MALFORMED_BASE.values(), ids=MALFORMED_BASE.keys())
def test_nothing_is_derived_from_a_malformed_base_proof(change: Change) -> None:
    base = _with_components(base_badge(), change)
    with pytest.raises(ProofError):
        derive_credential(base, selective_pointers=SHOWN)
    with pytest.raises(ProofError):
        verify_base_proof(base, base["proof"], public_key=ISSUER.public)


@pytest.mark.parametrize("proof", [None, [], [4], "x", {}])
def test_nothing_is_derived_without_a_base_proof(proof: Any) -> None:
    with pytest.raises((ProofError, MalformedInput)):
        derive_credential({**unsigned_badge(), "proof": proof}, selective_pointers=SHOWN)


def test_nothing_is_derived_from_two_base_proofs() -> None:
    with pytest.raises(ProofError, match="one base proof"):
        derive_credential(base_of(base_badge()), selective_pointers=SHOWN)
