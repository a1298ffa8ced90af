"""An append-only Merkle tree: roots, proofs that something is in it, and proofs that it only grew (RFC 9162, 2.1).

Where the hashes are kept is the caller's: complete subtrees are asked for, and handed out, one node at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from vc_core.errors import EdubadgesError

type Place = tuple[int, int]
"""Level (0: leaves) and position of a node whose subtree is complete."""
type Nodes = Callable[[Place], bytes]
"""Gives the hash of a complete subtree of the tree."""

HASH_BYTES = 32
MAX_SIZE = 2**48
EMPTY_ROOT = hashlib.sha256().digest()


class ReceiptError(EdubadgesError):
    """A receipt, a tree head or a proof of the log is not what it should be."""

    title = "The receipt of the signing log does not hold"
    code = "receipt-invalid"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# --- for who keeps the log ------------------------------------------------------------------------------------------


def completed_by(size: int, leaves: Iterable[bytes], nodes: Nodes) -> Iterator[tuple[Place, bytes]]:
    """Yield every node that becomes complete when these leaf hashes are added to a tree of `size` leaves.

    A caller keeps them all; `nodes` is only asked for what was complete before.
    """
    made: dict[Place, bytes] = {}
    for position, leaf in enumerate(leaves, start=size):
        place, value = (0, position), leaf
        while True:
            made[place] = value
            yield place, value
            level, index = place
            if index % 2 == 0:
                break
            left = (level, index - 1)
            value = node_hash(made[left] if left in made else nodes(left), value)
            place = (level + 1, index // 2)


def tree_root(size: int, nodes: Nodes) -> bytes:
    """Return the root over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _root_of(0, size, nodes)


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root over the first `size` leaves (RFC 9162, 2.1.3.1).

    Raises:
        ReceiptError: there is no such leaf among them.
    """
    _check_place(index, size)
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_root_of(middle, end, nodes))
            end = middle
        else:
            path.append(_root_of(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency_proof(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the hashes that show that the first `old_size` leaves are still there (RFC 9162, 2.1.4.1).

    Raises:
        ReceiptError: the old tree is empty or larger than the new one.
    """
    if not 0 < old_size <= size:
        raise ReceiptError("A log can be compared only with a smaller one that is not empty.")
    path: list[bytes] = []
    begin, end, whole = 0, size, True
    while old_size != end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            path.append(_root_of(middle, end, nodes))
            end = middle
        else:
            path.append(_root_of(begin, middle, nodes))
            begin, whole = middle, False
    if not whole:
        path.append(_root_of(begin, end, nodes))
    return path[::-1]


def places_for(work: Callable[[Nodes], object]) -> list[Place]:
    """Return the places that some work here will ask for, so that they can be fetched together."""
    asked: dict[Place, None] = {}

    def note(place: Place) -> bytes:
        asked[place] = None
        return bytes(HASH_BYTES)

    work(note)
    return list(asked)


# --- for who checks it ----------------------------------------------------------------------------------------------


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that a leaf and its proof lead to (RFC 9162, 2.1.3.2); compare it with a signed one.

    Raises:
        ReceiptError: the proof is not one for this place.
    """
    _check_place(index, size)
    _check_hashes([leaf, *proof])
    position, last, value = index, size - 1, leaf
    for other in proof:
        if last == 0:
            raise ReceiptError("The proof is too long for its place in the log.")
        if position % 2 or position == last:
            value = node_hash(other, value)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, other)
        position, last = position >> 1, last >> 1
    if last:
        raise ReceiptError("The proof is too short for its place in the log.")
    return value


def check_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return when the log of `size` begins with the log of `old_size` (RFC 9162, 2.1.4.2).

    Raises:
        ReceiptError: it does not, or the proof is not one for these sizes.
    """
    if not 0 < old_size <= size <= MAX_SIZE:
        raise ReceiptError("A log can be compared only with a smaller one that is not empty.")
    _check_hashes([old_root, root, *proof])
    if old_size == size:
        if proof or old_root != root:
            raise ReceiptError("Two logs of one size differ.")
        return
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise ReceiptError("The proof that the log only grew is empty.")
    position, last = old_size - 1, size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            raise ReceiptError("The proof that the log only grew is too long.")
        if position % 2 or position == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, other)
        position, last = position >> 1, last >> 1
    if last or before != old_root or after != root:
        raise ReceiptError("The log was changed, not only added to.")


def _split(count: int) -> int:
    """Return the largest power of two below the count (two or more)."""
    return 1 << (count - 1).bit_length() - 1


def _root_of(begin: int, end: int, nodes: Nodes) -> bytes:
    """Return the root over a part that begins where a complete subtree of at least its size may begin."""
    parts: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        parts.append(nodes((level, begin >> level)))
        begin += 1 << level
    value = parts.pop()
    while parts:
        value = node_hash(parts.pop(), value)
    return value


def _check_place(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ReceiptError("The place lies outside the log.")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if len(hashes) > 2 * MAX_SIZE.bit_length() or any(len(value) != HASH_BYTES for value in hashes):
        raise ReceiptError("A hash of the log is not 32 bytes, or there are too many.")
