"""The log of what was signed: its arithmetic by the words of RFC 9162, tree heads, and receipts."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vc_core.json_text import dump_json
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_decode, base64url_encode
from vc_core.trust.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from vc_core.trust.merkle import (
    EMPTY_ROOT,
    Nodes,
    Place,
    ReceiptError,
    check_consistency,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    places_for,
    root_of_inclusion,
    tree_root,
)
from vc_core.trust.receipt import Receipt, check_receipt, leaf_of_jwt, leaf_of_proof, read_receipt

KNOWN = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", bytes(range(0x50, 0x58))]
KNOWN.append(bytes(range(0x60, 0x70)))
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Of the test data that RFC 6962's own programs use."""


# --- the words of the specification, one to one (RFC 9162, 2.1.1, 2.1.3.1 and 2.1.4.1) -------------------------------


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Log:
    """The nodes of a log, as a keeper has them."""

    def __init__(self) -> None:
        self.kept: dict[Place, bytes] = {}
        self.leaves: list[bytes] = []

    def add(self, leaves: list[bytes]) -> None:
        found = dict(completed_by(len(self.leaves), leaves, self.kept.__getitem__))
        assert not found.keys() & self.kept.keys()  # what was complete stays as it was
        self.kept |= found
        self.leaves += leaves

    @property
    def nodes(self) -> Nodes:
        return self.kept.__getitem__

    @classmethod
    def of(cls, count: int) -> Log:
        log = cls()
        log.add([leaf_hash(str(number).encode()) for number in range(count)])
        return log


def refused(work: Callable[[], object]) -> bool:
    try:
        work()
    except ReceiptError:
        return True
    return False


def test_the_published_roots() -> None:
    log = Log()
    assert tree_root(0, log.nodes) == EMPTY_ROOT
    for data in KNOWN:
        log.add([leaf_hash(data)])
    assert {size: tree_root(size, log.nodes).hex() for size in ROOTS} == ROOTS


@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_is_that_of_the_specification(size: int) -> None:
    log = Log.of(size)
    root = tree_root(size, log.nodes)
    assert root == mth(log.leaves)
    for index in range(size):
        proof = inclusion_proof(index, size, log.nodes)
        assert proof == path(index, log.leaves)
        assert root_of_inclusion(log.leaves[index], index, size, proof) == root
    for old in range(1, size + 1):
        proof = consistency_proof(old, size, log.nodes)
        assert proof == subproof(old, log.leaves, True)
        check_consistency(old, mth(log.leaves[:old]), size, root, proof)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.data())
