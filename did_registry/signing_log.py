"""The log of signatures: hashes in, receipts out. It learns no badge, no person and no content.

A receipt shows that a signature was there when the log signed its tree head. Adding the same hash again gives a
receipt for the place it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from did_registry import store_trust
from did_registry.records import SignedHead
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.trust.checkpoint import Checkpoint, sign_checkpoint
from vc_core.trust.merkle import HASH_BYTES, Nodes, Place, completed_by, inclusion_proof, places_for, tree_root
from vc_core.trust.receipt import Receipt

MAX_LEAVES = 1_000


@dataclass(frozen=True, slots=True)
class SigningLog:
    """The log of this registry."""

    engine: sa.Engine
    key: PrivateKey
    origin: str
    """Its name: the registry's address without the scheme, and `/signing-log`."""

    @property
    def key_name(self) -> str:
        """Return the name of its key, as a receipt names it."""
        return f"{self.key.public.did_key()}#{self.key.public.to_multikey()}"

    def about(self) -> JsonObject:
        """Return what a verifier needs to check receipts."""
        keys: JsonObject = {self.origin: self.key.public.to_multikey()}
        return {"origin": self.origin, "keys": keys, "threshold": 1}

    def add(self, leaves: Sequence[bytes], *, now: datetime) -> list[JsonObject]:
        """Add the hashes that are not there yet; return for each, in order, the entry for the proof set of its badge.

        The receipt is of the first tree head that covers the hash, so it is always the same, and as early as can be.

        Raises:
            InvalidValues: none, too many, or one that is no hash.
        """
        if not 1 <= len(leaves) <= MAX_LEAVES or any(len(leaf) != HASH_BYTES for leaf in leaves):
            raise InvalidValues(f"Send 1 to {MAX_LEAVES} hashes of {HASH_BYTES} bytes.")
        with begin(self.engine) as connection:
            store_trust.lock_signing_log(connection)
            places = store_trust.find_leaves(connection, leaves)
            size = store_trust.count_leaves(connection)
            new = [leaf for leaf in dict.fromkeys(leaves) if leaf not in places]
            if new:
                places |= {leaf: size + number for number, leaf in enumerate(new)}
                self._append(connection, size, new)
                store_trust.add_head(connection, self._sign_head(connection, size + len(new), now))
            return self._entries(connection, [places[leaf] for leaf in leaves])

    def receipt_of(self, leaf: bytes) -> JsonObject:
        """Return the entry for the proof set of the badge with this hash.

        Raises:
            NotFound: the log does not know it.
        """
        with begin(self.engine) as connection:
            places = store_trust.find_leaves(connection, [leaf])
            if leaf not in places:
                raise NotFound("The log does not know this signature.")
            return self._entries(connection, [places[leaf]])[0]

    def head(self, *, now: datetime) -> str:
        """Return the signed tree head of now."""
        with begin(self.engine) as connection:
            return self._sign_head(connection, store_trust.count_leaves(connection), now).note

    def _append(self, connection: sa.Connection, size: int, leaves: Sequence[bytes]) -> None:
        known = _reader(connection, places_for(lambda nodes: list(completed_by(size, leaves, nodes))))
        store_trust.add_nodes(connection, dict(completed_by(size, leaves, known)))

    def _entries(self, connection: sa.Connection, places: list[int]) -> list[JsonObject]:
        heads = store_trust.first_heads(connection, set(places))

        def every_proof(nodes: Nodes) -> list[tuple[bytes, ...]]:
            return [tuple(inclusion_proof(index, heads[index].size, nodes)) for index in places]

        proofs = every_proof(_reader(connection, places_for(every_proof)))
        return [
            Receipt(index, proof, heads[index].note).to_proof(heads[index].signed_at, self.key_name)
            for index, proof in zip(places, proofs, strict=True)
        ]

    def _sign_head(self, connection: sa.Connection, size: int, now: datetime) -> SignedHead:
        nodes = _reader(connection, places_for(lambda nodes: tree_root(size, nodes)))
        at = now.replace(microsecond=0)
        head = Checkpoint(self.origin, size, tree_root(size, nodes), at)
        return SignedHead(size, at, sign_checkpoint(head, name=self.origin, key=self.key))


def _reader(connection: sa.Connection, places: list[Place]) -> Nodes:
    """Return a reader of nodes that were fetched together."""
    return store_trust.find_nodes(connection, places).__getitem__
