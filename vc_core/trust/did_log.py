"""The history of an identifier: every version of its document, each signed and chained to the one before.

Reads a did:webvh 1.0 log (`did.jsonl`) that was fetched or came in a pack; nothing here looks at a clock or a network.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import did_web_url, parse_did
from vc_core.errors import DidError, MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue, parse_json, parse_json_object
from vc_core.keys import PublicKey
from vc_core.proof import verify_proof
from vc_core.trust.did_log_rules import (
    DidLogError,
    Parameters,
    WitnessRule,
    first_parameters,
    multihash,
    next_parameters,
    public_keys,
)

MAX_LOG = 4_000_000
MAX_ENTRIES = 5_000
MAX_ENTRY = 64_000
MAX_DEPTH = 24
MAX_PROOFS = 8
MAX_WITNESS_FILE = 4_000_000
CLOCK_SKEW = timedelta(minutes=5)
PLACEHOLDER = "{SCID}"
SUITE = "eddsa-jcs-2022"
_MEMBERS = {"versionId", "versionTime", "parameters", "state", "proof"}
_VERSION = re.compile(r"([1-9][0-9]{0,5})-([1-9A-HJ-NP-Za-km-z]{40,60})")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One version of the document."""

    number: int
    version_id: str
    at: datetime
    document: JsonObject
    parameters: Parameters
    """In force after it."""


@dataclass(frozen=True, slots=True)
class DidLog:
    """A history that holds; the last version may be that of an identifier that was ended."""

    entries: tuple[LogEntry, ...]

    @property
    def did(self) -> str:
        """Return the identifier, as its last version has it."""
        return str(self.entries[-1].document["id"])

    @property
    def current(self) -> LogEntry:
        """Return the last version."""
        return self.entries[-1]

    @property
    def ended_at(self) -> datetime | None:
        """Return when the identifier was ended, or None."""
        return self.current.at if self.current.parameters.deactivated else None

    def at(self, moment: datetime) -> LogEntry | None:
        """Return the version in force at a moment; None before the first."""
        return next((entry for entry in reversed(self.entries) if entry.at <= moment), None)


def did_webvh_url(did: str, *, http_hosts: Collection[str] = frozenset()) -> str:
    """Return the address of the log of a did:webvh, under the same rules as did:web.

    Raises:
        DidError: not a did:webvh, or one that could lead somewhere else than its name says.
    """
    parse_did(did)
    method, _, rest = did.removeprefix("did:").partition(":")
    scid, _, place = rest.partition(":")
    if method != "webvh" or not scid or not place:
        raise DidError("The identifier is not a did:webvh.")
    return did_web_url(f"did:web:{place}", http_hosts=http_hosts) + "l"


def read_did_log(text: bytes, *, now: datetime, did: str | None = None, witnesses: bytes | None = None) -> DidLog:
    """Return the history in a log after every entry was checked.

    Args:
        text: the log, one JSON object on a line.
        now: entries of later than this (and a little) are refused.
        did: the identifier it must be of, when it was looked up by one.
        witnesses: `did-witness.json`, where the log asks for witnesses.

    Raises:
        DidLogError: an entry is not what did:webvh asks, is not signed by who may, or witnesses are missing.
    """
    entries: list[LogEntry] = []
    for raw in _lines(text):
        entries.append(_read_entry(raw, entries[-1] if entries else None, now))
    log = DidLog(tuple(entries))
    if did is not None and did not in {str(entry.document["id"]) for entry in entries}:
        raise DidLogError("The log is of another identifier.")
    if any(entry.parameters.witness for entry in entries):
        _check_witnesses(log, _read_witnesses(witnesses))
    return log