def test_a_log_that_grows_in_steps_is_the_one_that_was_there_at_once(steps: list[int], data: st.DataObject) -> None:
    log = Log()
    for step in steps:
        log.add([leaf_hash(b"%d" % (len(log.leaves) + place)) for place in range(step)])
    assert log.kept == Log.of(len(log.leaves)).kept
    size = len(log.leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = tree_root(size, log.nodes)
    assert root_of_inclusion(log.leaves[index], index, size, inclusion_proof(index, size, log.nodes)) == root
    check_consistency(old, tree_root(old, log.nodes), size, root, consistency_proof(old, size, log.nodes))


def test_a_proof_asks_for_few_nodes_of_a_large_log() -> None:
    size = 10_000_019
    assert len(places_for(lambda nodes: inclusion_proof(7_654_321, size, nodes))) <= 40
    assert len(places_for(lambda nodes: tree_root(size, nodes))) <= 24
    assert len(places_for(lambda nodes: consistency_proof(size - 1000, size, nodes))) <= 60


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_nothing_else_leads_to_the_root(size: int) -> None:
    log = Log.of(size)
    root = tree_root(size, log.nodes)
    for index in range(size):
        proof = inclusion_proof(index, size, log.nodes)
        leaf = log.leaves[index]
        others = [(leaf, other, size, proof) for other in range(-1, size + 2) if other != index]
        others += [(leaf, index, other, proof) for other in range(size) if other != size]
        others += [(leaf, index, size, proof[:cut]) for cut in range(len(proof))]
        others += [(leaf, index, size, [*proof, bytes(32)]), (leaf_hash(b"x"), index, size, proof)]
        others += [(leaf, index, size, [*proof[:at], bytes(32), *proof[at + 1 :]]) for at in range(len(proof))]
        others += [(leaf, index, size, [*proof[:at], bytes(31), *proof[at + 1 :]]) for at in range(len(proof))]
        for case in others:
            if case[2] != size and case[1] < case[2]:
                continue  # the same path may lead to the root of another size; the size is signed with the root
            assert refused(lambda case=case: root_of_inclusion(*case)) or root_of_inclusion(*case) != root


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 7), (4, 8), (6, 8), (8, 13), (13, 13)])
def test_a_log_that_was_changed_is_found(old: int, size: int) -> None:
    log = Log.of(size)
    before, after = tree_root(old, log.nodes), tree_root(size, log.nodes)
    proof = consistency_proof(old, size, log.nodes)
    check_consistency(old, before, size, after, proof)
    wrong: list[tuple[Any, ...]] = [
        (old, bytes(32), size, after, proof),
        (old, before, size, bytes(32), proof),
        (old, before, size, after, [*proof, bytes(32)]),
        (0, before, size, after, proof),
        (size + 1, before, size, after, proof),
        (old, before[:31], size, after, proof),
    ]
    wrong += [(old, before, size, after, proof[:cut]) for cut in range(len(proof))]
    wrong += [(old, before, size, after, [*proof[:at], bytes(32), *proof[at + 1 :]]) for at in range(len(proof))]
    for case in wrong:
        with pytest.raises(ReceiptError):
            check_consistency(*case)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (5, 5), (0, 2**49)])
def test_places_outside_the_log_are_refused(index: int, size: int) -> None:
    with pytest.raises(ReceiptError):
        inclusion_proof(index, size, lambda _: bytes(32))
    with pytest.raises(ReceiptError):
        root_of_inclusion(bytes(32), index, size, [])
    with pytest.raises(ReceiptError):
        consistency_proof(size + 1, size, lambda _: bytes(32))


# --- tree heads -----------------------------------------------------------------------------------------------------

ORIGIN = "registry.example/signing-log"
KEY, OTHER = PrivateKey.generate(), PrivateKey.generate()
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HEAD = Checkpoint(ORIGIN, 8, bytes.fromhex(ROOTS[8]), AT)
NOTE = sign_checkpoint(HEAD, name=ORIGIN, key=KEY)
KEYS = {ORIGIN: KEY.public}


def test_a_tree_head_is_a_signed_note() -> None:
    lines = NOTE.split("\n")
    assert lines[:3] == [ORIGIN, "8", base64.b64encode(HEAD.root).decode()]
    assert (lines[3], lines[4]) == ("time 2026-11-24T02:00:00Z", "")
    assert lines[5].startswith(f"— {ORIGIN} ")
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + KEY.public.raw).digest()[:4]
    assert base64.b64decode(lines[5].split(" ")[2])[:4] == key_id
    assert open_checkpoint(NOTE, origin=ORIGIN, keys=KEYS) == HEAD


def test_a_witness_may_sign_too_and_a_stranger_is_passed_over() -> None:
    witness = sign_checkpoint(HEAD, name="witness.example", key=OTHER).split("\n\n")[1]
    both = NOTE + witness
    assert open_checkpoint(both, origin=ORIGIN, keys=KEYS) == HEAD
    keys = {**KEYS, "witness.example": OTHER.public}
    assert open_checkpoint(both, origin=ORIGIN, keys=keys, threshold=2) == HEAD
    with pytest.raises(ReceiptError):
        open_checkpoint(NOTE, origin=ORIGIN, keys=keys, threshold=2)
    with pytest.raises(ReceiptError):  # one signature twice is one signature
        open_checkpoint(NOTE + NOTE.split("\n\n")[1], origin=ORIGIN, keys=keys, threshold=2)


