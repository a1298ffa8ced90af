"""The evidence source with a network: key documents, status lists and the registry, guarded and cached.

A fetched document is kept for everybody for a while, so that an issuer sees the platform look now and then, and never
which badge is checked when. When an address does not answer, the stored copy is brought with its own age; the policy
decides what that is worth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from service_kit.fetch import Fetched, Fetcher, FetchFailed, FetchRefused
from vc_core.did import did_web_url
from vc_core.errors import DidError, EdubadgesError, MalformedInput
from vc_core.jose.compact import parse_compact_jwt
from vc_core.json_text import JsonObject, JsonValue
from verifier.evidence import Absence, Evidence, EvidenceItem, EvidenceKind, Needs
from verifier.evidence_store import EvidenceStore

MAX_KEY_DOCUMENT = 64_000
MAX_STATUS_LIST = 4_000_000
MAX_REGISTRY = 8_000_000
MAX_HISTORY = 4_000_000
MAX_REMEMBERED = 2_000

KEEP = {
    EvidenceKind.KEY_DOCUMENT: timedelta(minutes=10),
    EvidenceKind.STATUS_LIST: timedelta(minutes=1),
    EvidenceKind.PARTICIPANT: timedelta(minutes=10),
    EvidenceKind.KEY_HISTORY: timedelta(minutes=10),
    EvidenceKind.SIGNING_LOG: timedelta(minutes=10),
}
SECOND_LOOK_AFTER = timedelta(seconds=5)
"""How old something remembered must be before an unhappy verdict may have it fetched again."""
KEEP_ABSENCE = timedelta(seconds=30)

_ACCEPT = {
    EvidenceKind.KEY_DOCUMENT: "application/did+json, application/did+ld+json, application/json",
    EvidenceKind.STATUS_LIST: "application/vc, application/vc+ld+json, application/statuslist+jwt, application/json",
}
_SIZE = {EvidenceKind.KEY_DOCUMENT: MAX_KEY_DOCUMENT, EvidenceKind.STATUS_LIST: MAX_STATUS_LIST}


@dataclass(frozen=True, slots=True)
class _Remembered:
    item: EvidenceItem
    since: datetime
    until: datetime


class OnlineSource:
    """Brings documents from the network; safe to share between threads."""

    def __init__(
        self,
        fetcher: Fetcher,
        store: EvidenceStore | None = None,
        *,
        registry_url: str | None,
        http_hosts: frozenset[str] = frozenset(),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._registry_url = registry_url.rstrip("/") if registry_url else None
        self._http_hosts = http_hosts
        self._clock = clock
        self._remembered: dict[tuple[EvidenceKind, str], _Remembered] = {}
        self._registry: tuple[datetime, EvidenceItem] | None = None
        self._registry_turn = threading.Lock()

    def remembered(self, needs: Needs) -> Evidence | None:
        """Return the evidence when all of it is in memory and fresh, without any waiting; else None."""
        items = [self._recall(kind, name) for kind, name in needs.names()]
        found = [item for item in items if item is not None]
        return Evidence.of(found) if len(found) == len(items) else None

    def gather(self, needs: Needs) -> Evidence:
        """Return one item for each need, fetching what is not remembered; several at the same time."""
        names = list(needs.names())
        missing = [name for name in names if self._recall(*name) is None]
        if len(missing) == 1:
            self._obtain(*missing[0])
        elif missing:
            with ThreadPoolExecutor(max_workers=min(6, len(missing))) as pool:
                list(pool.map(lambda name: self._obtain(*name), missing))
        return Evidence.of(self._recall(kind, name) or self._obtain(kind, name) for kind, name in names)

    def forget(self, needs: Needs) -> bool:
        """Forget what is remembered of these for a while already; say whether there was anything.

        For a second look when a verdict is unhappy: a key may be new, an institution just admitted. Never more than one
        fetch of a name in `SECOND_LOOK_AFTER`, whoever asks.
        """
        limit = self._clock() - SECOND_LOOK_AFTER
        forgotten = False
        for name in needs.names():
            kept = self._remembered.get(name)
            if kept is not None and kept.since <= limit:
                self._remembered.pop(name, None)
                forgotten = True
        with self._registry_turn:
            if needs.participants and self._registry is not None and self._registry[1].retrieved_at <= limit:
                self._registry = None
        return forgotten

    def participants(self) -> list[JsonObject]:
        """Return every participant of the registry; none when it cannot be asked now."""
        content = self._participants().content
        return [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []

    def _recall(self, kind: EvidenceKind, name: str) -> EvidenceItem | None:
        kept = self._remembered.get((kind, name))
        return kept.item if kept is not None and kept.until > self._clock() else None

    def _obtain(self, kind: EvidenceKind, name: str) -> EvidenceItem:
        item = self._bring(kind, name)
        if item.absence is None and kind is not EvidenceKind.PARTICIPANT and self._store is not None:
            self._store.put(item)
        keep = KEEP[kind] if item.absence is None else KEEP_ABSENCE
        # What the registry says of one issuer is as old as the list it was taken from.
        since = item.retrieved_at if kind is EvidenceKind.PARTICIPANT else self._clock()
        if item.absence is not None and self._store is not None:
            stored = self._store.find(kind, name)
            item = stored or item
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[(kind, name)] = _Remembered(item, since, self._clock() + keep)
        return item

    def _bring(self, kind: EvidenceKind, name: str) -> EvidenceItem:
        match kind:
            case EvidenceKind.PARTICIPANT:
                return self._of_registry(name)
            case EvidenceKind.KEY_HISTORY:
                return self._history(name)
            case EvidenceKind.SIGNING_LOG:
                return self._signing_log(name)
            case _:
                return self._fetch(kind, name)

    def _history(self, did: str) -> EvidenceItem:
        """Return the did:webvh log that stands beside a did:web document."""
        kind = EvidenceKind.KEY_HISTORY
        try:
            url = did_web_url(did, http_hosts=self._http_hosts) + "l"
        except DidError:
            return self._absent(kind, did, did, Absence.NOT_SUPPORTED)
        content, absence = self._answer(url, _as_history, accept="text/jsonl", max_bytes=MAX_HISTORY)
        return (
            self._absent(kind, did, url, absence) if absence else EvidenceItem(kind, did, url, self._clock(), content)
        )

    def _signing_log(self, origin: str) -> EvidenceItem:
        """Return the keys of a log of signatures; the registry that is trusted is asked, and no other."""
        kind = EvidenceKind.SIGNING_LOG
        if self._registry_url is None:
            return self._absent(kind, origin, "", Absence.NOT_SUPPORTED)
        url = self._registry_url + "/api/signing-log"
        content, absence = self._get(url, accept="application/json", max_bytes=MAX_KEY_DOCUMENT)
        if absence is None and (not isinstance(content, dict) or content.get("origin") != origin):
            absence = Absence.NOT_FOUND
        return (
            self._absent(kind, origin, url, absence)
            if absence
            else EvidenceItem(kind, origin, url, self._clock(), content)
        )

    def _fetch(self, kind: EvidenceKind, name: str) -> EvidenceItem:
        try:
            url = self._address(kind, name)
        except DidError:
            return self._absent(kind, name, name, Absence.NOT_SUPPORTED)
        content, absence = self._get(url, accept=_ACCEPT[kind], max_bytes=_SIZE[kind])
        if absence is not None:
            return self._absent(kind, name, url, absence)
        return EvidenceItem(kind, name, url, self._clock(), content)

    def _address(self, kind: EvidenceKind, name: str) -> str:
        """Return where a document is fetched.

        Raises:
            DidError: an identifier of a method that cannot be looked up.
        """
        if kind is EvidenceKind.KEY_DOCUMENT and name.startswith("did:"):
            return did_web_url(name, http_hosts=self._http_hosts)
        return name

    def _get(self, url: str, *, accept: str, max_bytes: int) -> tuple[JsonValue, Absence | None]:
        return self._answer(url, _read_body, accept=accept, max_bytes=max_bytes)

    def _answer(
        self, url: str, read: Callable[[Fetched], JsonValue], *, accept: str, max_bytes: int
    ) -> tuple[JsonValue, Absence | None]:
        try:
            return read(self._fetcher.get(url, max_bytes=max_bytes, accept=accept)), None
        except FetchRefused:
            return None, Absence.REFUSED
        except FetchFailed as error:
            gone = error.extensions.get("upstream_status") in {404, 410}
            return None, Absence.NOT_FOUND if gone else Absence.UNREACHABLE
        except MalformedInput:
            return None, Absence.UNREADABLE

    def _absent(self, kind: EvidenceKind, name: str, source: str, absence: Absence) -> EvidenceItem:
        return EvidenceItem(kind, name, source, self._clock(), absence=absence)

    def _of_registry(self, did: str) -> EvidenceItem:
        """Return what the registry says of an issuer; the whole list is fetched, so it does not learn which one."""
        listed = self._participants()
        if listed.absence is not None:
            return replace(listed, name=did)
        entries = listed.content if isinstance(listed.content, list) else []
        found = [entry for entry in entries if isinstance(entry, dict) and entry.get("did") == did]
        return replace(listed, name=did, content={"participant": found[0] if found else None})

    def _participants(self) -> EvidenceItem:
        with self._registry_turn:
            if self._registry is not None and self._registry[0] > self._clock():
                return self._registry[1]
            item = self._fetch_participants()
            keep = KEEP[EvidenceKind.PARTICIPANT] if item.absence is None else KEEP_ABSENCE
            self._registry = (self._clock() + keep, item)
            return item

    def _fetch_participants(self) -> EvidenceItem:
        kind = EvidenceKind.PARTICIPANT
        if self._registry_url is None:
            return self._absent(kind, "", "", Absence.NOT_SUPPORTED)
        url = self._registry_url + "/api/participants"
        value, absence = self._get(url, accept="application/json", max_bytes=MAX_REGISTRY)
        if absence is None:
            try:
                entries = read_participants(value)
            except MalformedInput:
                absence = Absence.UNREADABLE
        if absence is not None:
            return self._absent(kind, "", url, absence)
        if self._store is not None:
            self._store.put_registry(self._registry_url, entries, self._clock())
        return EvidenceItem(kind, "", self._registry_url, self._clock(), list[JsonValue](entries))


def _as_history(fetched: Fetched) -> JsonValue:
    """Return the text of a log as evidence; what is in it is checked by who leans on it.

    Raises:
        MalformedInput: not a text.
    """
    try:
        return {"log": fetched.body.decode()}
    except UnicodeDecodeError as error:
        raise MalformedInput("The history is not a text.") from error


def _read_body(fetched: Fetched) -> JsonValue:
    """Return the document of an answer: JSON, or the text of a JWT (a Status List Token).

    Raises:
        MalformedInput: neither.
    """
    if not fetched.body.startswith(b"eyJ"):
        document: JsonValue = fetched.json()
        return document
    text = fetched.body.decode("ascii", "replace").strip()
    parse_compact_jwt(text)
    return text


def read_participants(value: JsonValue) -> list[JsonObject]:
    """Return the participants of a registry's answer: a list, or an object with `participants`.

    Raises:
        MalformedInput: neither.
    """
    entries = value.get("participants") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise MalformedInput("The registry gave no list of participants.")
    return [entry for entry in entries if isinstance(entry, dict)]


class EvidenceFeedUnusable(EdubadgesError):
    """The registry's feed cannot be read; the store was not changed."""

    title = "The registry's evidence cannot be read"
    code = "evidence-feed-unusable"