def _lines(text: bytes) -> Iterator[JsonObject]:
    if not text or len(text) > MAX_LOG:
        raise DidLogError("The log is empty, or larger than is accepted.")
    lines = text.removesuffix(b"\n").split(b"\n")
    if len(lines) > MAX_ENTRIES:
        raise DidLogError("The log has more entries than are accepted.")
    for line in lines:
        try:
            entry = parse_json_object(line, max_bytes=MAX_ENTRY, max_depth=MAX_DEPTH)
        except MalformedInput as error:
            raise DidLogError(f"An entry of the log cannot be read. {error.detail}") from error
        if entry.keys() != _MEMBERS:
            raise DidLogError("An entry has other members than the method asks.")
        yield entry


def _read_entry(raw: JsonObject, before: LogEntry | None, now: datetime) -> LogEntry:
    number, version_id = _version(raw, before)
    at = _moment(raw["versionTime"])
    if at > now + CLOCK_SKEW or (before is not None and at <= before.at):
        raise DidLogError("The entries of the log are not in the order of time, or lie in the future.")
    if before is not None and before.parameters.deactivated:
        raise DidLogError("Something follows after the identifier was ended.")
    document = raw["state"]
    if not isinstance(document, dict):
        raise DidLogError("An entry holds no document.")
    if before is None:
        parameters = first_parameters(raw["parameters"])
        _check_scid(raw, parameters.scid)
        allowed = parameters.update_keys
    else:
        parameters = next_parameters(before.parameters, raw["parameters"])
        allowed = parameters.update_keys if before.parameters.next_key_hashes else before.parameters.update_keys
    _check_identifier(document, parameters, before)
    _check_proofs(raw, allowed)
    return LogEntry(number, version_id, at, document, parameters)


def _version(raw: JsonObject, before: LogEntry | None) -> tuple[int, str]:
    """Check the number and the hash that chains the entry to the one before."""
    version_id = raw["versionId"]
    match = _VERSION.fullmatch(version_id) if isinstance(version_id, str) else None
    if match is None or int(match[1]) != (before.number + 1 if before else 1):
        raise DidLogError("The versions of the log are not numbered one after the other.")
    parameters = raw["parameters"]
    scid = parameters.get("scid") if isinstance(parameters, dict) else None
    previous = before.version_id if before else scid
    if multihash(entry_bytes(raw, version_id=previous)) != match[2]:
        raise DidLogError("An entry of the log was changed.")
    return int(match[1]), str(version_id)


def entry_bytes(raw: Mapping[str, JsonValue], *, version_id: JsonValue) -> bytes:
    """Return what is hashed of an entry: its canonical form without proof, with the version before in its place.

    Raises:
        DidLogError: a number in it has no canonical form.
    """
    try:
        return canonicalize_jcs({**{name: raw[name] for name in raw if name != "proof"}, "versionId": version_id})
    except MalformedInput as error:
        raise DidLogError(f"An entry cannot be hashed. {error.detail}") from error


def _check_scid(raw: JsonObject, scid: str) -> None:
    """Check that the identifier follows from the first entry."""
    text = entry_bytes(raw, version_id=PLACEHOLDER).replace(scid.encode(), PLACEHOLDER.encode())
    try:
        template = parse_json_object(text, max_bytes=2 * MAX_ENTRY, max_depth=MAX_DEPTH)
    except MalformedInput as error:
        raise DidLogError("The first entry holds the identifier where it cannot stand.") from error
    # Canonical again: a member whose name holds the identifier stands elsewhere now.
    if multihash(entry_bytes(template, version_id=PLACEHOLDER)) != scid:
        raise DidLogError("The identifier does not follow from the first entry.")


def _check_identifier(document: JsonObject, parameters: Parameters, before: LogEntry | None) -> None:
    identifier = document.get("id")
    if not isinstance(identifier, str) or identifier.split(":")[:3] != ["did", "webvh", parameters.scid]:
        raise DidLogError("The document is of another identifier.")
    try:
        did_webvh_url(identifier)
    except DidError as error:
        raise DidLogError(f"The identifier is not acceptable. {error.detail}") from error
    if before is None or identifier == before.document["id"]:
        return
    others = document.get("alsoKnownAs")
    if not parameters.portable or not isinstance(others, list) or before.document["id"] not in others:
        raise DidLogError("The identifier moved, and may not, or does not name where it came from.")


