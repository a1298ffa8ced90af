"""The history of every DID document the registry hosts, as a did:webvh log beside it.

Each published version, once control was proven, becomes a signed entry chained to the one before, in the same
transaction. The registry's own key writes the log: it vouches that control was proven then; see decision 0007.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from did_registry import store, store_trust
from did_registry.records import DidDocumentVersion, Participant
from service_kit.database import begin
from service_kit.problems import NotFound, RuleRefused
from vc_core.json_text import JsonObject, JsonValue, dump_json
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof
from vc_core.trust.did_log import PLACEHOLDER, SUITE, DidLog, read_did_log
from vc_core.trust.did_log_writing import first_entry, line_of, next_entry

_TICK = timedelta(seconds=1)
_NO_LONGER_NAME = r"(?![A-Za-z0-9._%:-])"
"""After a name: the identifier of another institution may begin with the same letters."""


@dataclass(frozen=True, slots=True)
class History:
    """Writes and gives the logs."""

    engine: sa.Engine
    key: PrivateKey

    def extend(self, connection: sa.Connection, participant: Participant, version: DidDocumentVersion) -> None:
        """Add a published version to the log of its owner; the caller holds the transaction.

        Raises:
            RuleRefused: another version was added at the same moment.
        """
        lines = store_trust.log_lines(connection, participant.slug)
        entry = self._entry(lines, participant, version)
        line = line_of(self._signed(entry, version.published_at)).decode()
        if not store_trust.append_log_line(connection, participant.slug, version.version, line):
            raise RuleRefused(
                "Another version was published at the same moment. Try again.", code="published-meanwhile"
            )

    def text(self, slug: str) -> str:
        """Return the log of an institution.

        Raises:
            NotFound: nothing was published.
        """
        with begin(self.engine) as connection:
            lines = store_trust.log_lines(connection, slug)
        if not lines:
            raise NotFound("This institution has no history yet.")
        return "".join(lines)

    def catch_up(self) -> int:
        """Bring what was published before there was a history into it; return how many versions that were."""
        with begin(self.engine) as connection:
            store_trust.lock_signing_log(connection)
            members = {member.slug: member for member in store.list_participants(connection)}
            missing = store_trust.documents_without_line(connection)
            for version in missing:
                self.extend(connection, members[version.slug], version)
        return len(missing)

    def _entry(self, lines: list[str], participant: Participant, version: DidDocumentVersion) -> JsonObject:
        at = version.published_at.replace(microsecond=0)
        if not lines:
            name = f"did:webvh:{PLACEHOLDER}:{participant.did.removeprefix('did:web:')}"
            template = _renamed(version.document, participant.did, name)
            return first_entry(template, update_keys=[self.key.public.to_multikey()], at=at)
        log = _read(lines, at)
        at = max(at, log.current.at + _TICK)
        return next_entry(log, _renamed(version.document, participant.did, log.did), at=at)

    def _signed(self, entry: JsonObject, at: datetime) -> JsonObject:
        key = self.key.public
        return add_proof(
            entry,
            sign=self.key.sign,
            cryptosuite=SUITE,
            verification_method=f"{key.did_key()}#{key.to_multikey()}",
            created=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def _read(lines: list[str], at: datetime) -> DidLog:
    # Written by us and chained: the moment only bounds the future.
    return read_did_log("".join(lines).encode(), now=at + timedelta(days=1))


def _renamed(document: JsonObject, did: str, name: str) -> JsonObject:
    """Return the document under its did:webvh name, which says that it is also known by the other."""
    text = dump_json(document).decode()
    renamed: JsonObject = json.loads(re.sub(re.escape(did) + _NO_LONGER_NAME, lambda _: name, text))
    others = renamed.get("alsoKnownAs")
    return {**renamed, "alsoKnownAs": [did, *(other for other in _listed(others) if other != name)]}


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