CHANGED = {
    "another origin": NOTE.replace("registry", "registrar", 1),
    "another size": NOTE.replace("\n8\n", "\n9\n"),
    "a size with a zero": NOTE.replace("\n8\n", "\n08\n"),
    "a negative size": NOTE.replace("\n8\n", "\n-8\n"),
    "a size beyond all": NOTE.replace("\n8\n", f"\n{2**48 + 1}\n"),
    "another root": NOTE.replace("XcnaeaQ", "XcnaeaR").replace("Xcna", "Ycna"),
    "a short root": NOTE.replace(base64.b64encode(HEAD.root).decode(), "AAAA"),
    "no base64": NOTE.replace(base64.b64encode(HEAD.root).decode(), "?" * 44),
    "another time": NOTE.replace("02:00:00Z", "01:00:00Z"),
    "no such time": NOTE.replace("02:00:00Z", "25:00:00Z"),
    "a local time": NOTE.replace("02:00:00Z", "02:00:00+00:00"),
    "no time": NOTE.replace("time 2026-11-24T02:00:00Z\n", ""),
    "two times": NOTE.replace("time 2026-11-24T02:00:00Z\n", "time 2026-11-24T02:00:00Z\n" * 2),
    "other line ends": NOTE.replace("\n", "\r\n"),
    "no last line end": NOTE[:-1],
    "no signature": NOTE.split("\n\n")[0] + "\n\n",
    "a signature that is none": NOTE[:-10] + "AAAAAAAA=\n",
    "no signature line": NOTE.replace("—", "-"),
    "a third part": NOTE + "\nmore\n",
    "too many signatures": NOTE + NOTE.split("\n\n")[1] * 16,
    "too long": NOTE + "— x " + "A" * 9000 + "\n",
    "nothing": "",
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_tree_head_is_refused(name: str) -> None:
    assert CHANGED[name] != NOTE
    with pytest.raises(ReceiptError):
        open_checkpoint(CHANGED[name], origin=ORIGIN, keys=KEYS)


def test_a_tree_head_of_other_keys_is_refused() -> None:
    for keys in ({}, {ORIGIN: OTHER.public}, {"another": KEY.public}):
        with pytest.raises(ReceiptError):
            open_checkpoint(NOTE, origin=ORIGIN, keys=keys)
    forged = sign_checkpoint(HEAD, name=ORIGIN, key=OTHER).split(" ")[-1]
    own = base64.b64decode(NOTE.split(" ")[-1])
    mixed = base64.b64encode(own[:4] + base64.b64decode(forged)[4:]).decode()
    with pytest.raises(ReceiptError, match="does not hold"):
        open_checkpoint(NOTE.replace(NOTE.split(" ")[-1], mixed + "\n"), origin=ORIGIN, keys=KEYS)


@pytest.mark.parametrize(("origin", "name"), [("a b", ORIGIN), (ORIGIN, "a+b"), (ORIGIN, ""), ("é", ORIGIN)])
def test_names_that_cannot_stand_in_a_note(origin: str, name: str) -> None:
    with pytest.raises(ReceiptError):
        sign_checkpoint(Checkpoint(origin, 1, bytes(32), AT), name=name, key=KEY)
    with pytest.raises(ReceiptError):
        sign_checkpoint(HEAD, name=ORIGIN, key=PrivateKey.generate("P-256"))


# --- receipts -------------------------------------------------------------------------------------------------------

PROOF = {"type": "DataIntegrityProof", "verificationMethod": "did:web:school.example#k", "proofValue": "z5abc"}


def receipt_of(leaf: bytes, *, others: int = 20) -> Receipt:
    log = Log.of(others)
    log.add([leaf, leaf_hash(b"later")])
    size = len(log.leaves)
    note = sign_checkpoint(Checkpoint(ORIGIN, size, tree_root(size, log.nodes), AT), name=ORIGIN, key=KEY)
    return Receipt(others, tuple(inclusion_proof(others, size, log.nodes)), note)


def test_a_receipt_travels_as_a_proof_and_says_how_old_a_signature_is_at_least() -> None:
    leaf = leaf_of_proof(PROOF)
    entry = receipt_of(leaf).to_proof(AT, "did:web:registry.example#log")
    assert (entry["created"], entry["cryptosuite"]) == ("2026-11-24T02:00:00Z", "edubadges-receipt-2026")
    found = read_receipt(entry)
    assert found == receipt_of(leaf)
    assert check_receipt(found, leaf, origin=ORIGIN, keys=KEYS).at == AT


def test_a_receipt_is_of_one_signature() -> None:
    leaf = leaf_of_proof(PROOF)
    receipt = receipt_of(leaf)
    others = [leaf_of_proof({**PROOF, "proofValue": "z5abd"}), leaf_of_jwt("a.b.c")]
    others.append(leaf_of_proof({**PROOF, "verificationMethod": "did:web:school.example#k2"}))
    for other in others:
        with pytest.raises(ReceiptError, match="not of this badge"):
            check_receipt(receipt, other, origin=ORIGIN, keys=KEYS)
    with pytest.raises(ReceiptError):
        check_receipt(receipt, leaf, origin="another.example/log", keys=KEYS)
    assert leaf_of_proof({**PROOF, "created": "2020-01-01T00:00:00Z"}) == leaf


def entry_with(**changes: Any) -> dict[str, Any]:
    entry = receipt_of(leaf_of_proof(PROOF)).to_proof(AT, "did:web:registry.example#log")
    value = {**_value(entry), **changes}
    kept = {name: item for name, item in value.items() if item != "absent"}
    return {**entry, "proofValue": "u" + base64url_encode(dump_json(kept))}


def _value(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64url_decode(entry["proofValue"][1:]))
    return found


HOSTILE: dict[str, dict[str, Any]] = {
    "index a text": entry_with(index="20"),
    "index a truth": entry_with(index=True),
    "index a fraction": entry_with(index=20.5),
    "no index": entry_with(index="absent"),
    "one member more": entry_with(more=1),
    "proof no list": entry_with(proof="x"),
    "proof of numbers": entry_with(proof=[1, 2]),
    "proof of short hashes": entry_with(proof=["AAAA"]),
    "proof too long": entry_with(proof=[base64url_encode(bytes(32))] * 60),
    "checkpoint no text": entry_with(checkpoint=5),
    "checkpoint too long": entry_with(checkpoint="x" * 9_000),
    "another suite": {**entry_with(), "cryptosuite": "eddsa-rdfc-2022"},
    "another type": {**entry_with(), "type": "Ed25519Signature2020"},
    "no value": {**entry_with(), "proofValue": None},
    "another base": {**entry_with(), "proofValue": "z111"},
    "no base64": {**entry_with(), "proofValue": "u???"},
    "no JSON": {**entry_with(), "proofValue": "uAAAA"},
    "too large": {**entry_with(), "proofValue": "u" + "A" * 20_000},
    "deep": {**entry_with(), "proofValue": "u" + base64url_encode(b'{"index":' + b"[" * 50 + b"]" * 50 + b"}")},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_receipt_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ReceiptError):
        read_receipt(HOSTILE[name])


@pytest.mark.parametrize("change", [{"index": -1}, {"index": 22}, {"index": 2**60}, {"proof": []}, {"index": 19}])
def test_a_receipt_for_another_place_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ReceiptError):
        check_receipt(read_receipt(entry_with(**change)), leaf_of_proof(PROOF), origin=ORIGIN, keys=KEYS)


@pytest.mark.parametrize("change", [{"proofValue": None}, {"verificationMethod": 5}, {"proofValue": "z" * 20_000}])
def test_a_signature_that_cannot_be_kept(change: dict[str, Any]) -> None:
    with pytest.raises(ReceiptError):
        leaf_of_proof({**PROOF, **change})
