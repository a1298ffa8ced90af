"""Evidence: what was gathered to judge by, each item with its source and its time.

Fetching is in `online_source`, the copy on disk in `evidence_store`; nothing here opens a file or a connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, cast

from vc_core.json_text import JsonValue, dump_json
from verifier.moments import format_moment, read_moment

EVIDENCE_FORMAT = "edubadges-evidence/1"
MAX_REMEMBERED = 256


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    KEY_DOCUMENT = "key-document"
    """The document that lists the keys of an identifier: a DID document, or what a key's https address gives."""
    STATUS_LIST = "status-list"
    PARTICIPANT = "participant"
    """What the registry says about an issuer: `{"participant": {…}}`, or null there when it does not know it."""
    KEY_HISTORY = "key-history"
    """Every version of an identifier's document: `{"log": …}`, the text of a did:webvh log, `witnesses` beside it."""
    SIGNING_LOG = "signing-log"
    """By the name of a log of signatures, its keys: `{"keys": {name: multikey}, "threshold": 1}`."""


class Absence(StrEnum):
    """Why a piece of evidence is not there."""

    NOT_STORED = "not-stored"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NOT_FOUND = "not-found"
    UNREADABLE = "unreadable"
    NOT_SUPPORTED = "not-supported"


class Memory(dict[Hashable, object]):
    """What was worked out from something that never changes; emptied when it grows."""

    def remember[T](self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what `work` gives, doing it once."""
        if key in self:
            return cast(T, self[key])
        result = work()
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[key] = result
        return result

    def __reduce__(self) -> tuple[type[Memory], tuple[()]]:
        """Stay behind when what it belongs to goes to another process."""
        return Memory, ()


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One document, or the reason why it is not there."""

    kind: EvidenceKind
    name: str
    """The identifier or address it was asked by."""
    source: str
    """Where it came from: an address, or the place of the store."""
    retrieved_at: datetime
    content: JsonValue = None
    """Never changed once the item is made: what was worked out from it is remembered."""
    absence: Absence | None = None
    _worked_out: Memory = field(default_factory=Memory, init=False, compare=False, repr=False)

    def remember[T](self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what `work` gives, doing it once; `key` must name everything but this item that it depends on.

        A key document or status list is asked about for badge after badge, and the answer takes more than the badge.
        """
        return self._worked_out.remember(key, work)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        out: dict[str, object] = {
            "kind": self.kind,
            "name": self.name,
            "source": self.source,
            "retrieved_at": format_moment(self.retrieved_at),
        }
        if self.absence is None:
            out["content"] = self.content
        else:
            out["absence"] = self.absence
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> EvidenceItem:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: a member is wrong.
            KeyError: a member is missing.
        """
        absence = value.get("absence")
        if not all(isinstance(value[name], str) for name in ("name", "source")):
            raise ValueError("name and source are text")
        return cls(
            kind=EvidenceKind(value["kind"]),
            name=value["name"],
            source=value["source"],
            retrieved_at=read_moment(value["retrieved_at"]),
            content=value.get("content"),
            absence=Absence(absence) if absence else None,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything gathered for one submission; at most one item for each name."""

    items: Mapping[tuple[EvidenceKind, str], EvidenceItem] = field(default_factory=dict)
    _worked_out: Memory = field(default_factory=Memory, init=False, compare=False, repr=False)

    def remember[T](self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what `work` gives, doing it once; `key` must name everything but the evidence that it depends on."""
        return self._worked_out.remember(key, work)

    @classmethod
    def of(cls, items: Iterable[EvidenceItem]) -> Evidence:
        """Return evidence of these items; a later one replaces an earlier one of the same name."""
        return cls({(item.kind, item.name): item for item in items})

    def find(self, kind: EvidenceKind, name: str) -> EvidenceItem | None:
        """Return the item, also when it only says why there is nothing; None when nobody asked for it."""
        return self.items.get((kind, name))

    def merged(self, other: Evidence) -> Evidence:
        """Return both together; the other's items win."""
        return Evidence({**self.items, **other.items})

    def __iter__(self) -> Iterator[EvidenceItem]:
        return iter(self.items.values())

    def __len__(self) -> int:
        return len(self.items)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form, to be kept beside a report so that it can be replayed."""
        return {"format": EVIDENCE_FORMAT, "items": [item.to_json() for item in self]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Evidence:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: it is not evidence of this format.
        """
        if value.get("format") != EVIDENCE_FORMAT:
            raise ValueError("not evidence of format " + EVIDENCE_FORMAT)
        return cls.of(EvidenceItem.from_json(item) for item in value["items"])


@dataclass(frozen=True, slots=True)
class Needs:
    """What a submission names and a source is asked to bring. Nothing in it is trusted."""

    key_documents: tuple[str, ...] = ()
    status_lists: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    key_histories: tuple[str, ...] = ()
    signing_logs: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(1 for _ in self.names())

    def names(self) -> Iterator[tuple[EvidenceKind, str]]:
        """Yield every need as kind and name."""
        yield from ((EvidenceKind.KEY_DOCUMENT, name) for name in self.key_documents)
        yield from ((EvidenceKind.STATUS_LIST, name) for name in self.status_lists)
        yield from ((EvidenceKind.PARTICIPANT, name) for name in self.participants)
        yield from ((EvidenceKind.KEY_HISTORY, name) for name in self.key_histories)
        yield from ((EvidenceKind.SIGNING_LOG, name) for name in self.signing_logs)

    def without(self, evidence: Evidence) -> Needs:
        """Return what the evidence does not hold yet."""

        def missing(kind: EvidenceKind, names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(name for name in names if evidence.find(kind, name) is None)

        return Needs(
            missing(EvidenceKind.KEY_DOCUMENT, self.key_documents),
            missing(EvidenceKind.STATUS_LIST, self.status_lists),
            missing(EvidenceKind.PARTICIPANT, self.participants),
            missing(EvidenceKind.KEY_HISTORY, self.key_histories),
            missing(EvidenceKind.SIGNING_LOG, self.signing_logs),
        )


class EvidenceSource(Protocol):
    """Brings documents and decides nothing."""

    def gather(self, needs: Needs) -> Evidence:
        """Return one item for each need; what cannot be had comes back with its reason, not as an error."""
        ...


def content_digest(content: JsonValue) -> str:
    """Return the SHA-256 of a document's JSON text as we write it."""
    return hashlib.sha256(dump_json(content)).hexdigest()