def sync(store: EvidenceStore, fetcher: Fetcher, registry_url: str, *, now: datetime) -> tuple[int, int, int]:
    """Bring everything the registry publishes into the store; return how many participants, key documents and lists.

    Raises:
        FetchRefused, FetchFailed: the registry could not be asked.
        EvidenceFeedUnusable: its answer cannot be read.
        UnsafeStore: others may write to the store.
    """
    registry_url = registry_url.rstrip("/")
    store.prepare()
    try:
        feed = fetcher.get(registry_url + "/api/evidence", max_bytes=64_000_000, deadline_s=60).json(max_depth=80)
        participants = read_participants(feed)
    except MalformedInput as error:
        raise EvidenceFeedUnusable("The registry's answer is not the evidence feed.") from error
    items = [
        *_feed_items(feed, "did_documents", EvidenceKind.KEY_DOCUMENT, ("did", "document"), registry_url, now),
        *_feed_items(feed, "status_lists", EvidenceKind.STATUS_LIST, ("url", "credential"), registry_url, now),
    ]
    for item in items:
        store.put(item)
    store.put_registry(registry_url, participants, now)
    lists = sum(item.kind is EvidenceKind.STATUS_LIST for item in items)
    return len(participants), len(items) - lists, lists


def _feed_items(
    feed: JsonObject, member: str, kind: EvidenceKind, names: tuple[str, str], source: str, now: datetime
) -> list[EvidenceItem]:
    entries = feed.get(member)
    if not isinstance(entries, list):
        raise EvidenceFeedUnusable("The registry's answer is not the evidence feed.")
    items = []
    for entry in entries:
        name = entry.get(names[0]) if isinstance(entry, dict) else None
        content = entry.get(names[1]) if isinstance(entry, dict) else None
        if isinstance(name, str) and isinstance(content, dict):
            items.append(EvidenceItem(kind, name, source, now, content))
    return items
