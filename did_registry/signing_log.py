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
from service_kit.database import begin
from service_kit.problems import InvalidValues
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

    def add(self, leaves: Sequence[bytes], *, now: datetime) -> list[Receipt]:
        """Add the hashes that are not there yet, and return a receipt for each, in order.

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
            places |= {leaf: size + number for number, leaf in enumerate(new)}
            self._append(connection, size, new)
            return self._receipts(connection, [places[leaf] for leaf in leaves], size + len(new), now)

    def head(self, *, now: datetime) -> tuple[Checkpoint, str]:
        """Return the tree head of now, and the note that signs it."""
        with begin(self.engine) as connection:
            size = store_trust.count_leaves(connection)
            return self._signed_head(connection, size, now)

    def _append(self, connection: sa.Connection, size: int, leaves: Sequence[bytes]) -> None:
        known = _reader(connection, places_for(lambda nodes: list(completed_by(size, leaves, nodes))))
        store_trust.add_nodes(connection, dict(completed_by(size, leaves, known)))

    def _receipts(self, connection: sa.Connection, places: list[int], size: int, now: datetime) -> list[Receipt]:
        def every_proof(nodes: Nodes) -> list[tuple[bytes, ...]]:
            return [tuple(inclusion_proof(index, size, nodes)) for index in places]

        proofs = every_proof(_reader(connection, places_for(every_proof)))
        _, note = self._signed_head(connection, size, now)
        return [Receipt(index, proof, note) for index, proof in zip(places, proofs, strict=True)]

    def _signed_head(self, connection: sa.Connection, size: int, now: datetime) -> tuple[Checkpoint, str]:
        nodes = _reader(connection, places_for(lambda nodes: tree_root(size, nodes)))
        head = Checkpoint(self.origin, size, tree_root(size, nodes), now.replace(microsecond=0))
        return head, sign_checkpoint(head, name=self.origin, key=self.key)


def _reader(connection: sa.Connection, places: list[Place]) -> Nodes:
    """Return a reader of nodes that were fetched together."""
    return store_trust.find_nodes(connection, places).__getitem__