def _check_proofs(raw: JsonObject, allowed: tuple[str, ...]) -> None:
    proofs = raw["proof"] if isinstance(raw["proof"], list) else [raw["proof"]]
    if not 1 <= len(proofs) <= MAX_PROOFS:
        raise DidLogError("An entry is not signed, or too often.")
    keys = public_keys(allowed)
    for proof in proofs:
        _check_proof(raw, proof, keys)


def _check_proof(document: JsonObject, proof: JsonValue, keys: Mapping[str, PublicKey]) -> None:
    """Return when a proof is by one of these keys."""
    name = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if (
        not isinstance(proof, dict)
        or proof.get("cryptosuite") != SUITE
        or not isinstance(name, str)
        or name not in keys
    ):
        raise DidLogError("An entry is not signed by a key that may.")
    try:
        verify_proof(document, proof, public_key=keys[name], expected_purpose="assertionMethod", shape_checked=True)
    except (ProofError, MalformedInput) as error:
        raise DidLogError("A signature in the log does not hold.") from error


def _moment(value: JsonValue) -> datetime:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass  # a day that does not exist
    raise DidLogError("The time of an entry is not a moment in UTC.")


# --- witnesses ------------------------------------------------------------------------------------------------------


def _read_witnesses(text: bytes | None) -> list[JsonObject]:
    if text is None:
        raise DidLogError("The log asks for witnesses, and there is nothing of them.")
    try:
        value = parse_json(text, max_bytes=MAX_WITNESS_FILE, max_depth=8)
    except MalformedInput as error:
        raise DidLogError(f"What the witnesses say cannot be read. {error.detail}") from error
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise DidLogError("What the witnesses say cannot be read.")
    return [item for item in value if isinstance(item, dict)]


def _check_witnesses(log: DidLog, said: list[JsonObject]) -> None:
    """Check that of every version, or of a later one, enough witnesses approved.

    Other witnesses take over after the version that names them, and those of before approve that version (did:webvh
    1.0, Witness Lists): who has an update key cannot bring witnesses of their own. The first ones approve their own.
    """
    number_of = {entry.version_id: entry.number for entry in log.entries}
    furthest: dict[str, int] = {}
    asked = {name for entry in log.entries if entry.parameters.witness for name in entry.parameters.witness.witnesses}
    for item in said:
        version = item.get("versionId")
        number = number_of.get(version) if isinstance(version, str) else None
        proofs = item.get("proof")
        if number is None or not isinstance(proofs, list) or len(proofs) > MAX_PROOFS * 8:
            continue  # approved before it was published, or of another log
        for proof in proofs:
            name = _witness_of({"versionId": version}, proof, asked)
            if name is not None:
                furthest[name] = max(furthest.get(name, 0), number)
    before: WitnessRule | None = None
    for entry in log.entries:
        rule, before = before or entry.parameters.witness, entry.parameters.witness
        if rule is not None and not _enough(rule, entry.number, furthest):
            raise DidLogError("Too few witnesses approved of a version.")


def _enough(rule: WitnessRule, number: int, furthest: Mapping[str, int]) -> bool:
    return sum(furthest.get(name, 0) >= number for name in rule.witnesses) >= rule.threshold


def _witness_of(document: JsonObject, proof: JsonValue, asked: Collection[str]) -> str | None:
    """Return the witness who made a proof; None for one nobody asked for."""
    name = proof.get("verificationMethod") if isinstance(proof, dict) else None
    witness = name.partition("#")[0] if isinstance(name, str) else ""
    if witness not in asked:
        return None
    _check_proof(document, proof, public_keys((witness.removeprefix("did:key:"),)))
    return witness
